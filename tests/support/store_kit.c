/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "store_kit.h"
#include "tacit/hash.h"

/* Bodies are parts of one field of noise; no two have a byte in common. */
enum { FIELD = KIT_BODIES * TACIT_PARCEL_LEN };

static void
must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		abort();
	}
}

void
kit_name(uint8_t *out, size_t len, char what, uint64_t n)
{
	uint8_t seed[randombytes_SEEDBYTES] = { (uint8_t)what };

	memcpy(seed + 1, &n, sizeof(n));
	randombytes_buf_deterministic(out, len, seed);
}

const uint8_t *
kit_body(uint64_t n)
{
	static uint8_t *field;

	if (field == NULL) {
		must((field = malloc(FIELD)) != NULL, "malloc");
		kit_name(field, FIELD, 'f', 0);
	}
	return field + n % KIT_BODIES * TACIT_PARCEL_LEN;
}

/* Envelope ids begin with their number, so that they can be read back. */
static void
name_envelope(uint8_t *out, uint64_t n)
{
	uint32_t v = (uint32_t)n;

	kit_name(out, TACIT_ENVELOPE_ID_LEN, 'e', n);
	memcpy(out, &v, sizeof(v));
}

static uint32_t
number_of(const uint8_t *envelope)
{
	uint32_t v;

	memcpy(&v, envelope, sizeof(v));
	return v;
}

static void
fill_post(struct op_post *p, const uint64_t *a)
{
	kit_name(p->address, 32, 'm', a[0]);
	kit_name(p->token_hash, 32, 't', a[1]);
	name_envelope(p->envelope, a[2]);
	p->kind = (uint8_t)(a[3] & 3);
	p->first = (a[3] & KIT_FIRST) != 0;
	p->watched = (a[3] & KIT_WATCHED) != 0;
	p->hold = (a[3] & KIT_HOLD) != 0;
	p->body = kit_body(a[4]);
	p->expiry_day = (uint32_t)a[5];
}

static void
fill_put(struct op_put *p, const uint64_t *a)
{
	kit_name(p->address, 32, 'i', a[0]);
	kit_name(p->key, 32, 'k', a[1]);
	kit_name(p->code_hash, 32, 'c', a[2]);
	kit_name(p->pass_hash, 32, 'c', a[3]);
	kit_name(p->request_hash, 32, 'q',
	    a[0] + 100 * a[1] + 10000 * a[2] + 1000000 * a[4]);
	p->blob = kit_body(a[4]);
	p->expiry_hour = a[5];
}

static void
fill_ack(struct op_ack *ack, const uint64_t *a)
{
	uint32_t i;

	kit_name(ack->address, 32, 'm', a[0]);
	ack->n = (uint32_t)a[2];
	for (i = 0; i < ack->n; i++)
		name_envelope(ack->envelope[i], a[1] + i);
}

/* Value 0 is no value. */
static void
name_anchor(uint8_t out[TACIT_ANCHOR_LEN], uint64_t n)
{
	memset(out, 0, TACIT_ANCHOR_LEN);
	if (n != 0)
		kit_name(out, TACIT_ANCHOR_LEN, 'a', n);
}

static void
fill_anchor(struct op_anchor *an, const uint64_t *a)
{
	uint8_t value[TACIT_ANCHOR_LEN];

	kit_name(an->address, 32, 'm', a[0]);
	name_anchor(value, a[1]);
	if (a[1] != 0)
		tacit_hash_anchor(an->expected, value);
	name_anchor(an->next, a[2]);
}

/* No key: what is signed is told by its hash. */
static void
sign(uint8_t signature[TACIT_SIGNATURE_LEN],
    const uint8_t hash[TACIT_HASH_LEN], const void *key)
{
	(void)key;
	memset(signature, 0, TACIT_SIGNATURE_LEN);
	memcpy(signature, hash, TACIT_HASH_LEN);
}

static void
fill_recall(struct op_recall *r, const uint64_t *a)
{
	kit_name(r->is.address, 32, 'm', a[0]);
	kit_name(r->token_hash, 32, 't', a[1]);
	name_envelope(r->is.envelope, a[2]);
	r->expiry_day = (uint32_t)a[3];
	r->sign = sign;
}

