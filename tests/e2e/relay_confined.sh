#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The configuration key `confinement`: a kernel that lacks something (played
# by strace) is refused, or said and gone without; status tells what is in
# force; nobody of the relay's user looks into its memory.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || die 'strace is needed'
d=$work/relay

# without CALL WANT: a relay whose kernel answers ENOSYS to CALL
without() {
	printf 'confinement = %s\n' "$2" >"$work/conf"
	# shellcheck disable=SC2016 # for the inner shell
	printf '#!/bin/sh\nexec strace -D -f -o "%s" -e trace="%s" -e inject="%s":error=ENOSYS "%s" "$@"\n' \
	    "$work/strace" "$1" "$1" "$build/bin/tacit-relay" >"$work/old"
	chmod +x "$work/old"
	relay=$work/old
}
in_force() {
	"$build/bin/tacit-relay" status --data "$d" --json | jq -r .confinement
}

# call|its name in the message|its event|what is left
while IFS='|' read -r call name event left; do
	without "$call" full
	status=0
	"$relay" serve --data "$d" --listen 127.0.0.1:0 --config "$work/conf" \
	    >"$work/out" 2>"$work/err" || status=$?
	is "no $call: exit" "$status" 78
	is 'one line' "$(wc -l <"$work/err")" 1
	has 'what is missing' "$(cat "$work/err")" "has no $name"
	has 'how to allow it' "$(cat "$work/err")" 'confinement = available'
	is 'no READY' "$(cat "$work/out")" ''

	without "$call" available
	relay_at=127.0.0.1:0 start_relay relay --config "$work/conf"
	has 'said' "$(cat "$work/relay.log")" "$event"
	is 'what is left' "$(in_force)" "$left"
	stop_relay
done <<T
landlock_create_ruleset|Landlock|confinement-without-landlock|seccomp
landlock_restrict_self|Landlock|confinement-without-landlock|seccomp
seccomp|seccomp filters|confinement-without-seccomp|landlock
T
relay=$build/bin/tacit-relay

for want in full available; do
	printf 'confinement = %s\n' "$want" >"$work/conf"
	relay_at=127.0.0.1:0 start_relay relay --config "$work/conf"
	is "$want" "$(in_force)" full
	lacks 'nothing is missing' "$(cat "$work/relay.log")" confinement
	stop_relay
done
is 'not running' "$(in_force)" off
echo 'confinement = off' >"$work/conf"
relay_at=127.0.0.1:0 start_relay relay --config "$work/conf"
is 'off' "$(in_force)" off
stop_relay

# As root the relay and who looks are another user, or root may look anyway.
if [ "$(id -u)" -eq 0 ]; then
	chmod 711 "$work"
	install -m 755 "$relay" "$work/tacit-relay"
	install -d -o 65534 "$work/theirs"
	as_them='setpriv --reuid 65534 --regid 65534 --clear-groups'
else
	cp "$relay" "$work/tacit-relay"
	mkdir "$work/theirs"
	as_them=
fi
look() { $as_them head -c 1 "/proc/$1/environ" 2>&1 | tr -d '\0'; }
$as_them "$work/tacit-relay" serve --data "$work/theirs/relay" \
    --listen 127.0.0.1:0 >"$work/out" 2>"$work/relay.log" &
theirs=$!
pids+=("$theirs")
$as_them sleep 60 &
other=$!
pids+=("$other")
for _ in $(seq 200); do
	grep -qs '^READY ' "$work/out" && break
	sleep 0.05
done
has 'it runs' "$(cat "$work/out")" READY
has 'the relay is closed to its own user' "$(look "$theirs")" 'Permission denied'
lacks 'another process is not' "$(look "$other")" 'denied'
is 'no core' "$(sed -n 's/^Max core file size *//p' "/proc/$theirs/limits" |
    tr -s ' ')" '0 0 bytes '

finish
