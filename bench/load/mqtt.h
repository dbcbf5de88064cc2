/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT 3.1.1 as bytes: what a sender and a recipient at QoS 1 say and hear.
 * No I/O and no state.
 */
#ifndef LOAD_MQTT_H
#define LOAD_MQTT_H

#include <stddef.h>
#include <stdint.h>

enum mqtt_type {
	MQTT_CONNECT = 1, MQTT_CONNACK = 2, MQTT_PUBLISH = 3, MQTT_PUBACK = 4,
	MQTT_SUBSCRIBE = 8, MQTT_SUBACK = 9, MQTT_PINGREQ = 12, MQTT_PINGRESP = 13,
	MQTT_DISCONNECT = 14
};

enum {
	MQTT_NAME_MAX = 32,		/* client identifiers, topics */
	MQTT_BODY_MAX = 60000,
	MQTT_HEAD_MAX = 64		/* what a packet adds to its body */
};

struct mqtt_packet {
	enum mqtt_type type;
	uint16_t id;			/* PUBLISH, PUBACK, SUBACK */
	uint8_t code;			/* CONNACK, SUBACK: what was granted */
	uint8_t resumed;		/* CONNACK: the session was there */
	const uint8_t *body;		/* PUBLISH; borrowed from the input */
	size_t body_len;
};

/*
 * The packet at the front of ${len} bytes that a server sent.
 * Returns its length; 0: more is needed; -1: no packet that we understand
 * (a QoS other than 1, a wrong length, more than MQTT_BODY_MAX).
 */
ptrdiff_t mqtt_parse(struct mqtt_packet *p, const uint8_t *data, size_t len);

/*
 * Write one packet at ${to}; return its length, at most MQTT_HEAD_MAX and the
 * body.  Names have 1 to MQTT_NAME_MAX bytes.  ${clean} 0: a session that
 * outlives the connection.  No keep-alive is asked for.
 */
size_t mqtt_connect(uint8_t *to, const char *client, int clean);
size_t mqtt_subscribe(uint8_t *to, uint16_t id, const char *topic);
size_t mqtt_publish(uint8_t *to, uint16_t id, const char *topic,
    const uint8_t *body, size_t len);
size_t mqtt_puback(uint8_t *to, uint16_t id);
size_t mqtt_pingreq(uint8_t *to);
size_t mqtt_disconnect(uint8_t *to);

#endif
