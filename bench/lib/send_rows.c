/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are durable when the call returns: one by one, and in batches. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"
#include "record.h"
#include "talk.h"

enum {
	BATCH = 100,
	BATCHES = 20,			/* of a round */
	ALONE = 200,			/* texts of a round */
	PAGE = 4096,
	SHORT = 160,			/* bytes of a text, */
	LONG = 1536			/* and of one that fills a letter */
};

struct senders {
	struct talk k;
	struct tacit_contact *ct;
	uint64_t sent, first;
	int raw;			/* a file for the bare disk */
};

/* Text number ${n}. */
static void
make_text(char *out, size_t len, uint64_t n)
{
	memset(out, 'a' + (int)(n % 26), len);
	(void)snprintf(out, 21, "%020llu", (unsigned long long)n);
	out[20] = ' ';
}

static double
per_second(double began, unsigned n)
{
	return n * 1e6 / (rows_wall_us() - began);
}

static double
run_alone(void *arg)
{
	struct senders *s = arg;
	double began = rows_wall_us();
	char text[SHORT];
	unsigned i;
	int rc;

	for (i = 0; i < ALONE; i++) {
		make_text(text, sizeof(text), s->sent);
		rc = tacit_send(s->ct, text, sizeof(text), NULL, NULL);
		assert(rc == 0);
		s->sent++;
	}
	return per_second(began, ALONE);
}

static double
run_batches(struct senders *s, size_t len)
{
	static char text[BATCH][LONG];
	struct tacit_op op[BATCH];
	double began = rows_wall_us();
	unsigned i, n;
	int rc;

	for (n = 0; n < BATCHES; n++) {
		memset(op, 0, sizeof(op));
		for (i = 0; i < BATCH; i++) {
			make_text(text[i], len, s->sent + i);
			op[i].size = sizeof(op[i]);
			op[i].kind = TACIT_OP_SEND;
			op[i].contact = s->ct;
			op[i].data = text[i];
			op[i].len = len;
		}
		rc = tacit_commit(s->ct->t, op, BATCH);
		assert(rc == 0);
		s->sent += BATCH;
	}
	return per_second(began, BATCHES * BATCH);
}

static double
run_short(void *arg)
{
	return run_batches(arg, SHORT);
}

/* What of that is this thread's, and not the disk's or other programs'. */
static double
run_short_cpu(void *arg)
{
	double began = rows_cpu_us();

	(void)run_batches(arg, SHORT);
	return (rows_cpu_us() - began) / (BATCHES * BATCH);
}

static double
run_long(void *arg)
{
	return run_batches(arg, LONG);
}

/* What this disk does at all: a page, and it is durable. */
static double
run_disk(void *arg)
{
	static const uint8_t page[PAGE] = { 1 };
	struct senders *s = arg;
	double began = rows_wall_us();
	unsigned i;
	int rc;

	for (i = 0; i < ALONE; i++) {
		rc = write(s->raw, page, sizeof(page)) == sizeof(page) &&
		    fdatasync(s->raw) == 0;
		assert(rc);
	}
	return per_second(began, ALONE);
}

/* Each text is in the vault once, as it was written, also when reopened. */
static void
check_reopened(const struct senders *s, const char *path, const char *id)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Out o;
	struct vault *v;
	char *text, want[LONG];
	uint64_t n = 0;
	size_t len;
	int rc = stage_vault(&v, path);

	assert(rc == 0);
	for (;;) {
		rc = vault_next(v, VAULT_OUTBOX, id, CONTACT_ID_LEN, &key,
		    &value);
		assert(rc == 0);
		if (key.len == 0)
			break;
		text = NULL;
		rc = record_read(&value, tacit_state_Out_fields, &o, &text,
		    &len);
		assert(rc == 0);
		vault_value_free(&value);
		if (o.seq > s->first) {
			assert(len == SHORT || len == LONG);
			make_text(want, len, n++);
			assert(memcmp(text, want, len) == 0);
		}
		free(text);
	}
	assert(n == s->sent);
	vault_close(v);
}

int
send_group(const struct bench *b)
{
	struct row r[] = {
		{ .name = "page appended, fdatasync", .unit = "/s",
		    .run = run_disk },
		{ .name = "send, one by one, durable", .unit = "/s",
		    .run = run_alone, .over = "page appended, fdatasync" },
		{ .name = "send, durable, batches of 100", .unit = "/s",
		    .run = run_short, .over = "send, one by one, durable",
		    .kind = GOAL_MIN, .goal = 20000 },
		{ .name = "the same: CPU of one text", .unit = "us",
		    .run = run_short_cpu },
		{ .name = "the same, texts that fill a letter", .unit = "/s",
		    .run = run_long, .over = "send, one by one, durable" },
	};
	struct senders s = { .sent = 0 };
	char path[400], id[CONTACT_ID_LEN];
	int missed;

	(void)snprintf(path, sizeof(path), "%s/raw", b->dir);
	s.raw = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert(s.raw >= 0);
	talk_new(&s.k, b->dir);
	s.ct = story_contact(&s.k.st, 0);
	s.first = s.ct->rec.seq;
	memcpy(id, s.ct->id, sizeof(id));
	missed = rows_run(r, sizeof(r) / sizeof(r[0]), &s, b->json);
	talk_free(&s.k);
	(void)close(s.raw);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/end0", b->dir);
	check_reopened(&s, path, id);
	return missed;
}
