#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Promise B3: the first fdatasync that fails, of the log or of the bodies,
# stops the relay with exit 74, though the next would succeed; and a restart
# has all that was answered.
#
# usage: relay_fsync.sh RELAY RAWCLIENT
# exit: 0 as it should be, 1 not so, 2 could not be tried.
set -eu

relay=$1
raw=$2
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT INT TERM

if ! command -v strace >/dev/null; then
	echo "relay_fsync: strace is needed"
	exit 2
fi
say() {
	echo "relay_fsync: $1"
	exit 1
}
wait_ready() {
	n=0
	until grep -q '^READY' "$work/out"; do
		n=$((n + 1))
		if [ "$n" -gt 200 ]; then
			cat "$work/err"
			exit 2
		fi
		sleep 0.1
	done
}

# try FILE WHICH ERROR WINDOW [SETTING]: the WHICH-th fdatasync of FILE fails with
# ERROR, once, while WINDOW letters are under way.
try() {
	rm -rf "${work:?}/data" "$work/out"
	# strace injects by calling number -1, which the filter would refuse.
	printf 'ok_tick_ms = 0\nconfinement = off\n%s\n' "${5:-}" \
	    >"$work/conf"
	ASAN_OPTIONS=detect_leaks=0 strace -f -o "$work/trace" \
	    -P "$work/data/$1" -e trace=fdatasync \
	    -e "inject=fdatasync:error=$3:when=$2" \
	    "$relay" serve --data "$work/data" --config "$work/conf" \
	    --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
	tracer=$!
	wait_ready
	"$relay" admit --data "$work/data" >"$work/line" || exit 2
	"$raw" "$work/line" create "$work/state" >/dev/null || exit 2
	if "$raw" "$work/line" post "$work/state" 100 "$4" >"$work/posted" \
	    2>/dev/null; then
		say "all was answered though fdatasync $2 of $1 failed"
	fi
	code=0
	wait "$tracer" || code=$?
	[ "$code" -eq 74 ] || say "exit $code after $3 of $1, not 74"
	grep -q 'storage-failed' "$work/err" || say "it did not say why"

	: >"$work/out"
	"$relay" serve --data "$work/data" --config "$work/conf" \
	    --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
	pid=$!
	wait_ready
	"$relay" admit --data "$work/data" >"$work/line" || exit 2
	"$raw" "$work/line" drain "$work/state" | sed 's/^GOT //' \
	    >"$work/got" || exit 2
	sed 's/^OK [0-9]* //' "$work/posted" >"$work/answered"
	n=$(wc -l <"$work/answered")
	head -n "$n" "$work/got" | cmp -s - "$work/answered" ||
	    say "of $n answered letters not all are there, in order"
	kill -TERM "$pid"
	wait "$pid" || say "exit $? after the restart"
	pid=
	echo "relay_fsync: ok; $3 at fdatasync $2 of $1, window $4: exit 74, $n answered letters kept"
}

try relay.db-wal 12 EIO 1
try relay.db-wal 5 EIO 64
try relay.bodies 9 EIO 1
try relay.bodies 3 EIO 64
try relay.db-wal 5 EIO 64 'reserve_mib = 16'
