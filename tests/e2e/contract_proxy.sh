#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# --proxy and TACIT_PROXY: every connection goes through, or none is made;
# the proxy is given the relay's name to look up.
. "$(dirname "$0")/lib.sh"

proxy() {		# NAME: a proxy, with a list of what it was asked for
	: >"$work/$1.asked"
	python3 "$root/tests/support/connectproxy.py" "$work/$1.asked" >"$work/$1.port" &
	pids+=("$!")
	for _ in $(seq 200); do
		[ -s "$work/$1.port" ] && break
		sleep 0.05
	done
	proxy_at=127.0.0.1:$(cat "$work/$1.port")
}
asked() { wc -l <"$work/$1.asked"; }

start_relay
port=${relay_at##*:}
make anna anna
make ben ben
# A name that only the proxy can look up.
"$relay" admit --data "$work/relay" --relationships 5 \
    --url "wss://relay.invalid:$port" | as anna relay add >/dev/null
fails 69 relay-unreachable as anna invite <<<ben

proxy one
one=$proxy_at
link=$(as anna --proxy "$one" invite --in-person <<<ben | field link)
has 'through' "$(cat "$work/one.asked")" "CONNECT relay.invalid:$port HTTP/1.1"
n=$(asked one)
printf '%s\nanna\n' "$link" | TACIT_PROXY=$one as ben accept >/dev/null
[ "$(asked one)" -gt "$n" ] || die 'TACIT_PROXY is not used'

# The option stands above the environment.
proxy two
n=$(asked one)
TACIT_PROXY=$one as anna --proxy "$proxy_at" sync >/dev/null
is 'one' "$(asked one)" "$n"
[ "$(asked two)" -gt 0 ] || die '--proxy is not used'
TACIT_PROXY=$one as ben sync >/dev/null
is 'talk' "$(TACIT_PROXY=$one as ben send anna <<<hello | field state)" accepted
is 'talk' "$(TACIT_PROXY=$one as anna sync --until 1 --wait-ms 10000 | texts)" hello
is 'nothing else was asked for' "$(sort -u "$work"/*.asked)" \
    "CONNECT relay.invalid:$port HTTP/1.1"

# A proxy that is not there is not gone around, nor is one that refuses.
add_relay anna
fails 69 relay-unreachable as anna --proxy 127.0.0.1:1 invite <<<carl
is 'not complete' "$(TACIT_PROXY=127.0.0.1:1 as ben sync | tail -n 1)" \
    '{"event":"synced","complete":false}'
stop_relay
is 'not complete' "$(TACIT_PROXY=$one as ben sync | tail -n 1)" \
    '{"event":"synced","complete":false}'
for bad in x 127.0.0.1 127.0.0.1:0 127.0.0.1:x :1 127.0.0.1:65536; do
	fails 64 usage as anna --proxy "$bad" sync
done

finish
