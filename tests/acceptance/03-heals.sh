#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# It heals by itself: what that means, line by line, each run for real and
# shown with its figure.
#
# usage: tests/acceptance/03-heals.sh [LINE...]   (default: all)
#
# Run from a clean clone.  Prints "ok" or "FALLS SHORT" per line; exit 1 if
# any falls short.  Full output: .acceptance/
set -uo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=tests/acceptance/lib.sh
. tests/acceptance/lib.sh

# story NAME [ARGUMENT...]: one of tests/e2e/heal_*.sh
story() {
	bash "tests/e2e/heal_$1.sh" "${@:2}"
}

# figure UNIT AT-LEAST FILE-PATTERN: docs/RELIABILITY.md has a row with this
# pattern that tells of at least so many of that unit
figure() {
	local n
	n=$(grep -E "$3" docs/RELIABILITY.md | grep -oE "[0-9,]+ $1" |
	    tr -d , | sort -n | tail -n 1)
	echo "figure: ${n:-none recorded}"
	[ "${n%% *}" -ge "$2" ] 2>/dev/null
}

line_1() {
	check 1 'seeds|violation|failed' \
	    '1,000 fresh seeds and every seed that failed once: 0 violations' \
	    tests build '^sim/(fresh|regressions?)$'
	check 1 'OK |PASSED|FAILED' \
	    '2,000 sequences of vaults put back at any moment, then peace' \
	    env TACIT_RUNS=2000 build/tests/stage_test_heal_random
	check 1 'OK |FAILED' \
	    'each row of the tables of healing, and copies put back' \
	    tests build '^stage/test_heal_re'
	check 1 'Passed|Failed|seed' \
	    'every control of the simulation is found' \
	    tests build '^sim/.*control'
}

line_2() {
	check 2 'figure' '200,000 seeds of the simulation, once by hand' \
	    figure seeds 200000 'tests/sim|sim --'
	check 2 'figure' '2,000 cycles of kill -9, once by hand' \
	    figure cycles 2000 'kill_loop'
	check 2 'figure' 'with over a million acknowledged letters' \
	    figure letters 1000000 'kill_loop'
	check 2 'so far|lost|kill_loop' 'the same in short: 20 cycles' \
	    script/soak 20 200
	check 2 'so far|heal_kill: ok' 'the commands themselves: 20 cycles' \
	    story kill build 20 200
}

line_3() {
	check 3 'claims hold|FAILED' \
	    'a therapist restores last week'\''s laptop, from a copy' \
	    story laptop copy
	check 3 'claims hold|FAILED' '... and from a backup' \
	    story laptop backup
	check 3 'claims hold|FAILED' \
	    'a phone loses 2,500 letters: the relay forgot them' \
	    story phone relay 2500
	check 3 'claims hold|FAILED' '... or somebody with a copy took them' \
	    story phone thief 2500
	check 3 'claims hold|FAILED' \
	    'a relay is restored from yesterday'\''s backup' story relay
	check 3 'claims hold|FAILED' \
	    'two ends start again at the same moment' story moment 4
	check 3 'claims hold|FAILED' \
	    'a vault copied while open, put back after 5 and 50 sends' \
	    story copy 5 50
	for how in backup copy; do
		check 3 'claims hold|FAILED' \
		    "new mailboxes and keys in the middle of a talk, then a $how" \
		    story rotate "$how"
	done
	for n in 1 100 2100; do
		check 3 'claims hold|FAILED' "a loss of $n letters" \
		    story phone thief "$n"
	done
	check 3 'times|claims hold|FAILED' '41 new beginnings' story again 41
}

line_4() {
	check 4 'after .*(bytes|us each)|FAILED' \
	    'sessions under 64 KiB, an envelope taken in under 2 ms' \
	    build/tests/stage_test_heal_cost
}

run_lines "${@:-1 2 3 4}"
