/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault as a source of GLib's main loop.  See talk.h.
 *
 *	cc -o talk loop_glib.c talk.c $(pkg-config --cflags --libs tacit glib-2.0)
 */
#include <unistd.h>

#include <glib-unix.h>
#include <glib.h>

#include "talk.h"

struct vault_source {
	GSource source;			/* first: GLib allocates it */
	gpointer fd;
	struct talk *talk;
	GMainLoop *loop;
};

static void
turn(struct vault_source *v)
{
	talk_turn(v->talk, 0);
	if (talk_is_over(v->talk))
		g_main_loop_quit(v->loop);
}

static gboolean
prepare(GSource *source, gint *timeout)
{
	struct vault_source *v = (struct vault_source *)source;

	*timeout = tacit_timeout_ms(v->talk->t);
	return *timeout == 0;
}

static gboolean
check(GSource *source)
{
	struct vault_source *v = (struct vault_source *)source;

	return g_source_query_unix_fd(source, v->fd) != 0 ||
	    tacit_timeout_ms(v->talk->t) == 0;
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
	(void)callback;
	(void)data;
	turn((struct vault_source *)source);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_input(gint fd, GIOCondition condition, gpointer data)
{
	struct vault_source *v = data;

	(void)fd;
	(void)condition;
	talk_read(v->talk);
	turn(v);
	return v->talk->ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

int
main(int argc, char **argv)
{
	GSourceFuncs functions = { .prepare = prepare, .check = check,
	    .dispatch = dispatch };
	struct vault_source *v;
	struct talk k;

	talk_open(&k, argc, argv);
	v = (struct vault_source *)g_source_new(&functions, sizeof(*v));
	v->talk = &k;
	v->loop = g_main_loop_new(NULL, FALSE);
	v->fd = g_source_add_unix_fd(&v->source, tacit_fd(k.t), G_IO_IN);
	(void)g_source_attach(&v->source, NULL);
	(void)g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, v);
	g_main_loop_run(v->loop);

	/* The loop lets go of the descriptor before the vault closes it. */
	g_source_destroy(&v->source);
	g_main_loop_unref(v->loop);
	g_source_unref(&v->source);
	talk_close(&k);
	return 0;
}
