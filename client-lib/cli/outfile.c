/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are there whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static int
error_of(int number)
{
	return number == ENOSPC || number == EDQUOT || number == EFBIG ?
	    TACIT_E_DISK_FULL : TACIT_E_IO;
}

static int
fail(const struct cli *c, const struct outfile *o)
{
	char text[700];

	(void)snprintf(text, sizeof(text), "%.500s: %s", o->path,
	    strerror(o->number));
	return cli_fail_as(c, error_of(o->number), text);
}

static int
fail_exists(const struct cli *c, const struct outfile *o)
{
	char text[700];

	(void)snprintf(text, sizeof(text), o->replace ?
	    "%.500s is no file of its own, and stays as it is" :
	    "%.500s exists; --yes replaces files", o->path);
	return cli_fail_as(c, TACIT_E_FILE_EXISTS, text);
}

/* Nothing is in the way, or what may be replaced. */
static int
look(const struct cli *c, struct outfile *o)
{
	struct stat st;

	if (fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return o->replace && S_ISREG(st.st_mode) ? 0 :
		    fail_exists(c, o);
	o->number = errno;
	if (o->number != ENOENT)
		return fail(c, o);
	o->number = 0;
	return 0;
}

/* Open the folder and find the name in it. */
static int
split(const struct cli *c, struct outfile *o)
{
	char *copy = strdup(o->path), *slash;
	const char *folder = ".";

	if (copy == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	o->name = o->path;
	if ((slash = strrchr(copy, '/')) != NULL) {
		o->name = o->path + (slash - copy) + 1;
		slash[slash == copy ? 1 : 0] = '\0';
		folder = copy;
	}
	o->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	o->number = o->folder == -1 ? errno : 0;
	free(copy);
	if (o->name[0] == '\0')
		return cli_usage(c, "--out takes the name of a file");
	return o->number != 0 ? fail(c, o) : 0;
}

int
outfile_open(const struct cli *c, struct outfile *o, const char *path,
    bool replace)
{
	unsigned char salt[8];
	size_t i;
	int status;

	memset(o, 0, sizeof(*o));
	o->folder = o->fd = -1;
	o->path = path;
	o->replace = replace;
	if ((status = split(c, o)) != 0 || (status = look(c, o)) != 0)
		return status;
	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return cli_fail(c, TACIT_E_INTERNAL, NULL);
	memcpy(o->temp, ".tacit-", 8);
	for (i = 0; i < sizeof(salt); i++)
		(void)snprintf(o->temp + 7 + 2 * i, 3, "%02x", salt[i]);
	o->fd = openat(o->folder, o->temp, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	o->number = o->fd == -1 ? errno : 0;
	return o->number != 0 ? fail(c, o) : 0;
}

int
outfile_write(void *outfile, const void *bytes, size_t len)
{
	struct outfile *o = outfile;
	const char *from = bytes;
	ssize_t n;

	while (len > 0) {
		if ((n = write(o->fd, from, len)) < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			o->number = n < 0 ? errno : ENOSPC;
			return error_of(o->number);
		}
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

int
outfile_fail(const struct cli *c, const struct outfile *o, int error)
{
	return o->number != 0 ? fail(c, o) : cli_fail(c, error, NULL);
}

/* From here on it has its name. */
static int
name_it(const struct cli *c, struct outfile *o)
{
	int rc = renameat2(o->folder, o->temp, o->folder, o->name,
	    o->replace ? 0 : RENAME_NOREPLACE);

	/* A file system that cannot: what was looked at must do. */
	if (rc != 0 && errno == EINVAL && !o->replace &&
	    faccessat(o->folder, o->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		rc = renameat(o->folder, o->temp, o->folder, o->name);
	o->number = errno;
	if (rc != 0)
		return o->number == EEXIST ? fail_exists(c, o) : fail(c, o);
	o->number = 0;
	o->temp[0] = '\0';
	o->named = true;
	return 0;
}

int
outfile_keep(const struct cli *c, struct outfile *o, size_t n)
{
	size_t i;
	int status = 0;

	for (i = 0; i < n && status == 0; i++)
		if (fsync(o[i].fd) != 0) {
			o[i].number = errno;
			status = fail(c, &o[i]);
		}
	for (i = 0; i < n && status == 0; i++)
		status = name_it(c, &o[i]);
	for (i = 0; i < n && status == 0; i++)
		if (fsync(o[i].folder) != 0) {
			o[i].number = errno;
			status = fail(c, &o[i]);
		}
	for (i = 0; i < n && status == 0; i++)
		o[i].kept = true;
	return status;
}

void
outfile_close(struct outfile *o)
{
	if (o->fd >= 0)
		(void)close(o->fd);
	if (o->temp[0] != '\0')
		(void)unlinkat(o->folder, o->temp, 0);
	else if (o->named && !o->kept && !o->replace)
		(void)unlinkat(o->folder, o->name, 0);
	if (o->folder >= 0)
		(void)close(o->folder);
	memset(o, 0, sizeof(*o));
	o->fd = o->folder = -1;
}
