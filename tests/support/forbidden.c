/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "forbidden.h"

enum { PAGE = 4096, MPTCP = 262 };

/* A system call that answers -1 or something else. */
#define TRY(call)	((call) == -1 ? errno : 0)
#define ACT(name)	static int name(struct forbidden_kit *k)

/* ---- programs and processes ------------------------------------------------ */

ACT(do_execve)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	(void)k;
	return TRY(execve("/bin/true", argv, argv + 1));
}

ACT(do_fexecve)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	return TRY(fexecve(k->exec, argv, argv + 1));
}

ACT(do_memfd)
{
	(void)k;
	return TRY(memfd_create("x", 0));
}

ACT(do_fork)
{
	pid_t pid = fork();

	(void)k;
	if (pid == 0)
		_exit(0);
	return pid > 0 ? 0 : errno;
}

ACT(do_kill)
{
	return TRY(kill(k->other, SIGCONT));
}

ACT(do_kill_group)
{
	(void)k;
	return TRY(kill(0, 0));
}

ACT(do_ptrace)
{
	return TRY(ptrace(PTRACE_SEIZE, k->other, NULL, NULL));
}

ACT(do_read_memory)
{
	char c;
	struct iovec mine = { &c, 1 }, theirs = { k->page, 1 };

	return TRY(process_vm_readv(k->other, &mine, 1, &theirs, 1, 0));
}

ACT(do_write_memory)
{
	char c = 0;
	struct iovec mine = { &c, 1 }, theirs = { k->page, 1 };

	return TRY(process_vm_writev(k->other, &mine, 1, &theirs, 1, 0));
}

ACT(do_pidfd)
{
	return TRY(syscall(SYS_pidfd_open, k->other, 0));
}

ACT(do_dumpable)
{
	(void)k;
	return TRY(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

ACT(do_setuid)
{
	(void)k;
	return TRY(setuid(getuid()));
}

/* ---- memory ---------------------------------------------------------------- */

ACT(do_mmap_exec)
{
	(void)k;
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

ACT(do_mmap_file)
{
	return mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, k->exec, 0) ==
	    MAP_FAILED ? errno : 0;
}

ACT(do_mprotect_exec)
{
	return TRY(mprotect(k->page, PAGE, PROT_READ | PROT_EXEC));
}

ACT(do_userfaultfd)
{
	(void)k;
	return TRY(syscall(SYS_userfaultfd, O_CLOEXEC));
}

/* ---- the kernel ------------------------------------------------------------- */

ACT(do_bpf)
{
	(void)k;
	return TRY(syscall(SYS_bpf, 0, NULL, 0));
}

ACT(do_io_uring)
{
	(void)k;
	return TRY(syscall(SYS_io_uring_setup, 0, NULL));
}

ACT(do_keyctl)
{
	(void)k;
	return TRY(syscall(SYS_keyctl, 0, -3, 0));
}

ACT(do_perf)
{
	struct perf_event_attr attr;

	(void)k;
	memset(&attr, 0, sizeof(attr));
	return TRY(syscall(SYS_perf_event_open, &attr, 0, -1, 99, 0));
}

ACT(do_unshare)
{
	(void)k;
	return TRY(unshare(CLONE_FILES));
}

ACT(do_mount)
{
	(void)k;
	return TRY(mount("none", "/nonexistent/x", "tmpfs", 0, NULL));
}

ACT(do_chroot)
{
	(void)k;
	return TRY(chroot("/nonexistent"));
}

/* ---- files ------------------------------------------------------------------ */

static int
open_as(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 ? 0 : errno;
}

ACT(do_read_passwd)
{
	(void)k;
	return open_as("/etc/passwd", O_RDONLY);
}

ACT(do_list_root)
{
	(void)k;
	return open_as("/", O_RDONLY | O_DIRECTORY);
}

ACT(do_read_proc)
{
	(void)k;
	return open_as("/proc/self/maps", O_RDONLY);
}

/* Its own keys, once read, as little as those of others. */
ACT(do_read_own)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/relay.key", k->dir);
	return open_as(path, O_RDONLY);
}

ACT(do_write_outside)
{
	return open_as(k->outside, O_WRONLY);
}

ACT(do_create_outside)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s.new", k->outside);
	return open_as(path, O_WRONLY | O_CREAT);
}

ACT(do_create_inside)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/new", k->dir);
	return open_as(path, O_RDONLY | O_CREAT);
}

ACT(do_append_outside)
{
	return open_as(k->outside, O_RDONLY | O_APPEND);
}

