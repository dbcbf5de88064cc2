#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# One invitation, many readers at once: exactly one gets it, the others are
# told so and keep nothing, and the one can talk.
. "$(dirname "$0")/lib.sh"

readers=${TACIT_READERS:-32}

# Each reader from an address of its own: the relay counts readings by source.
python3 "$root/tests/support/sources.py" "$work/proxy" &
pids+=("$!")

start_relay
make anna anna
add_relay anna
for n in $(seq "$readers"); do make "r$n" "reader $n"; done
while [ ! -s "$work/proxy" ]; do sleep 0.05; done
proxy=$(cat "$work/proxy")

link=$(echo reader | as anna invite --in-person | field link)

# Who did not get through to a busy relay asks again: that is the same reader.
read_link() {
	local status=69
	while [ "$status" = 69 ]; do
		status=0
		printf '%s\nanna\n' "$link" | as "$1" --proxy "$proxy" accept \
		    >"$work/$1.out" 2>"$work/$1.says" || status=$?
	done
	echo "$status" >"$work/$1.status"
}

race=()
for n in $(seq "$readers"); do
	read_link "r$n" &
	race+=("$!")
done
wait "${race[@]}"

winner=
used=0
for n in $(seq "$readers"); do
	case $(cat "$work/r$n.status") in
	0)
		is 'only one' "$winner" ''
		winner=r$n
		is 'winner' "$(field state <"$work/r$n.out")" joining
		;;
	77)
		used=$((used + 1))
		is 'loser is told' "$(field error <"$work/r$n.says")" \
		    invitation-used
		is 'loser keeps nothing' "$(as "r$n" contacts)" ''
		;;
	*)
		die "reader $n: $(cat "$work/r$n.status" "$work/r$n.says")"
		;;
	esac
done
is 'told so' "$used" "$((readers - 1))"
[ -n "$winner" ] || die 'nobody got the invitation'

# It is a pairing like any other.
as anna sync >/dev/null
as "$winner" sync >/dev/null
is 'verified' "$(as anna contacts | field verified)" true
is 'verified' "$(as "$winner" contacts | field verified)" true
is 'name' "$(as anna contacts | field their_name)" "reader ${winner#r}"
is 'number' "$(as anna verify 1 | field safety_number)" \
    "$(as "$winner" verify 1 | field safety_number)"
is 'sent' "$(as anna send 1 --wait-ms 10000 <<<'to you alone' | field state)" \
    accepted
is 'arrives' "$(as "$winner" sync --wait-ms 10000 --until 1 | texts)" \
    'to you alone'
is 'sent' "$(as "$winner" send 1 --wait-ms 10000 <<<'here I am' |
    field state)" accepted
is 'arrives' "$(as anna sync --wait-ms 10000 --until 1 | texts)" 'here I am'

# Nobody may try again later, nor with the invitation gone.
printf '%s\nanna\n' "$link" >"$work/again"
late=r1
[ "$winner" != r1 ] || late=r2
fails 77 invitation-used as "$late" accept <"$work/again"
is 'still nothing' "$(as "$late" contacts)" ''

finish
