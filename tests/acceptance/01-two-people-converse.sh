#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two people converse through a relay that learns nothing: what that means,
# line by line, each run for real and shown with its figure.
#
# usage: tests/acceptance/01-two-people-converse.sh [LINE...]   (default: all)
#
# Run from a clean clone, as root (line 1 makes a Debian root).  Prints "ok" or
# "FALLS SHORT" per line; exit 1 if any falls short.  Full output: .acceptance/
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

line_1() {
	check 1 'clean room|passed, |letter' \
	    'from nothing to a conversation, and every test, in an empty Debian' \
	    script/clean-room
}

line_2() {
	check 2 'seed|kills|lost' \
	    '5 seeds x 200 letters each way, kill -9 of everything, ledger outside' \
	    bash tests/e2e/proof_kill.sh build 5 200
	check 2 'caught|control|ok' \
	    'a ledger with a fault in it, and a relay that answers early, are caught' \
	    tests build '^e2e/(proof/ledger|relay/order)$'
}

line_3() {
	check 3 'fdatasync|loop thread|control|OK' \
	    'no database call in the loop, no OK before its fdatasync, few fdatasyncs' \
	    tests build '^e2e/relay/order$'
}

line_4() {
	check 4 'claims hold|OK .*(readers|spliced|honest_link|cannot_splice)' \
	    '32 readers race; a stranger reads first; a relay splices two pairings' \
	    tests build '^(e2e/adversary/|stage/test_splice|e2e/relay/admission)'
}

line_5() {
	check 5 'OK .*(forged|changed_first)' \
	    'a forged first message leaves the identity table as it was' \
	    tests build '^unit/client/test_ratchet_refuse$'
	check 5 'Failure|FAILED' \
	    'control NO_STAGING: the same test fails' \
	    no_staging
	check 5 'pairings|SEED|lies|disturbance' \
	    'every order of Hello, HelloAck, Confirm, letters, crashes ends paired or named' \
	    tests build '^stage/'
}

no_staging() {
	control NO_STAGING client_test_ratchet_refuse || return 1
	fails build-control-NO_STAGING/tests/client_test_ratchet_refuse
}

line_6() {
	check 6 'found|sentinel|seconds|searched' \
	    'nothing found in relay, logs, command lines, vaults; deleted bytes are gone' \
	    bash tests/e2e/proof_sentinels.sh build
	check 6 'OK .*(order|columns|width|leaves|gone)' \
	    'no time in mailbox rows, no global order, acked bytes leave every file' \
	    tests build '^(store/|unit/relay/test_store)'
}

line_7() {
	check 7 'refusals|cases|flips' \
	    'wrong relay, TLS 1.2, ws://, passphrase, vault: the documented error' \
	    bash tests/e2e/proof_errors.sh build
	check 7 'flips|OK' \
	    '2,000 flips of a vault: a clear error or identical content' \
	    env TACIT_FLIPS=2000 build/tests/client_test_vault_damage
}

line_8() {
	check 8 'claims hold' \
	    'hello.c against an install prefix by pkg-config alone: two copies talk' \
	    tests build '^e2e/hello$'
}

line_9() {
	check 9 'passed' 'house rules, header tests, clang-tidy, cppcheck' script/lint
	check 9 'no work|bin/tacit' 'gcc, every warning an error' \
	    rebuilt gcc
	check 9 'no work|bin/tacit' 'clang, every warning an error' \
	    rebuilt clang
}

rebuilt() {
	cmake -S . -B "build-$1" -G Ninja -DCMAKE_C_COMPILER="$1" \
	    -DTACIT_WERROR=ON >/dev/null && cmake --build "build-$1"
}

run_lines "${@:-1 2 3 4 5 6 7 8 9}"
