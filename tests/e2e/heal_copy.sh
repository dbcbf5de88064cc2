#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A vault is copied while it is open, as a backup program does, and put back
# after some letters more.
#
# usage: heal_copy.sh [SENDS...]   (default: 5 50)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

start_relay
they_meet ben

for sends in "${@:-5 50}"; do for n in $sends; do
	# Open, and at rest: what is in the log of the vault is copied, too.
	as anna sync --wait-ms 3000 >"$work/anna.out" &
	open=$!
	sleep 1
	fails 69 vault-busy as anna --lock-wait-ms 0 contacts
	keeps anna "open.$n"
	wait "$open"
	cat "$work/anna.out" >>"$work/anna.events"
	for who in anna ben; do : >"$work/$who.events"; done
	writes_many anna ben "$n" "after copy $n:"
	writes_many ben anna "$n" "answer after copy $n:"
	they_go_on anna ben
	puts_back anna "open.$n"
	writes anna ben "put back after $n"
	they_go_on anna ben
	all_came anna ben
	all_came ben anna
	is_told anna 1 ".event == \"rolled-back\" and .who == \"me\" and
	    (.to // 0) - (.from // 0) == $((n - 1)) and
	    .contact != null"
	is_told ben 1 '.event == "rolled-back" and .who == "them"'
	shown_once ben
	shown_once anna
	a_good_talk anna ben
	all_came anna ben
	all_came ben anna
done; done

finish
