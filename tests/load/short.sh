#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The load generator with few letters: each work comes out sound, and a run
# in which one message is lost, doubled or changed comes out void.
# usage: short.sh LOAD
set -eu

load=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export TMPDIR="$out"

die() {
	echo "$1" >&2
	cat "$out"/* >&2 2>/dev/null || true
	exit 1
}

# run NAME STATUS OPTION...: its lines are in $out/NAME
run() {
	name=$1 want=$2
	shift 2
	got=0
	"$load" "$@" >"$out/$name" 2>"$out/$name.err" || got=$?
	[ "$got" -eq "$want" ] || die "$name: exit $got, not $want"
}

# says NAME WORKS: these are its lines, all sound
says() {
	jq -r 'select(.verdict == "sound") | .work' "$out/$1" |
	    paste -sd ' ' >"$out/$1.works"
	[ "$(cat "$out/$1.works")" = "$2" ] || die "$1: not $2"
}

small='--driver tacit --recipients 10 --senders 4 --seconds 1 --patience 120'
# shellcheck disable=SC2086 # a list of options
run all 0 $small --letters 300 --stored 200 --idle 3 \
    --works mail,online,rate:100,paced:100,one,pair,idle,pair,restart,subscribe
says all 'fill enqueue drain online rate:100 paced:100 one pair idle pair-beside restart subscribe'
jq -e -s 'all(.stored == 200 and .round == 0)' "$out/all" >/dev/null ||
    die 'all: not with 200 stored'
# In one server's life: before the others' letters, and with them.
# shellcheck disable=SC2086
run later 0 $small --letters 100 --stored 50 \
    --works round:2,mail,fill,round:2,mail,round:3,mail
jq -r '"\(.work) \(.stored) \(.round)"' "$out/later" | paste -sd , >"$out/story"
[ "$(cat "$out/story")" = 'enqueue 0 2,drain 0 2,fill 50 2,enqueue 50 2,drain 50 2,enqueue 50 3,drain 50 3' ] ||
    die "later: $(cat "$out/story")"
jq -e -s 'all(.to_store == 50)' "$out/later" >/dev/null || die 'later: not 50'
# shellcheck disable=SC2086
run plain 0 $small --letters 300 --works mail --plain
says plain 'enqueue drain'

# The controls: one line says void and why.  A machine that stands still for
# the four seconds ends the work before; then what is missing is unanswered.
void() {
	jq -e -s "map(select(.verdict == \"void\")) | length == 1 and (.[0] | $2) >= 1" \
	    "$out/$1" >/dev/null || die "$1: not void by $2"
}
for what in drop change; do
	# shellcheck disable=SC2086
	run "$what" 65 $small --letters 100 --works mail --patience 4 \
	    --tamper "$what" &
	pids="${pids:-} $!"
done
# shellcheck disable=SC2086
run double 65 $small --letters 100 --works mail --tamper double
for pid in $pids; do
	wait "$pid" || exit 1
done
void drop '.lost + .unacked'
void double .doubled
void change '.lost + .unacked'

# What is not understood does nothing.
# refused TEXT OPTION...
refused() {
	text=$1
	shift
	run refused 64 "$@"
	grep -qF -- "$text" "$out/refused.err" || die "no word of $text"
	[ ! -s "$out/refused" ] || die 'something was printed'
}
refused '--driver is missing'
refused 'no "carrier-pigeon"' --driver carrier-pigeon
refused 'no "mai"' --driver tacit --works mai
refused 'no "rate"' --driver tacit --works mail,rate
refused 'no "mail:5"' --driver tacit --works mail:5
refused 'no "fill:2"' --driver tacit --works fill:2
refused 'no "round"' --driver tacit --works round,mail
refused 'no "rate:0"' --driver tacit --works rate:0
refused '--letters: "0" is not' --driver tacit --letters 0
refused '--senders: "-1" is not' --driver tacit --senders -1
refused '--tamper: "burn" is not' --driver tacit --tamper burn
refused '"mail" is too much' --driver tacit mail
[ -z "$(find "$out" -name 'load-*')" ] || die 'a directory was left'
