/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <poll.h>
#include <string.h>

#include "raw_ws.h"
#include "wire.h"

static struct wire *
find(struct wires *w, uint32_t conn)
{
	size_t i;

	for (i = 0; i < WIRES; i++)
		if (w->wire[i].conn == conn)
			return &w->wire[i];
	return NULL;
}

static int
open_wire(void *arg, const struct tacit_peer *peer)
{
	struct wires *w = arg;
	struct wire *at;

	assert(peer->size == sizeof(*peer) && peer->conn != 0);
	assert(strcmp(peer->path, TACIT_PATH) == 0 &&
	    strcmp(peer->subprotocol, TACIT_SUBPROTOCOL) == 0);
	w->refused += w->fails != 0;
	if (w->fails != 0 || (at = find(w, 0)) == NULL)
		return w->fails != 0 ? w->fails : TACIT_E_NOMEM;
	at->conn = peer->conn;
	at->peer = *peer;
	at->peer.host = strcpy(at->host, peer->host);
	return 0;
}

static int
send_wire(void *arg, uint32_t conn, const void *message, size_t len)
{
	struct wire *at = find(arg, conn);

	assert(at != NULL && at->ws != NULL && len <= TACIT_WIRE_MAX);
	return raw_ws_send_frame(at->ws, 0x82, 1, message, len);
}

static void
end(struct wire *at)
{
	raw_ws_free(at->ws);
	memset(at, 0, sizeof(*at));
}

static void
close_wire(void *arg, uint32_t conn)
{
	struct wires *w = arg;
	struct wire *at = find(w, conn);

	assert(conn != 0 && at != NULL);
	w->closes++;
	end(at);
}

void
wires_init(struct wires *w)
{
	memset(w, 0, sizeof(*w));
	w->transport = (struct tacit_transport){ sizeof(w->transport),
	    open_wire, send_wire, close_wire };
}

void
wires_free(struct wires *w)
{
	size_t i;

	for (i = 0; i < WIRES; i++)
		end(&w->wire[i]);
}

/* What the relay at the other end showed. */
static void
key_hash(const struct wires *w, const struct wire *at,
    uint8_t out[TACIT_PIN_SIZE])
{
	int rc;

	memcpy(out, at->peer.pin, TACIT_PIN_SIZE);
	if (w->liar || at->peer.plaintext)
		return;
	rc = raw_ws_key_hash(at->ws, out);
	assert(rc == 0);
}

static void
dial(struct wires *w, struct wire *at)
{
	struct raw_target to = { .port = at->peer.port,
	    .plaintext = at->peer.plaintext,
	    .pin = w->careless || at->peer.plaintext ? NULL : at->peer.pin };
	uint8_t hash[TACIT_PIN_SIZE];
	uint32_t conn = at->conn;
	int rc;

	strcpy(to.host, at->peer.host);
	if ((rc = raw_ws_open(&at->ws, &to, NULL)) != 0) {
		end(at);
		w->refused++;
		rc = tacit_transport_closed(w->t, conn,
		    rc == RAW_PIN ? TACIT_E_PIN : TACIT_E_UNREACHABLE);
		assert(rc == 0);
		return;
	}
	key_hash(w, at, hash);
	rc = tacit_transport_opened(w->t, conn, hash);
	w->opened += rc == 0;
	if (rc == 0)
		return;
	assert(rc == TACIT_E_PIN);
	w->refused++;
	end(at);
}

/* Hand in one message, if there is one; true if there may be another. */
static int
receive(struct wires *w, struct wire *at)
{
	const uint8_t *data;
	uint32_t conn = at->conn;
	int rc, text;
	size_t len;

	rc = raw_ws_receive(at->ws, &data, &len, &text, 0);
	if (rc == RAW_TIMEOUT)
		return 0;
	if (rc != 0) {
		end(at);
		rc = tacit_transport_closed(w->t, conn, TACIT_E_UNREACHABLE);
		assert(rc == 0);
		return 0;
	}
	while ((rc = tacit_transport_message(w->t, conn, data, len)) ==
	    TACIT_E_WAIT) {
		rc = tacit_step(w->t, 0);
		assert(rc == 0);
		if (at->conn != conn)	/* closed in that step */
			return 0;
	}
	assert(rc == 0);
	w->messages++;
	return 1;
}

void
wires_turn(struct wires *w, int wait_ms)
{
	struct pollfd p[WIRES + 1] = { { .fd = tacit_fd(w->t),
	    .events = POLLIN } };
	nfds_t n = 1;
	size_t i;

	for (i = 0; i < WIRES; i++) {
		if (w->wire[i].conn != 0 && w->wire[i].ws == NULL)
			dial(w, &w->wire[i]);
		if (w->wire[i].conn != 0)
			p[n++] = (struct pollfd){ raw_ws_fd(w->wire[i].ws),
			    POLLIN, 0 };
	}
	if (n == 1 || poll(p, n, wait_ms) > 0)
		for (i = 0; i < WIRES; i++)
			while (w->wire[i].conn != 0 &&
			    w->wire[i].ws != NULL && receive(w, &w->wire[i]))
				continue;
}
