/* SPDX-License-Identifier: Apache-2.0 */
/* magic 8 | count u64 | 64 times u64, Unix ms; big endian, 528 bytes. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vault_priv.h"
#include "vault_tries.h"

enum { HEAD = 16, FILE_LEN = HEAD + 8 * VAULT_TRIES_KEPT };

static const uint8_t magic[8] = "TACITRY";

static void
put64(uint8_t *out, uint64_t v)
{
	size_t i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t
get64(const uint8_t *in)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		v = v << 8 | in[i];
	return v;
}

/* All zeros, with the magic, if the file is not of this kind. */
static void
load(int fd, uint8_t file[FILE_LEN])
{
	if (fd >= 0 && pread(fd, file, FILE_LEN, 0) == FILE_LEN &&
	    memcmp(file, magic, sizeof(magic)) == 0)
		return;
	memset(file, 0, FILE_LEN);
	memcpy(file, magic, sizeof(magic));
}

int
vault_tries_add(int lock)
{
	uint8_t file[FILE_LEN];
	struct timespec ts;
	uint64_t n, ms;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -1;
	ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	load(lock, file);
	n = get64(file + 8);
	if (n < UINT64_MAX)
		put64(file + 8, n + 1);
	put64(file + HEAD + 8 * (n % VAULT_TRIES_KEPT), ms);
	if (pwrite(lock, file, FILE_LEN, 0) != FILE_LEN)
		return -1;
	return fdatasync(lock);
}

int
vault_tries_clear(int lock)
{
	return ftruncate(lock, 0);
}

void
vault_tries(const struct vault *v, struct vault_tries *out)
{
	uint8_t file[FILE_LEN];
	size_t i;

	load(v->lock, file);
	out->count = get64(file + 8);
	for (i = 0; i < VAULT_TRIES_KEPT; i++)
		out->unix_ms[i] = (int64_t)get64(file + HEAD + 8 * i);
}
