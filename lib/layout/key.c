/*
 * Secrets: {file: PATH}, {fd: N}, {keyring: TYPE:DESCRIPTION, size: 64B}, {prompt: true,
 * size: 64B}. The bytes are read here into locked memory; only their number goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "layout/internal.h"

#define MAX_KEY 4096

static const char *const keys[] = {"file", "fd", "keyring", "prompt", "size", NULL};

/* Up to MAX_KEY bytes from fd into locked memory; -EFBIG when there are more. */
static int read_key(struct layout *l, int fd, struct key *key)
{
	uint8_t *p = secret_alloc(&l->secrets, MAX_KEY + 1);
	size_t nr = 0;

	while (nr <= MAX_KEY) {
		ssize_t r = read(fd, p + nr, MAX_KEY + 1 - nr);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		nr += (size_t)r;
	}
	if (nr > MAX_KEY)
		return -EFBIG;
	key->bytes = p;
	key->size = nr;
	return 0;
}

static bool cannot_read(struct layout *l, const struct node *n, const char *what, const char *path,
			int err)
{
	struct finding *f = node_report(l, n, &F_KEY_READ, "%s: cannot read the key from %s: %s", what, path,
					err == -EFBIG ? "it has more than 4096 bytes" : strerror(-err));

	finding_fix(l->diag, f, "make the file readable, or give the key's `size` to check without it");
	return false;
}

static bool key_from_file(struct layout *l, const struct node *n, const struct node *size,
			  const char *what, struct key *key)
{
	const char *path;
	int fd, r;

	if (!node_text(l, n, "file", &path))
		return false;
	if (*path != '/' && l->dir)
		path = arena_printf(l->arena, "%s/%s", l->dir, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		return size && r == -ENOENT ? true : cannot_read(l, n, what, path, r);
	}
	r = read_key(l, fd, key);
	close(fd);
	return r ? cannot_read(l, n, what, path, r) : true;
}

static bool key_from_fd(struct layout *l, const struct node *n, const char *what, struct key *key)
{
	uint64_t fd;
	int r;

	if (!node_u64(l, n, "fd", &fd))
		return false;
	r = fd > INT32_MAX ? -EBADF : read_key(l, (int)fd, key);
	return r ? cannot_read(l, n, what, "the file descriptor", r) : true;
}

static bool key_from_keyring(struct layout *l, const struct node *n, struct key *key)
{
	const char *text, *colon;

	if (!node_text(l, n, "keyring", &text))
		return false;
	colon = strchr(text, ':');
	if (!colon || colon == text || !colon[1]) {
		node_report(l, n, &F_KEY_SOURCE, "keyring: expected TYPE:DESCRIPTION, as logon:backup");
		return false;
	}
	key->kind = KEY_KEYRING;
	key->type = arena_strndup(l->arena, text, (size_t)(colon - text));
	key->description = colon + 1;
	return true;
}

static bool key_size(struct layout *l, const struct node *map, const struct node *size,
		     const char *what, struct key *key)
{
	uint64_t bytes;

	if (!size) {
		if (key->bytes)
			return true;
		node_report(l, map, &F_KEY_SOURCE, "%s: the key's `size` must be given here", what);
		return false;
	}
	if (!node_size(l, size, "size", 0, &bytes))
		return false;
	if (bytes > MAX_KEY || (key->bytes && bytes != key->size)) {
		node_report(l, size, &F_KEY_SOURCE, "%s: the key has %zu bytes, `size` says %llu", what,
			    key->size, (unsigned long long)bytes);
		return false;
	}
	key->size = (size_t)bytes;
	return true;
}

bool load_key(struct layout *l, const struct node *n, const char *what, struct key *ret)
{
	const struct node *file, *fd, *keyring, *prompt, *size;
	struct key key = {.kind = KEY_BYTES};
	struct finding *f;
	bool on;

	if (n->kind == NODE_SCALAR) {
		if (node_is(n, "none")) {
			*ret = (struct key){.kind = KEY_NONE};
			return true;
		}
		f = node_report(l, n, &F_KEY_IN_FILE, "%s: keys do not belong into a layout", what);
		finding_fix(l->diag, f, "%s: {file: PATH}, {fd: N}, {keyring: TYPE:DESCRIPTION, size: 64B} or "
					"{prompt: true, size: 64B}", what);
		return false;
	}
	if (!node_expect(l, n, NODE_MAP, what) || !node_check_keys(l, n, keys, what))
		return false;
	file = node_get(n, "file");
	fd = node_get(n, "fd");
	keyring = node_get(n, "keyring");
	prompt = node_get(n, "prompt");
	size = node_get(n, "size");
	if (!file + !fd + !keyring + !prompt != 3) {
		node_report(l, n, &F_KEY_SOURCE, "%s: expected one of file, fd, keyring, prompt", what);
		return false;
	}
	if ((file && !key_from_file(l, file, size, what, &key)) ||
	    (fd && !key_from_fd(l, fd, what, &key)) ||
	    (keyring && !key_from_keyring(l, keyring, &key)) ||
	    (prompt && !node_flag(l, prompt, "prompt", &on)) || !key_size(l, n, size, what, &key))
		return false;
	key.source = n;
	*ret = key;
	return true;
}
