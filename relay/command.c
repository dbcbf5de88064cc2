/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "command.h"
#include "control.h"
#include "endpoint.h"
#include "file.h"
#include "lock.h"
#include "log.h"
#include "report.h"
#include "tacit/error_text.h"
#include "tacit/hash.h"

enum { WAIT_MS = 5000, LOCK_MS = 100 };

/* What a file or the database did was said where it happened. */
static int
complain(const struct options *o, int rc)
{
	static const char *const names[] = { [ADMIT] = "admit",
	    [STATUS] = "status", [INSPECT] = "inspect" };

	if (rc != TACIT_E_IO && rc != TACIT_E_DISK_FULL &&
	    rc != TACIT_E_CORRUPT)
		fprintf(stderr, "tacit-relay: %s: %s\n",
		    names[o->command], tacit_error_text(rc));
	return rc;
}

/* Answer ${request} from the database.  The caller holds the lock. */
static int
answer_from_store(json_t **answer, const struct config *c,
    const struct tacit_place *place, const json_t *request)
{
	struct query_facts facts = { .place = place,
	    .confinement = confine_word(&(struct confine){ CONFINE_OFF, 0, 0 }) };
	struct store_clock clock;
	enum query_kind kind;
	struct store *s;
	struct op op;
	int rc;

	if ((rc = store_sqlite_open(&s, &clock, c->data, &c->limits)) != 0) {
		log_store(c->data, rc);
		return rc;
	}
	facts.hour = clock_resume(clock, clock_wall_day()).hour;
	if ((rc = query_read(&kind, &op, request, facts.hour)) != 0)
		goto out;
	if ((rc = store_apply(s, &op)) != 0) {
		log_store(c->data, rc);
		goto out;
	}
	*answer = query_answer(kind, &op, &facts);
	rc = *answer != NULL ? 0 : TACIT_E_NOMEM;
out:
	s->ops->close(s);
	return rc;
}

/* As the relay itself; its keys are needed only to say where it is. */
static int
be_relay(json_t **answer, struct config *c, const json_t *request, int place)
{
	struct tacit_place p;
	struct keys keys;
	int rc;

	memset(&p, 0, sizeof(p));
	if (place) {
		if ((rc = keys_load(&keys, c)) != 0)
			return rc;
		endpoint_place(&p, c, &keys);
		keys_free(&keys);
	}
	return answer_from_store(answer, c, &p, request);
}

/*
 * A relay may start or stop while we look: then neither way works at first.
 */
static int
ask(json_t **answer, struct config *c, const json_t *request, int place)
{
	unsigned int waited;
	int lock, rc = TACIT_E_NOMEM;

	*answer = NULL;
	for (waited = 0; request != NULL && waited < WAIT_MS;
	    waited += LOCK_MS) {
		rc = TACIT_E_UNREACHABLE;
		if (file_exists(c->data))
			rc = control_ask(answer, c->data, request);
		if (rc != TACIT_E_UNREACHABLE)
			break;
		if ((rc = lock_take(&lock, c->data, LOCK_MS)) == 0) {
			rc = be_relay(answer, c, request, place);
			(void)close(lock);
			break;
		}
		if (rc != TACIT_E_UNAVAILABLE)
			break;
	}
	if (rc == 0 && json_object_get(*answer, "error") != NULL)
		rc = (int)json_integer_value(json_object_get(*answer,
		    "code"));
	return rc;
}

static int
unhex(uint8_t *out, size_t len, const json_t *j)
{
	const char *hex = json_string_value(j);
	size_t got;

	return hex != NULL && strlen(hex) == 2 * len && sodium_hex2bin(out,
	    len, hex, 2 * len, NULL, &got, NULL) == 0 && got == len ? 0 :
	    TACIT_E_INTERNAL;
}

