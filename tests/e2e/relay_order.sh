#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The order of system calls of a real relay, seen by strace:
#   - the loop thread never touches database or bodies once the relay is ready;
#   - no OK is written before the fdatasync of the log that has what it answers;
#   - nothing is written to the log, nor is it synced, while bodies are written
#     and not synced;
#   - 64 letters in flight cost fewer than 16 fdatasyncs of the log, and of the
#     bodies.
#
# usage: relay_order.sh RELAY RAWCLIENT [ACK_EARLY [BODY_UNSYNCED]]
# These are relays built to answer early, and not to sync bodies
# (TACIT_CONTROL_...): of the one the second must be found false, of the other
# the third, or this check proves nothing.
#
# exit: 0 as it should be, 1 not so, 2 could not be tried.
set -eu

relay=$1
raw=$2
early=${3:-}
unsynced=${4:-}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT INT TERM

if ! command -v strace >/dev/null; then
	echo "relay_order: strace is needed"
	exit 2
fi

# trace BINARY [SETTING]: one life of a relay -> trace, items (what was answered
# OK, in order: a mailbox, 8 letters one by one, 64 letters in flight).
trace() {
	rm -rf "${work:?}/data" "$work/trace" "$work/out" "$work/items"
	printf 'ok_tick_ms = 0\n%s\n' "${2:-}" >"$work/conf"
	# A disk that takes 50 ms, or the number of fdatasyncs says how busy
	# the machine is; the leak checker cannot work where strace does.
	# 16384: a whole page.
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -x -s 16384 -o "$work/trace" \
	    -e inject=fdatasync:delay_exit=50000 -e \
	    'trace=write,writev,sendto,sendmsg,pread64,pwrite64,fdatasync,fsync,openat,ftruncate,unlink' \
	    "$1" serve --data "$work/data" --config "$work/conf" \
	    --listen 127.0.0.1:0 --plaintext >"$work/out" 2>"$work/err" &
	tracer=$!
	n=0
	until grep -q '^READY' "$work/out"; do
		n=$((n + 1))
		if [ "$n" -gt 200 ]; then
			cat "$work/err"
			exit 2
		fi
		sleep 0.1
	done
	pid=$(awk '{ print $1; exit }' "$work/trace")
	"$relay" admit --data "$work/data" >"$work/line" || exit 2
	"$raw" "$work/line" create "$work/state" >"$work/items" || exit 2
	"$raw" "$work/line" post "$work/state" 8 1 >>"$work/items" || exit 2
	"$raw" "$work/line" post "$work/state" 64 64 >>"$work/items" || exit 2
	"$raw" "$work/line" drain "$work/state" >>"$work/items" || exit 2
	kill -TERM "$pid"
	wait "$tracer" || exit 2
	pid=
}

