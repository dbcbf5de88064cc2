#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two ends start again at the same moment: both were put back, to the same day
# or to different ones, and both say so at once.
#
# usage: heal_moment.sh [TIMES=3]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

start_relay
they_meet ben

# at_once: both open their apps in the same moment, for a while
at_once() {
	local one two
	as anna sync --wait-ms 3000 >"$work/anna.out" &
	one=$!
	as ben sync --wait-ms 3000 >"$work/ben.out" &
	two=$!
	wait "$one" "$two"
	cat "$work/anna.out" >>"$work/anna.events"
	cat "$work/ben.out" >>"$work/ben.events"
}

# nobody_has WHO PEER N: the last N texts were only where they are no more
nobody_has() {
	head -n "-$3" "$work/$1.wrote.$2" >"$work/rest"
	mv "$work/rest" "$work/$1.wrote.$2"
}

for ((time = 1; time <= ${1:-3}; time++)); do
	# Every other time Ben's copy is of a later day than hers.
	keeps anna copy
	[ $((time % 2)) = 0 ] || writes anna ben "after her copy, $time"
	they_go_on anna ben
	keeps ben copy
	a_good_talk anna ben
	nobody_has anna ben 3
	nobody_has ben anna 3

	puts_back anna copy
	puts_back ben copy
	writes anna ben "anna again, $time" &
	writing=$!
	writes ben anna "ben again, $time"
	wait "$writing"
	at_once
	they_go_on anna ben
	all_came anna ben
	all_came ben anna
	for who in anna ben; do
		shown_once "$who"
		is_told "$who" 1 '.event == "rolled-back" and .who == "me" and
		    .contact == null'
	done
	is_told anna $((time % 2)) '.event == "rolled-back" and .who == "me" and
	    .contact != null and .from == .to'
	a_good_talk anna ben
	all_came anna ben
	all_came ben anna
done

finish
