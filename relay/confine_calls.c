/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every system call of a relay that serves, grouped by what it is for.  What
 * does not stand here ends the process: there is no exec, no fork, no new
 * socket, no connect, no signal to others, no file opened to be written.
 *
 * A call that has a second name on other machines or with another C library
 * stands under both.  After a change run tests/e2e/confine_trace.sh: it shows
 * what is used and not listed, and what is listed and not used.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "confine.h"

#define INT	UINT64_C(0xffffffff)	/* all bits of an int */
#define ALL	UINT64_MAX

#define ANY(name)			{ name, 0, { { 0, 0, 0 } } }
#define IF(name, arg, mask, value)					\
	{ name, 1, { { arg, mask, value } } }
#define IF2(name, arg, mask, value, arg2, mask2, value2)		\
	{ name, 2, { { arg, mask, value }, { arg2, mask2, value2 } } }

/* Opens nothing but for reading, and makes nothing. */
#define CHANGES	(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)

static const struct confine_call calls[] = {
	/* Both threads wait, and wake each other. */
	ANY("epoll_wait"), ANY("epoll_pwait"), ANY("epoll_ctl"), ANY("futex"),
	ANY("restart_syscall"),
	/* libwebsockets: is there one more connection to accept? */
	ANY("poll"), ANY("ppoll"),
	/* libev begins anew when a closed socket is still in its set. */
	IF("epoll_create1", 0, INT, EPOLL_CLOEXEC),

	/* Connections that come in, and bytes on them.  sendto() is send():
	   it names no address. */
	ANY("accept"), ANY("accept4"), ANY("read"), ANY("write"),
	ANY("recvfrom"), IF("sendto", 4, ALL, 0), ANY("shutdown"),
	ANY("close"), ANY("getpeername"),
	/* Has an unfinished handshake sent a byte? */
	IF2("getsockopt", 1, INT, IPPROTO_TCP, 2, INT, TCP_INFO),
	/* libwebsockets 4.3.5 listens to the kernel's routes on a socket that
	   it opens itself, and cannot be told not to. */
	ANY("recvmsg"),
	IF2("setsockopt", 1, INT, IPPROTO_TCP, 2, INT, TCP_NODELAY),
	IF("fcntl", 1, INT, F_SETFL), IF("fcntl", 1, INT, F_SETFD),
	/* The control socket: who asks? */
	IF2("getsockopt", 1, INT, SOL_SOCKET, 2, INT, SO_PEERCRED),
	ANY("geteuid"),

	/* SQLite, on its open files. */
	ANY("pread64"), ANY("pwrite64"), ANY("fdatasync"), ANY("fsync"),
	ANY("ftruncate"), ANY("fstat"), ANY("newfstatat"),
	/* SQLite at the end: unlocks, removes the WAL, opens the directory
	   to make that durable. */
	IF("fcntl", 1, INT, F_SETLK), ANY("unlink"), ANY("unlinkat"),
	IF("openat", 2, CHANGES, O_RDONLY),

	/* Memory that is never code, and comes from no file. */
	ANY("brk"), ANY("munmap"), ANY("mremap"), ANY("madvise"),
	IF2("mmap", 2, PROT_EXEC, 0, 3, MAP_ANONYMOUS, MAP_ANONYMOUS),
	IF("mprotect", 2, PROT_EXEC, 0),
	ANY("munlock"),		/* sodium_free() */

	/* Randomness; OpenSSL mixes in the process's number. */
	ANY("getrandom"), ANY("getpid"),

	/* Time, where the kernel does not give it without a call. */
	ANY("clock_gettime"), ANY("gettimeofday"),

	/* SIGTERM is handled, threads end, the process ends. */
	ANY("rt_sigreturn"), ANY("rt_sigprocmask"), ANY("exit"),
	ANY("exit_group"),
	/* abort() ends as such, with the C library's line about why. */
	ANY("writev"), ANY("gettid"),
	IF2("tgkill", 0, INT, CONFINE_SELF, 2, INT, SIGABRT),
};

const struct confine_call *
confine_list(size_t *n)
{
	*n = sizeof(calls) / sizeof(calls[0]);
	return calls;
}
