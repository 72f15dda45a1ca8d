#include "dmc/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A line from `fd` without its newline; -EMSGSIZE when it does not fit. */
static int read_line(int fd, char *buf, size_t size)
{
	size_t nr = 0;

	for (;;) {
		char ch;
		ssize_t n = read(fd, &ch, 1);

		if (n < 0)
			return -errno;
		if (!n || ch == '\n')
			break;
		if (nr + 1 == size)
			return -EMSGSIZE;
		buf[nr++] = ch;
	}
	buf[nr] = '\0';
	return 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(const char *text, uint8_t *bytes, size_t size)
{
	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static int ask(int tty, const char *volume, const char *word, size_t size, char *text, size_t text_size)
{
	struct termios old, quiet;
	int r;

	if (tcgetattr(tty, &old))
		return -errno;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s of %s, %zu bytes as %zu hexadecimal digits: ", word, volume, size, 2 * size);
	r = read_line(tty, text, text_size);
	tcsetattr(tty, TCSAFLUSH, &old);
	dprintf(tty, "\n");
	return r;
}

int prompt_key(struct cli *c, struct secrets *secrets, const char *volume, const char *word, struct key *key)
{
	size_t text_size = 2 * key->size + 2;
	char *text = secret_alloc(secrets, text_size);
	uint8_t *bytes = secret_alloc(secrets, key->size);
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), r;

	if (tty < 0) {
		cli_error(c, "%s of %s must be typed in, and there is no terminal; give it with {file: …} or {fd: …}",
			  word, volume);
		return -ENOTTY;
	}
	r = ask(tty, volume, word, key->size, text, text_size);
	close(tty);
	if (!r && !from_hex(text, bytes, key->size))
		r = -EINVAL;
	mem_wipe(text, text_size);
	if (r) {
		cli_error(c, "%s of %s: expected %zu hexadecimal digits", word, volume, 2 * key->size);
		return r;
	}
	key->bytes = bytes;
	return 0;
}
