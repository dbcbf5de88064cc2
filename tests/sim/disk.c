/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "disk_parts.h"
#include "wrap.h"

/* A change that no sync has made safe yet. */
struct change {
	struct change *next;
	size_t at, len;			/* TRUNCATE: the new length is ${at} */
	int truncate;
	uint8_t data[];
};

struct node {
	struct node *next;		/* all of this disk */
	struct disk *disk;
	unsigned opened;
	struct bytes now, safe;
	struct change *first, **last;
};

struct disk {
	unsigned number;
	struct random *random;
	struct node *nodes;
	struct names now, safe;
	struct names *steps;		/* after each change since the sync */
	size_t n_steps;
	enum disk_fault armed, ended;
	unsigned after, times, hits;
	uint64_t points;
};

struct image {
	struct name *names;		/* of nodes without disk */
	size_t n;
};

static struct disk **
disks(void)
{
	static struct disk *all[DISKS_MAX];

	return all;
}

/* ---- nodes and names ------------------------------------------------------ */

/* The directory has changed: remember what it looks like now. */
static void
step(struct disk *d)
{
	d->steps = must(__real_realloc(d->steps, (d->n_steps + 1) *
	    sizeof(*d->steps)));
	d->steps[d->n_steps++] = names_copy(&d->now);
}

static void
forget_steps(struct disk *d)
{
	while (d->n_steps > 0)
		free(d->steps[--d->n_steps].all);
}

/* ---- nodes -------------------------------------------------------------------- */

static struct node *
node_new(struct disk *d)
{
	struct node *n = must(__real_calloc(1, sizeof(*n)));

	n->disk = d;
	n->last = &n->first;
	n->next = d->nodes;
	d->nodes = n;
	return n;
}

static void
forget_changes(struct node *n)
{
	struct change *c;

	while ((c = n->first) != NULL) {
		n->first = c->next;
		free(c);
	}
	n->last = &n->first;
}

static void
node_free(struct node *n)
{
	forget_changes(n);
	free(n->now.p);
	free(n->safe.p);
	free(n);
}

static int
is_named(const struct names *s, const struct node *n)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->all[i].node == n)
			return 1;
	return 0;
}

/* Files that nobody can reach any more are gone. */
static void
collect(struct disk *d)
{
	struct node **at = &d->nodes, *n;

	while ((n = *at) != NULL) {
		if (n->opened > 0 || is_named(&d->now, n) ||
		    is_named(&d->safe, n) || d->n_steps > 0) {
			at = &n->next;
			continue;
		}
		*at = n->next;
		node_free(n);
	}
}

static void
note(struct node *n, const void *data, size_t len, size_t at, int truncate)
{
	size_t copy = truncate ? 0 : len;
	struct change *c = must(__real_malloc(sizeof(*c) + copy));

	*c = (struct change){ .at = at, .len = len, .truncate = truncate };
	if (copy > 0)
		memcpy(c->data, data, copy);
	*n->last = c;
	n->last = &c->next;
}

static void
apply(struct bytes *b, const struct change *c)
{
	if (c->truncate)
		bytes_size(b, c->at);
	else
		bytes_put(b, c->data, c->len, c->at);
}

/* ---- life --------------------------------------------------------------------- */

struct disk *
disk_new(unsigned number, struct random *r)
{
	struct disk *d = must(__real_calloc(1, sizeof(*d)));

	if (number >= DISKS_MAX || disks()[number] != NULL)
		abort();
	d->number = number;
	d->random = r;
	disks()[number] = d;
	return d;
}

void
disk_free(struct disk *d)
{
	struct node *n;

	if (d == NULL)
		return;
	disks()[d->number] = NULL;
	forget_steps(d);
	while ((n = d->nodes) != NULL) {
		d->nodes = n->next;
		node_free(n);
	}
	free(d->steps);
	free(d->now.all);
	free(d->safe.all);
	free(d);
}

