#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two people pair and write to each other while everything is killed with -9
# at random moments: the relay and both commands, also between Hello and
# HelloAck.  Then every message has arrived under one id, in order, none lost,
# by a ledger kept outside the vaults.
#
# usage: proof_kill.sh BUILD [SEEDS=5] [LETTERS=200]
# TACIT_SEED is the first seed; they choose who is killed and when, the
# machine chooses the rest.
TACIT_BUILD=$(cd "${1:?usage: proof_kill.sh BUILD [SEEDS] [LETTERS]}" && pwd)
export TACIT_BUILD
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ledger.sh"
. "$(dirname "$0")/kill_lib.sh"

seeds=${2:-5}
letters=${3:-200}
base=${TACIT_SEED:-$((16#$(head -c 3 /dev/urandom | od -An -tx1 | tr -d ' \n')))}
echo "seed $base"

# join: the link, until Hello is durable
join() {
	local n
	printf '%s\npeer\n' "$link" >"$work/in"
	for n in 1 2 3 4; do
		begin "$ben" "$ben.accepted" accept
		if [ "$n" = 3 ]; then kill_relay; else kill_client "$begun"; fi
		end "$ben" "$begun"
	done
	for n in 1 2 3 4 5 6; do
		begin "$ben" "$ben.accepted" accept
		end "$ben" "$begun"
		[ "$ended" != 0 ] || break
	done
	is 'accepted' "$(jq -r .state "$work/$ben.accepted")" joining
}

# pairing: hit everything until both know that they are paired
pairing() {
	local n before=$kills
	for n in 1 2 3 4 5 6 7 8; do
		hit_sync "$anna" "$([ $((n % 3)) -ne 0 ] || echo relay)"
		[ "$n" -lt 4 ] || hit_sync "$ben" "$([ "$n" -ne 6 ] || echo relay)"
		in_pairing=$((kills - before))
		[ "$(state_of "$ben")" = joining ] || break
	done
}

one_seed() {
	seed=$1
	RANDOM=$((seed % 32768))
	anna=anna.$seed ben=ben.$seed
	in_pairing=0
	count_anew
	unset relay_at
	start_relay "relay.$seed"
	for who in "$anna" "$ben"; do
		make "$who" "${who%.*}"
		: >"$work/$who.said"
		: >"$work/$who.shown"
	done
	add_relay "$anna" "relay.$seed"
	link=$(echo peer | as "$anna" invite --in-person | jq -r .link)
	learn_open_ms "$anna"

	write "$anna" $((letters / 2))
	join
	write "$ben" "$letters"
	pairing
	write "$anna" "$letters"
	chaos $((6 + letters / 20))
	settle

	for who in "$anna" "$ben"; do
		is "$who" "$(state_of "$who")" active
		as "$who" history peer >"$work/$who.history"
	done
	judge "$anna" "$ben" "$letters"
	judge "$ben" "$anna" "$letters"
	echo "seed $seed: $kills kills, $relay_kills of the relay," \
	    "$in_pairing between Hello and HelloAck, quiet after $rounds rounds"
	[ "$in_pairing" -gt 0 ] || die "seed $seed: nothing was killed in pairing"
	all_kills=$((all_kills + kills))
	stop_relay
	gone "$relay_pid"
}

all_kills=0
for ((n = 0; n < seeds; n++)); do one_seed $((base + n)); done
echo "proof_kill: ok: $seeds seeds of 2 x $letters letters or more, $all_kills kills," \
    '0 lost, 0 doubled, 0 out of order, 0 foreign'
finish
