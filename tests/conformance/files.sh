#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a relay finds in its directory and its configuration, and what it is
# told on its command line: each fault is refused with its exit status, one
# line that says why, and nothing changed.  What tests/unit/relay/test_store_file,
# test_config, test_options and e2e/contract/relay try already is not repeated.
. "$(dirname "$0")/../e2e/lib.sh"

cases=0 failed=0
d=$work/d c=$work/conf

# Contents, kinds and modes of all below ${d}; SQLite may leave an empty log.
looks() {
	(cd "$1" 2>/dev/null && find . ! \( -name relay.db-wal -size 0 \) \
	    ! -path . -printf '%p %y %m %l\n' -type f ! -name lock -exec sha256sum {} + 2>/dev/null | LC_ALL=C sort)
}

# refused NAME STATUS PART WORD...: exit STATUS, PART in one line on stderr
# at least, nothing on stdout, and the directory as before.
refused() {
	local name=$1 want=$2 part=$3 before status=0
	shift 3
	cases=$((cases + 1))
	before=$(looks "$d")
	timeout 20 "$relay" "$@" >"$work/o" 2>"$work/e" </dev/null || status=$?
	if [ "$status" != "$want" ] || [ -s "$work/o" ] ||
	    ! grep -q -- "$part" "$work/e"; then
		echo "FAILED  files: $name: exit $status, not $want: $(head -c 300 "$work/e")"
		failed=$((failed + 1))
	elif [ "$(looks "$d")" != "$before" ]; then
		echo "FAILED  files: $name: something changed"
		failed=$((failed + 1))
	fi
}

serve=(serve --data "$d" --listen 127.0.0.1:0)
fresh() {
	chmod -R u+rwX "$d" 2>/dev/null || true
	rm -rf "$d"
	mkdir -m 700 "$d"
	cp -a "$work/good/." "$d/"
}
sql() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for s in sys.argv[2:]: db.execute(s)
db.close()' "$d/relay.db" "$@"
}

# ---- what a good relay leaves ------------------------------------------------
# Before it has a letter; and with one.
mkdir -m 700 "$d"
"$relay" admit --data "$d" >/dev/null
cp -a "$d" "$work/young"
start_relay d
"$relay" admit --data "$d" >"$work/line"
"$build/tests/rawclient" "$work/line" create "$work/box" >/dev/null
"$build/tests/rawclient" "$work/line" post "$work/box" 1 1 >/dev/null
stop_relay
cp -a "$d" "$work/good"

# ---- the database ---------------------------------------------------------------
fresh; rm "$d/relay.db"; mkdir "$d/relay.db"
refused 'a directory' 65 relay.db "${serve[@]}"
fresh; rm "$d/relay.db"; mkfifo "$d/relay.db"; chmod 600 "$d/relay.db"
refused 'a pipe' 65 relay.db "${serve[@]}"
fresh; rm "$d/relay.db"; ln -s /dev/zero "$d/relay.db"
refused 'a link to a device' 65 relay.db "${serve[@]}"
fresh; rm "$d/relay.db"; ln -s nowhere "$d/relay.db"
refused 'a link to nothing' 65 relay.db "${serve[@]}"
fresh; rm "$d/relay.db"; (umask 077; head -c 1000000 /dev/zero >"$d/relay.db")
refused 'zeros' 65 relay.db "${serve[@]}"
fresh; rm "$d/relay.db"; (umask 077; head -c 40960 /dev/urandom >"$d/relay.db")
refused 'noise' 65 relay.db "${serve[@]}"
fresh; sql 'PRAGMA user_version = 1000000'
refused 'a version of the far future' 65 relay.db "${serve[@]}"
fresh; sql 'PRAGMA user_version = -1'
refused 'a version below zero' 65 relay.db "${serve[@]}"
fresh; sql 'PRAGMA application_id = 0'
refused 'no application id' 65 relay.db "${serve[@]}"
fresh; sql 'DROP TABLE mailbox'
refused 'a table missing' 65 relay.db "${serve[@]}"
fresh; sql 'ALTER TABLE mailbox ADD COLUMN last_seen INTEGER'
refused 'a column more' 65 relay.db "${serve[@]}"
fresh; sql 'CREATE TRIGGER t AFTER INSERT ON mailbox BEGIN SELECT 1; END'
refused 'a trigger' 65 relay.db "${serve[@]}"
fresh; sql 'CREATE VIEW v AS SELECT 1'
refused 'a view' 65 relay.db "${serve[@]}"
for mode in 604 644 660 666; do
	fresh; chmod "$mode" "$d/relay.db"
	refused "mode $mode" 65 relay.db "${serve[@]}"
