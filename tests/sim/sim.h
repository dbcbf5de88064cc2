/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: ends with a vault each, a relay, and the world between them.
 * Everything that happens follows from the plan and its seed.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "actor.h"
#include "disk.h"
#include "host.h"
#include "ledger.h"
#include "plan.h"
#include "tacit/link.h"

enum { RELAY = 9, SIM_STEP_MS = 3 };

struct side;
struct cable;

struct message {
	struct message *next;
	uint8_t *data;
	size_t len;
};

struct sim {
	int64_t now;
	struct random chance;		/* the network's, and what goes on */
	const struct plan *plan;
	struct side *side[LEDGER_ENDS];
	struct actor relay_actor;
	struct disk *relay_disk;
	struct image *relay_copy;
	struct host *host;
	int64_t relay_copied, relay_start_at, relay_second, relay_hour;
	uint64_t relay_hits;
	struct cable *cables;
	struct ledger *ledger;
	char link[LEDGER_RELS][TACIT_LINK_SIZE];
	int64_t lose[LEDGER_ENDS];	/* letters to be lost */
	int64_t parted[LEDGER_ENDS];	/* nothing passes until then */
	int wanted[LEDGER_RELS];	/* the invitation is asked for */
	int refused[LEDGER_RELS];	/* by the relay: another is needed */
	int calm;			/* nothing goes wrong any more */
	int trace;
	uint64_t moves;			/* micro-steps so far */
};

/* A uniform number below ${n}. */
uint32_t sim_below(struct sim *s, uint32_t n);
void sim_say(const struct sim *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Run ${p}; NULL, or what it broke, to be freed. */
char *sim_run(const struct plan *p, int trace, struct ledger_counts *sum);

/* A new text each way. */
void sim_probe(struct sim *s);
/* So many things happen; what is due until then happens. */
void sim_micro(struct sim *s, int64_t steps);
void sim_sleep_until(struct sim *s, int64_t until);

/* ---- cable.c: the network ------------------------------------------------------ */

/* End ${i} opens, uses and closes its connection ${conn}. */
void cable_open(struct sim *s, int i, uint32_t conn);
int cable_send(struct sim *s, int i, uint32_t conn, const uint8_t *msg,
    size_t len);
void cable_close(struct sim *s, int i, uint32_t conn);
/* All connections of end ${i} are lost, with what is on them. */
void cable_cut(struct sim *s, int i);
/* The process of end ${i}, or of the relay, is gone. */
void cable_end_gone(struct sim *s, int i);
void cable_relay_gone(struct sim *s);
/* The last message that was brought to ${i} comes once more. */
void cable_again(struct sim *s, int i);

/* Cables on which something can move now; and: move it on one of them. */
size_t cable_busy(struct sim *s);
void cable_move(struct sim *s, size_t which);
/* When something of ours happens by itself next; -1: never. */
int64_t cable_due(const struct sim *s);
void cable_free_all(struct sim *s);

/* ---- side.c: one end ------------------------------------------------------------ */

struct side *side_new(struct sim *s, int i);
void side_free(struct side *d);
struct disk *side_disk(struct side *d);
struct actor *side_actor(struct side *d);
int side_runs(const struct side *d);
/* Let the process start; it may fail, and is then tried again later. */
void side_start(struct side *d);
void side_stop(struct side *d);
/* When it wants a turn, or to start; -1: never. */
int64_t side_due(const struct side *d);

enum side_what { SIDE_TURN, SIDE_OPENED, SIDE_MESSAGE, SIDE_CLOSED };
/* A turn, perhaps because something came; ${data} is taken. */
void side_turn(struct side *d, enum side_what what, uint32_t conn,
    uint8_t *data, size_t len);
/* It writes ${n} texts in ${rel}, kept for so many hours (0: for ever). */
void side_write(struct side *d, int rel, int n, uint32_t size,
    uint32_t hours);
/* Its history is read and compared. */
void side_look_back(struct side *d);
/* The vault's files: copied now; the copy is put back. */
void side_copy(struct side *d);
void side_put_back(struct side *d);
/* A backup is written; all is lost but that, and a vault is made of it. */
void side_backup(struct side *d);
void side_restore(struct side *d);
/* It ends ${rel}; it asks for new keys there. */
void side_close(struct side *d, int rel);
void side_rotate(struct side *d, int rel);
/* The keys that it uses in ${rel}: 0, those of the pairing; -1: not known. */
int64_t side_keys(struct side *d, int rel);
/* It stops, having seen all that came, until then.  False: not now. */
int side_away(struct side *d, int64_t until);

/* ---- thoughts.c: second thoughts ------------------------------------------------ */

/* One of the steps that are second thoughts. */
void thought(struct sim *s, const struct step *st);
/* What was taken back is as it was told, and what is over is in no vault. */
void thoughts_end(struct sim *s);

#endif
