#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The table in relay/DESIGN.md lists the deviations that the tests assert, and
# no others.  usage: listed.sh ROOT
set -eu

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# rows FILE: of the list; told FILE: of the page
rows() {
	grep -v '^#' "$1"
}

told() {
	sed -n '/^## Listed deviations/,/^## Code/s/^| \(.*\) |$/\1/p' "$1"
}

same() {
	rows "$1" >"$work/rows"
	told "$2" >"$work/told"
	[ -s "$work/rows" ] && diff "$work/rows" "$work/told"
}

same "$root/tests/conformance/deviations" "$root/relay/DESIGN.md"
# It would notice: a row more here, a row less there.
cp "$root/tests/conformance/deviations" "$work/more"
echo 'handshake: made up | 400 | 101 | -' >>"$work/more"
! same "$work/more" "$root/relay/DESIGN.md" >/dev/null
sed '/^| handshake: two slashes/d' "$root/relay/DESIGN.md" >"$work/less"
! same "$root/tests/conformance/deviations" "$work/less" >/dev/null
echo "$(($(wc -l <"$work/rows") - 1)) deviations listed"
