/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include "stamp.h"

#define LONG_WORD	"Donaudampfschifffahrtsgesellschaftskapitaen" \
	"switwenrentenauszahlungsstellenleiterinnenvertretungsplanaenderung" \
	"sbenachrichtigungsformularvordruckentwurfspruefungskommission"

/* 2026-09-07, 09:00 UTC, a Monday */
#define START_MS	INT64_C(1788771600000)

enum { DAY_MS = 86400000, POINTS = 46 };

const char *const sample_hostile[] = {
	"<script>alert(1)</script>",
	"</p></article></body><img src=x onerror='alert(1)'/>",
	"\" onmouseover=\"alert(1)", "' style='background:url(//x.test)",
	"]]><!--", "<![CDATA[ x ]]>", "<?xml version='1.0'?><!DOCTYPE x>",
	"&amp; &#60;b&#62; &lt; & &x; %3Cb%3E \\u003cb\\u003e",
	"</style><style>*{display:none}</style>", "</title></desc></svg>",
	"=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
	"=HYPERLINK(\"http://x.test\",\"a,b\")", "\xef\xbc\x9d" "1+2",
	"a\"b,c\"\"\r\nd", "'=1",
	"\x01" "1.5\",\"status\":\"entered-in-error", "\\u0001" "1.5",
	"\x01\x02\x1b[2J\x7f\xc2\x85 \xc2\x9b" "31m", "a\rb\r\nc\n\r\nd\r",
	"abc \xe2\x80\xae" "gpj.exe", "\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c",
	"\xe2\x80\x8b\xe2\x80\x8e\xe2\x80\x8f\xef\xbb\xbf\xe2\x80\xa8"
	    "\xe2\x80\xa9",
	"\xef\xbf\xbe \xef\xbf\xbf \xf0\x9f\xbf\xbe \xef\xb7\x90",
	"\xf3\xa0\x81\x81\xf3\xa0\x81\xbf", "\xf4\x8f\xbf\xbf",
	"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb \xf0\xa0\x9c\x8e",
	"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 (abc) 123",
	"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d, <b>world</b>",
	"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85", "\xef\xbf\xbd",
	LONG_WORD LONG_WORD, "   ", "\n", "\t", "{{x}} ${x} %s%n",
	"{\"resourceType\":\"Patient\"}", "\\", "\\\"", "x"
};
const size_t sample_hostile_len = COUNT(sample_hostile);

const struct export_head sample_head = { .contact = "c_abcdefghijkl",
	.label = "R. Client", .me = "Dr. Ada Therapist",
	.software = "tacit 0.1.0", .made_ms = START_MS + 90 * (int64_t)DAY_MS,
	.zone_minutes = 60, .from_ms = START_MS,
	.to_ms = START_MS + 89 * (int64_t)DAY_MS };
const struct export_head sample_hostile_head = { .contact = "c_abcdefghijkl",
	.label = "</title><script>x('\"&\xe2\x80\xae\xf0\x9f\x91\xa9",
	.me = "=\"1\" <b>\xd7\xa9\xd7\x9c &amp; \xe2\x80\x8f",
	.software = "--><?x \\u0001 ]]>", .made_ms = START_MS,
	.zone_minutes = -210 };

/* ---- where to ----------------------------------------------------------- */

static int
memory_write(void *context, const void *bytes, size_t len)
{
	struct memory *m = context;

	assert_false(m->failed);
	if (len > m->room - m->len) {
		m->failed = true;
		return SAMPLE_FAILURE;
	}
	if (m->len + len >= m->cap) {
		m->cap = 2 * (m->len + len) + 64;
		m->bytes = realloc(m->bytes, m->cap);
		assert_non_null(m->bytes);
	}
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
	m->bytes[m->len] = '\0';
	return 0;
}

struct sink
memory_sink(struct memory *m, size_t room)
{
	struct sink s = { memory_write, m, 0 };

	free(m->bytes);
	memset(m, 0, sizeof(*m));
	m->room = room;
	m->cap = 1;
	m->bytes = calloc(1, 1);
	assert_non_null(m->bytes);
	return s;
}

void
memory_free(struct memory *m)
{
	free(m->bytes);
	memset(m, 0, sizeof(*m));
}