struct disk *
disk_of(const char *path, const char **name)
{
	unsigned number = 0;
	const char *p;

	if (strncmp(path, "/sim/", 5) != 0)
		return NULL;
	for (p = path + 5; *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (unsigned)(*p - '0');
	if (number >= DISKS_MAX)
		return NULL;
	while (*p == '/')
		p++;
	*name = p;
	return disks()[number];
}

void
disk_arm(struct disk *d, enum disk_fault fault, unsigned after, unsigned times)
{
	d->armed = fault;
	d->after = after;
	d->times = times;
}

enum disk_fault
disk_end(const struct disk *d)
{
	return d->ended;
}

uint64_t
disk_points(const struct disk *d)
{
	return d->points;
}

unsigned
disk_hits(const struct disk *d)
{
	return d->hits;
}

void
disk_stop(struct disk *d, enum disk_fault how)
{
	if (d->ended == DISK_FINE) {
		d->ended = how;
		d->hits++;
	}
}

/* What happens at this point. */
static enum disk_fault
pass(struct disk *d, int needs_room)
{
	enum disk_fault f = d->armed;

	if (d->ended != DISK_FINE)
		return d->ended;
	d->points++;
	if (f == DISK_FINE || (f == DISK_FULL && !needs_room))
		return DISK_FINE;
	if (d->after > 0) {
		d->after--;
		return DISK_FINE;
	}
	if (f == DISK_KILL || f == DISK_POWER) {
		d->armed = DISK_FINE;
		disk_stop(d, f);
		return f;
	}
	d->hits++;
	if (d->times == 0 || --d->times == 0)
		d->armed = DISK_FINE;
	return f;
}

/*
 * True if the call has its effect; ${*err} is what it answers.  The one at
 * which it ends may have it, but nobody hears of that any more.
 */
static int
goes_on(struct disk *d, int needs_room, int *err)
{
	int was_alive = d->ended == DISK_FINE;
	enum disk_fault f = pass(d, needs_room);

	*err = f == DISK_FINE ? 0 : f == DISK_FULL ? ENOSPC : EIO;
	if (f == DISK_KILL || f == DISK_POWER)
		return was_alive && random_below(d->random, 2);
	return f == DISK_FINE;
}

int
disk_point(struct disk *d)
{
	if (d->armed == DISK_ERROR || d->armed == DISK_FULL)
		return d->ended != DISK_FINE;
	(void)pass(d, 0);
	return d->ended != DISK_FINE;
}

/* Of each piece that was not synced chance keeps some, all, or none. */
static void
keep_some(struct disk *d, struct node *n)
{
	size_t how = random_below(d->random, 4), at, len;
	struct change *c;
	size_t n_left = 0;

	for (c = n->first; c != NULL; c = c->next)
		n_left++;
	n_left = n_left > 0 ? random_below(d->random, n_left + 1) : 0;
	for (c = n->first; c != NULL && how != 0; c = c->next) {
		if (how == 1 && n_left-- == 0)
			break;			/* a prefix */
		if (how <= 2) {			/* or all */
			apply(&n->safe, c);
			continue;
		}
		if (c->truncate) {
			if (random_below(d->random, 2))
				apply(&n->safe, c);
			continue;
		}
		for (at = c->at; at < c->at + c->len; at += len) {
			len = DISK_SECTOR - at % DISK_SECTOR;
			if (len > c->at + c->len - at)
				len = c->at + c->len - at;
			if (random_below(d->random, 2))
				bytes_put(&n->safe, c->data + (at - c->at),
				    len, at);
		}
	}
	forget_changes(n);
	bytes_copy(&n->now, &n->safe);
}

/* Names change in order, so that some first ones of the changes are kept. */
static void
power_cut(struct disk *d)
{
	size_t kept = random_below(d->random, d->n_steps + 1);
	struct node *n;

	if (kept > 0) {
		free(d->safe.all);
		d->safe = names_copy(&d->steps[kept - 1]);
	}
	forget_steps(d);
	free(d->now.all);
	d->now = names_copy(&d->safe);
	for (n = d->nodes; n != NULL; n = n->next)
		keep_some(d, n);
}

void
disk_start(struct disk *d)
{
	if (d->ended == DISK_POWER)
		power_cut(d);
	d->ended = DISK_FINE;
	collect(d);
}

/* ---- copies ------------------------------------------------------------------- */

struct image *
disk_copy(const struct disk *d)
{
	struct image *i = must(__real_calloc(1, sizeof(*i)));
	struct node *n;
	size_t k;

	i->names = must(__real_calloc(d->now.n + 1, sizeof(*i->names)));
	i->n = d->now.n;
	for (k = 0; k < i->n; k++) {
		i->names[k] = d->now.all[k];
		n = must(__real_calloc(1, sizeof(*n)));
		bytes_copy(&n->now, &d->now.all[k].node->now);
		i->names[k].node = n;
	}
	return i;
}

void
image_free(struct image *i)
{
	size_t k;

	if (i == NULL)
		return;
	for (k = 0; k < i->n; k++)
		node_free(i->names[k].node);
	free(i->names);
	free(i);
}

void
disk_put_back(struct disk *d, const struct image *i)
{
	struct node *n;
	size_t k;

	forget_steps(d);
	d->now.n = 0;
	for (k = 0; k < i->n; k++) {
		n = node_new(d);
		bytes_copy(&n->now, &i->names[k].node->now);
		bytes_copy(&n->safe, &n->now);
		names_add(&d->now, i->names[k].text, n);
	}
	free(d->safe.all);
	d->safe = names_copy(&d->now);
	collect(d);
}

void
disk_leave_only(struct disk *d, const char *name)
{
	size_t k;

	forget_steps(d);
	for (k = d->now.n; k > 0; k--)
		if (strcmp(d->now.all[k - 1].text, name) != 0)
			names_drop(&d->now, &d->now.all[k - 1]);
	free(d->safe.all);
	d->safe = names_copy(&d->now);
	collect(d);
}

/* ---- names -------------------------------------------------------------------- */

struct node *
disk_find(struct disk *d, const char *name)
{
	struct name *at = names_find(&d->now, name);

	return at == NULL ? NULL : at->node;
}

int
disk_create(struct disk *d, const char *name, struct node **out)
{
	int err;

	if (!goes_on(d, 1, &err))
		return err;
	*out = node_new(d);
	names_add(&d->now, name, *out);
	step(d);
	return err;
}

int
disk_unlink(struct disk *d, const char *name)
{
	struct name *at = names_find(&d->now, name);
	int err;

	if (at == NULL)
		return ENOENT;
	if (!goes_on(d, 0, &err))
		return err;
	names_drop(&d->now, at);
	step(d);
	return err;
}

int
disk_rename(struct disk *d, const char *from, const char *to)
{
	struct name *at = names_find(&d->now, from), *over;
	int err;

	if (at == NULL)
		return ENOENT;
	if (!goes_on(d, 0, &err))
		return err;
	if ((over = names_find(&d->now, to)) != NULL) {
		over->node = at->node;
		names_drop(&d->now, at);
	} else {
		memset(at->text, 0, sizeof(at->text));
		(void)snprintf(at->text, sizeof(at->text), "%s", to);
	}
	step(d);
	return err;
}

int
disk_sync_names(struct disk *d)
{
	int err;

	if (!goes_on(d, 0, &err))
		return err;
	free(d->safe.all);
	d->safe = names_copy(&d->now);
	forget_steps(d);
	return err;
}

/* ---- files -------------------------------------------------------------------- */

void
node_open(struct node *n)
{
	n->opened++;
}

void
node_close(struct node *n)
{
	n->opened--;
}

size_t
node_len(const struct node *n)
{
	return n->now.len;
}

size_t
node_read(const struct node *n, void *out, size_t len, size_t at)
{
	if (at >= n->now.len)
		return 0;
	if (len > n->now.len - at)
		len = n->now.len - at;
	memcpy(out, n->now.p + at, len);
	return len;
}

/* The write at which it ends may have got some way, or all. */
int
node_write(struct node *n, const void *data, size_t len, size_t at)
{
	int was_alive = n->disk->ended == DISK_FINE;
	enum disk_fault f = pass(n->disk, 1);
	size_t part = len;

	if (f == DISK_ERROR || f == DISK_FULL || !was_alive)
		return f == DISK_FULL ? ENOSPC : EIO;
	if (f != DISK_FINE)
		part = random_below(n->disk->random, len + 1);
	bytes_put(&n->now, data, part, at);
	note(n, data, part, at, 0);
	return f == DISK_FINE ? 0 : EIO;
}

int
node_truncate(struct node *n, size_t len)
{
	int err;

	if (!goes_on(n->disk, 0, &err))
		return err;
	bytes_size(&n->now, len);
	note(n, NULL, 0, len, 1);
	return err;
}

/*
 * After a sync that failed nobody tries again to write those pages: the
 * process still sees them, a power cut loses what chance does not keep.
 */
int
node_sync(struct node *n)
{
	enum disk_fault f = pass(n->disk, 0);
	struct change *c;

	if (f == DISK_ERROR) {
		for (c = n->first; c != NULL; c = c->next)
			if (random_below(n->disk->random, 2))
				apply(&n->safe, c);
		forget_changes(n);
	}
	if (f == DISK_FULL)
		return 0;
	if (f != DISK_FINE)
		return EIO;
	for (c = n->first; c != NULL; c = c->next)
		apply(&n->safe, c);
	forget_changes(n);
	return 0;
}
