/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay of its own, its mailboxes, and connections up to their WELCOME.
 * The relay is the program that TACIT_RELAY names, else that of PATH.
 */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "ours.h"

enum {
	CREATES = 256,			/* CREATEs under way */
	UNITS = 6, PER_LINE = 150	/* relationships of one admission line */
};

static const char *
program(void)
{
	const char *path = getenv("TACIT_RELAY");

	return path != NULL ? path : "tacit-relay";
}

static void
path_of(const struct ours *t, char *out, size_t cap, const char *name)
{
	(void)snprintf(out, cap, "%s/%s", t->conf.dir, name);
}

/* Nothing here changes what an OK means; see relay/DESIGN.md, "Bounds". */
static void
configure(struct ours *t)
{
	uint64_t letters = t->conf.letters + 64;

	letters = letters > 65536 ? 65536 : letters;
	(void)snprintf(t->settings, sizeof(t->settings),
	    "ok_tick_ms = 0\nmailbox_letters = %llu\npost_rate = 100000\n"
	    "post_burst = 1000000\nmax_connections = %lu\n"
	    "max_handshakes = 4096\nsource_connections = 1000000\n"
	    "source_handshakes = 60000\nsource_rate = 100000\n"
	    "max_buffered_mib = 4096\nreserve_mib = 256\n%s",
	    (unsigned long long)letters, (unsigned long)t->conf.recipients +
	    t->conf.senders + t->conf.idle + 64,
	    t->conf.settings == NULL ? "" : t->conf.settings);
	server_file(t->conf.dir, "relay.conf", t->settings);
}

static void
launch(struct ours *t)
{
	char data[4096], conf[4096], log[4096], line[512], url[256];
	const char *argv[] = { program(), "serve", "--data", data, "--config",
	    conf, "--listen", "127.0.0.1:0",
	    t->conf.plain ? "--plaintext" : NULL, NULL };

	path_of(t, data, sizeof(data), "data");
	path_of(t, conf, sizeof(conf), "relay.conf");
	path_of(t, log, sizeof(log), "relay.log");
	server_start(&t->relay, argv, log);
	server_line(&t->relay, line, sizeof(line));
	if (sscanf(line, "READY url=%255s", url) != 1 ||
	    tacit_url_parse(&t->place, url, strlen(url)) != 0)
		fail("the relay is not ready: %s", line);
}

/* ---- connections --------------------------------------------------------- */

static void
greet(struct wire *w)
{
	struct ours_conn *c = w->own;
	struct tacit_frame f;
	const uint8_t *p;
	size_t len, used;

	for (;;) {
		p = wire_bytes(w, &len);
		if (tacit_frame_parse(&f, &used, p, len) == 0)
			break;
		wire_wait(w);
	}
	if (f.head.which_is != tacit_Frame_welcome_tag)
		fail("the relay does not begin with WELCOME");
	memcpy(c->relay_key, f.head.is.welcome.relay_key, TACIT_KEY_LEN);
	memcpy(c->nonce, f.head.is.welcome.nonce, TACIT_NONCE_LEN);
	wire_take(w, used);
}

struct wire *
ours_open(void *d, int recipient, uint32_t index)
{
	const struct ours *t = d;
	const struct wire_target to = { .port = t->place.port,
	    .tls = !t->conf.plain, .path = TACIT_PATH,
	    .subprotocol = TACIT_SUBPROTOCOL };
	struct ours_conn *c = calloc(1, sizeof(*c));
	struct wire *w = wire_open(t->set, &to);

	if (c == NULL || (!recipient && (c->tags = calloc(OURS_TAGS,
	    sizeof(*c->tags))) == NULL))
		fail("no memory");
	w->own = c;
	w->index = index;
	w->recipient = recipient;
	greet(w);
	return w;
}

/* The events of a connection on which nothing is delivered. */
static void
skip_events(struct ours *t, struct wire *w)
{
	struct event e;

	while (ours_input(t, w, &e))
		if (e.kind == EVENT_DELIVERED)
			fail("a delivery that nobody expects");
}

/* Wait for the answers to all that was asked, so that all of it counts. */
static void
settle(struct ours *t, struct wire *w, uint64_t missing)
{
	const struct ours_conn *c = w->own;

	while (c->last_id - c->answered > missing && !w->ended) {
		wire_wait(w);
		skip_events(t, w);
	}
}

void
ours_close(void *d, struct wire *w)
{
	struct ours_conn *c = w->own;

	ours_flush(d, w);
	if (!w->ended && !w->may_end)
		settle(d, w, 0);
	free(c->tags);
	free(c);
	wire_close(w);
}

struct wire *
ours_idle(void *d, uint32_t index)
{
	struct ours *t = d;
	struct wire *w = ours_open(d, 1, t->conf.recipients + index);

	ours_start(d, w);
	settle(t, w, 0);
	return w;
}

