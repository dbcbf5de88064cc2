/* SPDX-License-Identifier: Apache-2.0 */
/* check: is an export what its manifest says?  No vault is needed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

static const char manifest_end[] = ".manifest";

/* Where files are read from, and the one that is open. */
struct folder {
	int fd, file;
	char name[80];			/* of it; "" if none is open */
	const char *wanted;		/* that must be among them; or NULL */
	bool found;
};

static int
open_in(struct folder *d, const char *name)
{
	if (strcmp(d->name, name) == 0)
		return 0;
	if (d->file >= 0)
		(void)close(d->file);
	d->name[0] = '\0';
	/* Nothing that leads elsewhere, or that waits for a writer. */
	d->file = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (d->file == -1)
		return TACIT_E_IO;
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	return 0;
}

static int
read_at(void *context, const char *name, uint64_t at, void *out, size_t cap,
    size_t *len)
{
	struct folder *d = context;
	ssize_t n;

	if (d->wanted != NULL && strcmp(name, d->wanted) == 0)
		d->found = true;
	if (open_in(d, name) != 0)
		return TACIT_E_IO;
	do
		n = pread(d->file, out, cap, (off_t)at);
	while (n < 0 && errno == EINTR);
	*len = n > 0 ? (size_t)n : 0;
	return n < 0 ? TACIT_E_IO : 0;
}

/* A small file, whole; one byte more than ${cap} at most. */
static int
read_small(const struct cli *c, const char *path, char *out, size_t cap,
    size_t *len)
{
	FILE *f = fopen(path, "r");
	char text[700];
	int status = 0;

	*len = f != NULL ? fread(out, 1, cap, f) : 0;
	if (f == NULL || ferror(f) != 0) {
		(void)snprintf(text, sizeof(text), "%.500s: %s", path,
		    strerror(errno));
		status = cli_fail_as(c, TACIT_E_IO, text);
	}
	if (f != NULL)
		(void)fclose(f);
	return status;
}

/* Split FILE into the manifest's path, its folder and the file's own name. */
static int
find(const struct cli *c, struct folder *d, char **manifest)
{
	const char *slash = strrchr(c->file, '/');
	size_t len = strlen(c->file), end = sizeof(manifest_end) - 1;
	bool is = len > end && strcmp(c->file + len - end, manifest_end) == 0;
	char *folder;

	if (asprintf(manifest, "%s%s", c->file, is ? "" : manifest_end) == -1) {
		*manifest = NULL;
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	}
	d->wanted = is ? NULL : slash != NULL ? slash + 1 : c->file;
	folder = slash == NULL ? strdup(".") :
	    strndup(c->file, (size_t)(slash - c->file) + 1);
	if (folder == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	d->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	return d->fd >= 0 ? 0 : cli_fail_as(c, TACIT_E_IO, strerror(errno));
}

static int
check(const struct cli *c, struct folder *d, const char *path)
{
	char manifest[TACIT_MANIFEST_SIZE + 1], signer[TACIT_RECORD_KEY_SIZE];
	char signature[TACIT_SIGNATURE_SIZE + 1], why[TACIT_RECORD_WHY_SIZE];
	const struct tacit_reader from = { read_at, d };
	size_t len, signature_len;
	char *sig = NULL;
	int rc, status;

	if (asprintf(&sig, "%s.sig", path) == -1)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	status = read_small(c, path, manifest, sizeof(manifest), &len);
	if (status == 0)
		status = read_small(c, sig, signature, sizeof(signature),
		    &signature_len);
	free(sig);
	if (status != 0)
		return status;
	if (signature_len != TACIT_SIGNATURE_SIZE)
		return cli_fail_as(c, TACIT_E_CRYPTO, "the signature does not "
		    "have 64 bytes");
	rc = tacit_record_check(manifest, len, (const uint8_t *)signature,
	    c->key, &from, signer, why);
	if (rc == TACIT_E_INVALID)
		return cli_usage(c, "--key takes 64 hexadecimal digits");
	if (rc != 0)
		return cli_fail_as(c, rc, why);
	if (d->wanted != NULL && !d->found)
		return cli_fail_as(c, TACIT_E_CRYPTO, "the manifest is one of "
		    "other files");
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s, s:s, s:b}", "manifest",
		    path, "state", "whole", "key", signer, "key_given",
		    c->key != NULL));
	printf("Whole and unchanged, signed by%s\n%s\n", c->key != NULL ?
	    "" : " (compare this with what you were told)", signer);
	return EX_OK;
}

int
cmd_check(struct cli *c)
{
	struct folder d = { .fd = -1, .file = -1 };
	char *manifest = NULL;
	int status;

	if ((status = find(c, &d, &manifest)) == 0)
		status = check(c, &d, manifest);
	free(manifest);
	if (d.file >= 0)
		(void)close(d.file);
	if (d.fd >= 0)
		(void)close(d.fd);
	return status;
}
