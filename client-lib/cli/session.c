/* SPDX-License-Identifier: Apache-2.0 */
/* An open vault, and waiting for what the relay has to say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

int
session_path(struct cli *c)
{
	const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n;

	if (c->vault_arg != NULL && c->vault_arg[0] == '\0')
		return cli_usage(c, "--vault: is empty");
	if (c->vault_arg != NULL)
		n = asprintf(&c->vault, "%s", c->vault_arg);
	else if (base != NULL && base[0] == '/')
		n = asprintf(&c->vault, "%s/tacit/vault", base);
	else if (home != NULL && home[0] == '/')
		n = asprintf(&c->vault, "%s/.local/share/tacit/vault", home);
	else
		return cli_usage(c, "where is the vault?  give --vault PATH, "
		    "or set HOME");
	if (n == -1) {
		c->vault = NULL;
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	}
	return 0;
}

int
session_make_parents(const struct cli *c)
{
	char *copy = strdup(c->vault), *slash;
	int status = 0;

	if (copy == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	for (slash = strchr(copy + 1, '/'); slash != NULL && status == 0;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			status = cli_fail(c, TACIT_E_IO, strerror(errno));
		*slash = '/';
	}
	free(copy);
	return status;
}

/* TACIT_ARGON_MIB: tests lower the cost of the passphrase, to 64 at least. */
int
session_argon_mib(const struct cli *c, uint32_t *out)
{
	const char *text = getenv("TACIT_ARGON_MIB");
	char *end = NULL;
	unsigned long n;

	if (text == NULL || text[0] == '\0')
		return 0;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    n < 64 || n > 1024)
		return cli_usage(c, "TACIT_ARGON_MIB is a number from 64 to "
		    "1024");
	*out = (uint32_t)n;
	return 0;
}

struct tacit_config
session_config(const struct cli *c, const struct cli_passphrase *p)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	cfg.path = c->vault;
	cfg.passphrase = p->bytes;
	cfg.passphrase_len = p->len;
	cfg.lock_wait_ms = c->lock_wait_ms;
	cfg.proxy = c->proxy;
	return cfg;
}

int
session_open(struct cli *c)
{
	struct cli_passphrase p = { .len = 0 };
	struct tacit_config cfg;
	char hint[600];
	int rc, status;

	if (access(c->vault, F_OK) != 0 && errno == ENOENT) {
		(void)snprintf(hint, sizeof(hint),
		    "there is no vault at %.400s; `tacit init' makes one",
		    c->vault);
		return cli_fail_as(c, TACIT_E_NOT_A_VAULT, hint);
	}
	if ((status = passphrase_get(c, &p, false)) == 0) {
		cfg = session_config(c, &p);
		if ((rc = tacit_open(&c->t, &cfg)) != 0)
			status = cli_fail(c, rc, rc == TACIT_E_BUSY ?
			    "is a chat still open?" : NULL);
		else if ((rc = tacit_practice_open(&c->p, c->t)) != 0)
			status = cli_fail(c, rc, NULL);
	}
	passphrase_wipe(&p);
	return status;
}

struct tacit_contact_info
session_info(struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	if (tacit_contact_info(ct, &info) != 0)
		memset(&info, 0, sizeof(info));
	return info;
}

const char *
session_state(struct cli *c, struct tacit_contact *ct,
    const struct tacit_contact_info *info)
{
	struct tacit_life_info life = { .size = sizeof(life) };

	return text_state(tacit_life_get(c->p, ct, &life) == 0 &&
	    life.state == TACIT_LIFE_PAUSED ? TACIT_PAUSED : info->state);
}

int
session_contact(struct cli *c, struct tacit_contact **out,
    struct tacit_contact_info *info)
{
	int rc;

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	if ((rc = tacit_contact_find(out, c->t, c->contact)) != 0 ||
	    (rc = tacit_contact_info(*out, info)) != 0)
		return cli_fail(c, rc, NULL);
	return 0;
}

int64_t
session_now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
session_unix_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
session_practice(struct cli *c)
{
	return tacit_practice_step(c->p, session_unix_ms());
}

int
session_step(struct cli *c, int64_t deadline_ms)
{
	int64_t left = deadline_ms - session_now_ms();
	int rc;

	if (left < 0)
		left = 0;
	/* Short enough that a caller's own conditions are looked at. */
	rc = tacit_step(c->t, left > 200 ? 200 : (int)left);
	return rc != 0 ? rc : session_practice(c);
}

struct tacit_progress
session_progress(struct cli *c)
{
	struct tacit_progress p = { .size = sizeof(p) };

	if (tacit_progress(c->t, &p) != 0)
		memset(&p, 0, sizeof(p));
	return p;
}

bool
session_settled(const struct tacit_progress *p)
{
	return p->drained && p->offered && !p->busy;
}

/* Is there something left for ${ct}, or for all, that is worth waiting for? */
static bool
worth_waiting(struct cli *c, struct tacit_contact *ct)
{
	struct tacit_progress p;
	struct tacit_contact_info info;

	if (ct != NULL) {
		info = session_info(ct);
		return info.left && info.hope;
	}
	p = session_progress(c);
	return !session_settled(&p) && p.hope;
}

int
session_settle(struct cli *c, struct tacit_contact *ct, uint32_t ms)
{
	int64_t deadline = session_now_ms() + ms;
	int rc;

	do {
		if ((rc = session_step(c, deadline)) != 0)
			return rc;
	} while (worth_waiting(c, ct) && session_now_ms() < deadline);
	return 0;
}
