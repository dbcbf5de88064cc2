/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard input, read without a buffer of stdio's, so that no copy of what
 * was typed stays behind in one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum { REST_MAX = 16 * 1024 * 1024 };

/* Next byte, -1 at the end, -2 on failure. */
static int
next_byte(void)
{
	unsigned char b;
	ssize_t n;

	do
		n = read(STDIN_FILENO, &b, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1)
		return b;
	return n == 0 ? -1 : -2;
}

bool
input_person(void)
{
	return isatty(STDIN_FILENO) == 1;
}

int
input_line(const struct cli *c, const char *what, const char *prompt,
    char *out, size_t cap, size_t *len)
{
	bool nul = false, any = false;
	size_t n = 0;
	int b;

	if (input_person())
		fprintf(stderr, "%s: ", prompt);
	while ((b = next_byte()) >= 0 && b != '\n') {
		any = true;
		nul = nul || b == '\0';
		if (n < cap - 1)
			out[n] = (char)b;
		n++;
	}
	out[n < cap ? n : cap - 1] = '\0';
	if (b == -2)
		return cli_fail(c, TACIT_E_IO, "standard input");
	if (b == -1 && !any)
		return cli_usage(c, "%s: expected on standard input", what);
	if (nul || n >= cap)
		return cli_usage(c, "%s: %s", what,
		    nul ? "holds a NUL byte" : "too long");
	if (len != NULL)
		*len = n;
	return 0;
}

/* Add ${b} to the ${*len} bytes at ${*buf}, of ${*cap}. */
static int
grow(char **buf, size_t *cap, size_t *len, int b)
{
	char *more;

	if (*len == *cap) {
		if (*cap >= REST_MAX)
			return -1;
		if ((more = malloc(*cap == 0 ? 4096 : *cap * 2)) == NULL)
			return -1;
		if (*cap > 0) {
			memcpy(more, *buf, *cap);
			explicit_bzero(*buf, *cap);
		}
		free(*buf);
		*buf = more;
		*cap = *cap == 0 ? 4096 : *cap * 2;
	}
	(*buf)[(*len)++] = (char)b;
	return 0;
}

/* Up to ${end}, or to the end of the input for -1. */
static int
read_until(char **out, size_t *len, int end)
{
	size_t cap = 0;
	bool any = false;
	int b, rc = -1;

	*out = NULL;
	*len = 0;
	while ((b = next_byte()) >= 0 && b != end) {
		any = true;
		if (grow(out, &cap, len, b) != 0)
			goto out;
	}
	if (b == -2)
		goto out;
	rc = any || b == end ? 1 : 0;
	if (end == -1 && *len > 0 && (*out)[*len - 1] == '\n')
		(*len)--;
out:
	if (rc == -1) {
		if (*out != NULL)
			explicit_bzero(*out, cap);
		free(*out);
		*out = NULL;
	}
	return rc;
}

int
input_next_line(char **out, size_t *len)
{
	return read_until(out, len, '\n');
}

int
input_rest(char **out, size_t *len)
{
	return read_until(out, len, -1);
}

bool
input_yes(const char *question)
{
	char answer[8] = "";
	size_t n = 0;
	int b;

	fprintf(stderr, "%s [y/N] ", question);
	while ((b = next_byte()) >= 0 && b != '\n')
		if (n < sizeof(answer) - 1)
			answer[n++] = (char)b;
	return strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 ||
	    strcmp(answer, "yes") == 0;
}
