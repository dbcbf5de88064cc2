#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The kit of proto/conformance with our own relay and client, which pass, and
# with wrong ones, which it must find.  usage: kit.sh DIR WHAT [ARGUMENT...]
# DIR is where npm installed the kit.
kit=$1 what=$2
shift 2
. "$(dirname "$0")/../e2e/lib.sh"
export TACIT_RELAY=$relay TACIT=$tacit TACIT_KIT_BIN=$build/tests
known=$root/tests/conformance/deviations

# a_relay: one whose rates are not what is tried, in ${url} ${pin} ${key} ${line}
a_relay() {
	printf '%s\n' 'ok_tick_ms = 0' 'post_rate = 100000' \
	    'post_burst = 1000000' 'source_rate = 100000' \
	    'invitation_rate = 10000' >"$work/config"
	start_relay relay --config "$work/config"
	read -r _ url pin key <"$work/relay.out"
	url=${url#url=} pin=${pin#pin=} key=${key#key=}
	line=$("$relay" admit --data "$work/relay" --relationships 100)
}

# wrong_relay FAULT BATCHES ID...: exactly these requirements at least fail
wrong_relay() {
	local fault=$1 batches=$2 id at wrong_pin
	shift 2
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=relay -days 3 -keyout "$work/key" -out "$work/cert" 2>/dev/null
	wrong_pin=$(openssl x509 -in "$work/cert" -pubkey -noout |
	    openssl pkey -pubin -outform der | sha256sum)
	# Lest the place of the one before it, which is gone, be read as its.
	: >"$work/at"
	node "$kit/wrong-relay.mjs" "$fault" "$url" "$work/cert" "$work/key" \
	    >"$work/at" 2>"$work/wrong.log" &
	pids+=($!)
	until at=$(grep wss "$work/at"); do
		kill -0 "${pids[-1]}" || die "no relay that is wrong: $fault"
		sleep 0.05
	done
	! "$kit/check-relay" --only "$batches" "$at" "${wrong_pin%% *}" "$key" \
	    "$line" >"$work/said" || die "$fault: nothing was found"
	for id; do
		has "$fault" "$(grep '^FAILS' "$work/said")" "FAILS  $id  "
	done
	kill "${pids[-1]}"
	echo "$fault is found: $*"
}

# wrong_client FAULT ID...: these fail, whatever else does
wrong_client() {
	local fault=$1 id
	shift
	! "$kit/check-client" node "$root/tests/conformance/wrong-driver.mjs" \
	    "$fault" "$build/tests/kit_driver" >"$work/said" ||
	    die "$fault: nothing was found"
	for id; do
		has "$fault" "$(grep '^FAILS' "$work/said")" "FAILS  $id  "
	done
	echo "$fault is found: $*"
}

case $what in
relay)
	a_relay
	"$kit/check-relay" --known "$known" "$url" "$pin" "$key" "$line"
	;;
wrong-relays)
	a_relay
	wrong_relay yes requests,commands,invitations R4.2 R4.3 R4.4 R4.5 \
	    R5.1 R5.2 R6.1 R6.2 R6.3 R6.4 R6.5 R6.6 R6.7 R6.8 R6.9 R6.10 R7.3
	wrong_relay yes delivery R6.12 R21.1
	wrong_relay twice delivery R7.1 R7.2 R7.4 R7.5
	wrong_relay statements delivery R21.1 R21.2 R21.3
	wrong_relay keeps invitations R6.11
	wrong_relay welcome invitations R4.1
	;;
plain-relay)
	a_relay
	wrong_relay plain frames R3.11 R3.12 R3.13 R3.14
	wrong_relay plain handshake R3.1 R3.2 R3.3 R3.4 R3.5 R3.6 R3.7 R3.8 \
	    R3.9 R3.10
	;;
client) "$kit/check-client" --controls "$@" ;;
wrong-clients)
	wrong_client forgets C12.2
	wrong_client repeats C12.3
	wrong_client reverses C12.5
	wrong_client trusts C8.1 C4.2
	;;
usage)
	# What is wrong with the words is said in one line, and nothing is tried.
	for words in 'check-relay' 'check-relay a b c d' 'check-client' \
	    'check-relay --only x a b c d' 'check-client --what'; do
		status=0
		# shellcheck disable=SC2086 # words
		"$kit/"$words >"$work/o" 2>"$work/e" </dev/null || status=$?
		is "$words" "$status" 64
		is "$words" "$(wc -l <"$work/e")" 1
		is "$words" "$(cat "$work/o")" ''
	done
	zeros=$(printf '%064d' 0)
	status=0
	"$kit/check-relay" wss://127.0.0.1:1 "$zeros" "$zeros" "$(jq -r \
	    'map(select(.what == "admission"))[0].out' \
	    "$kit/vectors/links.json")" >"$work/o" 2>"$work/e" || status=$?
	is 'no relay there' "$status" 69
	;;
esac
