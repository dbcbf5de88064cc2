#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# One vault, three contacts, a relay for each: what is silent or dead harms
# only those who use it, and nothing goes to another relay than its own.
. "$(dirname "$0")/lib.sh"

declare -A pid at
now_ms() { date +%s%3N; }

# begin NAME: a relay, where it was if it was there before
begin() {
	relay_at=${at[$1]:-127.0.0.1:0}
	start_relay "$1"
	pid[$1]=$relay_pid
	at[$1]=$relay_at
}

# within MS WHAT COMMAND...: its output is in ${work}/out.  Opening a vault is
# part of the time; a wait for the wrong relay is over the limit by itself.
within() {
	local limit=$1 what=$2 from took
	shift 2
	from=$(now_ms)
	"$@" >"$work/out"
	took=$(($(now_ms) - from))
	claims=$((claims + 1))
	[ "$took" -le "$limit" ] || die "$what: $took ms, over $limit"
}

write() { printf '%s\n' "${@:3}" | as "$1" send "$2" --lines --wait-ms "$wait_ms"; }
states() { sed 's/.*"state":"\([a-z]*\)".*/\1/' "$work/out" | sort -u; }
count() { "$relay" status --data "$work/$1" --json | field "$2"; }
# Two of the relationship, and an anchor of each vault.
holds() {
	is "$1: mailboxes" "$(count "$1" mailboxes)" 4
	is "$1: envelopes" "$(count "$1" envelopes)" "$2"
}
wait_ms=20000

# ---- which relay ---------------------------------------------------------------
make anna 'Dr. Anna'
for name in good mute dead; do
	make "$name" "at $name"
	begin "$name"
	add_relay anna "$name"
done
is 'made by nobody' "$(count dead mailboxes)" 0
pair anna dead --in-person		# added last
is 'the last one' "$(count good mailboxes) $(count mute mailboxes) $(count dead mailboxes)" '0 0 4'
pair anna good --in-person --relay "wss://${at[good]}"
pair anna mute --in-person --relay "wss://${at[mute]}"
before=$(as anna contacts)
nowhere() { as anna invite --relay wss://127.0.0.1:1 <<<carl; }
fails 65 no-relay nowhere
is 'nothing half-made' "$(as anna contacts)" "$before"
for name in good mute dead; do
	is "$name is active" "$(as anna contacts | grep "\"$name\"" | field state)" active
	holds "$name" 0
done

# The count of one relay tells what it was given, and no other's does.
write anna mute m1 >"$work/out"
is 'control' "$(states)" accepted
holds good 0
holds mute 1
holds dead 0
is 'arrives' "$(as mute sync --wait-ms 20000 --until 1 | texts)" m1

# ---- one silent, one dead ------------------------------------------------------
kill -KILL "${pid[dead]}"
wait "${pid[dead]}" 2>/dev/null || true

# A dead relay is no reason to leave before the others were read.
write good anna r0 >"$work/out"
within 15000 'sync beside a dead one' as anna sync
is 'reads the good one' "$(texts <"$work/out")" r0
is 'is not complete' "$(tail -n 1 "$work/out" | field complete)" false

kill -STOP "${pid[mute]}"

wait_ms=200
for name in mute dead; do
	write anna "$name" "$name a" "$name b" "$name c" >"$work/out"
	is "$name: queued" "$(wc -l <"$work/out") $(states)" '3 queued'
	write "$name" anna "from $name a" "from $name b" >"$work/out"
	is "$name: queued" "$(wc -l <"$work/out") $(states)" '2 queued'
done
wait_ms=30000
within 15000 'send beside them' write anna good g1 g2
is 'accepted' "$(wc -l <"$work/out") $(states)" '2 accepted'
within 15000 'and back' write good anna r1 r2
is 'accepted' "$(states)" accepted
is 'in order' "$(as good sync --wait-ms 20000 --until 2 | texts | tr '\n' ,)" g1,g2,
within 15000 'sync --until beside them' as anna sync --wait-ms 30000 --until 2
is 'in order' "$(texts <"$work/out" | tr '\n' ,)" r1,r2,

within 6000 'sync has its time only' as anna sync --wait-ms 500
within 6000 'send has its time only' as anna send dead --wait-ms 500 <<<'dead d'
is 'queued' "$(states)" queued

# Pairing and ending need their own relay only.
make late Late
link=$(as anna invite --in-person --relay "wss://${at[good]}" <<<late | field link)
accepting() { printf '%s\nanna\n' "$link" | as late accept; }
within 15000 'accept' accepting
is 'accepted' "$(field state <"$work/out")" joining
as anna sync --wait-ms 1500 >/dev/null
as late sync >/dev/null
as anna sync --wait-ms 1500 >/dev/null
is 'pairs beside them' "$(as anna contacts | grep '"late"' | field state)" active
as anna close late --yes >/dev/null
has 'told' "$(as late sync)" '"event":"closed"'
as anna sync --wait-ms 1500 >/dev/null
holds good 0

# ---- both come back ------------------------------------------------------------
kill -CONT "${pid[mute]}"
begin dead
as anna sync >"$work/anna.1"
holds mute 3
holds dead 4
holds good 0
for name in mute dead; do
	as "$name" sync >"$work/$name.got"
done
as anna sync >"$work/anna.2"
is 'mute: once, in order' "$(texts <"$work/mute.got" | tr '\n' ,)" \
    'mute a,mute b,mute c,'
is 'dead: once, in order' "$(texts <"$work/dead.got" | tr '\n' ,)" \
    'dead a,dead b,dead c,dead d,'
for name in mute dead; do
	is "from $name: once, in order" "$(cat "$work/anna.1" "$work/anna.2" |
	    texts | grep "from $name" | tr '\n' ,)" \
	    "from $name a,from $name b,"
done
is 'nothing is queued' "$(as anna contacts | grep -c '"queued":0')" \
    "$(as anna contacts | wc -l)"

finish
