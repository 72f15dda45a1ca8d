#include "dmc/change.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dm/loop.h"
#include "dmc/prompt.h"
#include "plan/saved.h"
#include "targets/targets.h"

#define REMOVE_RETRIES 40

static volatile sig_atomic_t interrupted;

static void on_signal(int nr)
{
	interrupted = nr;
}

static void set_handler(const int *signals, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigemptyset(&sa.sa_mask);
	for (; *signals; signals++)
		sigaction(*signals, &sa, NULL);
}

/*
 * Calls that wait are broken off; the step at hand is finished or fails, then all is undone.
 * A lost terminal or Ctrl-Z must not leave devices suspended.
 */
static void catch_signals(void)
{
	static const int undo[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0}, ignored[] = {SIGPIPE, SIGTSTP, SIGTTOU, 0};

	set_handler(undo, on_signal);
	set_handler(ignored, SIG_IGN);
}

/* ---- progress ---- */

/*
 * Standard error may be a file on a device that is suspended, and a write to it would wait
 * for us. From the first suspend on nothing is said until all is done.
 */
struct talk {
	const struct session *s;
	struct strbuf held;
	bool hold;
};

static void say(struct talk *t)
{
	fputs(strbuf_str(&t->held), stderr);
	strbuf_reset(&t->held);
}

static void show_event(void *priv, enum apply_event event, const struct plan_step *step, int error)
{
	static const char *const words[] = {
		[APPLY_BEGIN] = NULL,        [APPLY_DONE] = "done  ",   [APPLY_THERE] = "there ",
		[APPLY_FAILED] = "FAILED", [APPLY_UNDONE] = "undone", [APPLY_UNDO_FAILED] = "STUCK ",
	};
	struct talk *t = priv;
	const struct cli *c = t->s->c;
	bool important = event == APPLY_FAILED || event == APPLY_UNDO_FAILED;

	t->hold = t->hold || step->kind == STEP_SUSPEND;
	if (!words[event] || (c->quiet && !important) || (event == APPLY_DONE && !c->verbose))
		return;
	strbuf_addf(&t->held, "  %s  ", words[event]);
	plan_print_step(step, &t->held);
	strbuf_addf(&t->held, "%s%s\n", error ? ": " : "", error ? strerror(-error) : "");
	if (!t->hold)
		say(t);
}

static void show_plan(const struct session *s, const struct plan *p)
{
	struct strbuf b = STRBUF_INIT;

	if (s->c->quiet)
		return;
	plan_print(p, s->c->verbose, cli_colored(s->c, STDERR_FILENO), &b);
	fputs(strbuf_str(&b), stderr);
	strbuf_release(&b);
}

static int attach(const char *path, const struct blkdev *dev, int *ret_fd, dev_t *ret_dev)
{
	return loop_attach(path, dev->logical_block_size, dev->flags & BLKDEV_READ_ONLY, ret_fd, ret_dev);
}

static int pretend_attach(const char *path, const struct blkdev *dev, int *ret_fd, dev_t *ret_dev)
{
	(void)path;
	(void)dev;
	(void)ret_fd;
	(void)ret_dev;
	return 0;
}

/* ---- doing it ---- */

static int ask_key(void *priv, const struct volume *v, const char *word, struct key *key)
{
	struct session *s = priv;
	const struct node *file = key->source ? node_get(key->source, "file") : NULL;

	if (!file)
		return prompt_key(s->c, &s->layout.secrets, v->name, word, key);
	/* Checking does without it, since the layout gives its size. */
	cli_error(s->c, "%s of %s: there is no key file %.*s", word, v->name, (int)file->nr, file->text);
	return -ENOENT;
}

/* What was asked for must be what runs now; false where it is not. */
static bool verify(struct session *s, const struct change_options *o, struct live *l)
{
	struct plan_options po = {.find_loop = loop_find, .allow = o->allow.v, .nr_allow = o->allow.nr};
	struct plan p = {0};
	struct running now;
	bool ok = !running_read(&now, l->dm, &s->c->arena, &s->diag) &&
		  !o->make(&p, &s->layout, &now, &po, &s->diag);

	if (ok && !plan_is_empty(&p)) {
		cli_error(s->c, "done, but the kernel shows something else than was asked for:");
		show_plan(s, &p);
		ok = false;
	}
	plan_release(&p);
	running_release(&now);
	return ok;
}

