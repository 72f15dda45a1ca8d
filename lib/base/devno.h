/* Numbers of devices as tables have them: "254:3". */
#ifndef BASE_DEVNO_H
#define BASE_DEVNO_H

#include <stdbool.h>
#include <sys/types.h>

/* "MAJOR:MINOR" into `buf`, which it returns. */
const char *dev_str(dev_t dev, char buf[static 24]);

/* The same backwards: digits, a colon, digits, and nothing else; false where it is none. */
bool dev_parse(const char *text, dev_t *ret);

#endif