done
fresh; mv "$d/relay.db" "$work/moved"
(umask 077; head -c 4096 /dev/urandom >"$d/relay.db-wal")
refused 'a log without its database' 65 relay.db "${serve[@]}"
rm -f "$work/moved"
fresh; sql 'UPDATE block SET id = 2'
refused 'no first block' 65 relay.db "${serve[@]}"
fresh; sql 'UPDATE block SET kind = 3'
refused 'a block of no kind' 65 relay.db "${serve[@]}"
fresh; sql 'UPDATE block SET kind = 2'
refused 'a block of another kind' 65 relay.db "${serve[@]}"
fresh; sql 'UPDATE block SET envelopes = substr(envelopes, 69)'
refused 'a block cut short' 65 relay.db "${serve[@]}"
fresh; sql 'UPDATE block SET envelopes = randomblob(length(envelopes))'
refused 'a block of noise' 65 relay.db "${serve[@]}"
fresh; sql 'UPDATE block SET envelopes = 7'
refused 'a number for a block' 65 relay.db "${serve[@]}"
fresh
python3 -c 'import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA locking_mode = EXCLUSIVE")
db.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(60)' "$d/relay.db" >"$work/locked" 2>/dev/null &
locker=$!
pids+=("$locker")
for _ in $(seq 100); do
	grep -q locked "$work/locked" && break
	sleep 0.05
done
refused 'locked by another program' 69 relay.db "${serve[@]}"
kill "$locker"
wait "$locker" 2>/dev/null || true

# ---- the bodies ------------------------------------------------------------------
b=$d/relay.bodies
fresh; rm "$d"/relay.db*
refused 'bodies without their database' 65 relay.bodies "${serve[@]}"
fresh; rm "$b"
refused 'bodies missing' 65 relay.bodies "${serve[@]}"
fresh; truncate -s 0 "$b"
refused 'no bodies' 65 relay.bodies "${serve[@]}"
fresh; truncate -s $((512 * 1024 - 1)) "$b"
refused 'bodies cut short' 65 relay.bodies "${serve[@]}"
for mode in 604 644 660 666; do
	fresh; chmod "$mode" "$b"
	refused "bodies of mode $mode" 65 relay.bodies "${serve[@]}"
done
fresh; rm "$b"; mkdir "$b"
refused 'bodies a directory' 65 relay.bodies "${serve[@]}"
fresh; rm "$b"; mkfifo "$b"; chmod 600 "$b"
refused 'bodies a pipe' 65 relay.bodies "${serve[@]}"
fresh; mv "$b" "$d/elsewhere"; ln -s elsewhere "$b"
refused 'bodies a link' 65 relay.bodies "${serve[@]}"
fresh; rm "$b"; ln -s nowhere "$b"
refused 'bodies a link to nothing' 65 relay.bodies "${serve[@]}"
# Before the first block they may be missing, as after a crash when they were
# to be made.
cases=$((cases + 1))
rm -rf "$d"
cp -a "$work/young" "$d"
rm "$b"
"$relay" admit --data "$d" >/dev/null && [ -f "$b" ] || {
	echo 'FAILED  files: bodies that were never made are not made'
	failed=$((failed + 1))
}

# ---- keys ---------------------------------------------------------------------------
for f in relay.key tls.key; do
	fresh
	[ -e "$d/$f" ] || continue
	chmod 644 "$d/$f"
	refused "$f for all to read" 65 "$f" "${serve[@]}"
	fresh; : >"$d/$f"
	refused "$f empty" 65 "$f" "${serve[@]}"
	fresh; rm "$d/$f"; mkdir "$d/$f"
	refused "$f a directory" 65 "$f" "${serve[@]}"
	fresh; (umask 077; head -c 100000 /dev/urandom >"$d/$f")
	refused "$f noise" 65 "$f" "${serve[@]}"
done

