# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests on real processes: a relay, vaults, and claims about commands.
# Source it first.  TACIT_BUILD is the build tree; everything made lies in
# ${work} and goes away at the end, with every process that was started.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${TACIT_BUILD:-$root/build}
tacit=$build/bin/tacit
relay=$build/bin/tacit-relay
work=$(mktemp -d)
pids=()
claims=0

unset TACIT_PROXY XDG_DATA_HOME TACIT_PASSPHRASE_FILE
export TACIT_ARGON_MIB=64

clean_up() {
	local status=${1:-$?}
	for pid in "${pids[@]}"; do
		# One that ended may have given its number to a stranger.
		grep -qs "^PPid:[[:space:]]$$\$" "/proc/$pid/status" || continue
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [ "$status" -ne 0 ]; then
		echo "left by the test:" >&2
		tail -n 5 "$work"/*.err "$work"/*.log 2>/dev/null >&2 || true
	fi
	rm -rf "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
	echo "FAILED: $*" >&2
	exit 1
}

# is WHAT GOT WANTED
is() {
	claims=$((claims + 1))
	[ "$2" = "$3" ] || die "$1: got \"$2\", wanted \"$3\""
}

# has WHAT TEXT PART
has() {
	claims=$((claims + 1))
	case $2 in *"$3"*) ;; *) die "$1: no \"$3\" in \"$2\"" ;; esac
}

# lacks WHAT TEXT PART
lacks() {
	claims=$((claims + 1))
	case $2 in *"$3"*) die "$1: \"$3\" in \"$2\"" ;; esac
}

# start_relay [NAME [OPTION...]]: a relay on a port of its own
start_relay() {
	local name=${1:-relay} n
	: >"$work/$name.out"
	"$relay" serve --data "$work/$name" --listen "${relay_at:-127.0.0.1:0}" \
	    "${@:2}" >"$work/$name.out" 2>"$work/$name.log" &
	relay_pid=$!
	pids+=("$relay_pid")
	for n in $(seq 200); do
		grep -qs '^READY ' "$work/$name.out" && break
		kill -0 "$relay_pid" 2>/dev/null || break
		sleep 0.05
	done
	grep -q '^READY ' "$work/$name.out" ||
	    die "relay does not start: $(cat "$work/$name.log")"
	relay_at=$(sed -n 's,^READY url=wss\{0\,1\}://\([^ ]*\).*,\1,p' "$work/$name.out")
}

stop_relay() {
	kill "${1:--TERM}" "$relay_pid"
	wait "$relay_pid" 2>/dev/null || true
}

# as WHO COMMAND...: the command, with JSON, on that person's vault
as() {
	local who=$1
	shift
	TACIT_PASSPHRASE_FILE="$work/$who.pass" \
	    "$tacit" --vault "$work/$who.vault" --json "$@"
}

# fails STATUS ERROR COMMAND...: exits so, and says so in JSON on stderr
fails() {
	local status=0
	claims=$((claims + 1))
	"${@:3}" >"$work/fails.out" 2>"$work/fails.err" || status=$?
	[ "$status" = "$1" ] ||
	    die "${*:3}: exit $status, not $1: $(cat "$work/fails.err")"
	grep -q "^{\"error\":\"$2\",\"message\":\".*\"}\$" "$work/fails.err" ||
	    die "${*:3}: not the error $2: $(cat "$work/fails.err")"
	is "lines on stderr" "$(wc -l <"$work/fails.err")" 1
}

# make WHO NAME: a vault
make() {
	(umask 077 && echo "the passphrase of $1" >"$work/$1.pass")
	printf '%s\n' "$2" | as "$1" init >/dev/null
}

# add_relay WHO [NAME]
add_relay() {
	"$relay" admit --data "$work/${2:-relay}" --relationships 20 | as "$1" relay add >/dev/null
}

# field NAME: of the first JSON line on standard input
field() {
	python3 -c 'import json, sys
v = json.loads(sys.stdin.readline())[sys.argv[1]]
print(json.dumps(v) if isinstance(v, bool) else v)' "$1"
}

# texts: of the message events on standard input
texts() {
	python3 -c 'import json, sys
for line in sys.stdin:
	o = json.loads(line)
	if o.get("event") == "message":
		print(o["text"])'
}

# pair INVITER INVITEE [OPTION...]: each labels the other by vault name
pair() {
	local link who
	link=$(echo "$2" | as "$1" invite "${@:3}" | field link)
	printf '%s\n%s\n' "$link" "$1" | as "$2" accept >/dev/null
	for who in "$1" "$2" "$1" "$2"; do as "$who" sync >/dev/null; done
}

# greet WHO CONTACT: a text with its check words, as the first of a day needs
greet() {
	local said
	said=$(as "$1" words "$2" | field words)
	printf '%s\nhello\n' "$said" |
	    as "$1" send "$2" --confirm --wait-ms 10000 >/dev/null
}

finish() {
	[ "$claims" -gt 0 ] || die "nothing was claimed"
	echo "$claims claims hold"
}