int
sample_find(const char *name)
{
	static const char *const names[] = { "empty", "every", "hostile",
	    "long" };
	int i;

	for (i = 0; i < (int)COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* ---- of what ------------------------------------------------------------ */

#define WHOLE(n)	{ VALUE_DECIMAL, 0, (n) * (int64_t)1000000, NULL }

const struct trend *
sample_trend(enum sample which)
{
	static const struct form_band plain[] = {
		{ WHOLE(0), "steady", false },
		{ WHOLE(5), "some strain", false },
		{ WHOLE(9), "much strain", false },
		{ WHOLE(13), "heavy strain", true } };
	static const struct form_band hostile[] = {
		{ WHOLE(-3), "=1+2</text></svg><script>", true },
		{ WHOLE(0), "\xe2\x80\xae" "detrevni\t\xf0\x9f\x91\xa9",
		    false },
		{ WHOLE(1), LONG_WORD, true },
		{ WHOLE(14), "@\"a\",b\r\n", true } };
	static struct trend_point points[POINTS];
	static struct trend t;
	int i, v = 11;

	t = (struct trend){ .title = "Mood and sleep", .label = "Mood",
	    .low = WHOLE(0), .high = WHOLE(15), .n_bands = COUNT(plain),
	    .bands = plain, .n_points = which == SAMPLE_EMPTY ? 0 : POINTS,
	    .points = points };
	if (which == SAMPLE_HOSTILE) {
		t.title = "-1</title>&\"'\xe2\x80\xae\x1b[2J";
		t.label = LONG_WORD;
		t.bands = hostile;
	}
	for (i = 0; i < POINTS; i++) {
		v += (i * 7 + i / 5) % 5 - 2;
		v = v < 0 ? 0 : v > 15 ? 15 : v;
		points[i] = (struct trend_point){ .date = stamp_date(START_MS +
		    2 * i * (int64_t)DAY_MS, 0), .time_ms = START_MS +
		    2 * i * (int64_t)DAY_MS, .band = -1 };
		if (i % 9 == 4 || i % 13 == 5)
			continue;
		points[i].value = (struct value)WHOLE(v);
		points[i].band = (int8_t)(v >= 13 ? 3 : v >= 9 ? 2 :
		    v >= 5 ? 1 : 0);
	}
	return &t;
}

/* A form of the shipped kind whose words are all hostile. */
static struct form *
hostile_form(void)
{
	static char kept[FORM_ITEMS_MAX][64];
	struct form_problem why;
	struct form *f;
	char items[4096] = "";
	size_t i, n = 0, used = 0;
	char *text;

	for (i = 0; i < sample_hostile_len; i++) {
		const char *h = sample_hostile[i];

		if (strlen(h) > 60 || !form_is_plain(h))
			continue;
		used += (size_t)snprintf(items + used, sizeof(items) - used,
		    "%s{'linkId':'%zu','type':'text','text':'x'}",
		    n > 0 ? "," : "", n);
		(void)snprintf(kept[n++], sizeof(kept[0]), "%s", h);
	}
	text = kit_json("{'resourceType':'Questionnaire','status':'active',"
	    "'title':'T','item':[%s]}", items);
	assert_int_equal(kit_import(&f, text, &why), 0);
	free(text);
	for (i = 0; i < n; i++)
		f->items[i].text = f->items[i].prefix = kept[i];
	f->title = sample_hostile[0];
	return f;
}

struct answers *
sample_answers(enum sample which)
{
	static const char *const said[][2] = { { "worry", "some" },
	    { "harm", "1" }, { "pain", "back" }, { "pain", "head" },
	    { "fever", "37.50" } };
	struct form *f = which == SAMPLE_HOSTILE ? hostile_form() :
	    kit_form("scored");
	struct answers *a = answers_new(f);
	uint16_t at;
	size_t i;

	assert_non_null(a);
	if (which == SAMPLE_HOSTILE) {
		for (at = 0; at + 1 < f->n_items; at++)
			assert_int_equal(answers_set_text(a, at,
			    f->items[at].text, NULL), 0);
		return a;
	}
	for (i = 0; i < COUNT(said); i++)
		assert_int_equal(answers_set_text(a, (uint16_t)form_find(f,
		    said[i][0]), said[i][1], NULL), 0);
	return a;
}

void
sample_answers_free(struct answers *a)
{
	struct form *f = (struct form *)answers_form(a);

	answers_free(a);
	form_free(f);
}

/* ---- conversations ------------------------------------------------------ */

struct work {
	struct export x;
	struct answers *answers;
	struct entry e;
	char id[EXPORT_ID_MAX];
	unsigned int n;
	int rc;
};

static void
put(struct work *w, const char *text)
{
	w->n++;
	(void)snprintf(w->id, sizeof(w->id), "m_sample%u", w->n);
	w->e.id = w->id;
	w->e.seq = w->n;
	w->e.text = text;
	w->e.text_len = text != NULL ? strlen(text) : 0;
	if (w->rc == 0)
		w->rc = export_entry(&w->x, &w->e);
	w->e.time_ms += 3600000;
}

static void
put_every(struct work *w)
{
	int kind, state, fate;

	for (kind = ENTRY_MESSAGE; kind <= ENTRY_NOTE; kind++)
		for (state = ENTRY_QUEUED; state <= ENTRY_RECEIVED; state++)
			for (fate = ENTRY_KEPT; fate <= ENTRY_RETRACTED;
			    fate++) {
				w->e.kind = (enum entry_kind)kind;
				w->e.state = (enum entry_state)state;
				w->e.fate = (enum entry_fate)fate;
				w->e.from_me = state != ENTRY_RECEIVED;
				w->e.answers = kind == ENTRY_CHECKIN ?
				    w->answers : NULL;
				if (fate != ENTRY_EPHEMERAL &&
				    fate != ENTRY_DELETED)
					put(w, kind == ENTRY_CHECKIN ? NULL :
					    "There is nothing wrong here.");
				if (fate == ENTRY_KEPT)
					continue;
				w->e.answers = NULL;
				put(w, NULL);
			}
}

static void
put_hostile(struct work *w)
{
	size_t i;

	w->e.zone_minutes = -210;
	for (i = 0; i < sample_hostile_len; i++) {
		w->e.from_me = i % 2 == 0;
		w->e.kind = i % 5 == 4 ? ENTRY_NOTE : ENTRY_MESSAGE;
		put(w, sample_hostile[i]);
	}
	w->e.kind = ENTRY_CHECKIN;
	w->e.answers = w->answers;
	put(w, NULL);
}

static void
put_long(struct work *w)
{
	static const char *const texts[] = {
	    "How did the week go?",
	    "Better than the last one. I went outside on three days, once "
	    "with my sister, and slept through twice.\n\nThe evenings are "
	    "still hard, mostly between nine and eleven.",
	    "Thank you for telling me.", LONG_WORD,
	    "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7\xd8\x8c \xd9\x83\xd9"
	    "\x8a\xd9\x81 \xd8\xad\xd8\xa7\xd9\x84\xd9\x83 \xd8\xa7\xd9\x84"
	    "\xd9\x8a\xd9\x88\xd9\x85\xd8\x9f (1 \xd8\xa5\xd9\x84\xd9\x89 "
	    "10)",
	    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d! \xd7\x9e\xd7\x94 \xd7\xa9\xd7"
	    "\x9c\xd7\x95\xd7\x9e\xd7\x9a, Ada?",
	    "1. Breathe out\n2. Count to four\n3. Breathe in", "ok",
	    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd \xf0\x9f\x91\xa9\xe2\x80\x8d"
	    "\xf0\x9f\x92\xbb", "file \xe2\x80\xae" "gpj.exe is what it says" };
	unsigned int i;

	for (i = 0; i < 200; i++) {
		w->e.kind = i % 23 == 11 ? ENTRY_CHECKIN :
		    i % 41 == 7 ? ENTRY_NOTE : ENTRY_MESSAGE;
		w->e.answers = w->e.kind == ENTRY_CHECKIN ? w->answers : NULL;
		w->e.from_me = i % 3 == 0 && w->e.kind != ENTRY_CHECKIN;
		w->e.state = w->e.from_me ? ENTRY_DELIVERED : ENTRY_RECEIVED;
		w->e.zone_minutes = i < 110 ? 120 : 60;
		w->e.fate = i % 29 == 3 ? (enum entry_fate)(i / 29 % 5) :
		    ENTRY_KEPT;
		if (w->e.kind == ENTRY_NOTE)
			put(w, "Safety number compared in session by "
			    "Dr. Ada Therapist.");
		else if (w->e.fate == ENTRY_EPHEMERAL ||
		    w->e.fate == ENTRY_DELETED || w->e.kind == ENTRY_CHECKIN)
			put(w, NULL);
		else
			put(w, texts[i * 7 % COUNT(texts)]);
		w->e.time_ms += 29000000;
	}
}

int
sample_export(const struct export_format *format, struct sink *s,
    enum sample which)
{
	struct work w = { .e = { .kind = ENTRY_MESSAGE, .from_me = true,
	    .time_ms = START_MS, .state = ENTRY_ACCEPTED,
	    .zone_minutes = 120 } };

	w.answers = sample_answers(which);
	w.rc = export_begin(&w.x, format, s, which == SAMPLE_HOSTILE ?
	    &sample_hostile_head : &sample_head);
	if (w.rc == 0 && which != SAMPLE_EMPTY)
		w.rc = export_trend(&w.x, sample_trend(which));
	if (w.rc == 0 && which != SAMPLE_EMPTY)
		w.rc = export_trend(&w.x, sample_trend(which));
	if (which == SAMPLE_EVERY)
		put_every(&w);
	else if (which == SAMPLE_HOSTILE)
		put_hostile(&w);
	else if (which == SAMPLE_LONG)
		put_long(&w);
	if (w.rc == 0)
		w.rc = export_end(&w.x);
	sample_answers_free(w.answers);
	return w.rc;
}