static void
fill_mail(struct op *op, const uint64_t *a)
{
	switch (op->kind) {
	case OP_CREATE:
		kit_name(op->u.create.address, 32, 'm', a[0]);
		kit_name(op->u.create.token_hash, 32, 't', a[1]);
		kit_name(op->u.create.code_hash, 32, 'c', a[2]);
		break;
	case OP_SUBSCRIBE:
		kit_name(op->u.subscribe.address, 32, 'm', a[0]);
		break;
	case OP_POST:
		fill_post(&op->u.post, a);
		break;
	case OP_KEEP:
		kit_name(op->u.keep.address, 32, 'm', a[0]);
		op->u.keep.counter = a[1];
		break;
	case OP_ACK:
		fill_ack(&op->u.ack, a);
		break;
	case OP_FETCH:
		kit_name(op->u.fetch.address, 32, 'm', a[0]);
		op->u.fetch.after = a[1];
		op->u.fetch.max = (uint32_t)a[2];
		op->u.fetch.most = (uint32_t)a[3];
		break;
	case OP_CLOSE:
		kit_name(op->u.close.address, 32, 'm', a[0]);
		if (a[1] != 0)
			kit_name(op->u.close.pass_hash, 32, 'c', a[1]);
		break;
	case OP_ANCHOR:
		fill_anchor(&op->u.anchor, a);
		break;
	case OP_RECALL:
		fill_recall(&op->u.recall, a);
		break;
	default:
		kit_name(op->u.set_token.address, 32, 'm', a[0]);
		kit_name(op->u.set_token.token_hash, 32, 't', a[1]);
		op->u.set_token.keep = (uint8_t)a[2];
		break;
	}
}

static void
fill_rest(struct op *op, const uint64_t *a)
{
	switch (op->kind) {
	case OP_SPLIT:
		kit_name(op->u.split.code_hash, 32, 'c', a[0]);
		kit_name(op->u.split.pass_hash, 32, 'c', a[1]);
		op->u.split.units = (uint32_t)a[2];
		break;
	case OP_ADMIT:
		kit_name(op->u.admit.code_hash, 32, 'c', a[0]);
		op->u.admit.units = (uint32_t)a[1];
		op->u.admit.expiry_day = (uint32_t)a[2];
		break;
	case OP_PUT_INVITATION:
		fill_put(&op->u.put, a);
		break;
	case OP_GET_INVITATION:
		kit_name(op->u.get.address, 32, 'i', a[0]);
		kit_name(op->u.get.reader, 32, 'r', a[1]);
		break;
	case OP_REVOKE_INVITATION:
		kit_name(op->u.revoke.address, 32, 'i', a[0]);
		kit_name(op->u.revoke.key, 32, 'k', a[1]);
		break;
	case OP_SWEEP:
		op->u.sweep.hour = a[0];
		op->u.sweep.wall_day = (uint32_t)(a[0] / 24);
		op->u.sweep.max = (uint32_t)a[1];
		break;
	default:
		break;
	}
}

struct op
kit_op(enum op_kind kind, const uint64_t arg[KIT_ARGS])
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	op.rc = TACIT_E_INTERNAL;
	if (kind <= OP_RECALL)
		fill_mail(&op, arg);
	else
		fill_rest(&op, arg);
	return op;
}

static void
text_fetch(char out[KIT_TEXT], const struct op_fetch *f)
{
	const struct stored *st;
	size_t at = 0;
	uint32_t n;

	for (st = f->first; st != NULL && at < KIT_TEXT - 32; st = st->next) {
		n = number_of(st->envelope);
		at += (size_t)snprintf(out + at, KIT_TEXT - at, "%s%" PRIu32
		    "%c%s", at > 0 ? " " : "", n,
		    st->kind == LETTER ? 'L' : 'P',
		    memcmp(st->body, kit_body(n), store_body_len(st->kind)) ==
		    0 ? "" : "!");
	}
	if (f->more)
		(void)snprintf(out + at, KIT_TEXT - at, "%s+",
		    at > 0 ? " " : "");
}

static void
text_get(char out[KIT_TEXT], const struct op_get *g)
{
	uint64_t n;

	if (g->blob == NULL)
		return;
	for (n = 0; n < KIT_BODIES; n++) {
		if (memcmp(g->blob, kit_body(n), TACIT_BLOB_LEN) == 0)
			(void)snprintf(out, KIT_TEXT, "blob %" PRIu64, n);
	}
	if (out[0] == '\0')
		(void)snprintf(out, KIT_TEXT, "strange blob");
}

static void
text_anchor(char out[KIT_TEXT], const struct op_anchor *an)
{
	uint8_t value[TACIT_ANCHOR_LEN];
	uint64_t n;

	for (n = 0; n < KIT_ANCHORS; n++) {
		name_anchor(value, n);
		if (memcmp(an->value, value, sizeof(value)) == 0)
			(void)snprintf(out, KIT_TEXT, "is %" PRIu64, n);
	}
	if (out[0] == '\0')
		(void)snprintf(out, KIT_TEXT, "is strange");
}

static void
text_recall(char out[KIT_TEXT], const struct op_recall *r)
{
	static const char *const name[] = { "?", "undelivered",
		"unacknowledged", "taken" };
	uint8_t hash[TACIT_HASH_LEN], body[TACIT_HASH_LEN];
	uint32_t n = number_of(r->is.envelope);
	int good = sodium_is_zero(r->is.body_hash, TACIT_HASH_LEN) ==
	    (r->is.outcome == TAKEN);

	tacit_hash_recall(hash, &r->is);
	tacit_hash_body(body, kit_body(n), TACIT_LETTER_LEN);
	good &= r->is.outcome == TAKEN ||
	    memcmp(body, r->is.body_hash, sizeof(body)) == 0;
	good &= memcmp(hash, r->signature, sizeof(hash)) == 0 &&
	    sodium_is_zero(r->is.previous, TACIT_HASH_LEN) ==
	    (r->is.number == 1);
	(void)snprintf(out, KIT_TEXT, "%" PRIu64 " %s%s", r->is.number,
	    name[r->is.outcome & 3], good ? "" : "!");
}

