/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of tacit-relay. */
#ifndef RELAY_OPTIONS_H
#define RELAY_OPTIONS_H

#include <stdint.h>

#include "tacit/error.h"

enum {
	OPTIONS_RELATIONSHIPS_MAX = 10000,
	OPTIONS_HOURS_MAX = 8760	/* a year */
};

enum command { SERVE, ADMIT, STATUS, INSPECT, HELP, VERSION };

/* Texts point into argv; NULL where the option was not given. */
struct options {
	enum command command;
	const char *data;
	const char *config;
	const char *listen;
	const char *url;
	uint32_t relationships;
	uint32_t expires_hours;
	uint8_t plaintext;
	uint8_t json;
};

/*
 * Errors:  TACIT_E_INVALID; one line on stderr names the option and what is
 *          allowed.
 */
int options_read(struct options *o, int argc, char **argv);

/* The text of --help. */
const char *options_help(void);

#endif
