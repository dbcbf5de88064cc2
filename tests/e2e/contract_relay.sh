#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tacit-relay as an operator's scripts see it: lines, fields, exit statuses,
# configuration keys.
. "$(dirname "$0")/lib.sh"

hex='[0-9a-f]{64}'
d=$work/relay

# exits STATUS PART COMMAND...: so, with PART on stderr and nothing on stdout
exits() {
	local status=0
	claims=$((claims + 1))
	timeout 20 "${@:3}" >"$work/exits.out" 2>"$work/exits.err" || status=$?
	[ "$status" = "$1" ] ||
	    die "${*:3}: exit $status, not $1: $(cat "$work/exits.err")"
	has "${*:3}" "$(cat "$work/exits.err")" "$2"
	[ ! -s "$work/exits.out" ] || die "${*:3}: printed on stdout"
}

# ---- usage -----------------------------------------------------------------
while IFS='|' read -r part args; do
	# shellcheck disable=SC2086 # words
	exits 64 "$part" "$relay" $args
done <<T
command|
unknown|start --data $d
--data|serve
--data|serve --data
--json|serve --data $d --json
--listen|status --data $d --listen 127.0.0.1:0
--relationships|admit --data $d --relationships 0
--relationships|admit --data $d --relationships x
--expires-hours|admit --data $d --expires-hours 0
--url|admit --data $d --url http://relay.example
--url|admit --data $d --url ws://relay.example:1
--url|admit --data $d --url ws://127.0.0.1:1
given twice|status --data $d --data $d
not an option|status --data $d more
numeric|serve --data $d --listen localhost:8443
65535|serve --data $d --listen 127.0.0.1:65536
T
is 'nothing was made' "$(find "$d" 2>/dev/null)" ''
has 'help' "$("$relay" --help)" 'Exit: 0 clean, 64 usage, 65 bad data, 69'
has 'version' "$("$relay" --version)" 'tacit-relay 0.'

# ---- before a start: admit works, the place is the default one ---------------
line=$("$relay" admit --data "$d")
has 'one line' "$(grep -cE '^tacit-relay:wss://127\.0\.0\.1:8443#[A-Za-z0-9_-]+$' <<<"$line")" 1
is 'one line' "$(wc -l <<<"$line")" 1

# ---- serve --------------------------------------------------------------------
start_relay
ready=$(cat "$work/relay.out")
has 'READY' "$(grep -cE \
    "^READY url=wss://127\.0\.0\.1:[1-9][0-9]* pin=$hex key=$hex\$" <<<"$ready")" 1
is 'one line on stdout' "$(wc -l <"$work/relay.out")" 1
exits 69 'another relay' "$relay" serve --data "$d" --listen 127.0.0.1:0
exits 69 listen-failed "$relay" serve --data "$work/other" --listen "$relay_at"
is 'pin and key of the line' "$("$relay" admit --data "$d" | python3 -c '
import base64, sys
url, code = sys.stdin.read().strip().split("#")
raw = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
print("READY url=%s pin=%s key=%s" % (url.split(":", 1)[1],
    raw[2:34].hex(), raw[34:66].hex()))')" "$ready"
has '--url' "$("$relay" admit --data "$d" --url wss://relay.example)" \
    tacit-relay:wss://relay.example:443#

# ---- status and inspect: fields, running and not --------------------------------
fields() { jq -r 'to_entries[] | .key + ":" + (.value | type)' | sort | tr '\n' ' '; }
want='admissions:number buffered:number confinement:string connections:number envelopes:number held:number invitations:number mailboxes:number running:boolean version:string '
status() { "$relay" status --data "$d" --json; }
kinds() { "$relay" inspect --data "$d" --json | jq -c '[.stored[].name]'; }
is 'status' "$(status | fields)" "$want"
is 'one line' "$(status | wc -l)" 1
is 'running' "$(status | jq .running)" true
is 'three codes' "$(status | jq .admissions)" 3
running=$(kinds)
has 'inspect' "$running" '"mailbox"'
is 'every kind' "$("$relay" inspect --data "$d" --json | jq -c '[(.stored + .in_memory)[] |
    select((.columns | length > 0) and (.is | length > 20) and
    (.does_not_tell | length > 20) and (.count >= 0) | not)]')" '[]'