void
kit_text(char out[KIT_TEXT], const struct op *op)
{
	const struct op_post *p = &op->u.post;
	const struct op_count *c = &op->u.count;

	out[0] = '\0';
	if (op->kind == OP_POST)
		(void)snprintf(out, KIT_TEXT, "%s%s%s",
		    p->known ? "known" : p->held ? "held" : "",
		    (p->known || p->held) && p->nearly_full ? " " : "",
		    p->nearly_full ? "nearly" : "");
	else if (op->kind == OP_FETCH)
		text_fetch(out, &op->u.fetch);
	else if (op->kind == OP_ANCHOR && op->rc == TACIT_E_CONFLICT)
		text_anchor(out, &op->u.anchor);
	else if (op->kind == OP_RECALL && op->rc == 0)
		text_recall(out, &op->u.recall);
	else if (op->kind == OP_GET_INVITATION)
		text_get(out, &op->u.get);
	else if (op->kind == OP_SWEEP)
		(void)snprintf(out, KIT_TEXT, "removed %" PRIu32 "%s",
		    op->u.sweep.removed, op->u.sweep.more ? " more" : "");
	else if (op->kind == OP_COUNT)
		(void)snprintf(out, KIT_TEXT, "m%" PRIu64 " e%" PRIu64 " i%"
		    PRIu64 " a%" PRIu64, c->mailboxes, c->envelopes,
		    c->invitations, c->admissions);
}

void
kit_dir_make(char path[64])
{
	(void)snprintf(path, 64, "store-test-XXXXXX");
	must(mkdtemp(path) != NULL, "mkdtemp");
}

void
kit_dir_remove(const char *path)
{
	char name[PATH_MAX];
	struct dirent *e;
	DIR *d = opendir(path);

	must(d != NULL, path);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		must(unlink(name) == 0, name);
	}
	(void)closedir(d);
	must(rmdir(path) == 0, path);
}

uint64_t
kit_seed(void)
{
	const char *text = getenv("TACIT_SEED");
	uint64_t seed;

	if (text != NULL)
		seed = strtoull(text, NULL, 10);
	else
		randombytes_buf(&seed, sizeof(seed));
	printf("TACIT_SEED=%" PRIu64 "\n", seed);
	(void)fflush(stdout);
	return seed;
}

/* splitmix64 */
uint64_t
kit_random(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

struct store *
kit_open(const char *dir, const struct store_limits *limits)
{
	struct store_clock clock;
	struct store *s;
	int rc = store_sqlite_open(&s, &clock, dir, limits);

	if (rc != 0) {
		fprintf(stderr, "open %s: %d\n", dir, rc);
		abort();
	}
	return s;
}

void
kit_run(struct store *s, struct op *op)
{
	int rc;

	op->next = NULL;
	if ((rc = store_apply(s, op)) != 0) {
		fprintf(stderr, "store_apply: %d\n", rc);
		abort();
	}
}

void
kit_ask(struct store *s, enum op_kind kind, uint64_t a0, uint64_t a1,
    uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	const uint64_t arg[KIT_ARGS] = { a0, a1, a2, a3, a4, a5 };
	struct op op = kit_op(kind, arg);

	kit_run(s, &op);
	if (op.rc != 0) {
		fprintf(stderr, "kind %d: verdict %d\n", kind, op.rc);
		abort();
	}
	op_release(&op);
}

static unsigned
grep_file(const char *path, const void *what, size_t len)
{
	unsigned n = 0;
	uint8_t *data = NULL, *p, *end;
	FILE *f = fopen(path, "rb");
	long size;

	must(f != NULL && fseek(f, 0, SEEK_END) == 0, path);
	must((size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0, path);
	must((data = malloc((size_t)size + 1)) != NULL, "malloc");
	must(fread(data, 1, (size_t)size, f) == (size_t)size, path);
	(void)fclose(f);
	end = data + size;
	for (p = data; p < end; p++, n++) {
		if ((p = memmem(p, (size_t)(end - p), what, len)) == NULL)
			break;
	}
	free(data);
	return n;
}

unsigned
kit_grep(const char *dir, const void *what, size_t len)
{
	char name[PATH_MAX];
	struct dirent *e;
	unsigned n = 0;
	DIR *d = opendir(dir);

	must(d != NULL, dir);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", dir, e->d_name);
		n += grep_file(name, what, len);
	}
	(void)closedir(d);
	return n;
}
