#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two people pair and talk by the command alone: ids, order, states, events.
. "$(dirname "$0")/lib.sh"

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna

# ---- pairing ---------------------------------------------------------------
fails 65 bad-label as anna invite <<<''
out=$(as anna invite --in-person <<<ben)
id=$(field contact <<<"$out")
link=$(field link <<<"$out")
has 'contact id' "$(grep -cE '^c_[a-z2-7]{12}$' <<<"$id")" 1
has 'link' "$link" tacit://
is 'state' "$(as anna contacts | field state)" invited
fails 77 invitation-own as anna accept <<<"$link"$'\nme'
fails 65 bad-link as ben accept <<<"${link%?}"$'\nanna'

# Written before anybody answered: kept.
out=$(as anna send ben <<<'first, before you answered')
is 'before pairing' "$(field state <<<"$out")" queued
is 'says why' "$(field waits_for <<<"$out")" pairing

out=$(as ben accept <<<"$link"$'\nanna')
is 'accept' "$(field state <<<"$out")" joining
is 'the same link resumes' \
    "$(as ben accept <<<"$link"$'\nanna' | field contact)" \
    "$(field contact <<<"$out")"

out=$(as anna sync)
is 'paired' "$(grep '"event":"paired"' <<<"$out" | field their_name)" 'Ben B.'
is 'in person' "$(grep '"event":"paired"' <<<"$out" | field verified)" true
out=$(as ben sync --wait-ms 10000 --until 1)
is 'first message' "$(texts <<<"$out")" 'first, before you answered'
is 'last line' "$(tail -n 1 <<<"$out" | field event)" synced
out=$out$(as ben sync)
is 'paired' "$(grep -o '{"event":"paired".*' <<<"$out" | field their_name)" 'Dr. Anna'
as anna sync >/dev/null
is 'active' "$(as anna contacts | field state)" active
is 'active' "$(as ben contacts | field state)" active
is 'number' "$(as anna verify ben | field safety_number)" \
    "$(as ben verify anna | field safety_number)"
has 'number' "$(as anna verify 1 | grep -cE '"[0-9]{60}"')" 1

# ---- messages -----------------------------------------------------------------
seq -f 'line %g' 50 | as anna send ben --lines --wait-ms 10000 >"$work/sent"
is 'fifty' "$(wc -l <"$work/sent")" 50
is 'all accepted' "$(grep -c '"state":"accepted"' "$work/sent")" 50
as ben sync --wait-ms 10000 --until 50 >"$work/got"
is 'in order' "$(texts <"$work/got" | tr '\n' ,)" \
    "$(seq -f 'line %g' 50 | tr '\n' ,)"
ids() {
	python3 -c 'import json, sys
for line in sys.stdin:
	o = json.loads(line)
	if "message" in o and o.get("event") in (None, "message"):
		print(o["message"], o["seq"])'
}
is 'one id at both ends' "$(ids <"$work/got")" "$(ids <"$work/sent")"
is 'event ids differ' "$(grep -o '"event_id":[0-9]*' "$work/got" | sort | uniq -d)" ''
is 'shown once' "$(as ben sync | texts)" ''

# Text comes out as it went in.
printf 'zwei\nZeilen \xf0\x9f\x99\x82 "\\ \t\x01\n\n' >"$work/text"
as ben send anna --wait-ms 10000 <"$work/text" >/dev/null
as anna sync --wait-ms 10000 --until 1 >"$work/got"
is 'one newline taken' "$(texts <"$work/got" | od -c)" "$(od -c "$work/text")"
head -c 24576 /dev/zero | tr '\0' x | as ben send anna --wait-ms 10000 >/dev/null
is 'longest' "$(as anna sync --wait-ms 10000 --until 1 | texts | wc -c)" 24577
head -c 24577 /dev/zero | tr '\0' x >"$work/text"
fails 65 bad-text as ben send anna <"$work/text"
fails 65 bad-text as ben send anna </dev/null
printf 'a\xff' >"$work/text"
fails 65 bad-text as ben send anna <"$work/text"
printf 'a\0b\n' >"$work/text"
fails 65 bad-text as ben send anna <"$work/text"
fails 65 bad-text as ben send anna --lines <"$work/text"
fails 65 bad-text as ben send anna --keep-hours 1 <"$work/text"

full() { as "$@" >/dev/full; }
fails 74 io full ben history anna
fails 74 io full ben contacts
fails 74 io full ben verify anna

# ---- history --------------------------------------------------------------------
is 'history' "$(as ben history anna | wc -l)" 53
is 'last two' "$(as anna history ben --last 2 | wc -l)" 2
is 'oldest first' "$(as anna history 1 | field text)" 'first, before you answered'
is 'from' "$(as anna history "$id" | field from)" me
has 'time' "$(as anna history ben | grep -cE '"time":"20[0-9-]{8}T[0-9:.]{12}Z"')" 53

# On a terminal nothing of a text can steer it.
lacks 'plain history' "$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" \
    --vault "$work/anna.vault" history ben)" $'\x01'

# ---- a kill before the confirmation repeats the event ------------------------------
as ben send anna --wait-ms 10000 <<<'again' >/dev/null
status=0
TACIT_PASSPHRASE_FILE=$work/anna.pass timeout 20 "$tacit" --json --vault \
    "$work/anna.vault" sync --wait-ms 10000 --until 1 >/dev/full \
    2>"$work/full.err" || status=$?
is 'a full disk' "$status" 74
has 'a full disk' "$(cat "$work/full.err")" '"error":"io"'
is 'comes again' "$(as anna sync --wait-ms 10000 --until 1 | texts)" again

# ---- busy ------------------------------------------------------------------------------
as anna sync --wait-ms 4000 >/dev/null &
pids+=($!)
sleep 1
fails 69 vault-busy as anna contacts --lock-wait-ms 100
is 'waits' "$(as anna contacts --lock-wait-ms 20000 | field label)" ben

# ---- a relay that is down ---------------------------------------------------------------
stop_relay
is 'queued' "$(as anna send ben --wait-ms 300 <<<'while it was down' | field state)" queued
is 'queued' "$(as anna contacts | field queued)" 1
is 'not complete' "$(as anna sync | tail -n 1)" '{"event":"synced","complete":false}'
before=$(as anna contacts)
fails 69 relay-unreachable as anna invite <<<carl
is 'nothing half-made' "$(as anna contacts)" "$before"
start_relay
as anna sync --wait-ms 3000 >/dev/null
is 'later' "$(as ben sync --wait-ms 10000 --until 1 | texts)" 'while it was down'

# ---- the end ------------------------------------------------------------------------------
id=$(as anna contacts | field contact)
is 'close' "$(as anna close ben --yes)" "{\"contact\":\"$id\",\"state\":\"closed\"}"
fails 65 contact-closed as anna send "$id" <<<hello
has 'told' "$(as ben sync --wait-ms 2000)" '"event":"closed"'

finish
