/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of our own driver share, and scenarios that are ours alone. */
#ifndef LOAD_OURS_H
#define LOAD_OURS_H

#include <stdlib.h>

#include <sodium.h>

#include "driver.h"
#include "server.h"
#include "tacit/frame.h"
#include "tacit/hash.h"
#include "tacit/link.h"

enum { OURS_TAGS = 2 * DRIVER_WINDOW_MAX };

struct ours_box {
	uint8_t pk[TACIT_KEY_LEN];
	uint8_t sk[crypto_sign_SECRETKEYBYTES];
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t token[TACIT_TOKEN_LEN];
};

struct ours {
	struct driver_conf conf;
	struct wires *set;
	struct server relay;
	struct tacit_place place;
	struct ours_box *boxes;	/* recipients', then those of idle ones */
	uint32_t n_boxes;
	uint64_t seed;			/* of envelope ids */
	char settings[512];		/* of the relay's file */
};

/* wire->own */
struct ours_conn {
	uint8_t relay_key[TACIT_KEY_LEN], nonce[TACIT_NONCE_LEN];
	uint32_t last_id;
	uint64_t answered;		/* requests, by OK or SUBSCRIBED */
	uint64_t drained;		/* DRAINED frames */
	uint64_t *tags;		/* of posts, by request id */
	tacit_Ok ok;			/* the last one, as far as given out */
	uint32_t ok_at;
	tacit_Frame ack;		/* being filled */
	/* Of the last delivery. */
	uint8_t name[TACIT_ENVELOPE_ID_LEN];
	uint8_t name_address[TACIT_ADDRESS_LEN];
};

/* Write a request; its id. */
uint32_t ours_request(struct wire *w, tacit_Frame *f, const uint8_t *body);

/* Sign request ${id}, opcode ${tag}, about ${box}. */
void ours_sign(const struct wire *w, uint8_t sig[TACIT_SIGNATURE_LEN],
    const struct ours_box *box, uint32_t id, int tag, const void *args,
    size_t args_len);

/* Write one SUBSCRIBE for ${n} mailboxes, 1 to TACIT_SUBSCRIBE_MAX. */
void ours_subscribe(struct wire *w, const struct ours_box *boxes,
    uint32_t n);

/* The operations of struct driver, where there is more to say than there. */
void ours_setup(void **d, const struct driver_conf *conf,
    struct wires *set);
void ours_teardown(void *d);
pid_t ours_server(const void *d);
void ours_describe(const void *d, json_t *about);
uint64_t ours_restart(void *d);
struct wire *ours_open(void *d, int recipient, uint32_t index);
void ours_close(void *d, struct wire *w);
struct wire *ours_idle(void *d, uint32_t index);
uint64_t ours_subscribe_all(void *d, uint32_t n, uint32_t *requests);
void ours_start(void *d, struct wire *w);
void ours_post(void *d, struct wire *w, uint32_t recipient, uint64_t tag,
    const uint8_t *body);
int ours_input(void *d, struct wire *w, struct event *e);
void ours_ack(void *d, struct wire *w, const struct event *e);
void ours_flush(void *d, struct wire *w);

#endif
