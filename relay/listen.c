/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libwebsockets.h>

#include "listen.h"

enum { HEADERS_MORE = 64 };		/* of those on their way out */

void
listen_secure(void *ssl_ctx)
{
	(void)SSL_CTX_set_num_tickets(ssl_ctx, 0);
	(void)SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_3_VERSION);
}

/* While starting, the reason; later nothing, since lines may name peers. */
static void
print_log(int level, const char *line)
{
	(void)level;
	(void)fprintf(stderr, "tacit-relay: network: %s", line);
}

static void
set_tls(struct lws_context_creation_info *info, const struct keys *k)
{
	info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info->ssl_cert_filepath = k->certificate;
	info->ssl_private_key_filepath = k->tls_key;
	info->ssl_options_set = (long)(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 |
	    SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TICKET |
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	info->tls1_3_plus_cipher_list = "TLS_AES_256_GCM_SHA384:"
	    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
	info->alpn = "http/1.1";
}

/*
 * 4.3.5 tries for ever where the kernel refuses an address for any reason but
 * that it is taken, so ask the kernel first.
 */
static int
can_bind(const struct config *cf)
{
	struct addrinfo want = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM
	}, *ai;
	int fd, on = 1, yes = 0;
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", cf->port);
	if (getaddrinfo(cf->host, port, &want, &ai) != 0)
		return 0;
	if ((fd = socket(ai->ai_family, ai->ai_socktype, 0)) >= 0) {
		yes = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on)) == 0 &&
		    bind(fd, ai->ai_addr, ai->ai_addrlen) == 0;
		(void)close(fd);
	}
	freeaddrinfo(ai);
	return yes;
}

static int
is_readable(const struct keys *k)
{
	return access(k->certificate, R_OK) == 0 &&
	    access(k->tls_key, R_OK) == 0;
}

int
listen_open(struct lws_context **out, const struct relay *r,
    const struct lws_protocols *protocols, void *user)
{
	/* Its own timers cost a walk over all connections each. */
	static const lws_retry_bo_t no_idle = { .secs_since_valid_ping = 0 };
	const struct config *cf = r->config;
	struct lws_context_creation_info info;
	void *loops[1] = { r->loop };

	*out = NULL;
	if (!cf->plaintext && !is_readable(r->keys))
		return TACIT_E_IO;
	if (!can_bind(cf))
		return TACIT_E_UNAVAILABLE;
	memset(&info, 0, sizeof(info));
	info.options = LWS_SERVER_OPTION_LIBEV |
	    LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
	    LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG |
	    LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	if (strchr(cf->host, ':') == NULL)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	info.foreign_loops = loops;
	info.iface = cf->host;
	info.port = cf->port;
	info.protocols = protocols;
	info.user = user;
	info.timeout_secs = cf->handshake_seconds;
	info.max_http_header_data = 4096;
	info.max_http_header_pool = (unsigned short)(cf->max_handshakes +
	    HEADERS_MORE);
	info.pt_serv_buf_size = 65536;
	info.retry_and_idle_policy = &no_idle;
	info.server_string = "tacit";	/* 4.1.6 asserts that it has some */
	if (!cf->plaintext)
		set_tls(&info, r->keys);
	lws_set_log_level(LLL_ERR, print_log);
	*out = lws_create_context(&info);
	lws_set_log_level(0, NULL);
	return *out != NULL ? 0 : TACIT_E_UNAVAILABLE;
}
