/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "endpoint.h"
#include "file.h"

static int
is_six(const struct config *c)
{
	return strchr(c->host, ':') != NULL;
}

int
endpoint_is_wildcard(const struct config *c)
{
	return strcmp(c->host, "0.0.0.0") == 0 || strcmp(c->host, "::") == 0;
}

void
endpoint_place(struct tacit_place *p, const struct config *c,
    const struct keys *k)
{
	memset(p, 0, sizeof(*p));
	(void)snprintf(p->host, sizeof(p->host), is_six(c) ? "[%.200s]" :
	    "%.200s", c->host);
	p->port = c->port;
	memcpy(p->relay_key, k->key, sizeof(p->relay_key));
	if (c->plaintext)
		p->flags = TACIT_LINK_PLAINTEXT;
	else
		memcpy(p->pin, k->pin, sizeof(p->pin));
}

/* The path as it is found from anywhere; empty stays empty. */
static void
absolute(char *out, const char *path)
{
	out[0] = '\0';
	if (path[0] != '\0' && realpath(path, out) == NULL)
		out[0] = '\0';
}

int
endpoint_save(const struct config *c)
{
	char path[FILE_PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
	char listen[sizeof(c->host) + 16];
	json_t *j;
	char *text;
	int rc = TACIT_E_NOMEM;

	(void)snprintf(listen, sizeof(listen), is_six(c) ? "[%s]:%u" :
	    "%s:%u", c->host, c->port);
	absolute(certificate, c->tls_certificate);
	absolute(key, c->tls_key);
	j = json_pack("{s:s, s:b, s:s, s:s}", "listen", listen, "plaintext",
	    c->plaintext, "tls_certificate", certificate, "tls_key", key);
	text = j != NULL ? json_dumps(j, JSON_INDENT(1)) : NULL;
	if (text != NULL) {
		file_path(path, sizeof(path), c->data, "endpoint");
		rc = file_write(path, text, strlen(text));
	}
	free(text);
	json_decref(j);
	return rc;
}

static int
take(struct config *c, const json_t *j)
{
	const char *listen, *certificate, *key;
	int plaintext;

	if (json_unpack((json_t *)j, "{s:s, s:b, s:s, s:s}", "listen",
	    &listen, "plaintext", &plaintext, "tls_certificate", &certificate,
	    "tls_key", &key) != 0 ||
	    strlen(certificate) >= sizeof(c->tls_certificate) ||
	    strlen(key) >= sizeof(c->tls_key) ||
	    config_listen(c, listen) != 0)
		return TACIT_E_CORRUPT;
	c->plaintext = plaintext != 0;
	memcpy(c->tls_certificate, certificate, strlen(certificate) + 1);
	memcpy(c->tls_key, key, strlen(key) + 1);
	return 0;
}

int
endpoint_load(struct config *c)
{
	char path[FILE_PATH_MAX];
	struct bytes b;
	json_t *j;
	int rc;

	file_path(path, sizeof(path), c->data, "endpoint");
	if (!file_exists(path))
		return 0;
	if ((rc = file_read(&b, path, 0)) != 0)
		return rc;
	j = json_loadb((char *)b.data, b.len, JSON_REJECT_DUPLICATES, NULL);
	if ((rc = take(c, j)) != 0)
		fprintf(stderr, "tacit-relay: %s: damaged; remove it and "
		    "start the relay once\n", path);
	json_decref(j);
	bytes_free(&b);
	return rc;
}
