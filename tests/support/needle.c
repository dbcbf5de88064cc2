/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Search files for byte strings, also where they were written as hexadecimal
 * or base64.
 *
 * usage: needle NEEDLES PATH...
 *
 * NEEDLES: a file of lines "NAME HEX", each of 9 bytes or more.  A directory
 * is searched whole.  Prints a line "NAME FORM FILE OFFSET" for each first
 * find, and on stderr how much was searched.
 *
 * exit: 0 nothing found, 1 something found, 2 it could not be searched
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEEDLES_MAX = 4096, NAME_LEN = 64, BYTES_MIN = 9, BYTES_MAX = 512,
    FORMS = 9, FORM_MAX = 2 * BYTES_MAX };

static const char *const form_name[FORMS] = { "raw", "hex", "HEX", "base64/0",
    "base64/1", "base64/2", "base64url/0", "base64url/1", "base64url/2" };

struct needle {
	char name[NAME_LEN];
	size_t len[FORMS];
	char form[FORMS][FORM_MAX];
};

/* nftw() hands nothing through to its callback. */
static struct search {
	struct needle *all;
	size_t n;
	unsigned long files, bytes, found;
	bool failed;
} search;

static void
put_hex(struct needle *x, int form, const char *digits)
{
	size_t i;
	uint8_t b;

	for (i = 0; i < x->len[0]; i++) {
		b = (uint8_t)x->form[0][i];
		x->form[form][2 * i] = digits[b >> 4];
		x->form[form][2 * i + 1] = digits[b & 15];
	}
	x->len[form] = 2 * x->len[0];
}

/* Bit ${at} of the needle, from its most significant. */
static unsigned
bit(const struct needle *x, size_t at)
{
	return (unsigned)(uint8_t)x->form[0][at / 8] >> (7 - at % 8) & 1;
}

/*
 * The characters that depend on nothing but the needle, when it begins
 * ${before} bytes into a group of three.
 */
static void
put_base64(struct needle *x, int form, size_t before, const char *digits)
{
	size_t first = (8 * before + 5) / 6, last, at, i;
	unsigned v;

	last = 8 * (before + x->len[0]) / 6;
	for (at = first; at < last; at++) {
		for (v = 0, i = 0; i < 6; i++)
			v = v << 1 | bit(x, 6 * at + i - 8 * before);
		x->form[form][x->len[form]++] = digits[v];
	}
}

static void
put_forms(struct needle *x)
{
	static const char both[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	char plain[65], url[65];
	int i;

	(void)snprintf(plain, sizeof(plain), "%s+/", both);
	(void)snprintf(url, sizeof(url), "%s-_", both);
	put_hex(x, 1, "0123456789abcdef");
	put_hex(x, 2, "0123456789ABCDEF");
	for (i = 0; i < 3; i++) {
		put_base64(x, 3 + i, (size_t)i, plain);
		put_base64(x, 6 + i, (size_t)i, url);
	}
}

static bool
read_needle(struct needle *x, const char *name, const char *hex)
{
	size_t len = strlen(hex), i;
	unsigned byte;

	if (len % 2 != 0 || len < 2 * BYTES_MIN || len > 2 * BYTES_MAX)
		return false;
	memset(x, 0, sizeof(*x));
	(void)snprintf(x->name, sizeof(x->name), "%s", name);
	for (i = 0; i < len / 2; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		x->form[0][i] = (char)byte;
	}
	x->len[0] = len / 2;
	put_forms(x);
	return true;
}

static bool
read_needles(const char *path)
{
	char name[NAME_LEN], hex[2 * BYTES_MAX + 1];
	bool good = true;
	FILE *f;
	int n;

	if ((f = fopen(path, "r")) == NULL)
		return false;
	while (good && (n = fscanf(f, "%63s %1024s", name, hex)) == 2)
		good = search.n < NEEDLES_MAX &&
		    read_needle(&search.all[search.n++], name, hex);
	if (n != EOF)
		good = false;
	return fclose(f) == 0 && good && search.n > 0;
}

static void
search_bytes(const char *path, const char *hay, size_t len)
{
	const struct needle *x;
	const char *at;
	int form;

	for (x = search.all; x < search.all + search.n; x++) {
		for (form = 0; form < FORMS; form++) {
			at = memmem(hay, len, x->form[form], x->len[form]);
			if (at == NULL)
				continue;
			printf("%s %s %s %zu\n", x->name, form_name[form],
			    path, (size_t)(at - hay));
			search.found++;
		}
	}
	search.files++;
	search.bytes += len;
}

/* A file that disappeared meanwhile holds nothing any more. */
static int
search_file(const char *path, const struct stat *st, int type, struct FTW *w)
{
	char *hay = NULL;
	size_t len = 0;
	FILE *in, *out;
	int c;

	(void)w;
	if (type != FTW_F || !S_ISREG(st->st_mode) ||
	    (in = fopen(path, "r")) == NULL)
		return 0;
	if ((out = open_memstream(&hay, &len)) == NULL) {
		(void)fclose(in);
		search.failed = true;
		return -1;
	}
	while ((c = getc(in)) != EOF)
		(void)putc(c, out);
	if (ferror(in) || fclose(out) != 0)
		search.failed = true;
	else
		search_bytes(path, hay, len);
	(void)fclose(in);
	free(hay);
	return 0;
}

int
main(int argc, char **argv)
{
	int i;

	if (argc < 3) {
		fputs("usage: needle NEEDLES PATH...\n", stderr);
		return 2;
	}
	search.all = calloc(NEEDLES_MAX, sizeof(*search.all));
	if (search.all == NULL || !read_needles(argv[1])) {
		fprintf(stderr, "needle: %s: no list of needles\n", argv[1]);
		return 2;
	}
	for (i = 2; i < argc; i++)
		if (nftw(argv[i], search_file, 16, FTW_PHYS) != 0)
			search.failed = true;
	fprintf(stderr, "%zu needles in %lu files, %lu bytes: %lu found\n",
	    search.n, search.files, search.bytes, search.found);
	if (search.failed)
		return 2;
	return search.found > 0;
}
