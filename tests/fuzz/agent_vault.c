/* SPDX-License-Identifier: Apache-2.0 */
/* agent_vault.h says what this is. */
#include "agent.h"
#include "agent_vault.h"
#include "fuzz.h"

enum { CONTACTS = 3, EVENTS = 40 };

struct tacit_contact {
	unsigned int number;
};

struct tacit {
	struct tacit_contact contact[CONTACTS];
	uint32_t state;			/* of what it answers */
};

struct tacit_practice {
	struct tacit *t;
};

static struct tacit vault;
static struct tacit_practice practice = { &vault };
static char long_text[4096];

void
agent_vault_begin(uint32_t state, struct tacit **t, struct tacit_practice **p)
{
	unsigned int i;

	memset(&vault, 0, sizeof(vault));
	memset(long_text, '\n', sizeof(long_text) - 1);
	for (i = 0; i < CONTACTS; i++)
		vault.contact[i].number = i;
	vault.state = state;
	*t = &vault;
	*p = &practice;
}

/* One of ${n}, whichever. */
static unsigned int
any(unsigned int n)
{
	vault.state = vault.state * 1664525 + 1013904223;
	return (vault.state >> 16) % n;
}

static int
verdict(void)
{
	static const int errors[] = { TACIT_E_STATE, TACIT_E_DISK_FULL,
	    TACIT_E_NOT_VERIFIED, TACIT_E_NOMEM, TACIT_E_OTHER_NAME,
	    TACIT_E_NO_RELAY, TACIT_E_INVALID, TACIT_E_VAULT_EXISTS };

	return any(4) != 0 ? 0 : errors[any(8)];
}

static struct tacit_contact *
pick(void)
{
	return &vault.contact[any(CONTACTS)];
}

/* A text that ends where it says. */
static void
check_text(const char *s, size_t len, size_t most)
{
	FUZZ_CHECK(s != NULL && len <= most && s[len] == '\0');
}

static void
check_contact(const struct tacit_contact *ct)
{
	FUZZ_CHECK(ct >= vault.contact && ct < vault.contact + CONTACTS);
}

static void
check_name(const char *s)
{
	FUZZ_CHECK(s != NULL && strlen(s) <= AGENT_LINE_MAX);
}

/* ---- the vault ------------------------------------------------------------------ */

int
tacit_progress(struct tacit *t, struct tacit_progress *out)
{
	FUZZ_CHECK(t == &vault && out->size == sizeof(*out));
	out->problem = any(2) == 0 ? TACIT_E_UNREACHABLE : 0;
	return verdict();
}

int
tacit_relay_add(struct tacit *t, const char *line, size_t len,
    char url[TACIT_LINK_SIZE])
{
	FUZZ_CHECK(t == &vault);
	check_text(line, len, CLI_LINE_MAX);
	(void)snprintf(url, TACIT_LINK_SIZE, "wss://127.0.0.1:8443");
	return verdict();
}

int
tacit_backup(struct tacit *t, const char *path, const char *passphrase,
    size_t len)
{
	FUZZ_CHECK(t == &vault && path[0] == '/');
	check_text(passphrase, len, 1024);
	return verdict();
}

int
tacit_step(struct tacit *t, int timeout_ms)
{
	FUZZ_CHECK(t == &vault && timeout_ms >= 0);
	return 0;
}

int
tacit_practice_step(struct tacit_practice *p, int64_t now_ms)
{
	FUZZ_CHECK(p == &practice && now_ms >= 0);
	return verdict();
}

/* ---- contacts ------------------------------------------------------------------------ */

struct tacit_contact *
tacit_contact_next(struct tacit *t, struct tacit_contact *after)
{
	FUZZ_CHECK(t == &vault);
	if (after == NULL)
		return &vault.contact[0];
	check_contact(after);
	return after == &vault.contact[CONTACTS - 1] ? NULL : after + 1;
}

int
tacit_contact_find(struct tacit_contact **out, struct tacit *t,
    const char *text)
{
	FUZZ_CHECK(t == &vault);
	check_name(text);
	*out = NULL;
	if (text[0] == '\0')
		return TACIT_E_UNKNOWN_CONTACT;
	*out = pick();
	return 0;
}

int
tacit_contact_info(struct tacit_contact *ct, struct tacit_contact_info *out)
{
	check_contact(ct);
	FUZZ_CHECK(out->size == sizeof(*out));
	(void)snprintf(out->id, sizeof(out->id), "c_aaaaaaaaaaa%u",
	    2 + ct->number);
	(void)snprintf(out->label, sizeof(out->label), "\xc3\xa4\x01\"\\%u",
	    ct->number);
	out->number = ct->number + 1;
	out->their_name[0] = '\0';
	out->state = (enum tacit_contact_state)(1 + any(5));
	out->ready = any(2) == 0;
	out->problem = any(3) == 0 ? TACIT_E_ADMISSION : 0;
	out->inviter = any(2) == 0;
	out->unconfirmed = any(2) == 0;
	return verdict();
}

