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

# run_lines LINES...: build, then line_N for each N, and the verdict
run_lines() {
	local n
	script/build >"$log/build" 2>&1 || {
		tail -n 20 "$log/build"
		echo 'FALLS SHORT  the build'
		exit 1
	}
	# shellcheck disable=SC2048 # one word may be several lines
	for n in $*; do "line_$n"; done
	echo
	if [ "$short" -eq 0 ]; then
		echo 'Everything is ok.'
	else
		echo "$short falls short."
	fi
	[ "$short" -eq 0 ]
}
