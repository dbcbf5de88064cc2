/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory for a server's data, below TMPDIR or /var/tmp: on a disk, since
 * what is synced to memory would be measured as if it were durable.
 */
#ifndef LOAD_SCRATCH_H
#define LOAD_SCRATCH_H

struct scratch {
	char path[256];			/* "": none was made */
};

/* Make it; s->path. */
const char *scratch_make(struct scratch *s);

/* Remove it and all that is in it. */
void scratch_remove(const struct scratch *s);

#endif
