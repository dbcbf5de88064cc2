/* SPDX-License-Identifier: Apache-2.0 */
/* The public API: check what the caller gave, hand on to the core. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "backup.h"
#include "change.h"
#include "contact.h"
#include "content.h"
#include "core.h"
#include "host_log.h"
#include "hosted.h"
#include "journal.h"
#include "line.h"
#include "record.h"
#include "supply.h"
#include "tend.h"
#include "way.h"

#define VERSION_TEXT_(a, b, c)	#a "." #b "." #c
#define VERSION_TEXT(a, b, c)	VERSION_TEXT_(a, b, c)

const char *
tacit_version(void)
{
	return VERSION_TEXT(TACIT_VERSION_MAJOR, TACIT_VERSION_MINOR,
	    TACIT_VERSION_PATCH);
}

/*
 * The one row that a new vault needs.
 * Errors:  TACIT_E_VAULT_EXISTS: it is there, the vault is somebody's.
 */
static int
write_self(struct vault *v, const char *name)
{
	tacit_state_Self self;
	int rc;

	if ((rc = record_get_self(v, &self)) != 0)
		return rc < 0 ? rc : TACIT_E_VAULT_EXISTS;
	self.name.size = (pb_size_t)strlen(name);
	memcpy(self.name.bytes, name, self.name.size);
	if ((rc = vault_begin(v)) != 0)
		return rc;
	if ((rc = record_put_self(v, &self)) != 0) {
		vault_rollback(v);
		return rc;
	}
	return vault_commit(v);
}

/* Open the vault that is to be made; one cut short at this is made whole. */
static int
make(struct vault **out, const struct supply *c)
{
	int made, rc;

	made = vault_make_by(c->is.path, &c->by, &c->cost, VAULT_LIVED_IN,
	    NULL, NULL);
	if (made != 0 && made != TACIT_E_VAULT_EXISTS)
		return made;
	rc = vault_open_by(out, c->is.path, &c->by,
	    made == 0 ? c->is.lock_wait_ms : 0);
	return rc != 0 && made != 0 ? made : rc;
}

int
tacit_create(const struct tacit_config *cfg, const char *name)
{
	struct supply c;
	struct vault *v;
	int rc;

	if (supply_read(&c, cfg) != 0 || name == NULL)
		return TACIT_E_INVALID;
	if (!label_is_valid(name, strlen(name)))
		return TACIT_E_LABEL;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((rc = make(&v, &c)) != 0)
		return rc;
	rc = write_self(v, name);
	vault_close(v);
	return rc;
}

static int64_t
count_contacts(const struct tacit *t)
{
	const struct tacit_contact *ct;
	int64_t n = 0;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		n += contact_is_shown(ct) != 0;
	return n;
}

/* All of ${t}; what failed is left to close(). */
static int
open_all(struct tacit *t, const struct supply *c)
{
	int rc;

	if ((rc = vault_open_by(&t->vault, c->is.path, &c->by,
	    c->is.lock_wait_ms)) != 0 ||
	    (rc = ratchet_open(&t->ratchet, t->vault)) != 0 ||
	    (rc = way_open(t, c)) != 0)
		return rc;
	if ((rc = core_load(t)) != 0)
		return rc;
	return journal_opened(t);
}

static void
free_all(struct tacit *t)
{
	core_free(t);
	way_close(t);
	ratchet_close(t->ratchet);
	vault_close(t->vault);
	record_tail_free(t->shown.text, t->shown.len);
	record_tail_free(t->read.text, t->read.len);
	free(t);
}

int
tacit_open(struct tacit **out, const struct tacit_config *cfg)
{
	struct supply c;
	struct tacit *t;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = supply_read(&c, cfg)) != 0)
		return rc;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return TACIT_E_NOMEM;
	t->host = c.host;
	t->env = supply_env(&t->host);
	if ((rc = open_all(t, &c)) != 0) {
		host_log(&c.host, TACIT_LEVEL_WARNING, "vault-refused",
		    tacit_error_word(rc), -1);
		free_all(t);
		return rc;
	}
	host_log(&t->host, TACIT_LEVEL_INFO, "vault-opened", NULL,
	    count_contacts(t));
	*out = t;
	return 0;
}

void
tacit_close(struct tacit *t)
{
	struct tacit_host host;

	if (t == NULL)
		return;
	host = t->host;
	if (way_is_there(t)) {
		line_leave(t);
		way_flush(t);
	}
	free_all(t);
	host_log(&host, TACIT_LEVEL_INFO, "vault-closed", NULL, -1);
}

/* A row of the log, in a change of its own. */
static int
enter(struct tacit *t, enum tacit_log_kind kind)
{
	int rc;

	if ((rc = change_begin(t)) != 0)
		return rc;
	return change_end(t, NULL, journal_say(t, kind, NULL));
}

static int
change_secret(struct tacit *t, const struct vault_secret *old,
    const struct vault_secret *new_)
{
	int rc = vault_change(t->vault, old, new_);

	/* It is done, or it was tried: the log can only miss it. */
	if (rc == 0)
		(void)enter(t, TACIT_LOG_PASSPHRASE);
	else if (rc == TACIT_E_PASSPHRASE)
		(void)enter(t, TACIT_LOG_FAILED);
	return rc;
}

int
tacit_change_passphrase(struct tacit *t, const char *old, size_t old_len,
    const char *new_, size_t new_len)
{
	const struct vault_secret from = { old, old_len, 0 };
	const struct vault_secret to = { new_, new_len, 0 };

	if (old == NULL || new_ == NULL || new_len < 1 ||
	    new_len > TACIT_PASSPHRASE_MAX)
		return TACIT_E_INVALID;
	return change_secret(t, &from, &to);
}

