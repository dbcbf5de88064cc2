/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of a fuzzing engine: run every file of the directories named on
 * the command line, or the files themselves, through a target once.
 *
 * usage: replay_NAME PATH...
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

#pragma weak LLVMFuzzerInitialize

enum { INPUT_MAX = 1 << 20 };

static unsigned int ran;

/* The file's bytes, alone in a block of their size. */
static int
run_file(const char *path)
{
	static uint8_t buf[INPUT_MAX];
	uint8_t *copy;
	size_t len;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		perror(path);
		return 1;
	}
	len = fread(buf, 1, sizeof(buf), f);
	(void)fclose(f);
	if ((copy = malloc(len > 0 ? len : 1)) == NULL)
		return 1;
	memcpy(copy, buf, len);
	printf("%s\n", path);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	ran++;
	return 0;
}

static int
run_dir(const char *path, DIR *d)
{
	char file[4096];
	struct dirent *e;
	int rc = 0;

	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		rc = run_file(file);
	}
	(void)closedir(d);
	return rc;
}

int
main(int argc, char **argv)
{
	DIR *d;
	int i, rc = 0;

	if (LLVMFuzzerInitialize != NULL)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc && rc == 0; i++) {
		d = opendir(argv[i]);
		rc = d != NULL ? run_dir(argv[i], d) : run_file(argv[i]);
	}
	printf("%u inputs\n", ran);
	return rc != 0 || ran == 0;
}
