#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The library's rows.  usage: bench/lib/run.sh [-q] [-j JSON] [DIR]
#
# Builds, gets the official library, and prints a line per row; one JSON line
# each to JSON.  Vaults lie in a new folder in DIR, which should be on a disk
# (the build tree).  -q: small histories and fewer vaults.  Exit 1 if a goal
# was missed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${TACIT_BUILD:-$root/build}
sizes='' json=/dev/null
while getopts qj: option; do
	case $option in
	q) sizes='-m 20000 -v 50' ;;
	j) json=$OPTARG ;;
	*) exit 64 ;;
	esac
done
shift $((OPTIND - 1))
if [ $# -gt 1 ]; then
	echo 'usage: bench/lib/run.sh [-q] [-j JSON] [DIR]' >&2
	exit 64
fi
mkdir -p "${1:-$build}"
dir=$(mktemp -d "${1:-$build}/library.XXXXXX")
trap 'rm -rf "$dir"' EXIT INT TERM

cmake -S "$root" -B "$build" -DTACIT_BENCH=ON >/dev/null
cmake --build "$build" -t library -t forged >/dev/null
interop=$build/tests/interop
sh "$root/tests/interop/install.sh" "$interop" >/dev/null
cp "$here/official_rows.mjs" "$interop"

# shellcheck disable=SC2086 # two options, or none
"$build/bench/library" $sizes -j "$json" "$dir" "$interop" || missed=$?
"$build/bench/forged" >"$dir/forged" || missed=$?
cat "$dir/forged"
# Its lines, "KIND N MEDIAN P99 WRITES", as rows.
awk 'NR > 1 && NF == 5 && $1 != "worst" {
	goal = $1 ~ /^libsignal/ ? "" : \
	    ",\"goal\":\"<= 50\",\"met\":" ($3 < 50 ? "true" : "false")
	printf "{\"name\":\"forged: %s\",\"median\":%s,\"p99\":%s," \
	    "\"unit\":\"us\"%s}\n", $1, $3, $4, goal
}' "$dir/forged" >>"$json"
exit "${missed:-0}"
