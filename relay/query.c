/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "options.h"
#include "report.h"
#include "query.h"
#include "tacit/error_text.h"

enum {
	HEX = 2 * TACIT_HASH_LEN + 1,
	UNITS_MAX = OPTIONS_RELATIONSHIPS_MAX * TACIT_UNITS_RELATIONSHIP +
	    TACIT_UNITS_SPARE
};

static const char *const words[] = {
	[QUERY_ADMIT] = "admit", [QUERY_STATUS] = "status",
	[QUERY_INSPECT] = "inspect",
};

const char *
query_version(void)
{
	return TACIT_VERSION;
}

json_t *
query_admit(const uint8_t code_hash[TACIT_HASH_LEN], uint32_t units,
    uint32_t hours)
{
	char hex[HEX];

	sodium_bin2hex(hex, sizeof(hex), code_hash, TACIT_HASH_LEN);
	return json_pack("{s:s, s:s, s:I, s:I}", "do", words[QUERY_ADMIT],
	    "hash", hex, "units", (json_int_t)units,
	    "hours", (json_int_t)hours);
}

json_t *
query_ask(enum query_kind kind)
{
	return json_pack("{s:s}", "do", words[kind]);
}

static int
read_admit(struct op *op, const json_t *request, uint64_t hour)
{
	const char *hex = NULL;
	json_int_t units = 0, hours = 0;
	size_t len = 0;

	if (json_unpack((json_t *)request, "{s:s, s:s, s:I, s:I !}", "do",
	    &(const char *){ NULL }, "hash", &hex, "units", &units, "hours",
	    &hours) != 0)
		return TACIT_E_INVALID;
	if (units < 1 || units > UNITS_MAX || hours < 1 ||
	    hours > OPTIONS_HOURS_MAX)
		return TACIT_E_INVALID;
	op->kind = OP_ADMIT;
	if (sodium_hex2bin(op->u.admit.code_hash, TACIT_HASH_LEN, hex,
	    strlen(hex), NULL, &len, NULL) != 0 || len != TACIT_HASH_LEN ||
	    strlen(hex) != HEX - 1)
		return TACIT_E_INVALID;
	op->u.admit.units = (uint32_t)units;
	op->u.admit.expiry_day = (uint32_t)((hour + (uint64_t)hours) / 24);
	return 0;
}

int
query_read(enum query_kind *kind, struct op *op, const json_t *request,
    uint64_t hour)
{
	const char *word = json_string_value(json_object_get(request, "do"));

	memset(op, 0, sizeof(*op));
	if (word == NULL)
		return TACIT_E_INVALID;
	if (strcmp(word, words[QUERY_ADMIT]) == 0) {
		*kind = QUERY_ADMIT;
		return read_admit(op, request, hour);
	}
	if (strcmp(word, words[QUERY_STATUS]) == 0)
		*kind = QUERY_STATUS;
	else if (strcmp(word, words[QUERY_INSPECT]) == 0)
		*kind = QUERY_INSPECT;
	else
		return TACIT_E_INVALID;
	op->kind = OP_COUNT;
	return json_object_size(request) == 1 ? 0 : TACIT_E_INVALID;
}

/* Where the relay is, and how one knows it: half of an admission line. */
static json_t *
answer_admit(const struct tacit_place *place)
{
	char url[TACIT_LINK_TEXT_MAX], pin[HEX], key[HEX];

	if (tacit_url_write(url, sizeof(url), place) != 0)
		return query_error(TACIT_E_INTERNAL);
	sodium_bin2hex(pin, sizeof(pin), place->pin, sizeof(place->pin));
	sodium_bin2hex(key, sizeof(key), place->relay_key,
	    sizeof(place->relay_key));
	return json_pack("{s:s, s:s, s:s}", "url", url, "pin", pin, "key",
	    key);
}

json_t *
query_answer(enum query_kind kind, const struct op *op,
    const struct query_facts *facts)
{
	if (op->rc != 0)
		return query_error(op->rc);
	switch (kind) {
	case QUERY_ADMIT:
		return answer_admit(facts->place);
	case QUERY_STATUS:
		return report_status(&op->u.count, facts);
	case QUERY_INSPECT:
		return report_inspect(&op->u.count, facts);
	}
	return query_error(TACIT_E_INTERNAL);
}

json_t *
query_error(int err)
{
	return json_pack("{s:s, s:i}", "error", tacit_error_word(err),
	    "code", err);
}
