#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the libraries export is what the headers declare, and what the programs
# here call: nothing is forgotten.  usage: exported.sh PROGRAM LIBRARY...
set -eu

program=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$program" --names | sort -u >"$work/called"
for library; do
	nm -D --defined-only "$library"
done | awk '{ sub(/@.*/, "", $3); print $3 }' | grep '^tacit_' |
    sort -u >"$work/exported"
diff -u "$work/exported" "$work/called"
echo "$(wc -l <"$work/exported") functions"
