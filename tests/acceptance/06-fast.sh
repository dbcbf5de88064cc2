#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fast: each row of what it is measured by, with its ratio, from the quick form
# of the benchmarks; rows that only the full form has from docs/BENCHMARKS.md;
# and the tests of what no speed may cost, on the relay that was measured.
#
# usage: tests/acceptance/06-fast.sh [LINE...]   (default: all)
#
#   1  the quick form: rows that are compared with others, or with a limit
#   2  rows of the full form, quoted with their day
#   3  the library's rows, with small histories
#   4  the reliability tests, on the relay and with the settings of line 1
#   5  when OK comes does not tell who was there: the test and its control
#
# Run from a clean clone, with nothing else on the machine.  Prints "ok" or
# "FALLS SHORT" per row, and where it is explained; exit 1 if any falls short.
# Full output: .acceptance/
set -uo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=tests/acceptance/lib.sh
. tests/acceptance/lib.sh

why=docs/BENCHMARKS-missed.md
# The relay that the tests run is the one that is measured.
export TACIT_RELAY=$root/build/bin/tacit-relay

# goals REPORT: its rows of goals, as the report has them
goals() {
	sed -n '/^## Goals/,/^## [^G]/p' "$1" | grep '^|.*|$' |
	    grep -vE '^\| work \||^\|---'
}

# row LINE PLACE VERDICT TEXT
row() {
	if [ "$3" = met ]; then
		printf 'ok           %s  %s%s\n' "$1" "$4" "$2"
	else
		printf 'FALLS SHORT  %s  %s%s; why: %s\n' "$1" "$4" "$2" "$why"
		short=$((short + 1))
	fi
}

# rows LINE PLACE: the rows of goals on standard input, one line each
rows() {
	local work what goal reached verdict
	while IFS='|' read -r _ work what goal reached verdict _; do
		verdict=$(echo "$verdict" | tr -d ' *')
		row "$1" "$2" "$verdict" "$(echo "$work: $what: $reached" \
		    "(goal $goal)" | sed 's/  */ /g; s/^ //; s/ \([:)]\)/\1/g')"
	done
}

# has LINE FILE PATTERN...: a row that is asked for was measured at all
has() {
	local line=$1 file=$2 pattern
	shift 2
	for pattern; do
		grep -qE "$pattern" "$file" && continue
		row "$line" '' missed "no row of $pattern"
	done
}

# same_settings: what was measured differs from a relay's own settings in no
# more than the tests of line 4 do, and in bounds on who connects
same_settings() {
	local keys
	sha256sum "$TACIT_RELAY" | sed 's/^/figure: /'
	keys=$(jq -r 'select(.driver == "tacit") | .settings' \
	    build-bench/quick.json | sed -n 's/ *=.*//p' | sort -u |
	    paste -sd ' ')
	echo "figure: set: $keys"
	[ -n "$keys" ] && [ -z "$(echo "$keys" | tr ' ' '\n' |
	    grep -vxE 'ok_tick_ms|mailbox_letters|post_(rate|burst)|reserve_mib|max_(connections|handshakes|buffered_mib)|source_(connections|handshakes|rate)')" ]
}

line_1() {
	local got=$log/quick
	check 1 'failed|needed' 'the quick form, each letter accounted for' \
	    script/bench --quick
	cp "$log/out" "$got"
	goals "$got" >"$log/goals"
	rows 1 '' <"$log/goals"
	has 1 "$log/goals" 'enqueue.*mosquitto' 'enqueue.*NATS' 'enqueue.*Redis' \
	    'drain.*mosquitto' 'drain.*NATS' 'online.*mosquitto' \
	    'online.*NATS' 'online.*bytes written' 'rate:5000.*mosquitto' \
	    'rate:5000.*NATS' 'rate:5000.*p99.9' 'idle TLS' \
	    'pair beside idle TLS' 'enqueue.*stored' 'drain.*stored' \
	    'restart' 'subscribe.*until' 'subscribe.*requests'
	echo '                 shown, each in letters/s; ours / Redis is last:'
	sed -n '/^## Throughput/,/^## [^T]/s/^|/                 |/p' "$got"
}

line_2() {
	local report=docs/BENCHMARKS.md day
	day=$(sed -n 's/.*Measured on \([0-9-]*\( to [0-9-]*\)\{0,1\}\)\..*/\1/p' \
	    "$report" | head -n 1)
	goals "$report" | grep -E '^\| (idle|a pair|paced|restart)|stored' \
	    >"$log/quoted"
	rows 2 " [$report, ${day:-no day}]" <"$log/quoted"
	has 2 "$log/quoted" 'idle TLS' 'idle plain' 'pair beside idle TLS' \
	    'pair beside idle plain' 'paced:5000.*shredded' \
	    'enqueue.* 1,000,000 stored' 'drain.* 1,000,000 stored' \
	    'enqueue.* 10,000,000 stored' 'drain.* 10,000,000 stored' 'restart'
}

line_3() {
	local json=$log/library.json why=docs/BENCHMARKS-library.md
	: >"$json"
	sh bench/lib/run.sh -q -j "$json" >"$log/library" 2>&1
	cat "$log/library" >>"$log/all"
	jq -r 'select(.goal) | [if .met then "met" else "missed" end, "\(.name): " +
	    "\(.median) \(.unit)" + (if .ratio then ", \(.ratio) x" else "" end) +
	    " (goal \(.goal))"] | @tsv' "$json" >"$log/goals-library"
	while IFS=$'\t' read -r verdict text; do
		row 3 '' "$verdict" "$text"
	done <"$log/goals-library"
	has 3 "$log/goals-library" 'ratchet and seal of one' 'own curve' \
	    'official, Node' 'official, in turn' 'batches of 100' 'forged'
}

line_4() {
	check 4 'figure' 'the relay that was measured, and what it was set to' \
	    same_settings
	check 4 'seeds|violation|Passed|FAILED' \
	    'the simulation: fresh seeds and all that failed once' \
	    tests build '^sim/(fresh|regressions)$'
	check 4 'Passed|FAILED' 'its controls are found' \
	    tests build '^sim/sim_control_(ack_early|held_is_oked|ack_uncommitted)$'
	check 4 'Passed|FAILED' \
	    'kill -9 at any moment; fsync before OK; what is held in memory' \
	    tests build \
	    '^(store/test_kill|e2e/relay/(crash|order|fsync|hold)|unit/client/test_vault_crash)$'
}

line_5() {
	check 5 'on_the_tick|nor_by|without|FAILED' \
	    'on its tick OK tells nothing; without the tick it does' \
	    tests build '^unit/relay/test_hold$'
}

run_lines "${@:-1 2 3 4 5}"
