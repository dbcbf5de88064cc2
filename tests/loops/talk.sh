#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each examples/loop_*.c talks with the command and with another of them, both
# ways; it does nothing while there is nothing to do, and ends as it should.
. "$(dirname "$0")/../e2e/lib.sh"

# begin NAME LOOP WHO: a loop on that person's vault; lines go to ${work}/NAME.in
begin() {
	mkfifo "$work/$1.in"
	TALK_PASSPHRASE="the passphrase of $3" LOOPS_COUNTS="$work/$1.counts" \
	    "$build/tests/loop_$2" "$work/$3.vault" \
	    <"$work/$1.in" >"$work/$1.said" 2>"$work/$1.err" &
	loop_pid=$!
	pids+=("$loop_pid")
}

# until WHAT COMMAND...: wait until the command succeeds
until_so() {
	local n
	for n in $(seq 600); do
		"${@:2}" && return
		kill -0 "$loop_pid" 2>/dev/null || die "$1: the loop is gone"
		sleep 0.1
	done
	die "$1: not after a minute ($n)"
}

said() { grep -qsxF "$2" "$work/$1.said"; }
steps() { awk '{ print $1 }' "$work/$1.counts"; }

# ended NAME PID: by itself, in order, and silently; nothing was done in vain
ended() {
	local status=0
	wait "$2" || status=$?
	is "$1: ends" "$status $(cat "$work/$1.err")" '0 '
	is "$1: steps without a reason" "$(awk '{ print ($2 > 9) }' "$work/$1.counts")" 0
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# ---- each with the command -------------------------------------------------------
for loop in poll uv glib thread; do
	begin "$loop" "$loop" anna
	exec 7>"$work/$loop.in"
	echo "to Ben, by $loop" >&7
	is "$loop: sends" "$(as ben sync --wait-ms 60000 --until 1 | texts)" "to Ben, by $loop"
	as ben send anna --wait-ms 20000 >"$work/out" <<<"to Anna, by $loop"
	is "$loop: accepted" "$(field state <"$work/out")" accepted
	until_so "$loop: receives" said "$loop" "to Anna, by $loop"

	# Nothing happens: nothing is done but what keeps the connection.  More
	# time makes the count no greater than its bound.
	from=$(steps "$loop") began=$(date +%s)
	as ben sync --wait-ms 2000 --until 1 >"$work/out"
	is "$loop: idle" "$(($(steps "$loop") - from > 50 * (1 + $(date +%s) - began)))" 0

	# A line wakes it; a piece of one does not go out.
	printf 'wake up\nnot a' >&7
	is "$loop: wakes" "$(as ben sync --wait-ms 30000 --until 1 | texts)" 'wake up'
	printf ' line\n' >&7
	exec 7>&-
	ended "$loop" "$loop_pid"
	is "$loop: all of it" "$(as ben sync --wait-ms 60000 --until 1 | texts)" 'not a line'
	is "$loop: the vault is let go" "$(as anna contacts | field queued)" 0
done

# ---- with each other -------------------------------------------------------------
for two in 'poll uv' 'glib thread'; do
	read -r one other <<<"$two"
	begin "a.$one" "$one" anna
	a_pid=$loop_pid
	exec 7>"$work/a.$one.in"
	begin "b.$other" "$other" ben
	exec 8>"$work/b.$other.in"
	for n in 1 2 3; do
		echo "$n by $one" >&7
		until_so "$two: $n" said "b.$other" "$n by $one"
		echo "$n by $other" >&8
		until_so "$two: $n" said "a.$one" "$n by $other"
	done
	exec 7>&- 8>&-
	ended "a.$one" "$a_pid"
	ended "b.$other" "$loop_pid"
	is "$one: in order, once" "$(tr '\n' , <"$work/a.$one.said")" \
	    "1 by $other,2 by $other,3 by $other,"
	is "$other: in order, once" "$(tr '\n' , <"$work/b.$other.said")" \
	    "1 by $one,2 by $one,3 by $one,"
done

# ---- by the line that stands in each -----------------------------------------------
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
lib=$(dirname "$(find "$work/prefix" -name tacit.pc)")
export PKG_CONFIG_PATH=$lib LD_LIBRARY_PATH=${lib%/pkgconfig}
cp "$root"/examples/* "$work/prefix"
cd "$work/prefix"
for loop in poll uv glib thread; do
	line=$(sed -n 's/^ \*\tcc /cc -Wall -Wextra -Werror /p' "loop_$loop.c")
	has "$loop: says how" "$line" "-o talk loop_$loop.c talk.c"
	bash -c "$line"
	status=0
	./talk 2>/dev/null </dev/null || status=$?
	is "$loop: as it says" "$status" 64
	rm talk
done

# ---- what a person may do wrong ----------------------------------------------------
for loop in poll uv glib thread; do
	status=0
	out=$("$build/tests/loop_$loop" 2>&1 </dev/null) || status=$?
	is "$loop: usage" "$status" 64
	has "$loop: usage" "$out" 'usage: TALK_PASSPHRASE='
	status=0
	out=$(TALK_PASSPHRASE=wrong "$build/tests/loop_$loop" "$work/anna.vault" \
	    2>&1 </dev/null) || status=$?
	is "$loop: a wrong passphrase" "$status $out" '1 open: wrong passphrase'
done

finish
