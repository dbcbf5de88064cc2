/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "silence.h"

static struct {
	int kept[2];
	FILE *said;
} silence;

void
silence_begin(void)
{
	int i;

	(void)fflush(NULL);
	assert_non_null(silence.said = tmpfile());
	for (i = 0; i < 2; i++) {
		silence.kept[i] = dup(i + 1);
		assert_true(silence.kept[i] >= 0);
		assert_int_equal(dup2(fileno(silence.said), i + 1), i + 1);
	}
}

long
silence_end(void)
{
	struct stat st;
	int i;

	(void)fflush(NULL);
	assert_int_equal(fstat(fileno(silence.said), &st), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(dup2(silence.kept[i], i + 1), i + 1);
		(void)close(silence.kept[i]);
	}
	(void)fclose(silence.said);
	silence.said = NULL;
	return (long)st.st_size;
}

void
silence_break(void)
{
	char text[256];
	FILE *said;

	if (silence.said == NULL)
		return;
	said = fdopen(dup(fileno(silence.said)), "r");
	(void)silence_end();
	if (said == NULL)
		return;
	rewind(said);
	while (fgets(text, sizeof(text), said) != NULL)
		print_error("%s", text);
	(void)fclose(said);
}
