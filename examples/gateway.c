/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many vaults in one process and one thread, as the gateway of a clinic has
 * them: each waits in the same libuv loop, and costs nothing while nothing
 * happens to it.  VAULT.key holds its key of 32 bytes; a real gateway has
 * them from a keystore.  Vaults are numbered as they are named, from 0.
 *
 *	cc -o gateway gateway.c $(pkg-config --cflags --libs tacit libuv)
 *	./gateway a.vault b.vault ...
 *
 * A line "NUMBER TEXT" of standard input goes to the first contact of that
 * vault; what comes is printed likewise.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <uv.h>

#include <tacit/tacit.h>

struct desk {
	struct tacit *t;
	unsigned number;
	uv_poll_t readable;
	uv_timer_t due;
};

struct gateway {
	uv_loop_t loop;
	uv_poll_t input;
	unsigned n;
	struct desk *desks;
	size_t len;			/* of the line so far */
	char line[16384];
};

/* One vault that is in trouble is no reason to leave the others alone. */
static int
went_well(const struct desk *d, const char *what, int rc)
{
	if (rc < 0)
		fprintf(stderr, "%u %s: %s\n", d->number, what,
		    tacit_error_text(rc));
	return rc >= 0;
}

static int
show(const struct desk *d, const struct tacit_event *ev)
{
	size_t i;

	printf("%u ", d->number);
	for (i = 0; i < ev->text_len; i++)
		putchar(iscntrl((unsigned char)ev->text[i]) ? '?' :
		    ev->text[i]);
	putchar('\n');
	return fflush(stdout) == 0 ? 0 : TACIT_E_IO;
}

static void
on_due(uv_timer_t *timer);

/* Until when is nothing due?  Asked after each call on a vault, of it alone. */
static void
wait_on(struct desk *d)
{
	int ms = tacit_timeout_ms(d->t);

	uv_update_time(d->due.loop);
	if (ms < 0)
		(void)uv_timer_stop(&d->due);
	else
		(void)uv_timer_start(&d->due, on_due, (uint64_t)ms, 0);
}

static void
turn(struct desk *d)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int ok = went_well(d, "step", tacit_step(d->t, 0));

	while (ok && tacit_next_event(d->t, 0, &ev) == 1) {
		if (ev.type == TACIT_EV_MESSAGE)
			ok = went_well(d, "write", show(d, &ev));
		if (ok)
			ok = went_well(d, "done",
			    tacit_event_done(d->t, ev.id));
	}
	wait_on(d);
}

static void
on_due(uv_timer_t *timer)
{
	turn(timer->data);
}

static void
on_readable(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	turn(p->data);
}

static void
pass_on(struct gateway *g, const char *line)
{
	struct tacit_contact *to;
	struct desk *d;
	char *text;
	unsigned long n = strtoul(line, &text, 10);

	if (n >= g->n || *text != ' ') {
		fprintf(stderr, "not NUMBER TEXT: %s\n", line);
		return;
	}
	d = &g->desks[n];
	text++;
	if ((to = tacit_contact_next(d->t, NULL)) == NULL)
		(void)went_well(d, "send", TACIT_E_UNKNOWN_CONTACT);
	else
		(void)went_well(d, "send", tacit_send(to, text, strlen(text),
		    NULL, NULL));
	wait_on(d);
}

static void
on_input(uv_poll_t *p, int status, int events)
{
	struct gateway *g = p->data;
	ssize_t n = read(STDIN_FILENO, g->line + g->len,
	    sizeof(g->line) - g->len);
	char *end;

	(void)status;
	(void)events;
	g->len += n > 0 ? (size_t)n : 0;
	while ((end = memchr(g->line, '\n', g->len)) != NULL) {
		*end++ = '\0';
		pass_on(g, g->line);
		g->len -= (size_t)(end - g->line);
		memmove(g->line, end, g->len);
	}
	/* The end, or a line that is too long. */
	if (n <= 0 || g->len == sizeof(g->line))
		uv_stop(&g->loop);
}

static int
open_desk(struct gateway *g, struct desk *d, const char *path)
{
	struct tacit_host host = TACIT_HOST_INIT;
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	uint8_t key[TACIT_VAULT_KEY_SIZE];
	char name[4096];
	FILE *f;

	d->number = (unsigned)(d - g->desks);
	d->readable.data = d->due.data = d;
	(void)snprintf(name, sizeof(name), "%s.key", path);
	if ((f = fopen(name, "rb")) == NULL ||
	    fread(key, sizeof(key), 1, f) != 1)
		return went_well(d, name, TACIT_E_IO);
	(void)fclose(f);
	host.key = key;
	cfg.host = &host;
	cfg.path = path;
	if (!went_well(d, path, tacit_open(&d->t, &cfg)))
		return 0;
	explicit_bzero(key, sizeof(key));
	if (uv_timer_init(&g->loop, &d->due) != 0 ||
	    uv_poll_init(&g->loop, &d->readable, tacit_fd(d->t)) != 0 ||
	    uv_poll_start(&d->readable, UV_READABLE, on_readable) != 0)
		return went_well(d, "loop", TACIT_E_NOMEM);
	wait_on(d);
	return 1;
}

static void
close_all(struct gateway *g)
{
	unsigned i;

	uv_close((uv_handle_t *)&g->input, NULL);
	for (i = 0; i < g->n; i++) {
		uv_close((uv_handle_t *)&g->desks[i].due, NULL);
		uv_close((uv_handle_t *)&g->desks[i].readable, NULL);
	}
	(void)uv_run(&g->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&g->loop);
	for (i = 0; i < g->n; i++)
		tacit_close(g->desks[i].t);
	free(g->desks);
	free(g);
}

int
main(int argc, char **argv)
{
	struct gateway *g = calloc(1, sizeof(*g));
	struct rlimit files;

	/* A vault has about ten descriptors. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (g == NULL || argc < 2 || uv_loop_init(&g->loop) != 0 ||
	    (g->desks = calloc((size_t)argc, sizeof(*g->desks))) == NULL ||
	    uv_poll_init(&g->loop, &g->input, STDIN_FILENO) != 0)
		return 64;
	g->input.data = g;
	for (; (int)g->n < argc - 1; g->n++)
		if (!open_desk(g, &g->desks[g->n], argv[1 + g->n]))
			return 1;
	if (uv_poll_start(&g->input, UV_READABLE | UV_DISCONNECT,
	    on_input) != 0)
		return 1;
	printf("%u vaults\n", g->n);
	(void)fflush(stdout);
	(void)uv_run(&g->loop, UV_RUN_DEFAULT);
	close_all(g);
	return 0;
}
