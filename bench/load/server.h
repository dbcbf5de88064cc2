/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server as a child process: started, watched from /proc, ended.  It is
 * killed when this process ends, however that happens.
 */
#ifndef LOAD_SERVER_H
#define LOAD_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct server {
	pid_t pid;			/* 0: does not run */
	int out;			/* its standard output; -1: closed */
	uint64_t started_ns;
};

/* What a process has used since it began. */
struct server_use {
	uint64_t cpu_ns;		/* user and system, all threads */
	uint64_t written;		/* bytes given to block devices */
	int has_written;		/* 0: only root may know */
	uint64_t rss;			/* bytes, now */
};

/*
 * Run ${argv} (NULL at its end; argv[0] is looked for in PATH) with its
 * messages appended to the file ${log}.
 */
void server_start(struct server *s, const char *const *argv,
    const char *log);

/* The next line of its standard output, waited for; fails at its end. */
void server_line(struct server *s, char *line, size_t cap);

/* Wait until it listens on 127.0.0.1, port ${port}. */
void server_listens(const struct server *s, uint16_t port);

/* A port of loopback that nobody listens on just now. */
uint16_t server_port(void);

/* SIGTERM, and wait for its end.  Fails if it was already gone. */
void server_stop(struct server *s);

/* Run ${argv} to its end; its output in ${out}.  Fails unless it exits 0. */
void server_run(const char *const *argv, char *out, size_t cap);

void server_use(pid_t pid, struct server_use *u);

/* Write ${text} to ${dir}/${name}. */
void server_file(const char *dir, const char *name, const char *text);

/* Monotonic, from a moment of no meaning. */
uint64_t server_now_ns(void);

#endif