int
tacit_invite(struct tacit_contact **out, struct tacit *t, const char *label,
    unsigned flags, uint32_t minutes, const char *relay)
{
	int rc = verdict();

	FUZZ_CHECK(t == &vault && flags <= TACIT_INVITE_IN_PERSON &&
	    minutes <= 44640);
	check_name(label);
	if (relay != NULL)
		check_name(relay);
	*out = rc == 0 ? pick() : NULL;
	return rc;
}

int
tacit_invitation_link(struct tacit_contact *ct, char out[TACIT_LINK_SIZE])
{
	check_contact(ct);
	(void)snprintf(out, TACIT_LINK_SIZE, "tacit://127.0.0.1:1/i#x");
	return verdict();
}

int
tacit_accept(struct tacit_contact **out, struct tacit *t, const char *link,
    size_t len, const char *label)
{
	int rc = verdict();

	FUZZ_CHECK(t == &vault);
	check_text(link, len, CLI_LINE_MAX);
	check_name(label);
	*out = rc == 0 ? pick() : NULL;
	return rc;
}

int
tacit_safety_number(struct tacit_contact *ct, char out[TACIT_SAFETY_SIZE])
{
	check_contact(ct);
	memset(out, '7', TACIT_SAFETY_SIZE);
	out[TACIT_SAFETY_SIZE - 1] = '\0';
	return verdict();
}

static int
change(struct tacit_contact *ct)
{
	check_contact(ct);
	return verdict();
}

int
tacit_verify(struct tacit_contact *ct)
{
	return change(ct);
}

int
tacit_accept_unverified(struct tacit_contact *ct)
{
	return change(ct);
}

int
tacit_rotate(struct tacit_contact *ct)
{
	return change(ct);
}

int
tacit_contact_close(struct tacit_contact *ct)
{
	return change(ct);
}

int
tacit_life_get(struct tacit_practice *p, struct tacit_contact *ct,
    struct tacit_life_info *out)
{
	FUZZ_CHECK(p == &practice && out->size == sizeof(*out));
	check_contact(ct);
	out->state = (enum tacit_life)(1 + any(5));
	out->identity_changed = any(4) == 0;
	return verdict();
}

int
tacit_life_verify(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, enum tacit_how how)
{
	FUZZ_CHECK(p == &practice && now_ms > 0 &&
	    how >= TACIT_HOW_IN_PERSON && how <= TACIT_HOW_VIDEO);
	return change(ct);
}

int
tacit_practice_words(struct tacit_practice *p, struct tacit_contact *ct,
    char out[TACIT_WORDS_SIZE])
{
	FUZZ_CHECK(p == &practice);
	(void)snprintf(out, TACIT_WORDS_SIZE, "red bird");
	return change(ct);
}

int
tacit_card_get(struct tacit_practice *p, struct tacit_contact *ct,
    struct tacit_card *out)
{
	FUZZ_CHECK(p == &practice && out->size == sizeof(*out));
	if (ct != NULL)
		check_contact(ct);
	out->n = any(TACIT_CARD_NUMBERS + 1);
	return verdict();
}

int
tacit_card_acknowledge(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, uint64_t version)
{
	FUZZ_CHECK(p == &practice && now_ms > 0 && version <= INT64_MAX);
	return change(ct);
}

int
tacit_retention_get(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, struct tacit_retention *out)
{
	FUZZ_CHECK(p == &practice && now_ms > 0 &&
	    out->size == sizeof(*out));
	check_contact(ct);
	out->until = any(2) == 0 ? 20361122 : 0;
	return 0;
}

/* ---- texts ------------------------------------------------------------------------------ */

static int
written(char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	(void)snprintf(message, TACIT_MESSAGE_ID_SIZE,
	    "m_aaaaaaaaaaaaaaaaaaaa");
	*seq = 1 + any(9);
	return verdict();
}

int
tacit_send(struct tacit_contact *ct, const char *text, size_t len,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	check_contact(ct);
	check_text(text, len, AGENT_LINE_MAX);
	return written(message, seq);
}

int
tacit_send_fleeting(struct tacit_contact *ct, const char *text, size_t len,
    uint32_t keep_hours, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	FUZZ_CHECK(keep_hours >= 1 && keep_hours <= 8784);
	return tacit_send(ct, text, len, message, seq);
}

int
tacit_practice_send_fleeting(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *text, size_t len,
    uint32_t keep_hours, const char *confirm, unsigned flags,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	FUZZ_CHECK(p == &practice && now_ms > 0 && keep_hours <= 8784 &&
	    flags <= TACIT_SEND_ANYWAY);
	check_name(confirm);
	return tacit_send(ct, text, len, message, seq);
}

int
tacit_practice_named(struct tacit_practice *p, struct tacit_contact *ct,
    const char *text, size_t len, char label[TACIT_NAME_SIZE])
{
	FUZZ_CHECK(p == &practice);
	check_contact(ct);
	check_text(text, len, AGENT_LINE_MAX);
	memset(label, 'x', TACIT_NAME_SIZE);
	label[TACIT_NAME_SIZE - 1] = '\0';
	return 1;
}

