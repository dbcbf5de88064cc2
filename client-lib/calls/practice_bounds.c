/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of tacit/boundaries.h and tacit/records.h. */
#include "practice_calls.h"

int
tacit_practice_words(struct tacit_practice *handle, struct tacit_contact *ct,
    char out[TACIT_WORDS_SIZE])
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_words(p, ct, out));
}

int
tacit_practice_named(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *text, size_t len, char label[TACIT_NAME_SIZE])
{
	struct tacit_practice *p;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_named(p, ct, text, len,
	    label));
}

int
tacit_practice_send(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, const char *text, size_t len, const char *confirm,
    unsigned flags, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	struct tacit_practice *p;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_send(p, now_ms, ct, text,
	    len, confirm, flags, message, seq));
}

int
tacit_practice_send_fleeting(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, const char *text, size_t len, uint32_t keep_hours,
    const char *confirm, unsigned flags, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq)
{
	struct tacit_practice *p;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_send_fleeting(p, now_ms, ct,
	    text, len, keep_hours, confirm, flags, message, seq));
}

int
tacit_practice_hold(struct tacit_practice *handle, struct tacit_contact *ct)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_hold(p, ct));
}

int
tacit_card_set(struct tacit_practice *handle, int64_t now_ms,
    const struct tacit_card *card)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_card_set(p, now_ms, card));
}

int
tacit_card_get(struct tacit_practice *handle, struct tacit_contact *ct,
    struct tacit_card *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_card_get(p, ct, out));
}

int
tacit_card_acknowledge(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, uint64_t version)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_card_acknowledge(p, now_ms, ct,
	    version));
}

int
tacit_away_set(struct tacit_practice *handle, int64_t now_ms, const char *text,
    uint32_t from, uint32_t until)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_away_set(p, now_ms, text, from,
	    until));
}

int
tacit_away_end(struct tacit_practice *handle)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_away_end(p));
}

int
tacit_quiet_set(struct tacit_practice *handle, uint32_t from, uint32_t until,
    uint32_t weekdays)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_quiet_set(p, from, until, weekdays));
}

int
tacit_quiet_end(struct tacit_practice *handle)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_quiet_end(p));
}

int
tacit_quiet_at(struct tacit_practice *handle, int64_t now_ms)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_quiet_at(p, now_ms));
}

int
tacit_life_get(struct tacit_practice *handle, struct tacit_contact *ct,
    struct tacit_life_info *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_life_get(p, ct, out));
}

int
tacit_life_entry(struct tacit_practice *handle, struct tacit_contact *ct,
    uint32_t n, struct tacit_life_entry *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_life_entry(p, ct, n, out));
}

int
tacit_life_change(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, enum tacit_life_what what, const char *text)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_life_change(p, now_ms, ct, what,
	    text));
}

int
tacit_life_verify(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, enum tacit_how how)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_life_verify(p, now_ms, ct, how));
}

int
tacit_series_info(const struct tacit_series *handle, uint32_t n,
    struct tacit_series_info *out)
{
	struct tacit_series *s;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_series(&s, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_series_info(s, n, out));
}

int
tacit_series_point(const struct tacit_series *handle, uint32_t n, uint32_t i,
    struct tacit_series_point *out)
{
	struct tacit_series *s;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_series(&s, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_series_point(s, n, i, out));
}

int
tacit_series_print(const struct tacit_series *handle, uint32_t n,
    enum tacit_series_as as, unsigned columns, char **text, size_t *len)
{
	struct tacit_series *s;
	int rc;

	if (text == NULL || len == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_series(&s, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_series_print(s, n, as, columns, text,
	    len));
}

int
tacit_record_write(struct tacit_practice *handle, struct tacit_contact *ct,
    const struct tacit_record_options *options, int64_t now_ms,
    const struct tacit_writer *to, struct tacit_record *out)
{
	struct tacit_practice *p;
	int rc;

	if (to == NULL || out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_record_write(p, ct, options, now_ms,
	    to, out));
}
