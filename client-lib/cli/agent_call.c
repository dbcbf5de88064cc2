/* SPDX-License-Identifier: Apache-2.0 */
/* Which methods there are, what they take, and whether that was given. */
#include <string.h>

#include "agent.h"

enum { PATH_BYTES = 4096, SAFE_INTEGER_BITS = 53 };

#define NEEDED_TEXT(name, most)	{ name, PARAM_TEXT, true, 0, most }
#define TEXT(name, most)	{ name, PARAM_TEXT, false, 0, most }
#define NEEDED_NUMBER(name, least, most)				\
	{ name, PARAM_NUMBER, true, least, most }
#define NUMBER(name, least, most)					\
	{ name, PARAM_NUMBER, false, least, most }
#define FLAG(name)		{ name, PARAM_BOOL, false, 0, 0 }
#define NONE			{ NULL, PARAM_TEXT, false, 0, 0 }
#define THE_CONTACT		NEEDED_TEXT("contact", CLI_LINE_MAX)
#define THE_MESSAGE		NEEDED_TEXT("message", 64)

static const int64_t safe = (int64_t)1 << SAFE_INTEGER_BITS;

static const struct agent_method methods[] = {
	{ "version", agent_version, { NONE } },
	{ "status", agent_status, { NONE } },
	{ "relay.add", agent_relay_add, {
	    NEEDED_TEXT("line", CLI_LINE_MAX) } },
	{ "backup", agent_backup, {
	    NEEDED_TEXT("path", PATH_BYTES),
	    NEEDED_TEXT("passphrase", 1024) } },
	{ "invite", agent_invite, {
	    NEEDED_TEXT("label", CLI_LINE_MAX), FLAG("in_person"),
	    NUMBER("expires_minutes", 1, 44640),
	    TEXT("relay", CLI_LINE_MAX) } },
	{ "invite.link", agent_invite_link, { THE_CONTACT } },
	{ "accept", agent_accept, {
	    NEEDED_TEXT("link", CLI_LINE_MAX),
	    NEEDED_TEXT("label", CLI_LINE_MAX) } },
	{ "contacts", agent_contacts, {
	    TEXT("after", CLI_LINE_MAX), NUMBER("limit", 1, 256) } },
	{ "contact.info", agent_contact_info, { THE_CONTACT } },
	{ "contact.safety", agent_contact_safety, { THE_CONTACT } },
	{ "contact.verify", agent_contact_verify, {
	    THE_CONTACT, TEXT("how", 16) } },
	{ "contact.accept_unverified", agent_contact_accept, {
	    THE_CONTACT } },
	{ "contact.rotate", agent_contact_rotate, { THE_CONTACT } },
	{ "contact.close", agent_contact_close, { THE_CONTACT } },
	{ "contact.words", agent_contact_words, { THE_CONTACT } },
	{ "card.show", agent_card_show, { TEXT("contact", CLI_LINE_MAX) } },
	{ "card.acknowledge", agent_card_acknowledge, {
	    THE_CONTACT, NEEDED_NUMBER("version", 0, safe) } },
	{ "send", agent_send, {
	    THE_CONTACT, NEEDED_TEXT("text", AGENT_LINE_MAX),
	    TEXT("confirm", CLI_LINE_MAX), FLAG("anyway"),
	    NUMBER("keep_hours", 1, 8784),
	    NUMBER("hold", 0, TACIT_HOLD_MAX) } },
	{ "history", agent_history, {
	    THE_CONTACT, NUMBER("before", 1, safe),
	    NUMBER("limit", 1, 256) } },
	{ "recall", agent_recall, { THE_CONTACT, THE_MESSAGE } },
	{ "recall.statement", agent_recall_statement, {
	    THE_CONTACT, THE_MESSAGE } },
	{ "events.subscribe", agent_events_subscribe, {
	    NUMBER("window", 1, AGENT_WINDOW_MAX) } },
	{ "events.unsubscribe", agent_events_unsubscribe, { NONE } },
	{ "event.done", agent_event_done, {
	    NEEDED_NUMBER("event_id", 1, safe) } },
};

