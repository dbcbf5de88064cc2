/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "choice.h"

const char *
choice_shown(const struct tacit_checkin *k, uint32_t at, uint32_t i,
    char value[TACIT_CHECKIN_VALUE_SIZE])
{
	const char *shown;

	if (tacit_checkin_option(k, at, i, value, &shown) != 0)
		return NULL;
	return shown != NULL ? shown : value;
}

bool
choice_letters(const struct tacit_checkin *k, uint32_t at, uint32_t n)
{
	char value[TACIT_CHECKIN_VALUE_SIZE];
	const char *shown;
	uint32_t i;

	for (i = 0; i < n; i++)
		if ((shown = choice_shown(k, at, i, value)) != NULL &&
		    strcspn(shown, "0123456789") <= strspn(shown, "+-(. "))
			return true;
	return false;
}

void
choice_name(char out[CHOICE_NAME_SIZE], bool letters, uint32_t i)
{
	if (!letters)
		(void)snprintf(out, CHOICE_NAME_SIZE, "%u", (unsigned)i + 1);
	else if (i < 26)
		(void)snprintf(out, CHOICE_NAME_SIZE, "%c", (int)('a' + i));
	else
		(void)snprintf(out, CHOICE_NAME_SIZE, "%c%c",
		    (int)('a' + (i / 26 - 1) % 26), (int)('a' + i % 26));
}

int
choice_find(const struct tacit_checkin *k, uint32_t at, uint32_t n,
    const char *text)
{
	bool letters = choice_letters(k, at, n);
	char value[TACIT_CHECKIN_VALUE_SIZE], name[CHOICE_NAME_SIZE];
	int found = -1, named = -1, same = 0;
	const char *shown;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if ((shown = choice_shown(k, at, i, value)) == NULL)
			continue;
		choice_name(name, letters, i);
		if (strcmp(name, text) == 0)
			named = (int)i;
		if (strcmp(shown, text) == 0) {
			found = (int)i;
			same++;
		}
	}
	return same == 1 ? found : named;
}
