/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of backups: a vault in which somebody lives, its backup, and
 * what is made of that.  To be included by one file of a program.
 */
#ifndef BACKUP_LIFE_H
#define BACKUP_LIFE_H

#include "../unit/client/vault_disk.h"
#include "contact.h"
#include "story.h"

#define SECRET	"a passphrase of its own"
#define SLEN	(sizeof(SECRET) - 1)

struct life {
	struct fixture *f;
	struct stage *s;
	struct story st;
	struct tacit *t;		/* of end 0, which is backed up */
	char back[120];			/* its backup */
};

/* Two who talk; texts that wait; an invitation that nobody answered. */
static inline void
live(struct life *l, void **state)
{
	struct tacit_contact *ct;
	int n;

	memset(l, 0, sizeof(*l));
	l->f = *state;
	l->s = l->st.s = stage_new(story_scratch(), 7);
	(void)snprintf(l->back, sizeof(l->back), "%s/backup", l->f->dir);
	story_pair(&l->st, TACIT_INVITE_IN_PERSON);
	for (n = 1; n <= 3; n++) {
		assert_int_equal(story_write(&l->st, 0, n), 0);
		assert_int_equal(story_write(&l->st, 1, n + 100), 0);
	}
	stage_quiesce(l->s);
	l->t = stage_end(l->s, 0);
	assert_int_equal(tacit_invite(&ct, l->t, "nobody yet", 0, 0, NULL), 0);
	assert_int_equal(tacit_send(ct, "are you there", 13, NULL, NULL), 0);
	assert_int_equal(story_write(&l->st, 0, 4), 0);
	assert_int_equal(story_write(&l->st, 0, 5), 0);
}

static inline void
end_life(struct life *l)
{
	stage_free(l->s);
}

static inline int
back_up(struct life *l)
{
	return tacit_backup(l->t, l->back, SECRET, SLEN);
}

static inline int
restore(struct life *l, const char *passphrase)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	uint32_t contacts = 99;
	int rc;

	cfg.path = l->f->path;
	cfg.passphrase = PASS;
	cfg.passphrase_len = PLEN;
	cfg.argon_mib = TACIT_ARGON_MIB_FLOOR;
	rc = tacit_restore(&cfg, l->back, passphrase, strlen(passphrase),
	    &contacts);
	assert_int_equal(contacts, rc == 0 ? 2 : 99);
	return rc;
}

static inline void
open_restored(struct life *l, struct tacit **out)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	cfg.path = l->f->path;
	cfg.passphrase = PASS;
	cfg.passphrase_len = PLEN;
	assert_int_equal(tacit_open(out, &cfg), 0);
}

/* The texts of a history, newest first, in ${out}. */
static inline void
read_history(struct tacit_contact *ct, char *out, size_t cap)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	size_t n = 0;

	out[0] = '\0';
	while (tacit_history(ct, before, &m) == 0 && n < cap) {
		n += (size_t)snprintf(out + n, cap - n, "%s%s:%s:%s ",
		    m.from_me ? "me" : "them", m.id, m.text,
		    m.state == TACIT_QUEUED ? "queued" : "gone");
		before = m.place;
	}
}

/* What was restored is what was there ${then}; away with it. */
static inline void
is_restored(struct life *l, const char *then)
{
	char now[4000];
	struct tacit *t;

	open_restored(l, &t);
	read_history(contact_by_id(t, l->st.id[0]), now, sizeof(now));
	assert_string_equal(now, then);
	tacit_close(t);
	assert_int_equal(unlink(l->f->path), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

#endif