const struct agent_method *
agent_method_at(size_t n)
{
	return n < sizeof(methods) / sizeof(methods[0]) ? &methods[n] : NULL;
}

const struct agent_method *
agent_method(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* ---- what was given ---------------------------------------------------------------- */

/* A text, whose NUL the library refuses; of others it is none. */
static bool
text_fits(const struct agent_param *p, const json_t *v, char *say,
    size_t size)
{
	size_t len = json_string_length(v);
	bool plain = strcmp(p->name, "text") == 0;

	if (json_is_string(v) && len <= (size_t)p->most &&
	    (plain || strlen(json_string_value(v)) == len))
		return true;
	(void)snprintf(say, size, "%s must be a text of at most %lld bytes, "
	    "without NUL", p->name, (long long)p->most);
	return false;
}

static bool
number_fits(const struct agent_param *p, const json_t *v, char *say,
    size_t size)
{
	if (json_is_integer(v) && json_integer_value(v) >= p->least &&
	    json_integer_value(v) <= p->most)
		return true;
	(void)snprintf(say, size, "%s must be a whole number from %lld to "
	    "%lld", p->name, (long long)p->least, (long long)p->most);
	return false;
}

static bool
fits(const struct agent_param *p, const json_t *v, char *say, size_t size)
{
	if (v == NULL) {
		(void)snprintf(say, size, "%s is missing", p->name);
		return !p->needed;
	}
	switch (p->kind) {
	case PARAM_TEXT:
		return text_fits(p, v, say, size);
	case PARAM_NUMBER:
		return number_fits(p, v, say, size);
	default:
		(void)snprintf(say, size, "%s must be true or false",
		    p->name);
		return json_is_boolean(v);
	}
}

/* The param of ${m} that is called ${name}, or NULL. */
static const struct agent_param *
find(const struct agent_method *m, const char *name)
{
	const struct agent_param *p;

	for (p = m->params; p < m->params + AGENT_PARAMS && p->name != NULL;
	    p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* A name is said again only if it is short: half a character is no UTF-8. */
static void
not_taken(const struct agent_method *m, const char *name, char *say,
    size_t size)
{
	const struct agent_param *p = m->params;
	size_t used = (size_t)snprintf(say, size, "%s takes no %s%s", m->name,
	    strlen(name) <= 40 ? name : "such params",
	    p->name != NULL ? "; it takes" : "");

	for (; p < m->params + AGENT_PARAMS && p->name != NULL && used < size;
	    p++)
		used += (size_t)snprintf(say + used, size - used, " %s",
		    p->name);
}

bool
agent_params_fit(const struct agent_method *m, json_t *params, char *say,
    size_t size)
{
	const struct agent_param *p;
	const char *name;
	json_t *v;

	json_object_foreach(params, name, v) {
		if (find(m, name) == NULL) {
			not_taken(m, name, say, size);
			return false;
		}
	}
	for (p = m->params; p < m->params + AGENT_PARAMS && p->name != NULL;
	    p++)
		if (!fits(p, json_object_get(params, p->name), say, size))
			return false;
	say[0] = '\0';
	return true;
}

const char *
agent_text(const struct agent_call *k, const char *name, size_t *len)
{
	const json_t *v = json_object_get(k->params, name);

	if (len != NULL)
		*len = json_string_length(v);
	return json_string_value(v);
}

int64_t
agent_number(const struct agent_call *k, const char *name, int64_t none)
{
	const json_t *v = json_object_get(k->params, name);

	return v != NULL ? json_integer_value(v) : none;
}

bool
agent_flag(const struct agent_call *k, const char *name)
{
	return json_is_true(json_object_get(k->params, name));
}

int
agent_contact(struct agent *a, struct agent_call *k,
    struct tacit_contact **out, struct tacit_contact_info *info)
{
	int rc = tacit_contact_find(out, a->c->t, agent_text(k, "contact",
	    NULL));

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return rc != 0 ? rc : tacit_contact_info(*out, info);
}

int
agent_result(struct agent_call *k, json_t *o)
{
	k->result = o;
	return o != NULL ? 0 : TACIT_E_INTERNAL;
}
