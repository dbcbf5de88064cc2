/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "scratch.h"

enum { DEPTH = 16 };

const char *
scratch_make(struct scratch *s)
{
	const char *base = getenv("TMPDIR");

	if (base == NULL || base[0] == '\0')
		base = "/var/tmp";
	(void)snprintf(s->path, sizeof(s->path), "%s/load-XXXXXX", base);
	if (mkdtemp(s->path) == NULL)
		fail_errno(s->path);
	return s->path;
}

static int
remove_one(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void
scratch_remove(const struct scratch *s)
{
	if (s->path[0] != '\0')
		(void)nftw(s->path, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS);
}
