#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Be one of the servers that Tacit is compared with, on loopback alone.
# usage: peer.sh mosquitto|nats|redis DIR PORT tls|plain
#        peer.sh version mosquitto|nats|redis
#
# Becomes the server (the process stays the same), with DIR as its working
# directory: peer.conf, made of NAME.conf beside this script; state/, what it
# stores; cert.pem and key.pem, made here at the first start and for it alone.
# DIR/more.conf, if there is one, is added to the configuration.  Redis has no
# TLS here, either way.  Exit 64: usage; 69: not installed.
set -eu

usage() {
	echo 'usage: peer.sh mosquitto|nats|redis DIR PORT tls|plain |' \
	    'version mosquitto|nats|redis' >&2
	exit 64
}

# program PEER: sets ${server}, the command that serves
program() {
	case $1 in
	mosquitto) server=mosquitto ;;
	nats) server=nats-server ;;
	redis) server=redis-server ;;
	*) usage ;;
	esac
	# Debian has servers in a directory that not everybody looks in.
	PATH=$PATH:/usr/sbin:/sbin
	command -v "$server" >/dev/null || {
		echo "$server is not installed: script/packages bench" >&2
		exit 69
	}
}

# prepare PEER DIR PORT LEAVE-OUT KEEP: marks of lines in the configuration
prepare() {
	mkdir -p "$2/state"
	sed "/^@$4@/d; s/^@$5@//; s/@PORT@/$3/" "$here/$1.conf" \
	    >"$2/peer.conf"
	if [ -f "$2/more.conf" ]; then cat "$2/more.conf" >>"$2/peer.conf"; fi
	[ -f "$2/cert.pem" ] || openssl req -x509 -newkey ec -nodes -days 2 \
	    -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost \
	    -keyout "$2/key.pem" -out "$2/cert.pem" 2>/dev/null
}

here=$(cd "$(dirname "$0")" && pwd)
case ${1:-}/$#/${4:-} in
version/2/*)
	program "$2"
	# mosquitto tells in its help, and then fails.
	case $2 in mosquitto) option=-h ;; *) option=--version ;; esac
	{ "$server" "$option" || true; } |
	    sed -n '1s/^[^0-9]*\([0-9][0-9.]*\).*/\1/p'
	exit ;;
*/4/tls) leave=PLAIN keep=TLS ;;
*/4/plain) leave=TLS keep=PLAIN ;;
*) usage ;;
esac
case $3 in '' | *[!0-9]* | ??????*) usage ;; esac
program "$1"
prepare "$1" "$2" "$3" "$leave" "$keep"
cd "$2"
exec >&2
# That of an earlier life is in mosquitto's way.
rm -f unused.socket
case $1 in
redis) exec "$server" peer.conf ;;
*) exec "$server" -c peer.conf ;;
esac
