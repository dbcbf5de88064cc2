/* SPDX-License-Identifier: Apache-2.0 */
/* The same for codes and invitations (PROTOCOL.md, sections 6 and 8). */
#include <string.h>

#include <sodium.h>

#include "scene.h"

static void
split_more_than_there_is(struct scene *s)
{
	scene_say(s, raw_split(s->r, s->code, s->v.pass, 1000000));
	scene_say(s, raw_split(s->r, s->code, s->v.pass, UINT32_MAX));
}

static void
split_again(struct scene *s)
{
	scene_say(s, raw_split(s->r, s->code, s->v.pass, 1));
	scene_say(s, raw_split(s->r, s->code, s->v.pass, 1));
	scene_say(s, raw_create(s->r, &s->none, s->v.pass));
	raw_mailbox_make(&s->none);
	scene_say(s, raw_create(s->r, &s->none, s->v.pass));
}

static void
put_for_too_long(struct scene *s)
{
	s->v.hours = 745;
	scene_say(s, raw_put(s->r, &s->v, s->code));
	s->v.hours = UINT32_MAX;
	scene_say(s, raw_put(s->r, &s->v, s->code));
}

static void
put_with_unknown_code(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->v.pass));
}

static void
put_again(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	scene_say(s, raw_put(s->r, &s->v, s->code));
}

static void
put_something_else(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	s->v.blob[0] ^= 1;
	scene_say(s, raw_put(s->r, &s->v, s->code));
}

static void
put_with_a_pass_that_exists(struct scene *s)
{
	scene_say(s, raw_split(s->r, s->code, s->v.pass, 1));
	scene_say(s, raw_put(s->r, &s->v, s->code));
}

static void
put_after_revoke(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	scene_say(s, raw_revoke(s->r, &s->v));
	scene_say(s, raw_put(s->r, &s->v, s->code));
}

static void
get(struct scene *s, const struct raw_key *reader)
{
	uint8_t blob[TACIT_BLOB_LEN];
	int rc = raw_get(s->r, s->v.address, reader, blob);

	if (rc == 0 && memcmp(blob, s->v.blob, sizeof(blob)) != 0)
		told_add(s->got, "changed");
	scene_say(s, rc);
}

static void
get_what_is_not_there(struct scene *s)
{
	get(s, &s->none.owner);
}

static void
get_twice_and_by_another(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	get(s, &s->none.owner);
	get(s, &s->none.owner);
	get(s, &s->m.owner);
}

static void
get_with_a_false_signature(struct scene *s)
{
	struct raw_key thief = s->none.owner;

	scene_say(s, raw_put(s->r, &s->v, s->code));
	memcpy(thief.pk, s->m.owner.pk, sizeof(thief.pk));
	get(s, &thief);
	get(s, &s->none.owner);		/* nobody was bound */
}

static void
get_after_revoke(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	scene_say(s, raw_revoke(s->r, &s->v));
	get(s, &s->none.owner);
}

static void
revoke_what_is_not_there(struct scene *s)
{
	scene_say(s, raw_revoke(s->r, &s->v));
}

static void
revoke_by_another(struct scene *s)
{
	struct raw_invitation thief = s->v;

	scene_say(s, raw_put(s->r, &s->v, s->code));
	raw_key_make(&thief.key);
	scene_say(s, raw_revoke(s->r, &thief));
	memcpy(thief.key.pk, s->v.key.pk, TACIT_KEY_LEN);
	scene_say(s, raw_revoke(s->r, &thief));
	get(s, &s->none.owner);
}

static void
revoke_twice(struct scene *s)
{
	scene_say(s, raw_put(s->r, &s->v, s->code));
	scene_say(s, raw_revoke(s->r, &s->v));
	scene_say(s, raw_revoke(s->r, &s->v));
}

/* ---- the table ------------------------------------------------------------ */

static const struct scene_case cases[] = {
	{ "SPLIT more than there is", split_more_than_there_is,
	    "error ADMISSION, error ADMISSION" },
	{ "SPLIT again", split_again, "ok, ok, ok, error ADMISSION" },
	{ "PUT for too long", put_for_too_long, "error LIMIT, error LIMIT" },
	{ "PUT with an unknown code", put_with_unknown_code,
	    "error ADMISSION" },
	{ "PUT again", put_again, "ok, ok" },
	{ "PUT something else", put_something_else, "ok, error CONFLICT" },
	{ "PUT with a pass that exists", put_with_a_pass_that_exists,
	    "ok, error CONFLICT" },
	{ "PUT after REVOKE", put_after_revoke, "ok, ok, error CONFLICT" },
	{ "GET what is not there", get_what_is_not_there,
	    "error INVITATION_UNKNOWN" },
	{ "GET twice, then by another", get_twice_and_by_another,
	    "ok, ok, ok, error INVITATION_USED" },
	{ "GET with a false signature", get_with_a_false_signature,
	    "ok, error REFUSED, ok" },
	{ "GET after REVOKE", get_after_revoke,
	    "ok, ok, error INVITATION_REVOKED" },
	{ "REVOKE what is not there", revoke_what_is_not_there, "ok" },
	{ "REVOKE by another", revoke_by_another,
	    "ok, error REFUSED, error REFUSED, ok" },
	{ "REVOKE twice", revoke_twice, "ok, ok, ok" },
};

int
main(void)
{
	return scene_run("invitations", cases, sizeof(cases) / sizeof(cases[0]));
}
