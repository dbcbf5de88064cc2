/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <time.h>

#include <sodium.h>

#include "supply.h"

/* Year 9999 ends here: ms of Unix time. */
#define LAST_MS		INT64_C(253402300799999)

/* What 0.1.0 had of it first, before it grew. */
enum { CONFIG_FIRST = offsetof(struct tacit_config, host) };

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
host_unix_ms(void *arg)
{
	const struct tacit_host *host = arg;
	int64_t now = host->now_ms(host->arg);

	if (now < 0)
		return 0;
	return now > LAST_MS ? LAST_MS : now;
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

struct env
supply_env(struct tacit_host *host)
{
	struct env env = { real_unix_ms, real_mono_ms, real_random, host };

	if (host->now_ms != NULL)
		env.unix_ms = host_unix_ms;
	return env;
}

int
supply_secret(struct vault_secret *out, const struct tacit_secret *in)
{
	if (in == NULL || in->size != sizeof(*in) ||
	    (in->passphrase != NULL) == (in->key != NULL))
		return TACIT_E_INVALID;
	if (in->key != NULL) {
		*out = (struct vault_secret){ in->key, TACIT_VAULT_KEY_SIZE, 1 };
		return 0;
	}
	if (in->passphrase_len < 1 ||
	    in->passphrase_len > TACIT_PASSPHRASE_MAX)
		return TACIT_E_INVALID;
	*out = (struct vault_secret){ in->passphrase, in->passphrase_len, 0 };
	return 0;
}

static int
read_host(struct supply *c)
{
	const struct tacit_transport *x;

	if (c->is.host == NULL)
		return 0;
	if (c->is.host->size != sizeof(c->host))
		return TACIT_E_INVALID;
	c->host = *c->is.host;
	if ((x = c->host.transport) == NULL)
		return 0;
	if (x->size != sizeof(*x) || x->open == NULL || x->send == NULL ||
	    x->close == NULL || c->is.proxy != NULL)
		return TACIT_E_INVALID;
	c->transport = *x;
	return 0;
}

int
supply_read(struct supply *out, const struct tacit_config *cfg)
{
	struct tacit_secret by = { .size = sizeof(by) };
	struct supply c;
	int rc;

	memset(&c, 0, sizeof(c));
	if (cfg == NULL || (cfg->size != sizeof(*cfg) &&
	    cfg->size != CONFIG_FIRST))
		return TACIT_E_INVALID;
	memcpy(&c.is, cfg, cfg->size);
	if (c.is.path == NULL || read_host(&c) != 0)
		return TACIT_E_INVALID;
	by.passphrase = c.is.passphrase;
	by.passphrase_len = c.is.passphrase_len;
	by.key = c.host.key;
	if ((rc = supply_secret(&c.by, &by)) != 0)
		return rc;
	c.host.key = NULL;
	c.cost.passes = c.is.argon_passes != 0 ? c.is.argon_passes :
	    TACIT_ARGON_PASSES;
	c.cost.mib = c.is.argon_mib != 0 ? c.is.argon_mib : TACIT_ARGON_MIB;
	*out = c;
	return 0;
}