/* The place that the relay named, under the name that the operator wants. */
static int
read_place(struct tacit_place *p, const json_t *answer, const char *url)
{
	const char *own = json_string_value(json_object_get(answer, "url"));
	int rc;

	memset(p, 0, sizeof(*p));
	if (own == NULL)
		return TACIT_E_INTERNAL;
	if (url == NULL)
		url = own;
	if ((rc = tacit_url_parse(p, url, strlen(url))) != 0)
		return rc;
	if ((rc = unhex(p->relay_key, sizeof(p->relay_key),
	    json_object_get(answer, "key"))) != 0)
		return rc;
	if ((p->flags & TACIT_LINK_PLAINTEXT) != 0)
		return 0;
	return unhex(p->pin, sizeof(p->pin), json_object_get(answer, "pin"));
}

static int
flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "tacit-relay: standard output: %s\n",
	    strerror(errno));
	return TACIT_E_IO;
}

static int
print_line(const struct tacit_admission *a)
{
	char line[TACIT_LINK_TEXT_MAX];
	int rc;

	if ((rc = tacit_admission_write(line, sizeof(line), a)) != 0)
		return rc;
	rc = puts(line) >= 0 ? flush() : TACIT_E_IO;
	sodium_memzero(line, sizeof(line));
	return rc;
}

/* What --url may be, before anything is stored. */
static int
check_url(const struct options *o, const struct config *c)
{
	struct tacit_place p;

	if (o->url == NULL && endpoint_is_wildcard(c)) {
		fprintf(stderr, "tacit-relay: admit: the relay listens on "
		    "every address; name the one that clients use with "
		    "--url wss://HOST:PORT\n");
		return TACIT_E_INVALID;
	}
	if (o->url == NULL || (tacit_url_parse(&p, o->url,
	    strlen(o->url)) == 0 && (p.flags & TACIT_LINK_PLAINTEXT) ==
	    (c->plaintext ? TACIT_LINK_PLAINTEXT : 0)))
		return 0;
	fprintf(stderr, "tacit-relay: admit: --url: allowed: %s\n",
	    c->plaintext ? "ws://LOOPBACK-ADDRESS:PORT, as the relay serves "
	    "without TLS" : "wss://HOST[:PORT]");
	return TACIT_E_INVALID;
}

int
command_admit(const struct options *o, struct config *c)
{
	const uint32_t units = o->relationships * TACIT_UNITS_RELATIONSHIP +
	    TACIT_UNITS_SPARE;
	struct tacit_admission a;
	uint8_t hash[TACIT_HASH_LEN];
	json_t *request = NULL, *answer = NULL;
	int rc;

	if (o->config == NULL && (rc = endpoint_load(c)) != 0)
		return rc;
	if ((rc = check_url(o, c)) != 0)
		return rc;
	memset(&a, 0, sizeof(a));
	randombytes_buf(a.code, sizeof(a.code));
	tacit_hash_code(hash, a.code);
	request = query_admit(hash, units, o->expires_hours);
	if ((rc = ask(&answer, c, request, 1)) == 0 &&
	    (rc = read_place(&a.place, answer, o->url)) == 0)
		rc = print_line(&a);
	sodium_memzero(&a, sizeof(a));
	json_decref(answer);
	json_decref(request);
	return rc == 0 ? 0 : complain(o, rc);
}

static int
command_ask(const struct options *o, struct config *c, enum query_kind kind,
    void (*print)(FILE *, const json_t *))
{
	json_t *request = query_ask(kind), *answer = NULL;
	int rc = TACIT_E_IO;

	if (!file_exists(c->data)) {
		fprintf(stderr, "tacit-relay: %s: %s\n", c->data,
		    strerror(ENOENT));
		goto out;
	}
	if ((rc = ask(&answer, c, request, 0)) != 0) {
		rc = complain(o, rc);
		goto out;
	}
	if (!o->json) {
		print(stdout, answer);
	} else {
		(void)json_dumpf(answer, stdout, JSON_COMPACT);
		(void)putchar('\n');
	}
	rc = flush();
out:
	json_decref(answer);
	json_decref(request);
	return rc;
}

int
command_status(const struct options *o, struct config *c)
{
	return command_ask(o, c, QUERY_STATUS, report_print_status);
}

int
command_inspect(const struct options *o, struct config *c)
{
	return command_ask(o, c, QUERY_INSPECT, report_print_inspect);
}
