#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An app embeds it: from C, from Node, from Python, from another process.
# What that means, line by line, each run for real and shown with its figure.
#
# usage: tests/acceptance/05-embed.sh [LINE...]   (default: all)
#
# Run from a clean clone.  Prints "ok" or "FALLS SHORT" per line; exit 1 if
# any falls short.  Full output: .acceptance/
set -uo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=tests/acceptance/lib.sh
. tests/acceptance/lib.sh

# held_wrong: ten programs, in a build with ASan and UBSan
held_wrong() {
	local rc=0
	# shellcheck disable=SC2046 # a list of targets
	cmake -S . -B build-asan -G Ninja --log-level=WARNING \
	    -DTACIT_SANITIZE=ON >/dev/null &&
	    cmake --build build-asan --target tacit-relay $(ninja -C build-asan \
	    -t targets all | sed -n 's,^tests/\(held_wrong_[a-z_]*\):.*,\1,p') ||
	    return
	tests build-asan '^held_wrong/' | tee "$log/held" || rc=1
	echo "figure: $(grep -cE 'Test +#.*held_wrong/.* Passed' "$log/held") tests"
	return "$rc"
}

# in_ci NAME...: script/test runs tests of these names, and none is slow
in_ci() {
	local name lacks=0
	for name; do
		if [ "$name" = lint/headers ]; then
			grep -q headers script/lint && continue
		elif ctest --test-dir build -N -LE slow -R "^$name\$" |
		    grep -q 'Total Tests: [1-9]'; then
			continue
		fi
		echo "figure: not in each run: $name"
		lacks=1
	done
	return "$lacks"
}

# table: docs/EMBED.md has memory and idle CPU of 1,000 vaults
table() {
	sed -n '/| 1,000 vaults |/,/^$/s/^|/figure: |/p' docs/EMBED.md |
	    tee "$log/table"
	grep -q 'resident memory' "$log/table" && grep -q 'idle CPU' "$log/table"
}

line_1() {
	check 1 'claims hold|FAILED' \
	    'outside projects build from a prefix that was moved' \
	    tests build '^embed/outside$'
	check 1 'Passed|FAILED' 'a local tarball of npm, a wheel of Python' \
	    tests build '^(node|python)/(install|readme|types|talk|refusals)$'
	check 1 'Passed|FAILED' 'the agent, its schema, its page' \
	    tests build '^agent/'
	check 1 'figure|claims hold|FAILED' \
	    'CMake, pkg-config, npm, Python and the agent, all with all' \
	    tests build '^embed/five$'
}

line_2() {
	check 2 'Passed|FAILED' \
	    'ten programs hold it wrong: documented errors, no crash' \
	    tests build '^held_wrong/'
	check 2 'figure|ERROR: AddressSanitizer|FAILED' '... under ASan' \
	    held_wrong
}

line_3() {
	check 3 'figure' 'each of these is in CI' in_ci embed/abi \
	    docs/reference lint/headers docs/embed docs/man docs/diagrams
	check 3 'Passed|FAILED' \
	    'ABI, Doxygen, code blocks of the docs, manual pages' \
	    tests build '^(embed/abi|docs/.*)$'
	check 3 'ok|FAILED' 'each header alone, strictest flags, C99 and C++17' \
	    script/lint headers
	check 3 'figure' '1,000 vaults: memory per vault and idle CPU' table
	check 3 'figure|vaults|Passed|FAILED' '... measured again' \
	    tests build '^loops/thousand$'
}

run_lines "${@:-1 2 3}"
