#include "base/devno.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/size.h"

const char *dev_str(dev_t dev, char buf[static 24])
{
	snprintf(buf, 24, "%u:%u", major(dev), minor(dev));
	return buf;
}

bool dev_parse(const char *text, dev_t *ret)
{
	const char *colon = strchr(text, ':');
	uint64_t maj, min;

	if (!colon || !number_parse(text, (size_t)(colon - text), &maj) ||
	    !number_parse(colon + 1, strlen(colon + 1), &min) || maj > UINT32_MAX || min > UINT32_MAX)
		return false;
	*ret = makedev((unsigned)maj, (unsigned)min);
	return true;
}