int
tacit_hold_get(const struct tacit *t, const struct tacit_contact *ct)
{
	FUZZ_CHECK(t == &vault);
	check_contact(ct);
	return (int)any(TACIT_HOLD_MAX + 1);
}

int
tacit_hold_now(struct tacit_contact *ct, uint32_t seconds)
{
	check_contact(ct);
	FUZZ_CHECK(seconds <= TACIT_HOLD_MAX);
	return 0;
}

int
tacit_history(struct tacit_contact *ct, uint64_t before,
    struct tacit_message *out)
{
	check_contact(ct);
	FUZZ_CHECK(out->size == sizeof(*out));
	if (before == 1)
		return TACIT_E_STATE;
	*out = (struct tacit_message) { .size = sizeof(*out),
	    .place = before == 0 || before > 300 ? 300 : before - 1,
	    .id = "m_aaaaaaaaaaaaaaaaaaaa", .seq = 1 + any(9),
	    .type = any(8) == 0, .from_me = any(2) == 0,
	    .state = (enum tacit_message_state)(1 + any(5)),
	    .text = long_text, .text_len = any(sizeof(long_text)) };
	return 0;
}

int
tacit_receipt_state(struct tacit_practice *p, struct tacit_contact *ct,
    const char *message)
{
	FUZZ_CHECK(p == &practice);
	check_contact(ct);
	check_name(message);
	return (int)any(3);
}

int
tacit_retraction_state(struct tacit_practice *p, struct tacit_contact *ct,
    const char *message)
{
	FUZZ_CHECK(p == &practice);
	check_contact(ct);
	check_name(message);
	return (int)any(4);
}

const char *
tacit_retraction_word(int state)
{
	return state == 0 ? NULL : "kept";
}

int
tacit_recall(struct tacit_contact *ct, const char *message,
    enum tacit_fate *fate)
{
	check_contact(ct);
	check_name(message);
	*fate = TACIT_FATE_ASKED;
	return verdict();
}

int
tacit_recall_export(struct tacit_contact *ct, const char *message, char *out,
    size_t cap, size_t *len)
{
	check_contact(ct);
	check_name(message);
	FUZZ_CHECK(cap >= TACIT_STATEMENTS_SIZE);
	memset(out, 's', cap);
	*len = any(TACIT_STATEMENTS_SIZE);
	return verdict();
}

/* ---- events ------------------------------------------------------------------------------- */

int
tacit_next_event(struct tacit *t, uint64_t after, struct tacit_event *out)
{
	FUZZ_CHECK(t == &vault && out->size == sizeof(*out));
	if (after >= EVENTS)
		return 0;
	*out = (struct tacit_event) { .size = sizeof(*out), .id = after + 1,
	    .type = (enum tacit_event_type)(1 + any(TACIT_EV_RECALLED)),
	    .contact = any(3) == 0 ? NULL : pick(),
	    .message = "m_aaaaaaaaaaaaaaaaaaaa", .name = "n",
	    .data_type = any(6) == 0, .text = long_text,
	    .text_len = any(100) };
	return 1;
}

int
tacit_event_done(struct tacit *t, uint64_t id)
{
	FUZZ_CHECK(t == &vault && id >= 1 && id <= EVENTS);
	return any(20) == 0 ? TACIT_E_DISK_FULL : 0;
}

int
tacit_practice_next_event(struct tacit_practice *p, uint64_t after,
    struct tacit_practice_event *out)
{
	const uint64_t first = ((uint64_t)1 << 40) + 1;

	FUZZ_CHECK(p == &practice && out->size == sizeof(*out));
	if (after >= first + EVENTS)
		return 0;
	*out = (struct tacit_practice_event) { .size = sizeof(*out),
	    .id = after < first ? first : after + 1,
	    .type = (enum tacit_practice_event_type)(1 + any(81)),
	    .contact = any(3) == 0 ? NULL : pick(), .about = "k_a",
	    .date = 20261122, .title = "\xc3\xa4", .label = "asked",
	    .value = "1" };
	return 1;
}

int
tacit_practice_event_done(struct tacit_practice *p, uint64_t id)
{
	FUZZ_CHECK(p == &practice && id > (uint64_t)1 << 40);
	return verdict();
}

int
tacit_quiet_at(struct tacit_practice *p, int64_t now_ms)
{
	FUZZ_CHECK(p == &practice && now_ms > 0);
	return (int)any(2);
}

/* ---- words --------------------------------------------------------------------------------- */

const char *
tacit_version(void)
{
	return "0.0.0";
}

const char *
tacit_fate_word(enum tacit_fate fate)
{
	(void)fate;
	return "asked";
}

const char *
tacit_event_word(enum tacit_event_type type)
{
	(void)type;
	return "event";
}

const char *
tacit_practice_event_word(enum tacit_practice_event_type type)
{
	(void)type;
	return "event";
}
