/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a passphrase comes from: a file that only its owner can read, or a
 * person at a terminal.  Never argv, never an environment variable.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"

enum { CHARACTERS_MIN = 12 };

void
passphrase_wipe(struct cli_passphrase *p)
{
	explicit_bzero(p, sizeof(*p));
	(void)munlock(p, sizeof(*p));
}

/* Keep it out of the swap if the system lets us; begin empty. */
static void
begin(struct cli_passphrase *p)
{
	(void)mlock(p, sizeof(*p));
	p->len = 0;
	p->bytes[0] = '\0';
}

static int
too_long(const struct cli *c)
{
	return cli_usage(c, "a passphrase has at most 1024 bytes");
}

/* The first line of ${fd}, without its newline. */
static int
read_first_line(const struct cli *c, struct cli_passphrase *p, int fd)
{
	ssize_t n;
	char b = 0;

	for (;;) {
		n = read(fd, &b, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return cli_fail(c, TACIT_E_IO, "TACIT_PASSPHRASE_FILE");
		if (n == 0 || b == '\n')
			break;
		if (p->len == sizeof(p->bytes) - 1)
			return too_long(c);
		p->bytes[p->len++] = b;
	}
	p->bytes[p->len] = '\0';
	if (p->len == 0)
		return cli_usage(c, "TACIT_PASSPHRASE_FILE: its first line is "
		    "empty");
	return 0;
}

static int
from_file(const struct cli *c, struct cli_passphrase *p, const char *path)
{
	struct stat st;
	int fd, status;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1 ||
	    fstat(fd, &st) != 0) {
		status = cli_usage(c, "TACIT_PASSPHRASE_FILE: cannot be read: "
		    "%s", strerror(errno));
		goto out;
	}
	if ((st.st_mode & (S_IRGRP | S_IROTH)) != 0) {
		status = cli_usage(c, "TACIT_PASSPHRASE_FILE: other people can "
		    "read it; make it yours alone: chmod 600");
		goto out;
	}
	status = read_first_line(c, p, fd);
out:
	if (fd != -1)
		(void)close(fd);
	return status;
}

/* Take ${b} into the line.  True when the line is complete. */
static bool
edit(struct cli_passphrase *p, unsigned char b)
{
	switch (b) {
	case '\r':
	case '\n':
	case 4:				/* ^D */
		return true;
	case 8:
	case 127:			/* a whole character of UTF-8 */
		while (p->len > 0) {
			p->len--;
			if ((p->bytes[p->len] & 0xc0) != 0x80)
				break;
		}
		return false;
	case 21:			/* ^U */
		p->len = 0;
		return false;
	default:
		if (p->len < sizeof(p->bytes))
			p->bytes[p->len++] = (char)b;
		return false;
	}
}

/*
 * One line from the terminal ${fd}, not shown.  The terminal sends no signals
 * meanwhile, so that nothing leaves it without its echo; ^C gives up.
 */
static int
ask(const struct cli *c, struct cli_passphrase *p, int fd, const char *prompt)
{
	struct termios old, quiet;
	unsigned char b = 0;
	bool gave_up = false;
	ssize_t n;

	p->len = 0;
	if (tcgetattr(fd, &old) != 0)
		return cli_fail(c, TACIT_E_IO, "terminal");
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
		return cli_fail(c, TACIT_E_IO, "terminal");
	fprintf(stderr, "%s: ", prompt);
	do {
		n = read(fd, &b, 1);
		gave_up = n == 0 || (n == -1 && errno != EINTR) ||
		    (n == 1 && b == 3);
	} while (!gave_up && (n != 1 || !edit(p, b)));
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	fputc('\n', stderr);
	if (gave_up)
		return cli_usage(c, "given up");
	if (p->len == sizeof(p->bytes))
		return too_long(c);
	p->bytes[p->len] = '\0';
	return 0;
}

static size_t
characters(const struct cli_passphrase *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->len; i++)
		n += (p->bytes[i] & 0xc0) != 0x80;
	return n;
}

static int
ask_fresh(const struct cli *c, struct cli_passphrase *p, int fd)
{
	struct cli_passphrase again = { .len = 0 };
	int status;

	begin(&again);
	for (;;) {
		status = ask(c, p, fd, "New passphrase (12 characters or more; "
		    "there is no way back without it)");
		if (status != 0)
			break;
		if (characters(p) < CHARACTERS_MIN) {
			fputs("Too short: 12 characters or more.\n", stderr);
			continue;
		}
		if ((status = ask(c, &again, fd, "Once more")) != 0)
			break;
		/* Both were just typed by the same hands. */
		if (p->len == again.len &&
		    strncmp(p->bytes, again.bytes, p->len) == 0)
			break;
		fputs("These two differ.\n", stderr);
	}
	passphrase_wipe(&again);
	return status;
}

/* The terminal of a person who is there, or -1. */
static int
open_terminal(void)
{
	if (!isatty(STDIN_FILENO) && !isatty(STDERR_FILENO))
		return -1;
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static int
from_terminal(const struct cli *c, struct cli_passphrase *p, int fd,
    const char *prompt, bool fresh)
{
	int status;

	if (fresh)
		return ask_fresh(c, p, fd);
	if ((status = ask(c, p, fd, prompt)) == 0 && p->len == 0)
		status = cli_usage(c, "no passphrase was typed");
	return status;
}

int
passphrase_get(const struct cli *c, struct cli_passphrase *p, bool fresh)
{
	const char *path = getenv("TACIT_PASSPHRASE_FILE");
	int fd, status;

	begin(p);
	/* What was locked is for a person to open. */
	if (path != NULL && path[0] != '\0' && !c->locked)
		return from_file(c, p, path);
	if ((fd = open_terminal()) == -1)
		return cli_usage(c, "a passphrase is needed: name a file that "
		    "holds it in TACIT_PASSPHRASE_FILE, or run this on a "
		    "terminal, where it is asked for");
	status = from_terminal(c, p, fd, "Passphrase", fresh);
	(void)close(fd);
	return status;
}

int
passphrase_line(const struct cli *c, struct cli_passphrase *p,
    const char *what, bool fresh)
{
	int fd, status;

	begin(p);
	if (input_person() && (fd = open_terminal()) != -1) {
		status = from_terminal(c, p, fd, what, fresh);
		(void)close(fd);
		return status;
	}
	status = input_line(c, what, what, p->bytes, sizeof(p->bytes), &p->len);
	if (status == 0 && p->len == 0)
		return cli_usage(c, "%s: is empty", what);
	return status;
}
