#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill -9 of the relay and of both commands, in a loop, while two people write
# much to each other; a ledger outside the vaults judges each pair of people.
#
# usage: heal_kill.sh BUILD [CYCLES=10] [LETTERS=60] [CYCLES-OF-A-PAIR=100]
#
# A cycle ends with a kill that hit; in each, LETTERS or more are written.
# 2,000 cycles of 600 letters are over a million.  TACIT_SEED is the first
# seed: it chooses who is killed and when, the machine chooses the rest.
TACIT_BUILD=$(cd "${1:?usage: heal_kill.sh BUILD [CYCLES] [LETTERS] [OF-A-PAIR]}" && pwd)
export TACIT_BUILD
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ledger.sh"
. "$(dirname "$0")/kill_lib.sh"

cycles=${2:-10}
size=${3:-60}
of_a_pair=${4:-100}
seed=${TACIT_SEED:-$((16#$(head -c 3 /dev/urandom | od -An -tx1 | tr -d ' \n')))}
echo "seed $seed"
RANDOM=$((seed % 32768))

cat >"$work/relay.conf" <<-END
	mailbox_letters = 8192
	post_rate = 10000
	post_burst = 10000
END

# Two new people, paired in peace.
meet() {
	anna=anna.$seed ben=ben.$seed
	count_anew
	unset relay_at
	relay_options=(--config "$work/relay.conf")
	start_relay "relay.$seed" "${relay_options[@]}"
	for who in "$anna" "$ben"; do
		make "$who" "${who%.*}"
		: >"$work/$who.said"
		: >"$work/$who.shown"
	done
	add_relay "$anna" "relay.$seed"
	link=$(echo peer | as "$anna" invite --in-person | jq -r .link)
	printf '%s\npeer\n' "$link" | as "$ben" accept >/dev/null
	for who in "$anna" "$ben" "$anna" "$ben"; do
		as "$who" sync >>"$work/$who.shown"
	done
	learn_open_ms "$anna"
}

# One of the three is killed while both write and read.
cycle() {
	local before=$kills
	while [ "$kills" = "$before" ]; do
		send_some "$anna" $((size / 2))
		send_some "$ben" $((size / 2))
		pick 6
		case $pick in
		0) hit_sync "$anna" ;;
		1) hit_sync "$ben" ;;
		2) hit_sync "$anna" relay ;;
		3) hit_sync "$ben" relay ;;
		4) hit_both clients ;;
		5) hit_both relay ;;
		esac
	done
}

part() {
	local who
	for who in "$anna" "$ben"; do
		while [ "$(written "$who")" -lt $((size / 2)) ]; do
			send_some "$who" $((size / 2))
		done
	done
	settle
	for who in "$anna" "$ben"; do
		as "$who" history peer >"$work/$who.history"
	done
	judge "$anna" "$ben"
	judge "$ben" "$anna"
	for who in "$anna" "$ben"; do
		acked=$((acked + $(jq -c 'select(.event == "accepted")' \
		    "$work/$who.shown" | jq -sc 'unique_by(.message) | length')))
	done
	all=$((all + kills))
	of_relay=$((of_relay + relay_kills))
	stop_relay
	gone "$relay_pid"
	rm -rf "$work/relay.$seed" "$work/$anna".* "$work/$ben".*
	echo "so far: $all kills, $of_relay of the relay, $acked letters acknowledged"
}

all=0 of_relay=0 acked=0
while [ "$all" -lt "$cycles" ]; do
	meet
	while [ "$kills" -lt "$of_a_pair" ] &&
	    [ $((all + kills)) -lt "$cycles" ]; do cycle; done
	part
	seed=$((seed + 1))
done
echo "heal_kill: ok: $all kills, $of_relay of the relay, $acked letters" \
    'acknowledged, 0 lost, 0 doubled, 0 out of order, 0 foreign'
finish