int
tacit_change_secret(struct tacit *t, const struct tacit_secret *old,
    const struct tacit_secret *new_)
{
	struct vault_secret from, to;

	if (supply_secret(&from, old) != 0 || supply_secret(&to, new_) != 0)
		return TACIT_E_INVALID;
	return change_secret(t, &from, &to);
}

static int
passphrase_is_valid(const char *passphrase, size_t len)
{
	return passphrase != NULL && len >= 1 && len <= TACIT_PASSPHRASE_MAX;
}

int
tacit_backup(struct tacit *t, const char *path, const char *passphrase,
    size_t len)
{
	int rc;

	if (path == NULL || !passphrase_is_valid(passphrase, len))
		return TACIT_E_INVALID;
	/* Before the file: there is no backup of which the log does not know. */
	if ((rc = enter(t, TACIT_LOG_BACKUP)) != 0)
		return rc;
	return backup_write(t->vault, path, passphrase, len);
}

int
tacit_restore(const struct tacit_config *cfg, const char *path,
    const char *passphrase, size_t len, uint32_t *contacts)
{
	struct backup_target to = { .env = NULL };
	struct vault *from;
	struct supply c;
	struct env env;
	int rc;

	if (supply_read(&c, cfg) != 0 || path == NULL ||
	    !passphrase_is_valid(passphrase, len))
		return TACIT_E_INVALID;
	env = supply_env(&c.host);
	to.env = &env;
	to.path = c.is.path;
	to.by = c.by;
	to.cost = c.cost;
	if ((rc = vault_open_backup(&from, path, passphrase, len)) != 0)
		return rc;
	if ((rc = backup_restore(from, &to)) == 0 && contacts != NULL)
		*contacts = to.contacts;
	vault_close(from);
	return rc;
}

int
tacit_fd(const struct tacit *t)
{
	return way_fd(t);
}

static int
as_int(int64_t ms)
{
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

int
tacit_timeout_ms(const struct tacit *t)
{
	return as_int(env_sooner(core_wait(t), way_timeout_ms(t)));
}

int
tacit_step(struct tacit *t, int timeout_ms)
{
	int64_t began = env_mono_ms(t), left = -1;
	int rc;

	/* First what needs no waiting: it may be what is waited for. */
	if ((rc = core_step(t)) != 0)
		return rc;
	if (timeout_ms >= 0) {
		left = timeout_ms - (env_mono_ms(t) - began);
		if (left < 0)
			left = 0;
	}
	way_step(t, as_int(env_sooner(left, core_wait(t))));
	return core_step(t);
}

void
tacit_wake(struct tacit *t)
{
	way_wake(t);
}

int
tacit_transport_opened(struct tacit *t, uint32_t conn,
    const uint8_t key_hash[TACIT_PIN_SIZE])
{
	if (t->hosted == NULL)
		return TACIT_E_STATE;
	return hosted_opened(t->hosted, conn, key_hash);
}

int
tacit_transport_message(struct tacit *t, uint32_t conn, const void *message,
    size_t len)
{
	if (message == NULL)
		return TACIT_E_INVALID;
	if (t->hosted == NULL)
		return TACIT_E_STATE;
	return hosted_message(t->hosted, conn, message, len);
}

int
tacit_transport_closed(struct tacit *t, uint32_t conn, int why)
{
	if (t->hosted == NULL)
		return TACIT_E_STATE;
	return hosted_closed(t->hosted, conn, why);
}

int
tacit_relay_add(struct tacit *t, const char *line, size_t len,
    char url[TACIT_LINK_SIZE])
{
	tacit_state_Relay relay = tacit_state_Relay_init_zero;
	struct tacit_admission a;
	struct record_key key;
	int rc;

	if (line == NULL)
		return TACIT_E_INVALID;
	if ((rc = tacit_admission_parse(&a, line, len)) != 0)
		return rc;
	contact_place_write(&relay.place, &a.place);
	memcpy(relay.code, a.code, sizeof(relay.code));
	if (url != NULL)
		rc = tacit_url_write(url, TACIT_LINK_SIZE, &a.place);
	if (rc == 0 && (rc = change_begin(t)) == 0) {
		record_key(&key, "", 0, ++t->self.next_relay);
		t->self_changed = 1;
		rc = change_end(t, NULL, record_put(t->vault, VAULT_RELAY,
		    key.data, key.len, tacit_state_Relay_fields, &relay,
		    NULL, 0));
	}
	sodium_memzero(&a, sizeof(a));
	sodium_memzero(&relay, sizeof(relay));
	return rc;
}

void
tacit_name(const struct tacit *t, char out[TACIT_NAME_SIZE])
{
	memcpy(out, t->self.name.bytes, t->self.name.size);
	out[t->self.name.size] = '\0';
}

static void
progress_add(const struct tacit_contact *ct, struct tacit_progress *p)
{
	struct tend_left left = tend_left(ct);

	p->drained &= !left.unread;
	p->offered &= !left.unsent;
	p->busy |= left.due;
	p->hope |= left.hope;
	p->queued += contact_queued(ct);
}

int
tacit_progress(struct tacit *t, struct tacit_progress *out)
{
	const struct tacit_contact *ct;
	struct tend_left left;
	const struct line *l;
	size_t size;

	if (out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	size = out->size;
	memset(out, 0, sizeof(*out));
	out->size = size;
	out->drained = out->offered = 1;
	out->problem = t->problem;
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		progress_add(ct, out);
	for (l = t->lines; l != NULL; l = l->next)
		if (l->acks > 0 || line_release_due(l) >= 0)
			out->busy = out->hope = 1;
	left = tend_anchors_left(t);
	out->busy |= left.due;
	out->hope |= left.hope;
	return t->broken;
}
