# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What tests that turn the clock share; read by them after lib.sh.

# A sanitizer lets nothing be loaded before it: then this fails.
# shellcheck disable=SC2154 # of lib.sh
if nm -D "$tacit" | grep -q __asan; then
	die 'no clock can be preloaded under a sanitizer'
fi

# later SECONDS COMMAND...: as if it were so much later
later() {
	# shellcheck disable=SC2154 # of lib.sh
	LD_PRELOAD=$build/tests/testclock.so TACIT_TEST_AHEAD_S=$1 "${@:2}"
}

# As `as', for a person and for a program, ${ahead} seconds later.
ahead=0
plain() {
	# shellcheck disable=SC2154 # of lib.sh
	TACIT_PASSPHRASE_FILE=$work/$1.pass later "$ahead" "$tacit" \
	    --vault "$work/$1.vault" "${@:2}"
}
json() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass later "$ahead" "$tacit" \
	    --vault "$work/$1.vault" --json "${@:2}"
}
