#include <stdio.h>

#include <blkid/blkid.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <yaml.h>

#include "common/cli.h"

const char cli_version[] = DMC_VERSION;

void cli_print_version(const struct cli_program *p)
{
	const char *blkid;

	blkid_get_library_version(&blkid, NULL);
	printf("%s %s\nlibyaml %s, jansson %s, libblkid %s, %s\n", p->name, cli_version,
	       yaml_get_version_string(), jansson_version_str(), blkid, OpenSSL_version(OPENSSL_VERSION));
}
