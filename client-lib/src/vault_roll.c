/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "vault_priv.h"
#include "vault_roll.h"

/*
 * A row that was removed stays in the tree until the commit, so that undoing
 * it takes no memory.
 */
struct listed {
	struct vault_roll_row row;	/* first: what is handed out */
	struct listed *next;		/* in the list of those changed */
	int here;
	int changed;			/* in that list, and what was: */
	int was_here;
	struct vault_mark was;
	uint8_t key[];
};

struct vault_roll {
	void *tree;			/* of <search.h>, by name */
	struct listed *changed;
};

/* What is looked for, and the best that was met on the way there. */
struct probe {
	struct vault_name name;		/* first: compared as any */
	const struct listed **best;
};

static int
compare(const void *a, const void *b)
{
	const struct vault_name *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return vault_key_compare(x->key, x->len, y->key, y->len);
}

/* The way down passes by both neighbours of where it ends. */
static int
compare_from(const void *a, const void *b)
{
	const struct probe *p = a;
	int c = compare(a, b);

	if (c <= 0)
		*p->best = b;
	return c;
}

static int
compare_below(const void *a, const void *b)
{
	const struct probe *p = a;
	int c = compare(a, b);

	if (c > 0)
		*p->best = b;
	return c == 0 ? -1 : c;
}

struct vault_roll *
vault_roll_new(void)
{
	return calloc(1, sizeof(struct vault_roll));
}

void
vault_roll_free(struct vault_roll *r)
{
	if (r == NULL)
		return;
	tdestroy(r->tree, free);
	free(r);
}

static struct listed *
find(struct vault_roll *r, const struct vault_name *name)
{
	struct listed **at = tfind(name, &r->tree, compare);

	return at == NULL ? NULL : *at;
}

const struct vault_roll_row *
vault_roll_get(struct vault_roll *r, const struct vault_name *name)
{
	const struct listed *e = find(r, name);

	return e == NULL || !e->here ? NULL : &e->row;
}

const struct vault_roll_row *
vault_roll_from(struct vault_roll *r, const struct vault_name *name)
{
	uint8_t key[VAULT_ROW_KEY_MAX + 2];
	const struct listed *e = NULL;
	struct probe p = { *name, &e };

	for (;;) {
		(void)tfind(&p, &r->tree, compare_from);
		if (e == NULL || e->here)
			return e == NULL ? NULL : &e->row;
		/* The least name after that of a row that was removed. */
		p.name = e->row.name;
		memcpy(key, e->key, p.name.len);
		key[p.name.len++] = 0;
		p.name.key = key;
		e = NULL;
	}
}

const struct vault_roll_row *
vault_roll_below(struct vault_roll *r, const struct vault_name *name)
{
	const struct listed *e = NULL;
	struct probe p = { *name, &e };

	for (;;) {
		(void)tfind(&p, &r->tree, compare_below);
		if (e == NULL || e->here)
			return e == NULL ? NULL : &e->row;
		p.name = e->row.name;
		e = NULL;
	}
}

static struct listed *
add(struct vault_roll *r, const struct vault_name *name)
{
	struct listed *e;

	assert(name->len <= VAULT_ROW_KEY_MAX);
	if ((e = calloc(1, sizeof(*e) + name->len)) == NULL)
		return NULL;
	memcpy(e->key, name->key, name->len);
	e->row.name = (struct vault_name){ name->table, name->len, e->key };
	if (tsearch(e, &r->tree, compare) != NULL)
		return e;
	free(e);
	return NULL;
}

/* To be called before the first change in a transaction. */
static void
remember(struct vault_roll *r, struct listed *e)
{
	if (e->changed)
		return;
	e->changed = 1;
	e->was_here = e->here;
	e->was = e->row.mark;
	e->next = r->changed;
	r->changed = e;
}

int
vault_roll_put(struct vault_roll *r, const struct vault_name *name,
    const struct vault_mark *mark)
{
	struct listed *e = find(r, name);

	if (e == NULL && (e = add(r, name)) == NULL)
		return TACIT_E_NOMEM;
	remember(r, e);
	e->here = 1;
	e->row.mark = *mark;
	return 0;
}

int
vault_roll_del(struct vault_roll *r, const struct vault_name *name)
{
	struct listed *e = find(r, name);

	if (e == NULL)
		return 0;
	remember(r, e);
	e->here = 0;
	return 0;
}

/* Forget what was, and with it the entries that stand for no row. */
static void
end(struct vault_roll *r)
{
	struct listed *e;

	while ((e = r->changed) != NULL) {
		r->changed = e->next;
		e->changed = 0;
		if (e->here)
			continue;
		(void)tdelete(e, &r->tree, compare);
		free(e);
	}
}

void
vault_roll_commit(struct vault_roll *r)
{
	end(r);
}

void
vault_roll_rollback(struct vault_roll *r)
{
	struct listed *e;

	for (e = r->changed; e != NULL; e = e->next) {
		e->here = e->was_here;
		e->row.mark = e->was;
	}
	end(r);
}
