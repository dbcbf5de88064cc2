/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "out.h"

static const char *const quantile[] = { "p50", "p99", "p99.9", "max" };

static void
set(json_t *o, const char *key, json_t *v)
{
	if (json_object_set_new(o, key, v) != 0)
		fail("no memory");
}

static void
set_count(json_t *o, const char *key, uint64_t v)
{
	set(o, key, json_integer((json_int_t)v));
}

static void
set_times(json_t *o, const char *key, int there, const uint64_t ns[4])
{
	json_t *t = json_object();
	size_t i;

	for (i = 0; there && i < 4; i++)
		set(t, quantile[i], json_real((double)ns[i] / 1e3));
	if (there)
		set(o, key, t);
	else
		json_decref(t);
}

/* What was asked for; the same for all lines of a run. */
static void
set_plan(json_t *o, const struct plan *p, const struct run *r)
{
	set(o, "driver", json_string(r->drv->name));
	set(o, "title", json_string(r->drv->title));
	set(o, "durable", json_string(r->drv->durable));
	set_count(o, "round", p->round);
	set(o, "label", json_string(p->label == NULL ? "" : p->label));
	set_count(o, "stored", p->stored);
	set_count(o, "to_store", p->to_store);
	set_count(o, "idle", p->idle);
	set_count(o, "body", p->body);
	set_count(o, "recipients", p->recipients);
	set_count(o, "senders", p->senders);
	set_count(o, "window", p->window);
	set(o, "plain", json_boolean(p->plain));
	r->drv->describe(r->d, o);
}

static void
set_machine(json_t *o)
{
	double busy[1] = { 0 };
	char day[sizeof("2026-12-31")];
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL &&
	    strftime(day, sizeof(day), "%Y-%m-%d", &tm) > 0)
		set(o, "day", json_string(day));
	(void)getloadavg(busy, 1);
	set_count(o, "cores", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	set(o, "load_average", json_real(busy[0]));
}

static void
set_use(json_t *o, const struct figures *f)
{
	const struct server_use *a = &f->before, *b = &f->after;
	double wall = (double)f->wall_ns, n = (double)f->letters;
	json_t *s = json_object();

	set(s, "busy", json_real((double)(b->cpu_ns - a->cpu_ns) / wall));
	if (f->letters > 0)
		set(s, "cpu_us_each", json_real((double)(b->cpu_ns -
		    a->cpu_ns) / 1e3 / n));
	if (f->letters > 0 && b->has_written)
		set(s, "written_each", json_real((double)(b->written -
		    a->written) / n));
	if (b->has_written)
		set_count(s, "written", b->written - a->written);
	set_count(s, "rss", b->rss);
	set(o, "server", s);
	set(o, "own_busy", json_real((double)f->own_cpu_ns / wall));
}

static void
set_verdict(json_t *o, const struct figures *f)
{
	set(o, "verdict", json_string(f->sound ? "sound" : "void"));
	if (f->sound)
		return;
	set_count(o, "lost", f->lost);
	set_count(o, "unacked", f->unacked);
	set_count(o, "doubled", f->doubled);
	set_count(o, "changed", f->changed);
	set_count(o, "astray", f->astray);
	set_count(o, "disordered", f->disordered);
}

void
out_figures(const struct plan *p, const struct run *r,
    const struct figures *f, json_t *more)
{
	json_t *o = json_object();

	set(o, "work", json_string(f->work));
	set_verdict(o, f);
	set_count(o, "letters", f->letters);
	set(o, "seconds", json_real((double)f->wall_ns / 1e9));
	if (f->letters > 0)
		set(o, "per_second", json_real((double)f->letters * 1e9 /
		    (double)f->wall_ns));
	set_times(o, "answered_us", f->has_answered, f->answered);
	set_times(o, "arrived_us", f->has_arrived, f->arrived);
	set_use(o, f);
	if (more != NULL && json_object_update(o, more) != 0)
		fail("no memory");
	json_decref(more);
	set_plan(o, p, r);
	set_machine(o);
	if (json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0 ||
	    putchar('\n') == EOF || fflush(stdout) != 0)
		fail_errno("standard output");
	json_decref(o);
}
