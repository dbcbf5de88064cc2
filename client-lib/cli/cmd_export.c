/* SPDX-License-Identifier: Apache-2.0 */
/* export, checkin export: what was written, out of the vault. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

/* In the order in which they get their names: who finds the record finds its
 * manifest. */
enum { SIGNATURE, MANIFEST, RECORD, FILES };

struct exported {
	char *path[FILES];
	struct outfile file[FILES];
	struct tacit_record record;
};

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
take_days(const struct cli *c, struct tacit_record_options *o)
{
	if ((c->first_day != NULL && !text_to_day(&o->from, c->first_day)) ||
	    (c->last_day != NULL && !text_to_day(&o->until, c->last_day)) ||
	    (o->from != 0 && o->until != 0 && o->from > o->until))
		return cli_usage(c, "--first-day and --last-day take days, as "
		    "2026-11-22, in this order");
	return 0;
}

static int
refuse(const struct cli *c, int rc)
{
	if (rc == TACIT_E_INVALID)
		return cli_usage(c, "--out names a file by up to 64 of A-Z "
		    "a-z 0-9 _ - and dots, with neither - nor a dot in front, "
		    "so that a manifest can; days are from 1970-01-01");
	return cli_fail(c, rc, NULL);
}

/* ---- to files -------------------------------------------------------------------- */

static int
begin_files(const struct cli *c, struct exported *x)
{
	static const char *const ends[FILES] = { ".manifest.sig",
	    ".manifest", "" };
	int i, status = 0;

	for (i = 0; i < FILES; i++)
		x->file[i].fd = x->file[i].folder = -1;
	for (i = 0; i < FILES && status == 0; i++) {
		if (asprintf(&x->path[i], "%s%s", c->out, ends[i]) == -1) {
			x->path[i] = NULL;
			return cli_fail(c, TACIT_E_NOMEM, NULL);
		}
		status = outfile_open(c, &x->file[i], x->path[i],
		    (c->given & OPT_YES) != 0);
	}
	return status;
}

static void
end_files(struct exported *x)
{
	int i;

	for (i = 0; i < FILES; i++) {
		outfile_close(&x->file[i]);
		free(x->path[i]);
	}
}

static int
write_files(const struct cli *c, struct exported *x)
{
	const struct tacit_record *r = &x->record;
	int rc;

	if ((rc = outfile_write(&x->file[MANIFEST], r->manifest,
	    r->manifest_len)) != 0)
		return outfile_fail(c, &x->file[MANIFEST], rc);
	if ((rc = outfile_write(&x->file[SIGNATURE], r->signature,
	    sizeof(r->signature))) != 0)
		return outfile_fail(c, &x->file[SIGNATURE], rc);
	return outfile_keep(c, x->file, FILES);
}

static int
say(const struct cli *c, const struct exported *x, const char *contact,
    const char *format)
{
	const struct tacit_record *r = &x->record;

	if (c->json)
		return cli_done(c, json_out("{s:s, s:s, s:s, s:s, s:s, s:s, "
		    "s:I, s:I, s:I}", "contact", contact, "format", format,
		    "file", x->path[RECORD], "manifest", x->path[MANIFEST],
		    "signature", x->path[SIGNATURE], "key", r->key,
		    "messages", (long long)r->messages, "checkins",
		    (long long)r->checkins, "notes", (long long)r->notes));
	printf("%s: %llu messages, %llu check-ins, %llu notes.\n",
	    x->path[RECORD], (unsigned long long)r->messages,
	    (unsigned long long)r->checkins, (unsigned long long)r->notes);
	printf("%s and .sig say that it is whole; `tacit check' looks.  "
	    "Signed by\n%s\n", x->path[MANIFEST], r->key);
	puts("It is not encrypted: whoever has the file can read it.");
	return EX_OK;
}

static int
to_files(struct cli *c, struct tacit_contact *ct, const char *contact,
    struct tacit_record_options *o)
{
	struct exported *x = calloc(1, sizeof(*x));
	struct tacit_writer to;
	int rc, status;

	if (x == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	x->record.size = sizeof(x->record);
	o->name = name_of(c->out);
	to.write = outfile_write;
	to.context = &x->file[RECORD];
	if ((status = begin_files(c, x)) != 0)
		goto out;
	if ((rc = tacit_record_write(c->p, ct, o, session_unix_ms(), &to,
	    &x->record)) != 0)
		status = x->file[RECORD].number != 0 ?
		    outfile_fail(c, &x->file[RECORD], rc) : refuse(c, rc);
	else if ((status = write_files(c, x)) == 0)
		status = say(c, x, contact, o->format);
out:
	end_files(x);
	free(x);
	return status;
}

/* ---- to standard output ------------------------------------------------------------- */

static int
put(void *stream, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, stream) == len ? 0 : TACIT_E_IO;
}

static int
to_output(struct cli *c, struct tacit_contact *ct,
    const struct tacit_record_options *o)
{
	struct tacit_record *r = calloc(1, sizeof(*r));
	const struct tacit_writer to = { put, stdout };
	int rc;

	if (r == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	r->size = sizeof(*r);
	rc = tacit_record_write(c->p, ct, o, session_unix_ms(), &to, r);
	free(r);
	return rc != 0 ? refuse(c, rc) : EX_OK;
}

/* ---- commands ------------------------------------------------------------------------- */

static int
take_format(const struct cli *c, struct tacit_record_options *o)
{
	static const char *const formats[] = { "fhir", "html", "json" };
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (o->format != NULL && strcmp(o->format, formats[i]) == 0)
			return 0;
	return cli_usage(c, "--format takes fhir, html or json");
}

static int
run(struct cli *c, struct tacit_record_options *o)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct = NULL;
	int rc, status;

	if ((status = take_format(c, o)) != 0 ||
	    (status = take_days(c, o)) != 0 ||
	    (status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0)
		return cli_fail(c, rc, NULL);
	return c->out != NULL ? to_files(c, ct, info.id, o) :
	    to_output(c, ct, o);
}

int
cmd_export(struct cli *c)
{
	struct tacit_record_options o = { .size = sizeof(o),
	    .format = c->format };

	if (c->out == NULL)
		return cli_usage(c, "`export' needs --out FILE");
	return run(c, &o);
}

int
cmd_checkin_export(struct cli *c)
{
	struct tacit_record_options o = { .size = sizeof(o), .checkins = 1,
	    .format = c->format };

	if (o.format == NULL)
		o.format = c->json && c->out == NULL ? "json" : "fhir";
	if (c->json && c->out == NULL && strcmp(o.format, "json") != 0)
		return cli_usage(c, "with --json and another --format than "
		    "json goes --out FILE");
	return run(c, &o);
}
