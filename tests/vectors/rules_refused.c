/* SPDX-License-Identifier: Apache-2.0 */
/* What readers refuse, and by which error. */
#include <string.h>

#include "content.h"
#include "seal.h"
#include "tacit/frame.h"
#include "vectors.h"

#define NAME_OF(name, value, word, text) { value, #name },
static const struct {
	int value;
	const char *name;
} errors[] = { TACIT_ERRORS(NAME_OF) };
#undef NAME_OF

/* The name of ${rc}; what is not refused has no place among these. */
static json_t *
refusal(int rc, const char *what)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (rc != 0 && errors[i].value == rc)
			return json_string(errors[i].name);
	die(what, "is not refused");
}

/* Whatever is wrong with a frame, the answer to it is ERROR FRAME. */
json_t *
frame_refused(json_t *in)
{
	uint8_t bytes_in[1024];
	size_t used, n = bytes_upto(bytes_in, sizeof(bytes_in), in, "bytes");
	struct tacit_frame f;

	return refusal(tacit_frame_parse(&f, &used, bytes_in, n) != 0 ?
	    TACIT_E_FRAME : 0, "frame");
}

json_t *
link_refused(json_t *in)
{
	const char *text = string(in, "text");
	struct tacit_link l;

	return refusal(tacit_link_parse(&l, text, strlen(text)), text);
}

json_t *
admission_refused(json_t *in)
{
	const char *text = string(in, "text");
	struct tacit_admission a;

	return refusal(tacit_admission_parse(&a, text, strlen(text)), text);
}

/* Read in either spelling, written in one. */
json_t *
link_read(json_t *in)
{
	const char *text = string(in, "text");
	char again[TACIT_LINK_TEXT_MAX];
	struct tacit_link l;

	if (tacit_link_parse(&l, text, strlen(text)) != 0 ||
	    tacit_link_write(again, sizeof(again), &l) != 0)
		die(text, "cannot be read");
	return json_string(again);
}

json_t *
content_refused(json_t *in)
{
	uint8_t padded[TACIT_CONTENT_LEN + 1];
	size_t n = bytes_upto(padded, sizeof(padded), in, "bytes");
	tacit_Content c;

	return refusal(content_read(&c, padded, n), "content");
}

json_t *
envelope_refused(json_t *in)
{
	uint8_t sealed[TACIT_LETTER_LEN], msg[TACIT_LETTER_LEN], pair[32];
	struct seal_header h;
	struct seal_keys k;
	struct seal_place p;

	bytes(pair, sizeof(pair), in, "pair");
	keys_seal(&k, pair, strcmp(string(in, "direction"), "ij") == 0 ?
	    SEAL_I_TO_J : SEAL_J_TO_I);
	bytes(p.address, sizeof(p.address), in, "address");
	bytes(p.envelope, sizeof(p.envelope), in, "envelope");
	bytes(sealed, sizeof(sealed), in, "bytes");
	if (!seal_names(sealed, &k, &p))
		return json_string("HINT");
	return refusal(seal_open(&h, msg, sealed, sizeof(sealed), &k, &p),
	    "envelope");
}
