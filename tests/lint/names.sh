#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Pages that name the tests behind a promise name tests that exist: programs
# as ctest has them, cases as functions of such a program.
set -eu

cd "$(dirname "$0")/../.."
found=$(mktemp)
trap 'rm -f "$found"' EXIT

{
	cat docs/PROMISES.md
	sed -n '/^## 17\./,/^## 18\./p' proto/PROTOCOL.md
	sed -n '/^### Its defects/,/^### What is/p' client-lib/DESIGN.md
} | grep '^|' | grep -o '`[a-z0-9_/]*`' | tr -d '\140' | sort -u |
while read -r name; do
	case $name in
	stage/memory_control) ;;
	vectors/wycheproof)
		[ -f tests/vectors/wycheproof.c ] || echo "no such test: $name" ;;
	constant/*)
		[ -f "tests/$name.c" ] || echo "no such test: $name" ;;
	held_wrong/exported)
		[ -f "tests/$name.sh" ] || echo "no such test: $name" ;;
	unit/* | store/* | stage/* | practice/* | hosted/* | held_wrong/*)
		[ -f "tests/$name.c" ] || [ -f "tests/$name.sh" ] || echo "no such test: $name" ;;
	e2e/heal/loop*)
		[ -f tests/e2e/kill/main.c ] || echo "no such test: $name" ;;
	docs/*)
		[ -f "tests/$name.sh" ] || echo "no such test: $name" ;;
	classify/*)
		grep -q "add_test(NAME $name " tests/classify/classify.cmake ||
		    echo "no such test: $name" ;;
	sim/*)
		grep -q "add_test(NAME $name " tests/sim/sim.cmake ||
		    echo "no such test: $name" ;;
	e2e/*)
		file=tests/e2e/$(echo "${name#e2e/}" | tr / _)
		[ -f "$file.c" ] || [ -f "$file.sh" ] || echo "no such test: $name" ;;
	embed/*)
		grep -q "add_test(NAME $name " tests/embed/embed.cmake ||
		    echo "no such test: $name" ;;
	loops/*)
		grep -qs "${name#loops/}" tests/loops/loops.cmake ||
		    echo "no such test: $name" ;;
	fuzz/*)
		[ -f "tests/fuzz/fuzz_${name#*/}.c" ] || echo "no such test: $name" ;;
	agent/*)
		[ -f "tests/$name.sh" ] || echo "no such test: $name" ;;
	node/memory* | node/readme | node/types)
		grep -q "^node_test(${name#node/} " tests/node/node.cmake ||
		    echo "no such test: $name" ;;
	node/*)
		[ -f "tests/$name.test.mjs" ] || echo "no such test: $name" ;;
	interop/refusal)
		[ -f tests/interop/refusal.sh ] || echo "no such test: $name" ;;
	interop/*)
		[ -f "tests/$name.mjs" ] || echo "no such test: $name" ;;
	kit/*)
		grep -q "^kit_test(${name#kit/} " tests/conformance/conformance.cmake ||
		    echo "no such test: $name" ;;
	vectors/control | vectors/c | vectors/pairing)
		grep -q "^add_test(NAME $name " tests/vectors/vectors.cmake ||
		    echo "no such test: $name" ;;
	vectors/second)
		[ -f tests/vectors/second/run.sh ] || echo "no such test: $name" ;;
	python/memory | python/types | python/install) ;;
	python/*)
		[ -f "tests/python/test_${name#*/}.py" ] ||
		    echo "no such test: $name" ;;
	tacit_* | crypto_*) ;;
	*_*)
		grep -rqsE "^$name\(" tests || echo "no such case: $name" ;;
	esac
done >"$found"
cat "$found"
[ ! -s "$found" ]
