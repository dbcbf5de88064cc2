/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "chat_line.h"
#include "chat_lock.h"

enum { MINUTE_MS = 60 * 1000 };

/* Time goes on while the machine sleeps. */
static int64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- what is typed and not sent -------------------------------------------------- */

struct draft_key {
	char data[8 + TACIT_CONTACT_ID_SIZE];
	size_t len;
};

static struct draft_key
key_of(struct tacit_contact *ct)
{
	static const char name[] = "\0draft:";
	struct draft_key k;
	size_t n = sizeof(name) - 1;

	memcpy(k.data, name, n);
	(void)snprintf(k.data + n, sizeof(k.data) - n, "%s",
	    session_info(ct).id);
	k.len = n + strlen(k.data + n);
	return k;
}

/* Returns 0 or TACIT_E_*. */
static int
write_draft(const struct lock *l, const char *text, size_t len)
{
	const struct draft_key k = key_of(l->ct);
	struct tacit_op op = { .size = sizeof(op), .kind = len > 0 ?
	    TACIT_OP_PUT : TACIT_OP_DELETE };

	op.key = k.data;
	op.key_len = k.len;
	op.data = text;
	op.len = len;
	return tacit_commit(l->c->t, &op, 1);
}

static void
take_draft(struct lock *l)
{
	const struct draft_key k = key_of(l->ct);
	char *text = calloc(1, TACIT_ROW_VALUE_SIZE + 1);
	size_t len = 0;

	if (text == NULL)
		return;
	if (tacit_data_get(l->c->t, k.data, k.len, text,
	    TACIT_ROW_VALUE_SIZE, &len) == 1) {
		line_type(text);
		(void)write_draft(l, NULL, 0);
		screen_note(l->screen, "what you had typed when it was locked "
		    "stands below again; it was not sent");
	}
	explicit_bzero(text, TACIT_ROW_VALUE_SIZE);
	free(text);
}

/*
 * What is held, and then what is typed; but check words are no part of a text.
 * Returns 0 or TACIT_E_*.
 */
static int
keep_draft(const struct lock *l, const struct sender *s)
{
	const char *held = s->text != NULL ? s->text : "", *typed;
	char *text = NULL;
	size_t at;
	int len, rc;

	typed = line_text(&at);
	if (s->text != NULL && s->why == TACIT_E_CONFIRM)
		typed = "";
	if (held[0] == '\0' && typed[0] == '\0')
		return 0;
	len = asprintf(&text, "%s%s%s", held, held[0] != '\0' &&
	    typed[0] != '\0' ? "\n" : "", typed);
	if (len < 0)
		return TACIT_E_NOMEM;
	rc = write_draft(l, text, (size_t)len);
	explicit_bzero(text, (size_t)len);
	free(text);
	return rc;
}

/* ---- the timer --------------------------------------------------------------------- */

void
lock_begin(struct lock *l, struct cli *c, struct tacit_contact *ct,
    struct screen *screen)
{
	*l = (struct lock){ .c = c, .ct = ct, .screen = screen };
	lock_key(l);
	take_draft(l);
}

void
lock_key(struct lock *l)
{
	l->key_ms = now_ms();
}

int
lock_left(const struct lock *l)
{
	int64_t left;

	if (l->c->lock_minutes == 0)
		return -1;
	left = l->key_ms + (int64_t)l->c->lock_minutes * MINUTE_MS - now_ms();
	return left < 0 ? 0 : (int)left;
}

bool
lock_look(struct lock *l, const struct sender *s)
{
	if (l->due || lock_left(l) != 0)
		return l->due;
	l->due = true;
	l->c->draft_lost = keep_draft(l, s) != 0;
	return true;
}

/* ---- locked -------------------------------------------------------------------------- */

int
lock_now(struct lock *l)
{
	struct cli *c = l->c;
	char minutes[16], wait[16], id[TACIT_CONTACT_ID_SIZE];
	char *const argv[] = {
		"tacit", "--vault", c->vault, "--lock-wait-ms", wait,
		c->draft_lost ? "--locked-lost" : "--locked",
		"--lock-minutes", minutes, "chat", id,
		c->proxy != NULL ? "--proxy" : NULL, (char *)c->proxy, NULL
	};

	(void)snprintf(minutes, sizeof(minutes), "%u",
	    (unsigned)c->lock_minutes);
	(void)snprintf(wait, sizeof(wait), "%u", (unsigned)c->lock_wait_ms);
	(void)snprintf(id, sizeof(id), "%s", session_info(l->ct).id);
	/* The screen, and what scrolled away, as far as terminals do that. */
	fputs("\033[H\033[2J\033[3J", stdout);
	(void)fflush(stdout);
	tacit_practice_close(c->p);
	c->p = NULL;
	tacit_close(c->t);
	c->t = NULL;
	(void)execv("/proc/self/exe", argv);
	return TACIT_E_IO;
}

int
lock_open(struct cli *c)
{
	int status;

	if (!c->locked)
		return session_open(c);
	printf("Locked: no key was pressed for %u minute%s.\n",
	    (unsigned)c->lock_minutes, c->lock_minutes == 1 ? "" : "s");
	if (c->draft_lost)
		puts("What was typed could not be kept and is lost; it was "
		    "not sent.");
	(void)fflush(stdout);
	/* Nothing else of session_open() ends so. */
	do
		status = session_open(c);
	while (status == EX_NOPERM);
	return status;
}
