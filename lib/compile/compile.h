/*
 * A layout as what has to be done, in order, and its printers.
 *
 * A table alone cannot make a thin volume, so the result is a list of steps: lower
 * volumes first; for each: messages to devices below that it needs, create, load, resume.
 */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include "base/strbuf.h"
#include "layout/layout.h"

enum step_kind {
	STEP_CREATE,  /* DM_DEV_CREATE: name, uuid, minor */
	STEP_LOAD,    /* DM_TABLE_LOAD */
	STEP_RESUME,  /* DM_DEV_SUSPEND without the suspend flag */
	STEP_MESSAGE, /* DM_TARGET_MSG at sector 0 */
	/* Those that a plan has besides (plan/plan.h): */
	STEP_ATTACH,  /* a loop device for an image file */
	STEP_FORMAT,  /* the start of the metadata made blank, for the kernel to format */
	STEP_CLEAR,   /* DM_TABLE_CLEAR */
	STEP_SUSPEND, /* DM_DEV_SUSPEND */
	STEP_RENAME,  /* DM_DEV_RENAME */
	STEP_REMOVE,  /* DM_DEV_REMOVE */
};

struct step {
	enum step_kind kind;
	const struct volume *volume; /* the device that is acted on */
	const char *message;         /* STEP_MESSAGE */
};

struct steps {
	struct step *v;
	size_t nr;
};

/*
 * Steps of the whole layout, or of the volume `only` (NULL: all): its own, not those
 * underneath. Lives in `arena`.
 */
void compile_steps(const struct layout *l, const struct volume *only, struct arena *arena,
		   struct steps *ret);

const char *step_kind_name(enum step_kind kind); /* "create" … */

enum compile_format {
	COMPILE_TABLE,   /* as `dmsetup table` prints */
	COMPILE_CONCISE, /* `dmsetup create --concise`, dm-mod.create= */
	COMPILE_SCRIPT,  /* POSIX shell: attaches images, creates, undoes on failure; `remove` */
	COMPILE_JSON,
	COMPILE_STEPS,
};

struct compile_options {
	enum compile_format format;
	const struct kernel_profile *kernel; /* whose read-back COMPILE_TABLE is */
	const struct volume *only;
	bool show_keys;
	const char *version; /* of the program, for the script's and JSON's head */
};

void compile_print(const struct layout *l, const struct compile_options *o, struct arena *arena,
		   struct strbuf *out);

/* The lines of one volume's table: "START LENGTH TARGET PARAMS\n", each behind `prefix`. */
void table_print(const struct volume *v, const struct emit_ctx *c, const char *prefix,
		 struct strbuf *out);

#endif
