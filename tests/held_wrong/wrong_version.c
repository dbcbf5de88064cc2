/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault, a backup and a host of another version: TACIT_E_VERSION for files
 * of a newer one, TACIT_E_INVALID for structs of another header, and names of
 * another version of the library are not found in this one.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include "world.h"

enum { USER_VERSION_AT = 60 };		/* of SQLite's header, big endian */

static struct world w;

static int
set_version(const char *path, uint8_t version)
{
	const uint8_t is[4] = { 0, 0, 0, version };
	int fd = open(path, O_WRONLY), ok;

	if (fd < 0)
		return 0;
	ok = pwrite(fd, is, sizeof(is), USER_VERSION_AT) == sizeof(is);
	return close(fd) == 0 && ok;
}

static int
try_open(void)
{
	struct tacit_config cfg = person_config(&w.client.p, NULL);
	struct tacit *t;
	int rc = tacit_open(&t, &cfg);

	tacit_close(t);
	return rc;
}

static size_t
files(size_t *wrong)
{
	struct tacit_config cfg = person_config(&w.client.p, NULL);
	char backup[256], to[256];

	(void)snprintf(backup, sizeof(backup), "%s/backup", w.relay.base);
	(void)snprintf(to, sizeof(to), "%s/restored", w.relay.base);
	HELD(*wrong, tacit_backup(w.t, backup, "backup", 6) == 0);
	world_close(&w);
	world_open(&w, 0);
	tacit_close(w.t);
	HELD(*wrong, set_version(w.client.p.path, 2));
	HELD(*wrong, try_open() == TACIT_E_VERSION);
	HELD(*wrong, set_version(w.client.p.path, 1));
	HELD(*wrong, try_open() == 0);
	HELD(*wrong, app_reopen(&w.client) == 0);
	(void)snprintf(backup, sizeof(backup), "%s/backup", w.relay.base);
	(void)snprintf(to, sizeof(to), "%s/restored", w.relay.base);
	HELD(*wrong, tacit_backup(w.client.p.t, backup, "backup", 6) == 0);
	HELD(*wrong, set_version(backup, 2));
	cfg = person_config(&w.client.p, NULL);
	cfg.path = to;
	HELD(*wrong, tacit_restore(&cfg, backup, "backup", 6, NULL) ==
	    TACIT_E_VERSION);
	HELD(*wrong, access(to, F_OK) != 0);
	HELD(*wrong, set_version(backup, 1));
	HELD(*wrong, tacit_restore(&cfg, backup, "backup", 6, NULL) == 0);
	return 6;
}

static size_t
headers(size_t *wrong)
{
	struct tacit_config cfg = person_config(&w.client.p, NULL);
	int major, minor, patch;
	struct tacit *t;

	HELD(*wrong, sscanf(tacit_version(), "%d.%d.%d", &major, &minor,
	    &patch) == 3);
	HELD(*wrong, major * 10000 + minor * 100 + patch ==
	    TACIT_VERSION_NUMBER);
	cfg.size = sizeof(cfg) + sizeof(void *);	/* of a later one */
	HELD(*wrong, tacit_open(&t, &cfg) == TACIT_E_INVALID && t == NULL);
	HELD(*wrong, dlvsym(RTLD_DEFAULT, "tacit_open", "TACIT_0") != NULL);
	HELD(*wrong, dlvsym(RTLD_DEFAULT, "tacit_open", "TACIT_9") == NULL);
	HELD(*wrong, dlvsym(RTLD_DEFAULT, "tacit_practice_open",
	    "TACIT_PRACTICE_0") != NULL);
	return 5;
}

int
main(void)
{
	size_t calls, wrong = 0;

	world_open(&w, 0);
	calls = headers(&wrong);
	calls += files(&wrong);
	world_close(&w);
	return world_verdict("wrong_version", calls, wrong);
}
