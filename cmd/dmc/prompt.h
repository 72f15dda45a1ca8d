/* Keys typed by a person. */
#ifndef DMC_PROMPT_H
#define DMC_PROMPT_H

#include "base/secret.h"
#include "common/cli.h"
#include "target/word.h"

/*
 * Asks on the terminal, without echo, for the key of `volume` in hexadecimal, twice
 * key->size digits; its bytes go into `secrets`. -ENOTTY without a terminal, -EINVAL for
 * something else than asked for, after a line.
 */
int prompt_key(struct cli *c, struct secrets *secrets, const char *volume, const char *word,
	       struct key *key);

#endif
