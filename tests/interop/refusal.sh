#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# refusal.sh TEST: of a ratchet that begins sessions without a one-time prekey
# (TACIT_CONTROL=NO_ONE_TIME_RULE) the test of the refusal must fail, and none
# of its other cases.
case=a_first_message_without_one_time_prekey_is_refused
out=$("$1" 2>&1) && {
	echo "interop/refusal: the control build was not caught"
	exit 1
}
failed=$(printf '%s\n' "$out" | sed -n 's/^\[  FAILED  \] \([a-z_]*\)$/\1/p' |
    sort -u)
[ "$failed" = "$case" ] || {
	printf '%s\n' "$out"
	exit 1
}
echo "interop/refusal: control caught by $case"
