/* SPDX-License-Identifier: Apache-2.0 */
/* Our own protocol (proto/PROTOCOL.md), against a relay of its own. */
#include "driver.h"

const struct driver drive_tacit = {
	.name = "tacit",
	.title = "Tacit, wss",
	.durable = "on disk, after the fsync of its transaction",
};
