/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tacit/frame.h"
#include "thief.h"
#include "wire.h"

static const char *const mark[] = { MARK_TEXT, MARK_LABEL, MARK_FORM };
enum { MARKS = sizeof(mark) / sizeof(mark[0]) };

static void
look_for_marks(struct book *b, const uint8_t *buf, size_t len,
    const char *what)
{
	size_t k;

	for (k = 0; k < MARKS; k++)
		if (memmem(buf, len, mark[k], strlen(mark[k])) != NULL)
			book_finding(b, "secret", "\"%s\" in %s", mark[k],
			    what);
}

/* What a frame may carry: nothing, a letter, or a list of signatures. */
static void
look_at_size(struct wire *w, const struct tacit_frame *f, size_t used)
{
	size_t head = used - f->body_len;
	int letter = f->body_len == 2048;

	w->frames[f->head.which_is % WIRE_KINDS]++;
	if (head > 2 + 512)
		book_finding(w->book, "size", "a header of %zu", head);
	switch (f->head.which_is) {
	case tacit_Frame_post_tag:
	case tacit_Frame_deliver_tag:
	case tacit_Frame_put_invitation_tag:
		w->letters += (uint64_t)letter;
		if (!letter)
			book_finding(w->book, "size", "a body of %zu",
			    f->body_len);
		break;
	case tacit_Frame_subscribed_tag:
		break;			/* a byte for each mailbox asked for */
	case tacit_Frame_subscribe_tag:
		if (f->body_len % 96 != 0)
			book_finding(w->book, "size", "%zu to subscribe",
			    f->body_len);
		break;
	default:
		if (f->body_len != 0 && !letter)
			book_finding(w->book, "size", "%zu in frame %u",
			    f->body_len, (unsigned)f->head.which_is);
	}
}

/* Every third letter is remembered, until all places are taken. */
static void
remember(struct wire *w, const struct tacit_frame *f)
{
	const tacit_Ack *a = &f->head.is.ack;
	uint64_t at = w->posts / 3;
	size_t i, k;

	if (f->head.which_is == tacit_Frame_post_tag &&
	    w->posts++ % 3 == 0 && at < WIRE_SAMPLES) {
		memcpy(w->sample[at].envelope, f->head.is.post.envelope, 16);
		memcpy(w->sample[at].bytes, f->body, WIRE_SAMPLE);
	}
	if (f->head.which_is != tacit_Frame_ack_tag)
		return;
	for (i = 0; i < a->envelope_count; i++)
		for (k = 0; k < WIRE_SAMPLES; k++)
			w->sample[k].taken |= memcmp(w->sample[k].envelope,
			    a->envelope[i], 16) == 0;
}

static int
look(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct wire *w = arg;
	struct tacit_frame f;
	size_t used;

	(void)i;
	(void)conn;
	w->messages++;
	look_for_marks(w->book, msg, len, "a frame");
	while (len > 0) {
		if (tacit_frame_parse(&f, &used, msg, len) != 0) {
			book_finding(w->book, "size", "no frame");
			break;
		}
		look_at_size(w, &f, used);
		remember(w, &f);
		msg += used;
		len -= used;
	}
	return 1;
}

void
wire_begin(struct wire *w, struct book *b, struct stage *s)
{
	const struct stage_tap tap = { look, look, w };

	memset(w, 0, sizeof(*w));
	w->book = b;
	(void)snprintf(w->dir, sizeof(w->dir), "/dev/shm/tacit-weeks-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		abort();
	stage_use_relay(s, stage_relay_on_disk(w->dir));
	stage_tap(s, &tap);
}

/* ---- files ------------------------------------------------------------------- */

static uint8_t *
read_whole(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *buf;
	long size;

	if (f == NULL)
		return NULL;
	(void)fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	buf = malloc((size_t)size + 1);
	assert(buf != NULL);
	*len = fread(buf, 1, (size_t)size, f);
	(void)fclose(f);
	return buf;
}

typedef void file_fn(struct wire *w, const uint8_t *buf, size_t len,
    const char *what);

static void
each_file(struct wire *w, const char *dir, const char *what, file_fn *fn)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[400];
	uint8_t *buf;
	size_t len;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_type != DT_REG ||
		    (buf = read_whole(path, &len)) == NULL)
			continue;
		fn(w, buf, len, what);
		free(buf);
		n++;
	}
	if (n == 0)
		book_finding(w->book, "test", "no files: %s", what);
	if (d != NULL)
		(void)closedir(d);
}

static void
marks_in_file(struct wire *w, const uint8_t *buf, size_t len,
    const char *what)
{
	look_for_marks(w->book, buf, len, what);
}

void
wire_search(struct wire *w, const char *dir, const char *what)
{
	each_file(w, dir, what, marks_in_file);
}

static void
samples_in_file(struct wire *w, const uint8_t *buf, size_t len,
    const char *what)
{
	size_t k;

	for (k = 0; k < WIRE_SAMPLES; k++)
		if (w->sample[k].taken && memmem(buf, len,
		    w->sample[k].bytes, WIRE_SAMPLE) != NULL)
			book_finding(w->book, "shred",
			    "a letter that was taken is in %s", what);
}

/* As it came it is nowhere; nor is the key that it was written under. */
void
wire_shredded(struct wire *w)
{
	struct thief_want want[WIRE_SAMPLES];
	size_t k, n = 0;

	each_file(w, w->dir, "the relay's files", samples_in_file);
	for (k = 0; k < WIRE_SAMPLES; k++)
		if (w->sample[k].taken)
			memcpy(want[n++].begins, w->sample[k].bytes,
			    sizeof(want[0].begins));
	for (k = 0; k < n; k++)
		want[k].found = 0;
	thief_tries(w->dir, want, n);
	for (k = 0; k < n; k++)
		if (want[k].found)
			book_finding(w->book, "shred",
			    "a letter that was taken can be read from %s",
			    "the relay's files");
}

void
wire_end(struct wire *w)
{
	char path[400];
	DIR *d = opendir(w->dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->dir,
		    e->d_name);
		if (e->d_type == DT_REG)
			(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(w->dir);
}
