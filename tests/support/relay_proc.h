/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real tacit-relay as a child process, on loopback, in a directory of its
 * own.  The binary is the one that TACIT_RELAY names.  What cannot fail in a
 * sound test aborts it with a reason.
 */
#ifndef SUPPORT_RELAY_PROC_H
#define SUPPORT_RELAY_PROC_H

#include <sys/types.h>

#include "raw.h"

struct relay_proc {
	char base[128];			/* removed by relay_proc_free() */
	char data[160];			/* --data */
	char config[160];		/* --config; empty file */
	char log[160];			/* its stderr, appended */
	int plaintext;
	uint16_t port;			/* 0: any */
	pid_t pid;			/* 0: does not run */
	int out;			/* its stdout */
	struct tacit_place place;	/* of the READY line */
	char ready[512];
};

/* Directories; nothing runs yet.  ${config} is the text of its file. */
void relay_proc_make(struct relay_proc *p, const char *config);
void relay_proc_free(struct relay_proc *p);	/* kills it first */

/* Start, and wait for READY. */
void relay_proc_start(struct relay_proc *p);

/* Send ${sig}, wait; the exit code, or 128 + the signal it died of. */
int relay_proc_stop(struct relay_proc *p, int sig);

/*
 * Run tacit-relay with ${words} (NULL-terminated) to its end; its exit code.
 * Output:  stdout in ${out}, stderr in ${err}, cut at ${cap}.
 */
int relay_run(const char *const *words, char *out, char *err, size_t cap);

/* The same with --data of ${p} after the first word. */
int relay_proc_run(const struct relay_proc *p, const char *const *words,
    char *out, char *err, size_t cap);

/* `admit` on ${p}, running or not. */
void relay_proc_admit(struct relay_proc *p, const char *relationships,
    struct tacit_admission *a);

/* Connect to it as a client; from another address of loopback. */
struct raw *relay_proc_connect(const struct relay_proc *p);
struct raw *relay_proc_connect_from(const struct relay_proc *p,
    const char *from);

/* `status --json`: one of its numbers. */
long relay_proc_status(const struct relay_proc *p, const char *what);

/*
 * 1 if ${len} bytes at ${needle} are in any file below its directory or in
 * its log; ${where}, if not NULL, is told which.
 */
int relay_proc_contains(const struct relay_proc *p, const void *needle,
    size_t len, char where[256]);

/* Sleep; tests wait for conditions with it, never for a time. */
void relay_sleep_ms(unsigned int ms);
long relay_now_ms(void);

#endif
