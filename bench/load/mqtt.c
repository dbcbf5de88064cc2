/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "mqtt.h"

enum { QOS = 0x06, QOS_1 = 0x02, LENGTH_BYTES = 4 };

/* Types of a fixed length, and what is in them. */
static const struct {
	enum mqtt_type type;
	size_t len;
	int has_id;
} fixed[] = {
	{ MQTT_CONNACK, 2, 0 },
	{ MQTT_PUBACK, 2, 1 },
	{ MQTT_SUBACK, 3, 1 },
	{ MQTT_PINGRESP, 0, 0 },
};

static uint16_t
get16(const uint8_t *data)
{
	return (uint16_t)(data[0] << 8 | data[1]);
}

static size_t
put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return 2;
}

/* Length of the fixed header, with ${rest}, what follows it; 0 and -1. */
static ptrdiff_t
get_head(size_t *rest, const uint8_t *data, size_t len)
{
	size_t i, n = 0;

	for (i = 1; i < len && i <= LENGTH_BYTES; i++) {
		n |= (size_t)(data[i] & 0x7f) << 7 * (i - 1);
		if ((data[i] & 0x80) != 0)
			continue;
		*rest = n;
		return n <= MQTT_BODY_MAX + MQTT_HEAD_MAX ?
		    (ptrdiff_t)i + 1 : -1;
	}
	return i > LENGTH_BYTES ? -1 : 0;
}

static int
parse_publish(struct mqtt_packet *p, uint8_t first, const uint8_t *data,
    size_t len)
{
	size_t topic;

	if ((first & QOS) != QOS_1 || len < 2)
		return -1;
	topic = get16(data);
	if (topic > MQTT_NAME_MAX || len < 2 + topic + 2 ||
	    len - (2 + topic + 2) > MQTT_BODY_MAX)
		return -1;
	p->id = get16(data + 2 + topic);
	p->body = data + 2 + topic + 2;
	p->body_len = len - (2 + topic + 2);
	return p->id != 0 ? 0 : -1;
}

static int
parse_fixed(struct mqtt_packet *p, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (fixed[i].type != p->type)
			continue;
		if (len != fixed[i].len)
			return -1;
		if (fixed[i].has_id)
			p->id = get16(data);
		else if (p->type == MQTT_CONNACK)
			p->resumed = data[0] & 1;
		if (p->type == MQTT_CONNACK || p->type == MQTT_SUBACK)
			p->code = data[len - 1];
		return 0;
	}
	return -1;
}

ptrdiff_t
mqtt_parse(struct mqtt_packet *p, const uint8_t *data, size_t len)
{
	struct mqtt_packet q = { 0 };
	size_t rest = 0;
	ptrdiff_t head = get_head(&rest, data, len);
	int rc;

	if (head <= 0)
		return head;
	if (len - (size_t)head < rest)
		return 0;
	q.type = (enum mqtt_type)(data[0] >> 4);
	rc = q.type == MQTT_PUBLISH ?
	    parse_publish(&q, data[0], data + head, rest) :
	    parse_fixed(&q, data + head, rest);
	if (rc != 0)
		return -1;
	*p = q;
	return head + (ptrdiff_t)rest;
}

static size_t
put_head(uint8_t *to, enum mqtt_type type, unsigned flags, size_t rest)
{
	size_t n = 0;

	to[n++] = (uint8_t)((unsigned)type << 4 | flags);
	do {
		to[n++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
		rest >>= 7;
	} while (rest > 0);
	return n;
}

static size_t
put_name(uint8_t *to, const char *name)
{
	size_t len = strlen(name);

	(void)put16(to, len);
	memcpy(to + 2, name, len);
	return 2 + len;
}

size_t
mqtt_connect(uint8_t *to, const char *client, int clean)
{
	static const uint8_t protocol[] = { 0, 4, 'M', 'Q', 'T', 'T', 4 };
	size_t n = put_head(to, MQTT_CONNECT, 0,
	    sizeof(protocol) + 3 + 2 + strlen(client));

	memcpy(to + n, protocol, sizeof(protocol));
	n += sizeof(protocol);
	to[n++] = clean ? 0x02 : 0;
	n += put16(to + n, 0);
	return n + put_name(to + n, client);
}

size_t
mqtt_subscribe(uint8_t *to, uint16_t id, const char *topic)
{
	size_t n = put_head(to, MQTT_SUBSCRIBE, 0x02,
	    2 + 2 + strlen(topic) + 1);

	n += put16(to + n, id);
	n += put_name(to + n, topic);
	to[n++] = 1;
	return n;
}

size_t
mqtt_publish(uint8_t *to, uint16_t id, const char *topic, const uint8_t *body,
    size_t len)
{
	size_t n = put_head(to, MQTT_PUBLISH, QOS_1,
	    2 + strlen(topic) + 2 + len);

	n += put_name(to + n, topic);
	n += put16(to + n, id);
	memcpy(to + n, body, len);
	return n + len;
}

size_t
mqtt_puback(uint8_t *to, uint16_t id)
{
	size_t n = put_head(to, MQTT_PUBACK, 0, 2);

	return n + put16(to + n, id);
}

size_t
mqtt_disconnect(uint8_t *to)
{
	return put_head(to, MQTT_DISCONNECT, 0, 0);
}

size_t
mqtt_pingreq(uint8_t *to)
{
	return put_head(to, MQTT_PINGREQ, 0, 0);
}
