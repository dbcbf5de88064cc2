/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "talk.h"

static int
check(const char *what, int rc)
{
	if (rc >= 0)
		return rc;
	fprintf(stderr, "%s: %s\n", what, tacit_error_text(rc));
	exit(1);
}

void
talk_open(struct talk *k, int argc, char **argv)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	memset(k, 0, sizeof(*k));
	cfg.path = argc == 2 ? argv[1] : NULL;
	cfg.passphrase = getenv("TALK_PASSPHRASE");
	if (cfg.path == NULL || cfg.passphrase == NULL) {
		fprintf(stderr, "usage: TALK_PASSPHRASE=... %s VAULT\n",
		    argv[0]);
		exit(64);
	}
	cfg.passphrase_len = strlen(cfg.passphrase);
	check("open", tacit_open(&k->t, &cfg));
	if ((k->to = tacit_contact_next(k->t, NULL)) == NULL)
		check("contact", TACIT_E_UNKNOWN_CONTACT);
}

/* A terminal obeys control characters, and this text is somebody else's. */
static void
print(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		putchar(iscntrl((unsigned char)text[i]) ? '?' : text[i]);
	putchar('\n');
}

void
talk_turn(struct talk *k, int timeout_ms)
{
	struct tacit_event ev = { .size = sizeof(ev) };

	check("step", tacit_step(k->t, timeout_ms));
	while (check("event", tacit_next_event(k->t, 0, &ev)) == 1) {
		if (ev.type == TACIT_EV_MESSAGE)
			print(ev.text, ev.text_len);
		/* Done means: never shown again.  So it is written first. */
		check("write", fflush(stdout) != 0 ? TACIT_E_IO : 0);
		check("done", tacit_event_done(k->t, ev.id));
	}
}

int
talk_is_over(struct talk *k)
{
	struct tacit_progress left = { .size = sizeof(left) };

	check("progress", tacit_progress(k->t, &left));
	return k->ended && left.queued == 0;
}

void
talk_send(struct talk *k, const char *line, size_t len)
{
	int rc = tacit_send(k->to, line, len, NULL, NULL);

	if (rc != 0)
		fprintf(stderr, "not sent: %s\n", tacit_error_text(rc));
}

void
talk_read(struct talk *k)
{
	ssize_t n = read(STDIN_FILENO, k->line + k->len,
	    sizeof(k->line) - k->len);
	char *end, *from = k->line;

	if (n <= 0) {
		k->ended = 1;
		return;
	}
	k->len += (size_t)n;
	while ((end = memchr(from, '\n', k->len)) != NULL) {
		talk_send(k, from, (size_t)(end - from));
		k->len -= (size_t)(end + 1 - from);
		from = end + 1;
	}
	memmove(k->line, from, k->len);
	if (k->len == sizeof(k->line))
		check("line", TACIT_E_TEXT);
}

void
talk_close(struct talk *k)
{
	tacit_close(k->t);
	memset(k, 0, sizeof(*k));
}
