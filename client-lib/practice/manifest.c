/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include <tacit/error.h>

#include "manifest.h"
#include "manifest_name.h"
#include "safe.h"
#include "stamp.h"

enum { HEX = 2 * MANIFEST_HASH_SIZE + 1 };

static int
tee_write(void *context, const void *bytes, size_t len)
{
	struct manifest_tee *tee = context;

	sink_put(tee->to, bytes, len);
	(void)crypto_hash_sha256_update(&tee->hash, bytes, len);
	tee->bytes += len;
	return tee->to->error;
}

void
manifest_tee_begin(struct manifest_tee *tee, struct sink *to)
{
	memset(tee, 0, sizeof(*tee));
	tee->sink.write = tee_write;
	tee->sink.context = tee;
	tee->sink.error = to->error;
	tee->to = to;
	(void)crypto_hash_sha256_init(&tee->hash);
}

int
manifest_tee_end(struct manifest_tee *tee, struct manifest *m,
    const char *name)
{
	struct manifest_file *f = &m->files[m->n_files];

	if (tee->sink.error != 0)
		return tee->sink.error;
	if (m->n_files == MANIFEST_FILES_MAX)
		return TACIT_E_LIMIT;
	if (!manifest_name_is(name) ||
	    manifest_name_find(m->files, m->n_files, name))
		return TACIT_E_INVALID;
	memset(f, 0, sizeof(*f));
	memcpy(f->name, name, strlen(name));
	f->bytes = tee->bytes;
	(void)crypto_hash_sha256_final(&tee->hash, f->sha256);
	m->n_files++;
	return 0;
}

/* ---- writing ------------------------------------------------------------ */

struct page {
	char *out;
	size_t len;
};

static int
page_write(void *context, const void *bytes, size_t len)
{
	struct page *p = context;

	if (len > MANIFEST_MAX - p->len)
		return TACIT_E_LIMIT;
	memcpy(p->out + p->len, bytes, len);
	p->len += len;
	return 0;
}

static void
put_text(struct sink *s, const char *name, const char *text)
{
	sink_format(s, "  \"%s\": ", name);
	safe_json(s, text, strlen(text));
	sink_text(s, ",\n");
}

/* A time in UTC; null for none. */
static void
put_time(struct sink *s, const char *name, int64_t time_ms, bool there)
{
	char time[STAMP_LEN];

	stamp_print(time, time_ms, 0);
	if (there)
		sink_format(s, "  \"%s\": \"%s\",\n", name, time);
	else
		sink_format(s, "  \"%s\": null,\n", name);
}

static void
put_files(struct sink *s, const struct manifest *m)
{
	const struct manifest_file *f;
	char hex[HEX];
	size_t i;

	sink_text(s, "  \"files\": [");
	for (i = 0; i < m->n_files; i++) {
		f = &m->files[i];
		(void)sodium_bin2hex(hex, sizeof(hex), f->sha256,
		    sizeof(f->sha256));
		sink_format(s, "%s\n    {\"name\": \"%s\", \"bytes\": %" PRIu64
		    ", \"sha256\": \"%s\"}", i > 0 ? "," : "", f->name,
		    f->bytes, hex);
	}
	sink_text(s, "\n  ],\n");
}

static void
put_manifest(struct sink *s, const struct manifest *m, const uint8_t *key)
{
	const struct export_head *h = m->head;
	char hex[HEX];

	sink_text(s, "{\n  \"manifest\": \"tacit\",\n  \"version\": 1,\n");
	put_text(s, "contact", h->contact);
	put_text(s, "label", h->label);
	put_time(s, "from", h->from_ms, h->to_ms != 0);
	put_time(s, "to", h->to_ms, h->to_ms != 0);
	put_time(s, "made", h->made_ms, true);
	put_text(s, "software", h->software);
	sink_format(s, "  \"messages\": %" PRIu64 ",\n  \"check-ins\": %"
	    PRIu64 ",\n  \"notes\": %" PRIu64 ",\n", m->messages, m->checkins,
	    m->notes);
	put_files(s, m);
	if (m->previous != NULL)
		(void)sodium_bin2hex(hex, sizeof(hex), m->previous,
		    MANIFEST_HASH_SIZE);
	sink_format(s, "  \"previous\": %s%s%s,\n",
	    m->previous != NULL ? "\"" : "",
	    m->previous != NULL ? hex : "null",
	    m->previous != NULL ? "\"" : "");
	(void)sodium_bin2hex(hex, sizeof(hex), key, MANIFEST_KEY_SIZE);
	sink_format(s, "  \"key\": \"%s\"\n}\n", hex);
}

int
manifest_make(char out[MANIFEST_MAX], size_t *len,
    uint8_t signature[MANIFEST_SIGNATURE_SIZE], const struct manifest *m,
    const uint8_t secret[MANIFEST_SECRET_SIZE])
{
	struct page page = { out, 0 };
	struct sink s = { page_write, &page, 0 };
	uint8_t key[MANIFEST_KEY_SIZE];
	size_t i;
	int rc = export_check_head(m->head);

	*len = 0;
	if (rc != 0)
		return rc;
	if (m->n_files == 0 || m->n_files > MANIFEST_FILES_MAX)
		return TACIT_E_INVALID;
	for (i = 0; i < m->n_files; i++)
		if (!manifest_name_is(m->files[i].name) ||
		    manifest_name_find(m->files, i, m->files[i].name) ||
		    m->files[i].bytes > INT64_MAX)
			return TACIT_E_INVALID;
	(void)crypto_sign_ed25519_sk_to_pk(key, secret);
	put_manifest(&s, m, key);
	if (s.error != 0)
		return s.error;
	if (crypto_sign_detached(signature, NULL, (unsigned char *)out,
	    page.len, secret) != 0)
		return TACIT_E_INTERNAL;
	*len = page.len;
	return 0;
}

void
manifest_hash(uint8_t out[MANIFEST_HASH_SIZE], const char *bytes, size_t len)
{
	(void)crypto_hash_sha256(out, (const unsigned char *)bytes, len);
}
