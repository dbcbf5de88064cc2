/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "texts.h"

static struct texts *
copy(const struct tacit_message *m)
{
	struct texts *t = malloc(sizeof(*t) + m->text_len + 1);

	if (t == NULL)
		return NULL;
	t->m = *m;
	t->m.text = t->text;
	if (m->text_len > 0)
		memcpy(t->text, m->text, m->text_len);
	t->text[m->text_len] = '\0';
	return t;
}

void
texts_free(struct texts *first)
{
	struct texts *next;

	for (; first != NULL; first = next) {
		next = first->next;
		explicit_bzero(first, sizeof(*first) + first->m.text_len);
		free(first);
	}
}

void
texts_give_back(struct tacit_contact *ct)
{
	struct tacit_message m = { .size = sizeof(m) };

	/* Nothing stands before the first place, and that is the answer. */
	if (tacit_history(ct, 1, &m) == 0)
		explicit_bzero(&m, sizeof(m));
}

int
texts_read(struct texts **out, struct tacit_contact *ct, uint32_t last)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct texts *first = NULL, *t;
	uint64_t before = 0;
	uint32_t n = 0;
	int rc = 0;

	while (n < last && (rc = tacit_history(ct, before, &m)) == 0) {
		before = m.place;
		if (m.type != 0)
			continue;
		if ((t = copy(&m)) == NULL) {
			rc = TACIT_E_NOMEM;
			break;
		}
		t->next = first;
		first = t;
		n++;
	}
	texts_give_back(ct);
	if (rc != 0 && rc != TACIT_E_STATE) {
		texts_free(first);
		first = NULL;
	}
	*out = first;
	return rc == TACIT_E_STATE ? 0 : rc;
}