# check: findings on stdout; exit 1 if there are any.
check() {
	awk '
	# The trace names a system call when it begins, and again when it ends
	# if another thread was seen in between.
	function name_of(s) { sub(/^[0-9]+ +/, "", s); sub(/[(].*/, "", s); return s }
	function hex_of(s) { gsub(/\\x/, "", s); return s }
	function say(s) { print "relay_order: " s; bad = 1 }

	# Of one byte in hex.
	function byte(s, at) {
		return (index(digits, substr(s, at, 1)) - 1) * 16 + index(digits, substr(s, at + 1, 1)) - 1
	}

	# Request ids in the OK frames of one WebSocket write: u16 length of a
	# header, in it field 31 (fa 01, length), in that field 1, the packed
	# ids (0a, length), and perhaps field 2 (10 01).  Bodies are random and
	# may hold the marks; that the lengths fit too makes it a frame.
	function oks(h,    n, all, len, i) {
		n = 0
		while (match(h, /00..fa01..0a../)) {
			all = byte(h, RSTART + 8)
			len = byte(h, RSTART + 12)
			if (byte(h, RSTART + 2) != all + 3 ||
			    (all != len + 2 && all != len + 4)) {
				h = substr(h, RSTART + 1)
				continue
			}
			h = substr(h, RSTART + 14)
			for (i = 0; i < len; i++) {
				if (byte(h, 1 + 2 * i) < 128)
					n++
			}
			h = substr(h, 1 + 2 * len)
		}
		return n
	}

	BEGIN { digits = "0123456789abcdef" }

	FILENAME == items {
		if ($1 == "CREATED" || $1 == "OK")
			item[++n_items] = $NF
		if ($1 == "GOT")
			n_acks++
		next
	}

	!loop { loop = $1 }
	/READY url=/ { ready = 1 }
	/--- SIGTERM/ { stopping = 1 }
	!ready || stopping { next }

	{ call = name_of($0) }

	{ file = /relay\.db-wal/ ? "log" : /relay\.bodies/ ? "bodies" : "" }

	call ~ /^(pread64|pwrite64|fdatasync|fsync|ftruncate|openat|unlink)$/ &&
	    /relay\.(db|bodies)/ {
		if ($1 == loop)
			say("the loop thread touched what is stored: " substr($0, 1, 80))
		else
			others++
	}

	file == "log" && (call == "pwrite64" || call == "fdatasync") &&
	    bodies > bodies_durable && !before_bodies++ {
		say(call " of the log before the fdatasync of the bodies")
	}

	# A page may part a name: one half of it is whole then.
	file == "log" && call == "pwrite64" {
		h = hex_of($0)
		for (i = durable + 1; i <= n_items; i++) {
			half = length(item[i]) / 2
			if (!(i in written) && (index(h, substr(item[i], 1, half)) ||
			    index(h, substr(item[i], half + 1))))
				written[i] = 1
		}
	}
	file == "bodies" && call == "pwrite64" { bodies++ }

	# What was written before a sync began is durable when it ends.
	file != "" && call == "fdatasync" {
		for (i = durable + 1; i <= n_items && (i in written); i++)
			;
		covers = file == "log" ? i - 1 : bodies
		syncing = $1
		synced = file
	}
	syncing && (call == "fdatasync" || /fdatasync resumed/) && / = 0( [(]DELAYED[)])?$/ && $1 == syncing {
		if (synced == "bodies")
			bodies_durable = covers
		else if (covers > durable)
			durable = covers
		syncing = 0
		syncs[synced]++
		if (answered >= 9 && answered < n_items)
			batch_syncs[synced]++
	}

	call ~ /^(write|writev|sendto|sendmsg)$/ && /socket:|TCP:/ {
		n = oks(hex_of($0))
		if (n == 0)
			next
		answered += n
		if (answered <= n_items && answered > durable)
			say("OK number " answered " before its fdatasync; durable: " durable + 0)
		if (answered > n_items && syncs["log"] == syncs_before)
			say("OK of an ack without an fdatasync")
		syncs_before = syncs["log"]
	}

	END {
		if (n_items != 73 || n_acks != 72 || answered != n_items + n_acks || !others) {
			print "relay_order: saw " answered " OKs of " n_items + n_acks
			exit 2
		}
		if (!bodies)
			say("no body was written")
		split("log bodies", name, " ")
		for (i = 1; i <= 2; i++) {
			n = batch_syncs[name[i]] + 0
			if (n < 1 || n >= 16)
				say("64 letters in flight: " n " fdatasyncs of the " name[i])
			told = told (i > 1 ? "; " : " ") "of the " name[i] ": " n ", all in all " syncs[name[i]]
		}
		if (!bad)
			print "relay_order: ok; 64 letters in flight: fdatasyncs" told
		exit bad
	}
	' items="$work/items" "$work/items" "$work/trace"
}

# caught BINARY FINDING: of this relay it is found
caught() {
	trace "$1"
	if check >"$work/found"; then
		echo "relay_order: a control build was not caught: $1"
		exit 1
	fi
	if ! grep "$2" "$work/found" >"$work/caught"; then
		cat "$work/found"
		exit 1
	fi
	echo "relay_order: control caught: $(head -n 1 "$work/caught")"
}

trace "$relay"
check
trace "$relay" 'reserve_mib = 4'
check
if [ -n "$early" ]; then caught "$early" 'before its fdatasync'; fi
if [ -n "$unsynced" ]; then
	caught "$unsynced" 'of the log before the fdatasync of the bodies'
fi