uint64_t
ours_subscribe_all(void *d, uint32_t n, uint32_t *requests)
{
	struct ours *t = d;
	struct wire *w = ours_open(d, 1, 0), *ready[1];
	struct ours_conn *c = w->own;
	uint64_t begin = server_now_ns(), took;
	uint32_t i, some;

	for (i = 0; i < n; i += some) {
		some = n - i < TACIT_SUBSCRIBE_MAX ? n - i :
		    TACIT_SUBSCRIBE_MAX;
		ours_subscribe(w, &t->boxes[i], some);
		/* The relay verifies while the next ones are signed. */
		(void)wires_turn(t->set, ready, 1, 0);
	}
	for (skip_events(t, w); c->drained < n; skip_events(t, w))
		wire_wait(w);
	took = server_now_ns() - begin;
	*requests = c->last_id;
	ours_close(d, w);
	return took;
}

/* ---- mailboxes ----------------------------------------------------------- */

static void
admit(struct ours *t, uint8_t code[TACIT_CODE_LEN])
{
	char data[4096], out[1024], n[16];
	const char *argv[] = { program(), "admit", "--data", data,
	    "--relationships", n, NULL };
	struct tacit_admission a;

	path_of(t, data, sizeof(data), "data");
	(void)snprintf(n, sizeof(n), "%d", PER_LINE);
	server_run(argv, out, sizeof(out));
	if (tacit_admission_parse(&a, out, strcspn(out, "\n")) != 0)
		fail("admit says: %s", out);
	memcpy(code, a.code, TACIT_CODE_LEN);
}

static void
create(struct wire *w, struct ours_box *b,
    const uint8_t code[TACIT_CODE_LEN])
{
	const struct ours_conn *conn = w->own;
	tacit_Frame f = tacit_Frame_init_zero;
	tacit_Create *c = &f.is.create;
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];

	(void)crypto_sign_keypair(b->pk, b->sk);
	tacit_hash_address(b->address, b->pk);
	randombytes_buf(b->token, sizeof(b->token));
	f.which_is = tacit_Frame_create_tag;
	memcpy(c->owner, b->pk, sizeof(c->owner));
	tacit_hash_token(c->token_hash, b->token);
	memcpy(c->code, code, sizeof(c->code));
	memcpy(args, c->token_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, code, TACIT_CODE_LEN);
	ours_sign(w, c->signature, b, conn->last_id + 1,
	    tacit_Frame_create_tag, args, sizeof(args));
	(void)ours_request(w, &f, NULL);
}

static void
create_all(struct ours *t)
{
	struct wire *w = ours_open(t, 0, 0);
	uint8_t code[TACIT_CODE_LEN];
	uint32_t i;

	for (i = 0; i < t->n_boxes; i++) {
		if (i % (UNITS * PER_LINE) == 0)
			admit(t, code);
		create(w, &t->boxes[i], code);
		settle(t, w, CREATES);
	}
	settle(t, w, 0);
	ours_close(t, w);
}

void
ours_setup(void **d, const struct driver_conf *conf, struct wires *set)
{
	struct ours *t = calloc(1, sizeof(*t));
	if (t == NULL || sodium_init() < 0)
		fail("no memory");
	if (conf->body_len != TACIT_LETTER_LEN)
		fail("a letter has %d bytes", TACIT_LETTER_LEN);
	t->conf = *conf;
	t->set = set;
	t->n_boxes = conf->recipients + conf->idle;
	t->boxes = calloc(t->n_boxes, sizeof(*t->boxes));
	if (t->boxes == NULL)
		fail("no memory");
	randombytes_buf(&t->seed, sizeof(t->seed));
	configure(t);
	launch(t);
	create_all(t);
	*d = t;
}

void
ours_teardown(void *d)
{
	struct ours *t = d;

	server_stop(&t->relay);
	sodium_memzero(t->boxes, t->n_boxes * sizeof(*t->boxes));
	free(t->boxes);
	free(t);
}

pid_t
ours_server(const void *d)
{
	return ((const struct ours *)d)->relay.pid;
}

uint64_t
ours_restart(void *d)
{
	struct ours *t = d;

	server_stop(&t->relay);
	launch(t);
	return server_now_ns() - t->relay.started_ns;
}

/* Its file's lines, one string each, and its version. */
void
ours_describe(const void *d, json_t *about)
{
	const struct ours *t = d;
	const char *argv[] = { program(), "--version", NULL };
	char out[256];

	server_run(argv, out, sizeof(out));
	out[strcspn(out, "\n")] = '\0';
	(void)json_object_set_new(about, "version", json_string(out));
	(void)json_object_set_new(about, "settings",
	    json_string(t->settings));
}
