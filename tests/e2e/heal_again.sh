#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A vault is put back again and again: 41 times the conversation begins anew,
# more often than a record of libsignal keeps old states.
#
# usage: heal_again.sh [TIMES=41]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

times=${1:-41}
start_relay
they_meet ben

for ((time = 1; time <= times; time++)); do
	keeps anna copy
	writes anna ben "anna, before time $time"
	opens ben
	puts_back anna copy
	writes anna ben "anna, time $time"
	writes ben anna "ben, time $time"
	for _ in 1 2 3; do
		opens anna
		opens ben
	done
done
they_go_on anna ben
all_came anna ben
all_came ben anna
a_good_talk anna ben
all_came anna ben
all_came ben anna
shown_once ben
# One finding may be overtaken by the next before he hears of it.
told=$(told ben '.event == "rolled-back" and .who == "them"')
[ "$told" -ge 1 ] && [ "$told" -le "$times" ] ||
	die "ben is told $told times"
not_alarmed ben rolled-back
size=$(stat -c %s "$work/anna.vault")
[ "$size" -lt 1000000 ] || die "her vault grew to $size bytes"

echo "$times times, vaults of $size and $(stat -c %s "$work/ben.vault") bytes"
finish
