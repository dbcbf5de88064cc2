/* SPDX-License-Identifier: Apache-2.0 */
/* What the host said and supplies, as one whole whatever its size was. */
#ifndef CLIENT_SUPPLY_H
#define CLIENT_SUPPLY_H

#include "model.h"

struct supply {
	struct tacit_config is;		/* zeros where it ends earlier */
	struct tacit_host host;		/* zeros: supplies nothing */
	struct tacit_transport transport;
	struct vault_secret by;		/* the caller's bytes */
	struct vault_cost cost;
};

/* Errors: TACIT_E_INVALID, and nothing is said of what. */
int supply_read(struct supply *out, const struct tacit_config *cfg);

/* ${in} as the vault takes it.  Errors: TACIT_E_INVALID. */
int supply_secret(struct vault_secret *out, const struct tacit_secret *in);

/* Clock and randomness; ${host}, which has to stay, may bring the clock. */
struct env supply_env(struct tacit_host *host);

#endif
