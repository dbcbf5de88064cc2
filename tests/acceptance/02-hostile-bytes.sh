#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The first conversation holds against mistakes and hostile bytes: what that
# means, line by line, each run for real and shown with its figure.
#
# usage: tests/acceptance/02-hostile-bytes.sh [LINE...]   (default: all)
#
# Run from a clean clone, as root.  Prints "ok" or "FALLS SHORT" per line;
# exit 1 if any falls short.  Full output: .acceptance/
set -uo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=tests/acceptance/lib.sh
. tests/acceptance/lib.sh

# fails COMMAND...: a control must be caught
fails() {
	! "$@"
}

control() {	# control NAME TARGET: build TARGET with one deliberate defect
	cmake -S . -B "build-control-$1" -G Ninja -DTACIT_CONTROL="$1" \
	    >/dev/null && cmake --build "build-control-$1" --target "$2"
}

# asan TARGET...: these targets of the build with ASan and UBSan
asan() {
	cmake -S . -B build-asan -G Ninja -DTACIT_SANITIZE=ON >/dev/null &&
	    cmake --build build-asan --target "$@"
}

# What the page says of the long run, if that was long enough.
long_fuzz() {
	sed -n 's/.*| \([0-9,]* CPU-seconds of fuzzing[^|]*\)|.*/\1/p' \
	    docs/RELIABILITY.md | tee "$log/long"
	[ "$(tr -d , <"$log/long" | cut -d ' ' -f 1)" -ge 7200 ]
}

corpora() {
	asan fuzzers && tests build '^fuzz/' && tests build-asan '^fuzz/'
}

line_1() {
	check 1 'cases, |FAILED|listed$' \
	    'conformance cases, release: each answered right, others unaffected' \
	    tests build '^conformance/'
	check 1 'cases, |FAILED' 'the same cases, relay with ASan and UBSan' \
	    conformance_asan
	check 1 'cases|conformance cases' 'at least 250 cases' enough_cases
}

conformance_asan() {
	asan conformance_programs && tests build-asan '^conformance/'
}

# What the programs say that they tried, added up.
enough_cases() {
	tests build '^conformance/' | awk '
	match($0, /: [0-9]+ cases, /) { n += substr($0, RSTART + 2) }
	END { print n + 0 " conformance cases"; exit n < 250 }'
}

line_2() {
	export TACIT_RELAY=$TACIT_BUILD/bin/tacit-relay
	check 2 'letters|p99|memory (beside|under)|idle:|FALLS|failures' \
	    '10,000 idle and 1,000 slow connections; 60 s of each flood' \
	    "$TACIT_BUILD/tests/flood" 10000 1000 60
	check 2 'FALLS|failures' 'control: without the limits it is caught' \
	    fails "$TACIT_BUILD/tests/flood" 300 20 1 no-limits
}

line_3() {
	cmake -S . -B build -G Ninja -DTACIT_BENCH=ON >/dev/null &&
	    cmake --build build --target forged >/dev/null
	check 3 '^(kind|random|right|one|replay|libsignal|worst)' \
	    'a forged envelope costs its reader under 50 microseconds, no write' \
	    build/bench/forged
	check 3 '[0-9]+: [a-z_]+' 'and neither a ratchet step nor a transaction' \
	    tests build 'stage/test_idle_disk'
}

line_4() {
	check 4 'checks, 0 cases failed$|control caught' \
	    'two-way conversations with two other implementations' \
	    tests build '^interop/'
	check 4 'passed' 'Debian 13 builds and passes' \
	    script/clean-room --suite trixie
}

line_5() {
	check 5 'tests passed' 'corpora and regressions, release and ASan build' \
	    corpora
	check 5 'executions' '10 M executions, no finding left' \
	    script/fuzz --short
	check 5 'FRAME_BOUND' 'the control: a bound that is not checked' \
	    script/fuzz --control
	check 5 'CPU-seconds of fuzzing' '2 CPU-hours, run once by hand' \
	    long_fuzz
}

line_6() {
	check 6 'figure: .*(step|close)|left by one' \
	    'silent, deaf, dripping relay, proxy, name server: step(100) within 150 ms' \
	    tests build '^(e2e/host/freeze|unit/client/test_net_names)$'
	check 6 'figure: ' \
	    'in a network namespace: through a proxy no other address is contacted' \
	    bash tests/e2e/host_namespace.sh
}

line_7() {
	check 7 'OK |died|claims hold|core' \
	    'each forbidden act dies or is refused; without a kernel for it, no relay' \
	    tests build '^e2e/relay/confined?$'
	check 7 'tests passed|READY|used' \
	    'the end-to-end suite under strace: no call outside the allow-list' \
	    bash tests/e2e/confine_trace.sh build
}

line_8() {
	check 8 'SEED|figure: |attempts (on|after)' \
	    '5,000 cross-mailbox and replay attempts have no effect' \
	    tests build '^e2e/relay/authority$'
	check 8 'figure: ' 'control NO_AUTHORITY: the same test fails' \
	    tests build '^e2e/relay/authority_control$'
}

run_lines "${@:-1 2 3 4 5 6 7 8}"
