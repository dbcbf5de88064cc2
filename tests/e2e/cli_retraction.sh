#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Texts that are asked back after they were delivered, as docs/recall.md shows
# it: refused for the record at a practice, decided at a client.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export LC_ALL=C.UTF-8 TZ=UTC0
write() {	# write WHO CONTACT TEXT: its id; it has come, and was confirmed
	as "$1" send "$2" --wait-ms 5000 <<<"$3" | field message
	as "$2" sync >>"$work/$2.events"
}
both() {	# what waits at either end arrives; the answer has its time
	json anna sync >>"$work/anna.events"
	json ben sync >>"$work/ben.events"
	ahead=$((ahead + 901))
	json anna sync >>"$work/anna.events"
	json ben sync >>"$work/ben.events"
	json anna sync >>"$work/anna.events"
}
stands() {	# stands WHO CONTACT ID
	json "$1" history "$2" | jq -r --arg id "$3" \
	    'select(.message == $id) | .retraction // "nothing"'
}
text() {
	json "$1" history "$2" | jq -r --arg id "$3" \
	    'select(.message == $id) | .text'
}
happened() {	# happened WHO EVENT ID: how often, with which word
	jq -r --arg e "$2" --arg id "$3" \
	    'select(.event == $e and .message == $id) | .retraction' \
	    "$work/$1.events" | tr '\n' ,
}
# The lines of the page's block of that person, with an id in them.
block() {
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$root/docs/recall.md" |
	    grep -v '^```' | sed "s/ MESSAGE/ $2/; s/  *#.*//"
}
run() {	# run WHO LINE: a line of the page, on that person's vault
	TACIT_PASSPHRASE_FILE="$work/$1.pass" later "$ahead" bash -c "tacit() {
	    '$tacit' --vault '$work/$1.vault' \"\$@\"; }; $2"
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# ---- the page: a client asks, the practice keeps it; then its therapist may not --------
id=$(write ben anna 'I should not have said that')
mapfile -t lines < <(block client "$id")
is 'lines of the client' "${#lines[@]}" 2
has 'asked' "$(run ben "${lines[0]}")" 'They are asked to take it back'
both
is 'wanted' "$(happened anna retraction-wanted "$id")" 'kept,'
is 'answered' "$(happened ben retraction-answered "$id")" 'kept,'
has 'kept' "$(run ben "${lines[1]}")" '[asked back, kept there]'
is 'kept' "$(stands anna ben "$id") $(text anna ben "$id")" \
    'kept I should not have said that'
has 'plain' "$(plain anna history ben)" '[asked back, kept]'

id=$(write anna ben 'the wrong appointment')
mapfile -t lines < <(block practice "$id")
is 'lines of the practice' "${#lines[@]}" 1
has 'asked' "$(run anna "${lines[0]}")" 'have not answered'
both
is 'to be decided' "$(happened ben retraction-wanted "$id")" 'asked,'
is 'not yet' "$(stands anna ben "$id")" asked
is 'still there' "$(text ben anna "$id")" 'the wrong appointment'
mapfile -t lines < <(block decides "$id")
is 'lines of who decides' "${#lines[@]}" 2
has 'forgotten' "$(run ben "${lines[0]}")" 'It is forgotten here'
both
is 'gone' "$(stands ben anna "$id") $(text ben anna "$id")" 'done '
is 'told' "$(happened anna retraction-answered "$id")" 'done,'
has 'plain' "$(plain ben history anna)" 'anna: [taken back]'
has 'plain' "$(plain anna history ben)" '[taken back by them]'
is 'mine stays' "$(text anna ben "$id")" 'the wrong appointment'
has 'policy' "$(run ben "${lines[1]}")" 'they are forgotten'

# ---- by policy; twice; undone first ----------------------------------------------------
id=$(write anna ben 'at once')
is 'asked' "$(json anna recall ben "$id" --ask | field retraction)" asked
is 'again' "$(json anna recall ben "$id" --ask | field retraction)" asked
both
is 'gone' "$(text ben anna "$id")" ''
is 'told' "$(happened ben retraction-wanted "$id")" 'done,'
is 'once' "$(happened anna retraction-answered "$id")" 'done,'
is 'then' "$(json anna recall ben "$id" --ask | field retraction)" 'done'
id=$(as anna send ben --hold 60 --wait-ms 0 <<<'held' | field message)
is 'undone' "$(json anna recall ben "$id" --ask | field fate)" undone
is 'not asked' "$(stands anna ben "$id")" nothing

# ---- policies, and what is refused -----------------------------------------------------
is 'at the practice' "$(json anna retraction policy show ben | field policy)" keep
is 'of all' "$(json anna retraction policy show | field policy)" default
is 'set' "$(json anna retraction policy ask | field policy)" ask
is 'for him, too' "$(json anna retraction policy show ben | field policy)" ask
is 'back' "$(json anna retraction policy default | field policy)" default
is 'at the client' "$(json ben retraction policy default anna | field policy)" ask
id=$(write ben anna 'stays')
fails 64 usage json anna retraction
fails 64 usage json anna retraction policy
fails 64 usage json anna retraction policy perhaps
fails 64 usage json anna retraction accept ben
fails 65 unknown-id json anna retraction accept ben "$id"
fails 65 unknown-id json anna retraction keep ben m_
fails 65 unknown-contact json anna retraction policy ask carla
fails 64 usage json anna history ben --ask
fails 65 unknown-id json anna recall ben "$id" --ask
is 'stays' "$(text anna ben "$id")" stays

# ---- in a record, in a chat ---------------------------------------------------------------
(cd "$work" && json anna export ben --format json --out record.jsonl >/dev/null)
retention() {
	jq -r --arg t "$1" 'select(.text? == $t) | .retention' \
	    "$work/record.jsonl"
}
is 'record' "$(retention 'I should not have said that')" retracted
is 'record' "$(retention 'the wrong appointment')" retracted
is 'record' "$(retention stays)" kept
(cd "$work" && json ben export anna --format json --out his.jsonl >/dev/null)
lacks 'his record' "$(cat "$work/his.jsonl")" 'wrong appointment'
has 'his record' "$(cat "$work/his.jsonl")" retracted

id=$(write anna ben 'seen on the screen')
out=$(TACIT_PASSPHRASE_FILE=$work/anna.pass later "$ahead" \
    python3 "$root/tests/support/terminal.py" 'to ben' '>/undo\r' \
    '/ask asks them' '>/ask\r' 'they are asked' '>/quit\r' -- \
    "$tacit" --vault "$work/anna.vault" chat ben) || die "$out"
is 'asked' "$(stands anna ben "$id")" asked
out=$(TACIT_PASSPHRASE_FILE=$work/ben.pass later "$ahead" \
    python3 "$root/tests/support/terminal.py" 'seen on the screen' \
    "its id, $id" '>/quit\r' -- \
    "$tacit" --vault "$work/ben.vault" chat anna) || die "$out"
json ben retraction accept anna "$id" >/dev/null
out=$(TACIT_PASSPHRASE_FILE=$work/ben.pass later "$ahead" \
    python3 "$root/tests/support/terminal.py" '(taken back)' '>/quit\r' -- \
    "$tacit" --vault "$work/ben.vault" chat anna) || die "$out"
lacks 'gone from the screen' "$out" 'seen on the screen'
both
out=$(TACIT_PASSPHRASE_FILE=$work/anna.pass later "$ahead" \
    python3 "$root/tests/support/terminal.py" 'seen on the screen' 'G✗' \
    '>/quit\r' -- "$tacit" --vault "$work/anna.vault" chat ben) || die "$out"
finish
