#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Through a proxy no other address is contacted, not even a name server: two
# people live in a network namespace of their own, in which every packet that
# leaves is seen.  Needs root, for the namespaces.
if [ "$(id -u)" -ne 0 ]; then
	echo 'needs root: network namespaces'
	exit 77
fi
# A network for the proxy, the relay and this script, apart from the machine's.
if [ "${1:-}" != apart ]; then exec unshare -n bash "$0" apart; fi
. "$(dirname "$0")/lib.sh"

near=10.77.0.1		# the proxy's side
far=10.77.0.2		# the people's
elsewhere=10.88.0.77	# nobody's: what is sent there is seen, and lost

unshare -n sleep 1000 &
people=$!
pids+=("$people")
within() { nsenter -t "$people" -n -- "$@"; }

for _ in $(seq 200); do
	[ "$(readlink "/proc/$people/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break
	sleep 0.05
done
ip link set lo up
ip link add near type veth peer name far netns "$people"
ip addr add "$near/24" dev near
ip link set near up
within ip link set lo up
within ip addr add "$far/24" dev far
within ip link set far up
within ip route add default via "$near"

# watch NAME: keep down where the people send to
watch() {
	nsenter -t "$people" -n -- python3 "$root/tests/support/outgoing.py" \
	    "$work/$1.sent" &
	watcher=$!
	pids+=("$watcher")
	for _ in $(seq 200); do
		grep -qs ready "$work/$1.sent" && break
		sleep 0.05
	done
	grep -q ready "$work/$1.sent" || die 'nobody watches'
}
# seen NAME: the addresses, when everything was looked at
seen() {
	sleep 0.5
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	grep -v ready "$work/$1.sent" || true
}

# The command runs where the people are.
printf '#!/bin/sh\nexec nsenter -t %s -n -- "%s" "$@"\n' "$people" "$tacit" \
    >"$work/tacit"
chmod +x "$work/tacit"
tacit=$work/tacit

start_relay
port=${relay_at##*:}
python3 "$root/tests/support/connectproxy.py" "$work/asked" "$near" \
    >"$work/proxy.port" &
pids+=("$!")
for _ in $(seq 200); do
	[ -s "$work/proxy.port" ] && break
	sleep 0.05
done
proxy_port=$(cat "$work/proxy.port")
export TACIT_PROXY=$near:$proxy_port
make anna anna
make ben ben
"$relay" admit --data "$work/relay" --relationships 5 \
    --url "wss://relay.example.org:$port" | as anna relay add >/dev/null

# A pairing and a conversation, by name: one address is contacted.
watch through
pair anna ben --in-person
for n in 1 2; do
	is 'a letter' "$(as anna send ben <<<"letter $n" | field state)" accepted
	is 'a letter' "$(as ben sync --until 1 --wait-ms 10000 | texts)" "letter $n"
done
addresses=$(seen through)
is 'what was contacted' "$addresses" "tcp $near $proxy_port"
echo "figure: through the proxy: contacted $addresses and nothing else;" \
    "$(wc -l <"$work/asked") tunnels"

# A proxy that is gone is not gone around.
watch gone
TACIT_PROXY=$near:1 as anna sync >/dev/null
is 'what was contacted' "$(seen gone)" "tcp $near 1"

# Control: the same without a proxy asks a name server, or goes elsewhere.
watch name
TACIT_PROXY='' timeout 15 nsenter -t "$people" -n -- env -u TACIT_PROXY \
    TACIT_PASSPHRASE_FILE="$work/anna.pass" "$build/bin/tacit" \
    --vault "$work/anna.vault" --json sync >/dev/null || true
addresses=$(seen name)
has 'a name server' "$addresses" " 53"
echo "figure: control, by name: contacted" $addresses
"$relay" admit --data "$work/relay" --relationships 5 \
    --url "wss://$elsewhere:$port" | as anna relay add >/dev/null
watch elsewhere
timeout 15 env -u TACIT_PROXY TACIT_PASSPHRASE_FILE="$work/anna.pass" \
    "$tacit" --vault "$work/anna.vault" --json invite <<<carl \
    >/dev/null 2>&1 || true
addresses=$(seen elsewhere)
has 'elsewhere' "$addresses" "tcp $elsewhere $port"
echo "figure: control, by address: contacted" $addresses

finish
