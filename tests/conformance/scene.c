/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "scene.h"

void
scene_say(struct scene *s, int rc)
{
	told_verdict(rc, s->got);
}

void
scene_subscribe(struct scene *s, struct raw *r, const struct raw_mailbox *m)
{
	uint8_t result = 0;
	int rc = raw_subscribe(r, m, 1, &result);

	scene_say(s, rc != 0 ? rc : -(int)result);
}

void
scene_contents(struct scene *s)
{
	struct raw_frame *f;
	int rc, drained = 0;

	scene_subscribe(s, s->other, &s->m);
	while (!drained &&
	    (f = raw_next(s->other, RAW_WAIT_MS, &rc)) != NULL) {
		drained = f->head.which_is == tacit_Frame_drained_tag &&
		    memcmp(f->head.is.drained.address, s->m.address,
		    TACIT_ADDRESS_LEN) == 0;
		if (f->head.which_is == tacit_Frame_deliver_tag)
			told_add(s->got, memcmp(f->body, s->body,
			    sizeof(s->body)) == 0 ? "deliver" : "changed");
		raw_frame_free(f);
	}
	if (!drained)
		told_add(s->got, "not drained");
}

static void
open_scene(struct scene *s, const struct relay_proc *p)
{
	s->r = relay_proc_connect(p);
	s->other = relay_proc_connect(p);
	raw_mailbox_make(&s->m);
	raw_mailbox_make(&s->none);
	raw_invitation_make(&s->v, 1);
	randombytes_buf(s->id, sizeof(s->id));
	randombytes_buf(s->body, sizeof(s->body));
	if (raw_create(s->r, &s->m, s->code) != 0)
		abort();
}

int
scene_run(const char *batch, const struct scene_case *cases, size_t n)
{
	struct conform *c = conform_open(batch, "invitation_rate = 10000\n");
	uint8_t code[TACIT_CODE_LEN];
	char got[CONFORM_WORDS];
	struct scene s;
	size_t i;

	conform_code(c, "100", code);
	for (i = 0; i < n; i++) {
		memset(&s, 0, sizeof(s));
		got[0] = '\0';
		s.code = code;
		s.got = got;
		open_scene(&s, conform_relay(c));
		cases[i].play(&s);
		raw_free(s.r);
		raw_free(s.other);
		conform_case(c, cases[i].name, cases[i].want, got);
	}
	return conform_close(c);
}
