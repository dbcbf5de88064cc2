#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What is no text travels between libraries: the command shows it nowhere,
# counts it nowhere, and leaves it in the history for who knows it.
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8
host() {
	TACIT_PASSPHRASE_FILE="$work/$1.pass" \
	    "$build/tests/hostdata" "$work/$1.vault" "${@:2}"
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# said: the texts of a history on standard input
said() {
	python3 -c 'import json, sys
print(",".join(json.loads(line)["text"] for line in sys.stdin))'
}

as anna send ben --wait-ms 10000 <<<'first words' >/dev/null
printf 'BETWEEN-LIBRARIES \377\200' | host anna send 1
as anna send ben --wait-ms 10000 <<<'second words' >/dev/null
printf 'BETWEEN-HOSTS' | host anna send 65535

# ---- not counted ---------------------------------------------------------------
host ben fetch 4
is 'unread' "$(as ben contacts | field unread)" 2

# ---- not shown, by any command ---------------------------------------------------
out=$(as ben history anna)
is 'history' "$(said <<<"$out")" 'first words,second words'
is 'the last text' "$(as ben history anna --last 1 | said)" 'second words'
out=$out$(TACIT_PASSPHRASE_FILE=$work/ben.pass python3 \
    "$root/tests/support/terminal.py" 'to anna' '>/quit\r' -- \
    "$tacit" --vault "$work/ben.vault" chat anna) || die "chat: $out"
has 'chat' "$out" 'first words'
has 'chat' "$out" 'second words'
got=$(as ben sync --wait-ms 100)
out=$out$got$(as anna history ben)$(as anna sync --wait-ms 100)
lacks 'data' "$out" BETWEEN
lacks 'an event of data' "$out" '"event":"data"'
lacks 'a type' "$out" '"type"'

# ---- taken in turn, one event for each text ---------------------------------------
printf 'BETWEEN-LIBRARIES' | host anna send 1
as anna send ben --wait-ms 10000 <<<'third words' >/dev/null
got=$(as ben sync --wait-ms 10000 --until 1)
is 'the text behind it' "$(texts <<<"$got")" 'third words'
lacks 'an event of data' "$got" '"data"'
is 'no more' "$(as ben sync --wait-ms 100 | texts)" ''
is 'unread' "$(as ben contacts | field unread)" 0
is 'accepted' "$(as anna sync --wait-ms 100 | grep -c '"accepted"')" 1

# ---- and there all the same --------------------------------------------------------
for who in anna ben; do
	out=$(host "$who" list | tr -d '\377\200')
	is 'all of it' "$(cut -d ' ' -f 1 <<<"$out" | tr '\n' ,)" \
	    '0,1,65535,0,1,0,'
	has 'its bytes' "$out" '65535 BETWEEN-HOSTS'
done

finish
