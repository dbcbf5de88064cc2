/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "file.h"

int
bytes_make(struct bytes *b, size_t len)
{
	b->len = len;
	b->data = sodium_malloc(len);
	return b->data != NULL ? 0 : TACIT_E_NOMEM;
}

void
bytes_free(struct bytes *b)
{
	sodium_free(b->data);		/* wipes */
	b->data = NULL;
	b->len = 0;
}

void
file_path(char *out, size_t cap, const char *dir, const char *name)
{
	(void)snprintf(out, cap, "%s/%s", dir, name);
}

int
file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int
complain(const char *path, const char *why, int rc)
{
	fprintf(stderr, "tacit-relay: %s: %s\n", path, why);
	return rc;
}

/* Read until ${b} is full: the file had that length a moment ago. */
static int
fill(struct bytes *b, int fd, const char *path)
{
	size_t have = 0;
	ssize_t n;

	while (have < b->len) {
		n = read(fd, b->data + have, b->len - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return complain(path, n < 0 ? strerror(errno) :
			    "changed while it was read", TACIT_E_IO);
		have += (size_t)n;
	}
	return 0;
}

int
file_read(struct bytes *out, const char *path, int secret)
{
	struct bytes b = { NULL, 0 };
	struct stat st;
	int fd, rc;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return complain(path, strerror(errno), TACIT_E_IO);
	if (fstat(fd, &st) != 0)
		rc = complain(path, strerror(errno), TACIT_E_IO);
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_LEN_MAX)
		rc = complain(path, "not a file of this kind",
		    TACIT_E_CORRUPT);
	else if (secret && (st.st_mode & 077) != 0)
		rc = complain(path, "a key that its group or others may "
		    "read; make it mode 0600", TACIT_E_CORRUPT);
	else if ((rc = bytes_make(&b, (size_t)st.st_size)) == 0)
		rc = fill(&b, fd, path);
	(void)close(fd);

	if (rc != 0)
		bytes_free(&b);
	*out = b;
	return rc;
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A rename is on the disk when its directory is. */
static int
sync_directory_of(const char *path)
{
	char copy[FILE_PATH_MAX];
	int fd, rc;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

int
file_write(const char *path, const void *data, size_t len)
{
	char temp[FILE_PATH_MAX + 8];
	int fd, ok;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	(void)unlink(temp);		/* left by a crash */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return complain(temp, strerror(errno), TACIT_E_IO);
	ok = write_all(fd, data, len) == 0 && fsync(fd) == 0;
	if (close(fd) != 0 || !ok || rename(temp, path) != 0 ||
	    sync_directory_of(path) != 0) {
		ok = errno;
		(void)unlink(temp);
		return complain(path, strerror(ok),
		    ok == ENOSPC ? TACIT_E_DISK_FULL : TACIT_E_IO);
	}
	return 0;
}
