/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture.h"

static int saved = -1, file = -1;

static void
must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		abort();
	}
}

void
capture_begin(void)
{
	char name[] = "/tmp/capture-XXXXXX";

	(void)fflush(stderr);
	must((file = mkstemp(name)) >= 0, name);
	(void)unlink(name);
	must((saved = dup(STDERR_FILENO)) >= 0, "dup");
	must(dup2(file, STDERR_FILENO) >= 0, "dup2");
}

void
capture_end(char *out, size_t cap)
{
	ssize_t n;

	(void)fflush(stderr);
	must(dup2(saved, STDERR_FILENO) >= 0, "dup2");
	(void)close(saved);
	n = pread(file, out, cap - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	(void)close(file);
}

void
capture_mkdir(char *out, size_t cap)
{
	const char *dir = getenv("TMPDIR");

	(void)snprintf(out, cap, "%s/tacit-test-XXXXXX",
	    dir != NULL && dir[0] != '\0' ? dir : "/tmp");
	must(mkdtemp(out) != NULL, out);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

void
capture_rmdir(const char *dir)
{
	must(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, dir);
}
