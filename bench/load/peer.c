/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"

enum { LINE_MAX = 1024, SETTINGS_MAX = 8192 };

static const char script[] = LOAD_PEERS "/peer.sh";

static void
launch(struct peer *p)
{
	const char *argv[] = { "sh", script, p->name, p->dir, NULL,
	    p->target.tls ? "tls" : "plain", NULL };
	char port[8], log[sizeof(p->dir) + 8];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)p->target.port);
	(void)snprintf(log, sizeof(log), "%s/log", p->dir);
	argv[4] = port;
	server_start(&p->server, argv, log);
	server_listens(&p->server, p->target.port);
}

/* The lines of ${dir}/peer.conf that are not comments. */
static void
settings(const struct peer *p, char *out, size_t cap)
{
	char path[sizeof(p->dir) + 16], line[LINE_MAX];
	size_t len = 0, n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/peer.conf", p->dir);
	if ((f = fopen(path, "r")) == NULL)
		fail_errno(path);
	while (fgets(line, sizeof(line), f) != NULL) {
		n = strlen(line);
		if (line[0] == '#' || len + n >= cap)
			continue;
		memcpy(out + len, line, n);
		len += n;
	}
	out[len] = '\0';
	(void)fclose(f);
}

static json_t *
about(const struct peer *p)
{
	const char *argv[] = { "sh", script, "version", p->name, NULL };
	char version[64], text[SETTINGS_MAX];
	json_t *o;

	settings(p, text, sizeof(text));
	server_run(argv, version, sizeof(version));
	version[strcspn(version, "\n")] = '\0';
	if ((o = json_pack("{s:s,s:s}", "version", version, "settings",
	    text)) == NULL)
		fail("no memory");
	return o;
}

void
peer_start(struct peer *p, const char *name,
    const struct wire_target *target, const struct driver_conf *conf,
    struct wires *set)
{
	p->name = name;
	p->set = set;
	p->target = *target;
	p->target.port = server_port();
	p->target.tls = target->tls && !conf->plain;
	p->body_len = conf->body_len;
	if ((size_t)snprintf(p->dir, sizeof(p->dir), "%s", conf->dir) >=
	    sizeof(p->dir))
		fail("the directory's name is too long");
	if (conf->settings != NULL)
		server_file(p->dir, "more.conf", conf->settings);
	launch(p);
	p->about = about(p);
}

void
peer_stop(struct peer *p)
{
	server_stop(&p->server);
	json_decref(p->about);
}

uint64_t
peer_restart(struct peer *p)
{
	server_stop(&p->server);
	launch(p);
	return server_now_ns() - p->server.started_ns;
}

void
peer_describe(const struct peer *p, json_t *o)
{
	if (json_object_update(o, p->about) != 0)
		fail("no memory");
}

void
peer_name(char out[PEER_NAME_MAX], char kind, char dot, uint32_t n)
{
	(void)snprintf(out, PEER_NAME_MAX, "%c%c%u", kind, dot, (unsigned)n);
}

const uint8_t *
peer_bytes(struct wire *w, size_t *len)
{
	struct peer_wire *own = w->own;

	wire_take(w, own->lent);
	own->lent = 0;
	return wire_bytes(w, len);
}

void
peer_lend(struct wire *w, ptrdiff_t len)
{
	struct peer_wire *own = w->own;

	own->lent = (size_t)len;
}
