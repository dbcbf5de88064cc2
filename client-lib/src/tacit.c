/* SPDX-License-Identifier: Apache-2.0 */
/* The public API: check what the caller gave, hand on to the core. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "backup.h"
#include "change.h"
#include "contact.h"
#include "content.h"
#include "core.h"
#include "journal.h"
#include "line.h"
#include "record.h"
#include "tend.h"

#define VERSION_TEXT_(a, b, c)	#a "." #b "." #c
#define VERSION_TEXT(a, b, c)	VERSION_TEXT_(a, b, c)

const char *
tacit_version(void)
{
	return VERSION_TEXT(TACIT_VERSION_MAJOR, TACIT_VERSION_MINOR,
	    TACIT_VERSION_PATCH);
}

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
real_unix_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_REALTIME);
}

static int64_t
real_mono_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_BOOTTIME);
}

static void
real_random(void *arg, void *out, size_t len)
{
	(void)arg;
	randombytes_buf(out, len);
}

static int
config_is_valid(const struct tacit_config *cfg)
{
	return cfg != NULL && cfg->size == sizeof(*cfg) &&
	    cfg->path != NULL && cfg->passphrase != NULL &&
	    cfg->passphrase_len >= 1 &&
	    cfg->passphrase_len <= TACIT_PASSPHRASE_MAX;
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
make(struct vault **out, const struct tacit_config *cfg,
    const struct vault_cost *cost)
{
	int made, rc;

	made = vault_create(cfg->path, cfg->passphrase, cfg->passphrase_len,
	    cost);
	if (made != 0 && made != TACIT_E_VAULT_EXISTS)
		return made;
	rc = vault_open(out, cfg->path, cfg->passphrase, cfg->passphrase_len,
	    made == 0 ? cfg->lock_wait_ms : 0);
	return rc != 0 && made != 0 ? made : rc;
}

static const struct env real_env = {
	real_unix_ms, real_mono_ms, real_random, NULL
};

static struct vault_cost
cost_of(const struct tacit_config *cfg)
{
	struct vault_cost cost = { TACIT_ARGON_PASSES, TACIT_ARGON_MIB };

	if (cfg->argon_passes != 0)
		cost.passes = cfg->argon_passes;
	if (cfg->argon_mib != 0)
		cost.mib = cfg->argon_mib;
	return cost;
}

int
tacit_create(const struct tacit_config *cfg, const char *name)
{
	struct vault_cost cost;
	struct vault *v;
	int rc;

	if (!config_is_valid(cfg) || name == NULL)
		return TACIT_E_INVALID;
	if (!label_is_valid(name, strlen(name)))
		return TACIT_E_LABEL;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	cost = cost_of(cfg);
	if ((rc = make(&v, cfg, &cost)) != 0)
		return rc;
	rc = write_self(v, name);
	vault_close(v);
	return rc;
}

int
tacit_open(struct tacit **out, const struct tacit_config *cfg)
{
	struct tacit *t;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if (!config_is_valid(cfg))
		return TACIT_E_INVALID;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return TACIT_E_NOMEM;
	t->env = real_env;
	if ((rc = vault_open(&t->vault, cfg->path, cfg->passphrase,
	    cfg->passphrase_len, cfg->lock_wait_ms)) != 0 ||
	    (rc = ratchet_open(&t->ratchet, t->vault)) != 0 ||
	    (rc = net_open(&t->net, cfg->proxy)) != 0)
		goto out;
	t->transport = net_transport(t->net);
	if ((rc = core_load(t)) != 0 || (rc = journal_opened(t)) != 0)
		goto out;
	*out = t;
	t = NULL;
out:
	tacit_close(t);
	return rc;
}

void
tacit_close(struct tacit *t)
{
	if (t == NULL)
		return;
	if (t->net != NULL) {
		line_leave(t);
		net_flush(t->net);
	}
	core_free(t);
	net_close(t->net);
	ratchet_close(t->ratchet);
	vault_close(t->vault);
	record_tail_free(t->shown.text, t->shown.len);
	record_tail_free(t->read.text, t->read.len);
	free(t);
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

int
tacit_change_passphrase(struct tacit *t, const char *old, size_t old_len,
    const char *new_, size_t new_len)
{
	int rc;

	if (old == NULL || new_ == NULL || new_len < 1 ||
	    new_len > TACIT_PASSPHRASE_MAX)
		return TACIT_E_INVALID;
	rc = vault_passphrase(t->vault, old, old_len, new_, new_len);
	/* It is done, or it was tried: the log can only miss it. */
	if (rc == 0)
		(void)enter(t, TACIT_LOG_PASSPHRASE);
	else if (rc == TACIT_E_PASSPHRASE)
		(void)enter(t, TACIT_LOG_FAILED);
	return rc;
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
	struct backup_target to = { .env = &real_env };
	struct vault *from;
	int rc;

	if (!config_is_valid(cfg) || path == NULL ||
	    !passphrase_is_valid(passphrase, len))
		return TACIT_E_INVALID;
	to.path = cfg->path;
	to.passphrase = cfg->passphrase;
	to.len = cfg->passphrase_len;
	to.cost = cost_of(cfg);
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
	return net_fd(t->net);
}

static int
as_int(int64_t ms)
{
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

int
tacit_timeout_ms(const struct tacit *t)
{
	return as_int(env_sooner(core_wait(t), net_timeout_ms(t->net)));
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
	net_step(t->net, as_int(env_sooner(left, core_wait(t))));
	return core_step(t);
}

void
tacit_wake(struct tacit *t)
{
	net_wake(t->net);
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
