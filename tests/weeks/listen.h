/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is shown and told goes into the book. */
#ifndef LISTEN_H
#define LISTEN_H

struct world;

/* All events that wait for ${i}, of the vault and of its practice layer. */
void listen_take(struct world *w, int i);

#endif
