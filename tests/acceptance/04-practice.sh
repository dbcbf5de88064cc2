#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What therapist and client need between sessions: what that means, line by
# line, each run for real and shown with its figure.
#
# usage: tests/acceptance/04-practice.sh [LINE...]   (default: all)
#
# Run from a clean clone.  Prints "ok" or "FALLS SHORT" per line; exit 1 if
# any falls short.  Full output: .acceptance/
set -uo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=tests/acceptance/lib.sh
. tests/acceptance/lib.sh

# second_thoughts: the four weeks count both kinds of them
second_thoughts() {
	TACIT_SEED=2 build/tests/weeks >"$log/weeks" || return
	grep -E ' [1-9][0-9]*  texts that were destroyed' "$log/weeks" &&
	    grep -E ' [1-9][0-9]*  that it was too late for' "$log/weeks"
}

# looked_at SCREEN...: docs/MEASUREMENTS.md tells of each that it was
looked_at() {
	local screen lacks=0
	for screen; do
		grep -qiE "^\| screen: $screen " docs/MEASUREMENTS.md && continue
		echo "figure: nobody says that it was looked at: $screen"
		lacks=1
	done
	return "$lacks"
}

line_1() {
	local figures='TACIT_SEED|^[0-9]*: +[0-9]+  |findings|FAILED'
	check 1 "$figures" \
	    'four weeks, thirty clients, clocks set back: every promise holds' \
	    tests build '^weeks/autumn$'
	check 1 "$figures" '... and clocks set forward' \
	    tests build '^weeks/spring$'
	check 1 'times found|FAILED' 'every control of it is found' \
	    tests build '^weeks/.*control'
	check 1 'destroyed|too late' \
	    'recall before and after delivery is part of it' second_thoughts
}

line_2() {
	check 2 'figure|lacks' \
	    'six Questionnaires use every item type and rule' \
	    tests build '^practice/six_cover$'
	check 2 ' valid|FAILED' \
	    'they import, are answered and exported; R4 schema validates that' \
	    tests build '^practice/(valid_fhir|parsed|test_response|test_export)$'
	check 2 'OK.*what_(is_no|cannot_be_asked)|FAILED' \
	    'unsupported types: an error names item and type' \
	    tests build '^(practice/test_import_items|stage/test_checkin)$'
}

line_3() {
	check 3 'figure|chance|correct' \
	    'sizes and times of frames tell no kind of content from another' \
	    script/classify
}

line_4() {
	check 4 'feature:|figure' \
	    'each feature: C API, command, a page whose example a test runs' \
	    tests/acceptance/features.sh
	check 4 'claims hold|FAILED' 'those examples run' \
	    tests build '^e2e/cli/(checkin|bounds|boundaries|recall|export|locking|retention|receipts)$'
	check 4 'figure' 'the screens were looked at' \
	    looked_at 'chat' 'checkin answer' 'trend' 'transcript'
}

run_lines "${@:-1 2 3 4}"
