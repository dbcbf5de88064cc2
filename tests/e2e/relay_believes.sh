#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The control of relay_authority.c: against a relay that verifies no
# signature the attempts must be found to succeed.
# usage: relay_believes.sh RELAY TEST
set -eu

out=$(TACIT_RELAY=$1 TACIT_ATTEMPTS=60 "$2" 2>&1) && {
	echo 'FAILED: a relay that believes everybody was not caught'
	exit 1
}
echo "$out" | grep 'was not refused' || {
	echo 'FAILED: for another reason:'
	echo "$out"
	exit 1
}
echo 'figure: control NO_AUTHORITY: caught'
