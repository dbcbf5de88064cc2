#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A relay changes its TLS key as relay/keys.c says, twice: both people go on
# talking, from new processes each time.  A key that was never announced is
# refused.
. "$(dirname "$0")/lib.sh"

rotate() {
	stop_relay
	mv "$work/relay/tls-next.key" "$work/relay/tls.key"
	rm "$work/relay/tls.crt"
	start_relay
}

start_relay
for who in anna ben; do make "$who" "$who"; done
add_relay anna
pair anna ben --in-person

for turn in 1 2; do
	was=$(sed -n 's/.* pin=\([0-9a-f]*\).*/\1/p' "$work/relay.out")
	rotate
	now=$(sed -n 's/.* pin=\([0-9a-f]*\).*/\1/p' "$work/relay.out")
	[ "$was" != "$now" ] || die 'the key did not change'
	is "sent $turn" "$(as anna send ben <<<"letter $turn" | field state)" \
	    accepted
	is "had $turn" "$(as ben sync | texts)" "letter $turn"
	is "answered $turn" "$(as ben send anna <<<"answer $turn" |
	    field state)" accepted
	is "came $turn" "$(as anna sync | texts)" "answer $turn"
done

# What is announced now is known for invitations to come.
pair anna ben --in-person
is 'a new relationship' "$(as ben contacts | wc -l)" 2

stop_relay
rm "$work"/relay/tls*
start_relay
has 'a key out of nowhere' "$(as anna sync 2>&1 || true)" 'pin-mismatch'
finish