/* Without a confinement it is there again for the next. */
ACT(do_unlink_outside)
{
	int rc = TRY(unlink(k->outside));

	return rc != 0 ? rc : open_as(k->outside, O_WRONLY | O_CREAT);
}

ACT(do_rename)
{
	return TRY(rename(k->outside, k->outside));
}

ACT(do_link)
{
	(void)k;
	return TRY(link("/nonexistent/a", "/nonexistent/b"));
}

ACT(do_chmod)
{
	return TRY(chmod(k->outside, 0600));
}

ACT(do_truncate)
{
	return TRY(truncate(k->outside, 0));
}

ACT(do_mknod)
{
	(void)k;
	return TRY(mknod("/nonexistent/x", S_IFIFO, 0));
}

ACT(do_mkdir)
{
	(void)k;
	return TRY(mkdir("/nonexistent/x", 0700));
}

/* ---- network ---------------------------------------------------------------- */

static struct sockaddr_in
nobody(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

ACT(do_socket_tcp)
{
	(void)k;
	return TRY(socket(AF_INET, SOCK_STREAM, 0));
}

ACT(do_socket_tcp6)
{
	(void)k;
	return TRY(socket(AF_INET6, SOCK_STREAM, 0));
}

/* Where the kernel has none: EPROTONOSUPPORT, confined or not. */
ACT(do_socket_mptcp)
{
	int rc = TRY(socket(AF_INET, SOCK_STREAM, MPTCP));

	(void)k;
	return rc == EPROTONOSUPPORT || rc == ENOPROTOOPT ? 0 : rc;
}

ACT(do_socket_udp)
{
	(void)k;
	return TRY(socket(AF_INET, SOCK_DGRAM, 0));
}

ACT(do_socket_unix)
{
	(void)k;
	return TRY(socket(AF_UNIX, SOCK_STREAM, 0));
}

ACT(do_socketpair)
{
	int fds[2];

	(void)k;
	return TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

ACT(do_socket_netlink)
{
	(void)k;
	return TRY(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

ACT(do_connect_tcp)
{
	struct sockaddr_in a = nobody();

	return TRY(connect(k->tcp, (struct sockaddr *)&a, sizeof(a)));
}

ACT(do_connect_unix)
{
	const struct sockaddr_un a = { AF_UNIX, "/nonexistent/x" };

	return TRY(connect(k->local, (const struct sockaddr *)&a, sizeof(a)));
}

ACT(do_send_elsewhere)
{
	struct sockaddr_in a = nobody();

	return TRY(sendto(k->udp, "x", 1, 0, (struct sockaddr *)&a,
	    sizeof(a)));
}

ACT(do_sendmsg)
{
	struct msghdr m = { 0 };

	return TRY(sendmsg(k->tcp, &m, MSG_NOSIGNAL));
}

ACT(do_bind)
{
	struct sockaddr_in a = nobody();

	a.sin_port = 0;
	return TRY(bind(k->tcp, (struct sockaddr *)&a, sizeof(a)));
}

ACT(do_listen)
{
	return TRY(listen(k->tcp, 1));
}

ACT(do_setsockopt)
{
	int on = 1;

	return TRY(setsockopt(k->tcp, SOL_SOCKET, SO_REUSEPORT, &on,
	    sizeof(on)));
}

ACT(do_ioctl)
{
	int n;

	return TRY(syscall(SYS_ioctl, k->udp, 0x541b /* FIONREAD */, &n));
}

#define DIES(act)		{ #act, act, 1, 0, 0, 0 }
#define DIES_AS(act, free)	{ #act, act, 1, free, 0, 0 }
#define DIES_FILE(act)		{ #act, act, 1, 0, EACCES, 0 }
#define DIES_NET(act, free)	{ #act, act, 1, free, EACCES, 1 }
#define REFUSED(act)		{ #act, act, 0, 0, EACCES, 0 }

static const struct forbidden acts[] = {
	{ "do_execve", do_execve, 1, 0, EACCES, 0 },
	{ "do_fexecve", do_fexecve, 1, 0, EACCES, 0 },
	DIES(do_memfd), DIES(do_fork), DIES(do_kill), DIES(do_kill_group),
	DIES(do_ptrace), DIES(do_read_memory), DIES(do_write_memory),
	DIES(do_pidfd), DIES(do_dumpable), DIES(do_setuid),

	DIES(do_mmap_exec), DIES(do_mmap_file), DIES(do_mprotect_exec),
	DIES(do_userfaultfd),

	DIES_AS(do_bpf, EINVAL), DIES_AS(do_io_uring, EFAULT),
	DIES(do_keyctl), DIES_AS(do_perf, EBADF), DIES(do_unshare),
	DIES_AS(do_mount, ENOENT), DIES_AS(do_chroot, ENOENT),

	REFUSED(do_read_passwd), REFUSED(do_list_root), REFUSED(do_read_proc),
	REFUSED(do_read_own), DIES_FILE(do_write_outside),
	DIES_FILE(do_create_outside), DIES_FILE(do_create_inside),
	DIES_FILE(do_append_outside), REFUSED(do_unlink_outside),
	DIES(do_rename), DIES_AS(do_link, ENOENT), DIES(do_chmod),
	DIES(do_truncate), DIES_AS(do_mknod, ENOENT),
	DIES_AS(do_mkdir, ENOENT),

	DIES(do_socket_tcp), DIES(do_socket_tcp6), DIES(do_socket_mptcp),
	DIES(do_socket_udp), DIES(do_socket_unix), DIES(do_socketpair),
	DIES(do_socket_netlink), DIES_NET(do_connect_tcp, ECONNREFUSED),
	DIES_AS(do_connect_unix, ENOENT), DIES(do_send_elsewhere),
	DIES_AS(do_sendmsg, EPIPE), DIES_NET(do_bind, 0), DIES(do_listen),
	DIES(do_setsockopt), DIES(do_ioctl),
};

const struct forbidden *
forbidden_list(size_t *n)
{
	*n = sizeof(acts) / sizeof(acts[0]);
	return acts;
}

/* ---- what must go on --------------------------------------------------------- */

ACT(can_list_inside)
{
	return open_as(k->dir, O_RDONLY | O_DIRECTORY);
}

ACT(can_remove_inside)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/relay.db-wal", k->dir);
	return TRY(unlink(path));
}

/* From the heap, from arenas, by mapping, and growing. */
ACT(can_allocate)
{
	size_t size;
	char *p = NULL, *q;

	(void)k;
	for (size = 16; size <= (size_t)64 << 20; size *= 4) {
		if ((q = realloc(p, size)) == NULL)
			break;
		p = q;
		memset(p, 1, size);
	}
	free(p);
	return size > (size_t)64 << 20 ? 0 : ENOMEM;
}

/* A failed assertion must be seen to be one; no SIGSYS in its stead. */
ACT(can_abort)
{
	(void)k;
	abort();
}

static const struct forbidden allowed[] = {
	DIES(can_list_inside), DIES(can_remove_inside), DIES(can_allocate),
	DIES_AS(can_abort, FORBIDDEN_SIGNAL + SIGABRT),
};

const struct forbidden *
forbidden_allowed(size_t *n)
{
	*n = sizeof(allowed) / sizeof(allowed[0]);
	return allowed;
}

/* ---- the kit ------------------------------------------------------------------ */

static void
make(const char *dir, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (open_as(path, O_WRONLY | O_CREAT) != 0)
		abort();
}

void
forbidden_open(struct forbidden_kit *k)
{
	char base[64];

	capture_mkdir(k->dir, sizeof(k->dir));
	capture_mkdir(base, sizeof(base));
	make(base, "file");
	make(k->dir, "relay.key");
	make(k->dir, "relay.db-wal");
	(void)snprintf(k->outside, sizeof(k->outside), "%s/file", base);
	k->tcp = socket(AF_INET, SOCK_STREAM, 0);
	k->udp = socket(AF_INET, SOCK_DGRAM, 0);
	k->local = socket(AF_UNIX, SOCK_STREAM, 0);
	k->exec = open("/bin/true", O_RDONLY | O_CLOEXEC);
	k->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (k->tcp < 0 || k->udp < 0 || k->local < 0 || k->exec < 0 ||
	    k->page == MAP_FAILED)
		abort();
	k->landlock_net = syscall(444, NULL, 0, 1) >= 4;
	if ((k->other = fork()) == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)pause();
	}
}

void
forbidden_close(struct forbidden_kit *k)
{
	char *slash = strrchr(k->outside, '/');

	(void)kill(k->other, SIGKILL);
	(void)waitpid(k->other, NULL, 0);
	(void)close(k->tcp);
	(void)close(k->udp);
	(void)close(k->local);
	(void)close(k->exec);
	(void)munmap(k->page, PAGE);
	*slash = '\0';
	capture_rmdir(k->outside);
	capture_rmdir(k->dir);
}