# ---- configuration --------------------------------------------------------------------
fresh
config() {	# config NAME LINE: the file is on standard input
	cat >"$c"
	refused "$1" 78 "$c${2:+:$2:}" "${serve[@]}" --config "$c"
}
config 'a key twice' 2 < <(printf 'ttl_days = 3\nttl_days = 3\n')
config 'a unit' 1 < <(printf 'ttl_days = 3 days\n')
config 'an unknown key' 2 < <(printf 'ttl_days = 10\nx = 1\n')
config 'something behind a value' 1 < <(printf 'ttl_days = "3"x\n')
config 'a value on the line below' 1 < <(printf 'ttl_days\n= 3\n')
config 'an open comment' 2 < <(printf 'ttl_days = 3\n/*\nhold_ms = 1\n')
config 'a number of 20 digits' 1 < <(printf 'ttl_days = 99999999999999999999\n')
config 'half a day' 1 < <(printf 'ttl_days = 3.5\n')
config 'a word for a number' 1 < <(printf 'ttl_days = true\n')
config 'no value' 1 < <(printf 'ttl_days =\n')
config 'no key' 1 < <(printf '= 3\n')
config 'a section' 1 < <(printf 'relay {\n}\n')
config 'an include' 1 < <(printf 'include("/etc/passwd")\n')
config 'a list' 1 < <(printf 'ttl_days = {1, 2}\n')
config 'adding to a number' 1 < <(printf 'ttl_days += 3\n')
config 'a text that does not end' 1 < <(printf 'listen = "127.0.0.1:0\n')
config 'a byte order mark' 1 < <(printf '\xef\xbb\xbfttl_days = 3\n')
config 'a NUL' 1 < <(printf 'ttl_days = 3\0\n')
config 'two million letters' '' < <(head -c 2000000 /dev/zero | tr '\0' 'x')
config 'noise' '' < <(head -c 4000 /dev/urandom)
config 'turning fsync off' 1 < <(printf 'fsync = off\n')
config 'turning synchronous off' 1 < <(printf 'synchronous = 0\n')
config 'plaintext by file' 1 < <(printf 'plaintext = 1\n')
printf 'hour_seconds = 1\n' >"$c"
refused 'a short hour for all the world' 78 hour_seconds serve --data "$d" \
    --listen 0.0.0.0:0 --config "$c"
refused 'plaintext for all the world' 78 plaintext serve --data "$d" \
    --listen 0.0.0.0:0 --plaintext
rm "$c"; mkdir "$c"
refused 'a directory for a file' 78 "$c" "${serve[@]}" --config "$c"
rmdir "$c"; ln -s "$c" "$c"
refused 'a link to itself' 78 "$c" "${serve[@]}" --config "$c"
rm "$c"

# ---- command line -----------------------------------------------------------------------
usage() {
	local name=$1 part=$2
	shift 2
	refused "$name" 64 "$part" "$@"
}
usage 'an option by half' --dat serve --dat "$d"
usage 'one hyphen' -data serve -data "$d"
usage 'an option of another command' --units "${serve[@]}" --units 3
usage 'two commands' admit serve admit --data "$d"
usage 'a value with a blank' --relationships admit --data "$d" --relationships ' 3'
usage 'a value with a sign' --relationships admit --data "$d" --relationships +3
usage 'a number in hex' --relationships admit --data "$d" --relationships 0x3
usage 'a number over 2^64' --relationships admit --data "$d" \
    --relationships 18446744073709551617
usage 'an empty number' --relationships admit --data "$d" --relationships ''
usage 'a port over 65535' --listen serve --data "$d" --listen 127.0.0.1:70000
usage 'a negative port' --listen serve --data "$d" --listen 127.0.0.1:-1
usage 'an address of a name' --listen serve --data "$d" --listen relay.example:1
usage 'half of IPv6' --listen serve --data "$d" --listen '[::1:0'
usage 'a line end in an option' unknown "$(printf 'serve\nadmit')" --data "$d"
usage 'an option of a megabyte' x serve --data "$d" \
    "--$(head -c 100000 /dev/zero | tr '\0' x)"

# The good one still is one.
cases=$((cases + 1))
fresh
"$relay" status --data "$d" --json >/dev/null || {
	echo 'FAILED  files: what was not touched is refused'
	failed=$((failed + 1))
}
echo "files: $cases cases, 0 deviations, $failed failed"
[ "$failed" -eq 0 ]
