/* SPDX-License-Identifier: Apache-2.0 */
/* Methods about the vault as a whole. */
#include <string.h>

#include "agent.h"

int
agent_version(struct agent *a, struct agent_call *k)
{
	json_t *all = json_array();
	size_t i;

	(void)a;
	for (i = 0; agent_method_at(i) != NULL; i++)
		if (json_array_append_new(all,
		    json_string(agent_method_at(i)->name)) != 0)
			break;
	return agent_result(k, json_make("{s:s, s:o}", "version",
	    tacit_version(), "methods", all));
}

int
agent_status(struct agent *a, struct agent_call *k)
{
	struct tacit_progress p = { .size = sizeof(p) };
	int rc = tacit_progress(a->c->t, &p);
	size_t i, clients = 0;

	if (rc != 0)
		return rc;
	for (i = 0; i < AGENT_CLIENTS_MAX; i++)
		clients += a->client[i] != NULL;
	return agent_result(k, json_make("{s:b, s:b, s:b, s:b, s:s*, s:I, "
	    "s:b, s:I, s:I, s:I, s:I}", "drained", p.drained != 0, "offered",
	    p.offered != 0, "busy", p.busy != 0, "hope", p.hope != 0,
	    "problem", p.problem != 0 ? tacit_error_word(p.problem) : NULL,
	    "queued", (long long)p.queued, "subscribed", a->feed.to != NULL,
	    "unconfirmed", (long long)a->feed.n, "clients",
	    (long long)clients, "calls", (long long)a->calls,
	    "output_most", (long long)a->out_most));
}

int
agent_relay_add(struct agent *a, struct agent_call *k)
{
	char url[TACIT_LINK_SIZE];
	size_t len;
	const char *line = agent_text(k, "line", &len);
	int rc = tacit_relay_add(a->c->t, line, len, url);

	return rc != 0 ? rc : agent_result(k, json_make("{s:s}", "relay",
	    url));
}

/* Nobody knows which directory this process is in. */
int
agent_backup(struct agent *a, struct agent_call *k)
{
	const char *path = agent_text(k, "path", NULL), *passphrase;
	size_t len;
	int rc;

	passphrase = agent_text(k, "passphrase", &len);
	if (path[0] != '/') {
		(void)snprintf(k->say, sizeof(k->say), "path must begin with "
		    "a slash");
		return RPC_PARAMS;
	}
	rc = tacit_backup(a->c->t, path, passphrase, len);
	if (rc == TACIT_E_VAULT_EXISTS)
		(void)snprintf(k->say, sizeof(k->say), "there is already "
		    "something of this name; a backup never replaces a file");
	return rc != 0 ? rc : agent_result(k, json_make("{s:s}", "backup",
	    path));
}
