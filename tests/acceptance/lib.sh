# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the acceptance scripts share; read by them at the top of a clone.
root=$PWD
log=$root/.acceptance
rm -rf "$log"
mkdir -p "$log"
short=0
export TACIT_BUILD=$root/build

# check LINE FIGURE-PATTERN WHAT COMMAND...: run, keep the output, say how it
# went, with the lines of output that match the pattern as figures.
check() {
	local line=$1 figures=$2 what=$3 began=$SECONDS
	shift 3
	if "$@" >"$log/out" 2>&1; then
		printf 'ok           %s  %s  (%d s)\n' "$line" "$what" \
		    $((SECONDS - began))
	else
		printf 'FALLS SHORT  %s  %s  (%d s)\n' "$line" "$what" \
		    $((SECONDS - began))
		tail -n 15 "$log/out" | sed 's/^/                 | /'
		short=$((short + 1))
	fi
	grep -E "$figures" "$log/out" | tail -n 12 | cut -c1-150 |
	    sed 's/^/                 /'
	{ echo "== $line $what"; cat "$log/out"; } >>"$log/all"
}

# tests BUILD REGEX: these tests of a build, by name, at least one
tests() {
	ctest --test-dir "$1" --output-on-failure --no-tests=error \
	    --verbose -R "$2"
}
