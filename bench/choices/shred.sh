#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What it would cost to wipe a key for each body, instead of cutting the WAL:
# store_shape with and without --shred, in turns, in the shape and the page
# size that the relay has.
# usage: shred.sh STORE_SHAPE DIR ROUNDS ROWS
#
# DIR is where databases are made.  Prints each run's lines; then for both the
# medians of a single letter and of 64 together: milliseconds at p50 and p99,
# microseconds of processor time, KB written.
set -eu

[ $# -eq 4 ] || { echo 'usage: shred.sh STORE_SHAPE DIR ROUNDS ROWS' >&2; exit 64; }
program=$1 dir=$2 rounds=$3 rows=$4
out=$(mktemp)
trap 'rm -f "$out"' EXIT INT TERM

round=1
while [ "$round" -le "$rounds" ]; do
	for shred in '' --shred; do
		# shellcheck disable=SC2086 # an option, or none
		"$program" --shape slot --page 16384 --rows "$rows" $shred "$dir" |
		    sed "s/^/${shred:---truncate} /" | tee -a "$out"
	done
	round=$((round + 1))
done

# median PATTERN FIELD: of the numbers in this field of the lines that match
median() {
	grep -- "$1" "$out" | awk -v f="$2" '{ print $f }' | sort -n |
	    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
for phase in insert turnover single; do
	for how in truncate shred; do
		at="^--$how $phase:"
		echo "$phase $how: p50 $(median "$at" 5) p99 $(median "$at" 7) ms," \
		    "$(median "$at" 11) us, $(median "$at" 15) KB"
	done
done