/* False where something went wrong; findings or a line have said what. */
static bool do_plan(struct session *s, const struct change_options *o, struct live *l, struct plan *p)
{
	struct talk talk = {.s = s};
	struct apply_options ao = {.dm = l->dm, .kmsg = l->kmsg, .event = show_event, .priv = &talk,
				   .attach = o->command.dry_run ? pretend_attach : attach, .interrupted = &interrupted,
				   .remove_flags = o->remove_flags, .force = o->force,
				   .check_content = !o->command.dry_run,
				   .retries = l->nodes && dm_nodes_mode(l->nodes) == DM_UDEV_SYNC ? REMOVE_RETRIES : 0};
	bool ok;

	if (!o->command.dry_run && plan_keys(p, ask_key, s))
		return false;
	catch_signals();
	/* A page of ours that must be read from a suspended device would never come. */
	if (!o->command.dry_run)
		(void)!mlockall(MCL_CURRENT);
	ok = !plan_apply(p, &ao, &s->diag);
	say(&talk);
	strbuf_release(&talk.held);
	if (ok && !o->command.dry_run && !o->remove_flags && !o->force)
		ok = verify(s, o, l);
	if (ok && !o->command.dry_run)
		cli_note(s->c, o->make == plan_make ? "done: all runs as the layout says" : "done");
	return ok;
}

static bool change(struct session *s, const struct change_options *o, struct live *l)
{
	struct saved_plan how = {.layout = o->layout, .params = o->command.params.v, .nr_params = o->command.params.nr,
				 .allow = o->allow.v, .nr_allow = o->allow.nr};
	struct plan_options po = {.find_loop = loop_find, .allow = o->allow.v, .nr_allow = o->allow.nr,
				  .open_too = o->force || o->remove_flags};
	struct plan p = {0};
	bool ok = true;

	if (!o->make(&p, &s->layout, &l->running, &po, &s->diag)) {
		/* What is missing or in the way has been said; then it is no surprise that things differ. */
		if (o->plan && !diag_errors(&s->diag))
			saved_plan_matches(o->plan, &p, &how, &s->diag);
		if (o->make == plan_make && !diag_errors(&s->diag))
			live_check(l);
		show_plan(s, &p);
		if (!diag_errors(&s->diag) && !plan_is_empty(&p))
			ok = do_plan(s, o, l, &p);
	}
	plan_release(&p);
	return ok;
}

static int lock(struct session *s, const struct change_options *o)
{
	int pid, fd = o->command.dry_run ? 0 : plan_lock(o->command.lock, &pid);

	if (fd == -EBUSY)
		cli_error(s->c, pid ? "another apply or remove is at work (process %d); wait for it and try again" :
				      "another apply or remove is at work; wait for it and try again", pid);
	else if (fd < 0)
		cli_error(s->c, "cannot take the lock %s: %s%s", o->command.lock ? o->command.lock : "/run/dmc.lock", strerror(-fd),
			  fd == -EACCES ? "; run it as root, or name another file with --lock" : "");
	return fd;
}

static int change_loaded(struct session *s, const struct change_options *o)
{
	struct strbuf record = STRBUF_INIT;
	struct live_options lo = {.udev = o->command.udev, .dry = o->command.dry_run, .record = o->command.dry_run ? &record : NULL};
	struct live l;
	int fd = lock(s, o), status;
	bool ok;

	if (fd < 0)
		return fd == -EBUSY ? EXIT_BUSY : EXIT_FINDINGS;
	ok = live_open(&l, s, &lo) && change(s, o, &l);
	live_close(&l);
	fputs(strbuf_str(&record), stdout);
	strbuf_release(&record);
	if (!o->command.dry_run)
		close(fd);
	print_findings(s);
	status = findings_status(&s->diag, false);
	return status || ok ? status : EXIT_FINDINGS;
}

static int change_layout(struct session *s, const struct change_options *o)
{
	struct layout_options lo = {.targets = &targets_all};
	int status = parse_params(s->c, &o->command.params, &lo);

	if (status)
		return status;
	if (load_layout(s, o->layout, &lo))
		return change_loaded(s, o);
	return s->loaded ? findings_status(&s->diag, false) : EXIT_FINDINGS;
}

/* The layout, parameters and permissions that the plan was made with. */
static int change_saved(struct session *s, struct change_options *o)
{
	struct saved_plan how;

	if (o->command.params.nr || o->allow.nr)
		return cli_usage(s->c, "a saved plan has its own --param and --allow");
	if (saved_plan_parse(o->plan, &s->c->arena, &how, &s->diag)) {
		print_findings(s);
		return EXIT_FINDINGS;
	}
	o->layout = how.layout;
	o->command.params = (struct cli_list){(const char **)how.params, how.nr_params};
	o->allow = (struct cli_list){(const char **)how.allow, how.nr_allow};
	return change_layout(s, o);
}

int change_run(struct cli *c, struct change_options *o, const char *path)
{
	struct session s;
	int status;

	o->layout = path;
	if (o->saved && strcmp(path, "-")) {
		const struct source *src = io_read(c, path);

		if (!src)
			return EXIT_FINDINGS;
		if (saved_plan_is(src))
			o->plan = src;
	}
	session_init(&s, c);
	status = o->plan ? change_saved(&s, o) : change_layout(&s, o);
	session_release(&s);
	return status;
}
