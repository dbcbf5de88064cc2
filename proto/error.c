/* SPDX-License-Identifier: Apache-2.0 */
#include "tacit/error.h"
#include "tacit/error_text.h"

const char *
tacit_error_text(int err)
{
	/* No default: the compiler then names any error without a text. */
	switch ((enum tacit_error)err) {
	case TACIT_OK:
		return "no error";
#define CASE_TEXT(name, value, word, text) case TACIT_E_##name: return text;
	TACIT_ERRORS(CASE_TEXT)
#undef CASE_TEXT
	case TACIT_E_LAST_:
		break;
	}
	return "unknown error";
}

const char *
tacit_error_word(int err)
{
	switch ((enum tacit_error)err) {
	case TACIT_OK:
		return "ok";
#define CASE_WORD(name, value, word, text) case TACIT_E_##name: return word;
	TACIT_ERRORS(CASE_WORD)
#undef CASE_WORD
	case TACIT_E_LAST_:
		break;
	}
	return "internal";
}