began=$(date +%s%N)
kill -TERM "$relay_pid"
code=0
wait "$relay_pid" || code=$?
is 'SIGTERM' "$code" 0
[ $(($(date +%s%N) - began)) -lt 5000000000 ] || die 'SIGTERM: over 5 s'
is 'status' "$(status | fields)" "$want"
is 'not running' "$(status | jq .running)" false
is 'the same kinds' "$(kinds)" "$running"
"$relay" admit --data "$d" --relationships 3 --expires-hours 1 >/dev/null
is 'four codes' "$(status | jq .admissions)" 4
exits 74 '' "$relay" status --data "$work/none" --json

# Keys stay, over a restart.
start_relay
is 'the same relay' "$(sed 's,.* pin,pin,' "$work/relay.out")" \
    "$(sed 's,.* pin,pin,' <<<"$ready")"
stop_relay -KILL
start_relay
stop_relay

# ---- addresses, and ws:// --------------------------------------------------------
relay_at='[::1]:0' start_relay six
has 'IPv6' "$(cat "$work/six.out")" 'READY url=wss://[::1]:'
stop_relay
exits 78 --plaintext "$relay" serve --data "$d" --listen 0.0.0.0:0 --plaintext
relay_at=127.0.0.1:0 start_relay plain --plaintext
has 'plaintext' "$(cat "$work/plain.out")" 'READY url=ws://127.0.0.1:'
make anna anna
has 'a vault takes it' "$("$relay" admit --data "$work/plain" |
    as anna relay add)" '{"relay":"ws://127.0.0.1:'
has 'and invites on it' "$(as anna invite <<<ben)" '"link":"tacit://127.0.0.1:'
stop_relay

# ---- configuration -----------------------------------------------------------------
# key|what is right|what is not
while IFS='|' read -r key good bad; do
	for value in $good; do
		printf '# a comment\n%s = %s\n' "$key" "$value" >"$work/c"
		case $key in
		tls_*) ;;
		*) "$relay" admit --data "$d" --config "$work/c" >/dev/null ||
		    die "$key = $value is refused" ;;
		esac
		claims=$((claims + 1))
	done
	for value in $bad; do
		printf '\n%s = %s\n' "$key" "$value" >"$work/c"
		exits 78 "$work/c:2: $key" "$relay" serve --data "$d" \
		    --config "$work/c"
	done
	printf '%s = %s\n%s = %s\n' "$key" "${good%% *}" "$key" "${good%% *}" >"$work/c"
	exits 78 "$work/c:2: $key" "$relay" serve --data "$d" --config "$work/c"
done <<T
listen|127.0.0.1:1 "[::1]:443"|localhost:1 127.0.0.1 1
hold_ms|0 250|-1 10001 x
max_held_mib|1 16|0 65537
ok_tick_ms|0 100|-1 10001 1.5
ttl_days|1 30|0 366
mailbox_letters|1 512|0 65537
mailbox_parcels|1 64|0 4097
post_rate|1 2|0 100001
post_burst|1 600|0 1000001
max_connections|1 4096|0 x
reserve_mib|0 512|-1 65537
hour_seconds|1 3600|0 3601
tls_certificate|/x|""
tls_key|/x|""
confinement|full available off|none "" Full
T
for text in 'nonsense = 1' 'ttl_days' 'ttl_days = "30' 'ttl_days = 30 31' 'TTL_DAYS = 30'; do
	printf '%s\n' "$text" >"$work/c"
	exits 78 "$work/c:" "$relay" serve --data "$d" --config "$work/c"
done
exits 78 "$work/nothing" "$relay" serve --data "$d" --config "$work/nothing"
echo 'hour_seconds = 1' >"$work/c"
exits 78 hour_seconds "$relay" serve --data "$d" --listen 0.0.0.0:0 \
    --config "$work/c"
echo 'tls_key = /x' >"$work/c"
exits 78 tls_certificate "$relay" serve --data "$d" --config "$work/c"

# --listen stands above the file.
echo 'listen = 127.0.0.1:1' >"$work/c"
relay_at=127.0.0.1:0 start_relay relay --config "$work/c"
lacks 'port' "$(cat "$work/relay.out")" '127.0.0.1:1 '
stop_relay

finish
