/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exporter html|json|fhir|svg|csv|term|ascii SAMPLE [COLUMNS]: print a sample
 * for those who read it with programs of their own, or with their eyes;
 * exporter manifest SAMPLE: that of its JSON, and behind an RS its signature
 * in hexadecimal.
 */
#include "manifest.h"
#include "sample.h"

static int
print(void *context, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, context) == len ? 0 : TACIT_E_IO;
}

static int
forget(void *context, const void *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	(void)len;
	return 0;
}

static int
print_manifest(struct sink *s, enum sample which)
{
	uint8_t key[MANIFEST_KEY_SIZE], secret[MANIFEST_SECRET_SIZE];
	uint8_t signature[MANIFEST_SIGNATURE_SIZE];
	char out[MANIFEST_MAX], hex[2 * MANIFEST_SIGNATURE_SIZE + 1];
	struct sink nowhere = { forget, NULL, 0 };
	struct manifest m = { .head = &sample_hostile_head };
	struct manifest_tee tee;
	size_t len;
	int rc;

	(void)crypto_sign_keypair(key, secret);
	manifest_tee_begin(&tee, &nowhere);
	rc = sample_export(&export_json, &tee.sink, which);
	if (rc == 0)
		rc = manifest_tee_end(&tee, &m, "talk.jsonl");
	if (rc == 0)
		rc = manifest_make(out, &len, signature, &m, secret);
	if (rc != 0)
		return rc;
	sink_put(s, out, len);
	sink_format(s, "\x1e%s", sodium_bin2hex(hex, sizeof(hex), signature,
	    sizeof(signature)));
	return s->error;
}

int
main(int argc, char **argv)
{
	struct sink s = { print, stdout, 0 };
	const struct export_format *format;
	unsigned int columns = argc > 3 ? (unsigned int)atoi(argv[3]) : 80;
	const struct trend *t;
	int which, rc;

	if (sodium_init() < 0 || argc < 3 || (which = sample_find(argv[2])) < 0)
		return 64;
	t = sample_trend((enum sample)which);
	if ((format = export_find(argv[1])) != NULL)
		rc = sample_export(format, &s, (enum sample)which);
	else if (strcmp(argv[1], "manifest") == 0)
		rc = print_manifest(&s, (enum sample)which);
	else if (strcmp(argv[1], "svg") == 0)
		rc = trend_svg(&s, t, 0);
	else if (strcmp(argv[1], "csv") == 0)
		rc = trend_csv(&s, t, true);
	else
		rc = trend_term(&s, t, columns, strcmp(argv[1], "ascii") != 0);
	return rc == 0 && fflush(stdout) == 0 ? 0 : 1;
}
