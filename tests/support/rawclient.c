/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The raw client as a command, for scripts.  LINE is a file with the line
 * that `tacit-relay admit` printed; STATE a file that `create` makes.
 *
 *   rawclient LINE create STATE		one mailbox, paid with the code;
 *						"CREATED ADDRESS"
 *   rawclient LINE post STATE N WINDOW		N letters, WINDOW under way;
 *						one "OK n ENVELOPE-ID" each
 *   rawclient LINE drain STATE [keep]		"GOT ENVELOPE-ID" each, acked
 *						unless "keep"; until DRAINED
 *   rawclient LINE close STATE
 *   rawclient LINE ping
 *
 * Exit 0; 1 with a reason on stderr; 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "raw.h"
#include "tacit/error_text.h"

static int
fail(const char *what, int rc)
{
	fprintf(stderr, "rawclient: %s: %d %s\n", what, rc,
	    rc > TACIT_E_LAST_ ? tacit_error_word(rc) : "connection");
	return 1;
}

static int
read_line(struct tacit_admission *a, const char *path)
{
	char line[TACIT_LINK_TEXT_MAX] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return TACIT_E_IO;
	(void)!fgets(line, sizeof(line), f);
	fclose(f);
	return tacit_admission_parse(a, line, strcspn(line, "\n"));
}

static int
state(const char *path, struct raw_mailbox *m, const char *mode)
{
	FILE *f = fopen(path, mode);
	size_t n = 0;

	if (f == NULL)
		return TACIT_E_IO;
	n = mode[0] == 'r' ? fread(m, sizeof(*m), 1, f) :
	    fwrite(m, sizeof(*m), 1, f);
	return fclose(f) == 0 && n == 1 ? 0 : TACIT_E_IO;
}

static int
create(struct raw *r, const char *path, const struct tacit_admission *a)
{
	char hex[2 * TACIT_ADDRESS_LEN + 1];
	struct raw_mailbox m;
	int rc;

	raw_mailbox_make(&m);
	if ((rc = raw_create(r, &m, a->code)) != 0)
		return fail("create", rc);
	sodium_bin2hex(hex, sizeof(hex), m.address, sizeof(m.address));
	printf("CREATED %s\n", hex);
	return state(path, &m, "w") == 0 ? 0 : fail(path, TACIT_E_IO);
}

/* OKs come in the order of the posts: a window is a ring. */
static int
post(struct raw *r, const struct raw_mailbox *m, long n, long window)
{
	struct { uint32_t id; char hex[33]; } *ring;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	long sent = 0, done = 0;
	int rc = 0;

	if ((ring = calloc((size_t)window, sizeof(*ring))) == NULL)
		return 1;
	while (done < n) {
		while (sent < n && sent - done < window) {
			randombytes_buf(envelope, sizeof(envelope));
			randombytes_buf(body, sizeof(body));
			sodium_bin2hex(ring[sent % window].hex, 33, envelope,
			    sizeof(envelope));
			ring[sent % window].id = raw_send_post(r, m, envelope,
			    tacit_Kind_KIND_LETTER, 0, body);
			sent++;
		}
		rc = raw_wait(r, ring[done % window].id, RAW_WAIT_MS, NULL);
		if (rc != 0)
			break;
		printf("OK %ld %s\n", done + 1, ring[done % window].hex);
		(void)fflush(stdout);
		done++;
	}
	free(ring);
	return rc == 0 ? 0 : fail("post", rc);
}

static int
drain(struct raw *r, const struct raw_mailbox *m, int keep)
{
	char hex[33];
	struct raw_frame *f;
	uint8_t result;
	int rc, drained = 0;

	if ((rc = raw_subscribe(r, m, 1, &result)) != 0 || result != 0)
		return fail("subscribe", rc != 0 ? rc : -(int)result);
	while (!drained) {
		if ((f = raw_next(r, RAW_WAIT_MS, &rc)) == NULL)
			return fail("drain", rc);
		drained = f->head.which_is == tacit_Frame_drained_tag;
		if (f->head.which_is == tacit_Frame_deliver_tag) {
			sodium_bin2hex(hex, sizeof(hex),
			    f->head.is.deliver.envelope, 16);
			printf("GOT %s\n", hex);
			if (!keep)
				rc = raw_ack(r, m->address,
				    f->head.is.deliver.envelope);
		}
		raw_frame_free(f);
		if (rc != 0)
			return fail("ack", rc);
	}
	return 0;
}

static int
run(struct raw *r, const struct tacit_admission *a, int argc, char **argv)
{
	struct raw_mailbox m;
	int rc;

	if (argc == 3 && strcmp(argv[2], "ping") == 0)
		return raw_ping(r) == 0 ? 0 : 1;
	if (argc == 4 && strcmp(argv[2], "create") == 0)
		return create(r, argv[3], a);
	if (argc < 4)
		return 2;
	if ((rc = state(argv[3], &m, "r")) != 0)
		return fail(argv[3], rc);
	if (argc == 6 && strcmp(argv[2], "post") == 0)
		return post(r, &m, atol(argv[4]), atol(argv[5]));
	if (strcmp(argv[2], "drain") == 0)
		return drain(r, &m, argc == 5);
	if (strcmp(argv[2], "close") == 0)
		return raw_close(r, &m) == 0 ? 0 : 1;
	return 2;
}

int
main(int argc, char **argv)
{
	struct tacit_admission a;
	struct raw_target t;
	struct raw *r;
	int rc;

	if (sodium_init() < 0 || argc < 3)
		return 2;
	if ((rc = read_line(&a, argv[1])) != 0)
		return fail(argv[1], rc);
	raw_target(&t, &a.place);
	if ((rc = raw_open(&r, &t, a.place.relay_key)) != 0)
		return fail("connect", rc);
	rc = run(r, &a, argc, argv);
	raw_bye(r);
	return rc;
}
