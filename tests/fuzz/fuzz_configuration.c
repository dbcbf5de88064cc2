/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file.  Input: its text. */
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "fuzz.h"

static int fd = -1;
static char path[64];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* What is wrong with the text is told to people, not here. */
	if ((stderr = fopen("/dev/null", "w")) == NULL ||
	    (fd = memfd_create("configuration", MFD_CLOEXEC)) < 0)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return 0;
}

static void
check(const struct config *c)
{
	FUZZ_CHECK(c->limits.letters >= 1 && c->limits.letters <= 65536);
	FUZZ_CHECK(c->limits.parcels >= 1 && c->limits.parcels <= 4096);
	FUZZ_CHECK(c->limits.nearly_letters <= c->limits.letters);
	FUZZ_CHECK(c->ttl_days >= 1 && c->ttl_days <= 365);
	FUZZ_CHECK(c->hour_seconds >= 1 && c->hour_seconds <= 3600);
	FUZZ_CHECK(c->max_connections >= 1 && c->post_rate >= 1);
	FUZZ_CHECK(memchr(c->host, '\0', sizeof(c->host)) != NULL);
	FUZZ_CHECK(memchr(c->tls_key, '\0', sizeof(c->tls_key)) != NULL);
	if (config_check(c) == 0)
		FUZZ_CHECK(c->hour_seconds == 3600 || c->loopback);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config c;
	int rc;

	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	config_default(&c);
	rc = config_read(&c, path);
	FUZZ_CHECK(rc == 0 || rc == TACIT_E_INVALID);
	if (rc == 0)
		check(&c);
	return 0;
}
