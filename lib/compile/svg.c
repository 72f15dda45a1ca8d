/*
 * The stack in layers: devices at the bottom, each volume above all it uses. A box is as
 * wide as its text; rows are centred.
 */
#include <stdlib.h>
#include <string.h>

#include "compile/graph_internal.h"

#define BOX_HEIGHT 44
#define ROW_HEIGHT 110
#define GAP        28
#define MARGIN     20
#define CHAR       7.4 /* of a 12 px sans-serif letter, generously */

struct box {
	double x, y, width;
};

struct picture {
	const struct graph *g;
	struct strbuf *out;
	struct box *boxes;
	double *row_widths;
	unsigned rows;
	double width;
};

static size_t letters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void subtitle(const struct graph_node *n, struct strbuf *b)
{
	strbuf_addf(b, "%s, ", n->what);
	graph_size(n, b);
}

static double box_width(const struct graph_node *n)
{
	struct strbuf b = STRBUF_INIT;
	size_t most = letters(n->name), second;

	subtitle(n, &b);
	second = letters(strbuf_str(&b));
	strbuf_release(&b);
	if (second > most)
		most = second;
	return (double)most * CHAR + 24;
}

static void place(struct picture *p)
{
	for (size_t i = 0; i < p->g->nodes.nr; i++)
		if (p->g->nodes.v[i].rank + 1 > p->rows)
			p->rows = p->g->nodes.v[i].rank + 1;
	p->row_widths = mem_calloc(p->rows + 1, sizeof(*p->row_widths));
	for (size_t i = 0; i < p->g->nodes.nr; i++) {
		const struct graph_node *n = &p->g->nodes.v[i];
		double *row = &p->row_widths[n->rank];

		p->boxes[i].width = box_width(n);
		p->boxes[i].x = *row;
		p->boxes[i].y = MARGIN + (double)(p->rows - 1 - n->rank) * ROW_HEIGHT;
		*row += p->boxes[i].width + GAP;
		if (*row > p->width)
			p->width = *row;
	}
	for (size_t i = 0; i < p->g->nodes.nr; i++)
		p->boxes[i].x += MARGIN + (p->width - p->row_widths[p->g->nodes.v[i].rank]) / 2;
	p->width += 2 * MARGIN - GAP;
}

static void text(struct strbuf *out, double x, double y, const char *class, const char *s)
{
	strbuf_addf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	for (; *s; s++) {
		if (*s == '&')
			strbuf_adds(out, "&amp;");
		else if (*s == '<')
			strbuf_adds(out, "&lt;");
		else if (*s == '>')
			strbuf_adds(out, "&gt;");
		else
			strbuf_addch(out, *s);
	}
	strbuf_adds(out, "</text>\n");
}

static void draw_edge(const struct picture *p, const struct graph_edge *e)
{
	const struct box *a = &p->boxes[e->from], *b = &p->boxes[e->to];
	double x1 = a->x + a->width / 2, y1 = a->y + BOX_HEIGHT, x2 = b->x + b->width / 2, y2 = b->y;

	strbuf_addf(p->out, "<path class=\"edge\" d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n", x1, y1, x1,
		    y1 + 30, x2, y2 - 30, x2, y2);
	/* Near the lower end, where edges of one user have spread. */
	if (e->role)
		text(p->out, x1 + (x2 - x1) * 0.68, y1 + (y2 - y1) * 0.68, "role", e->role);
}

static void draw_node(const struct picture *p, size_t i)
{
	const struct graph_node *n = &p->g->nodes.v[i];
	const struct box *b = &p->boxes[i];
	struct strbuf second = STRBUF_INIT;

	subtitle(n, &second);
	strbuf_addf(p->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"%d\"/>\n",
		    n->device ? "device" : "volume", b->x, b->y, b->width, BOX_HEIGHT, n->device ? 14 : 3);
	text(p->out, b->x + b->width / 2, b->y + 18, "name", n->name);
	text(p->out, b->x + b->width / 2, b->y + 34, "what", strbuf_str(&second));
	strbuf_release(&second);
}

void graph_svg(const struct graph *g, struct strbuf *out)
{
	struct picture p = {.g = g, .out = out, .boxes = mem_calloc(g->nodes.nr, sizeof(*p.boxes))};
	double height;

	place(&p);
	height = 2 * MARGIN + BOX_HEIGHT + (double)(p.rows ? p.rows - 1 : 0) * ROW_HEIGHT;
	strbuf_addf(out,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n"
		    "<style>text{font-family:sans-serif;text-anchor:middle}.name{font-size:12px;font-weight:bold}"
		    ".what{font-size:11px;fill:#444}.role{font-size:10px;fill:#666;paint-order:stroke;stroke:#fff;"
		    "stroke-width:3px}.volume{fill:#e8f0fb;stroke:#345}.device{fill:#f3ece0;stroke:#543}"
		    ".edge{fill:none;stroke:#789}</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		    p.width, height, p.width, height);
	for (size_t i = 0; i < g->edges.nr; i++)
		draw_edge(&p, &g->edges.v[i]);
	for (size_t i = 0; i < g->nodes.nr; i++)
		draw_node(&p, i);
	strbuf_adds(out, "</svg>\n");
	free(p.boxes);
	free(p.row_widths);
}
