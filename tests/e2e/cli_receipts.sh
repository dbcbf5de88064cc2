#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Receipts by the command: docs/receipts.md is done line by line, then what is
# refused, and what is never told.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export LC_ALL=C.UTF-8 TZ=UTC0
both() {	# what waits at either end arrives; programs read
	json anna sync >>"$work/anna.events"
	json ben sync >>"$work/ben.events"
	json anna sync >>"$work/anna.events"
}
told() {	# told TEXT: what Anna was told of it
	json anna history ben | jq -r --arg t "$1" \
	    'select(.text == $t) | .told // "nothing"'
}
events() {
	grep -c '"event":"receipt"' "$work/anna.events" || true
}
# block WHO: the lines of that fenced block of the page
block() {
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$root/docs/receipts.md" |
	    grep -v '^```'
}
# run WHO LINE: a line of the page, on that person's vault
run() {
	TACIT_PASSPHRASE_FILE="$work/$1.pass" later "$ahead" bash -c "tacit() {
	    '$tacit' --vault '$work/$1.vault' \"\$@\"; }; $2"
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# ---- the page --------------------------------------------------------------------
as anna send ben --wait-ms 5000 <<<'before it is on' >/dev/null
both
mapfile -t lines < <(block client)
is 'lines of the client' "${#lines[@]}" 4
has 'off by itself' "$(run ben "${lines[0]}")" 'is told nothing'
has 'on' "$(run ben "${lines[1]}")" 'is told which messages'
is 'on' "$(json ben receipts anna show | field receipts)" on
is 'not at the other end' "$(json anna receipts ben show | field receipts)" off
for text in one two; do
	as anna send ben --wait-ms 5000 <<<"$text" >/dev/null
done
json ben sync >/dev/null
run ben "${lines[2]}" >/dev/null
both
is 'not at once' "$(told one) $(told two) $(events)" 'nothing nothing 0'
ahead=901
json ben sync >/dev/null
mapfile -t lines_anna < <(block therapist)
is 'lines of the therapist' "${#lines_anna[@]}" 2
has 'told' "$(run anna "${lines_anna[0]}")" \
    'they tell what became of 2 messages of yours; the newest was delivered'
out=$(run anna "${lines_anna[1]}")
has 'delivered' "$out" 'me [delivered]: one'
has 'delivered' "$out" 'me [delivered]: two'
lacks 'before it was on' "$out" 'me [delivered]: before'
# Shown to a program is not read; shown to a person is.
json ben history anna >/dev/null
ahead=2000
both
ahead=4000
both
is 'a program reads nothing' "$(told one) $(events)" 'delivered 0'
has 'read' "$(run ben "${lines[3]}")" two
both
is 'not at once' "$(told one)" delivered
ahead=6000
both
is 'read' "$(told 'before it is on') $(told one) $(told two)" \
    'nothing read read'
is 'one event' "$(events)" 1
event=$(grep '"event":"receipt"' "$work/anna.events")
is 'event' "$(field told <<<"$event") $(field messages <<<"$event")" 'read 2'
is 'of the newest' "$(field message <<<"$event")" "$(json anna history ben |
    jq -r 'select(.text == "two") | .message')"
is 'state is as it was' "$(json anna history ben | jq -r .state | sort -u)" accepted
has 'for people' "$(plain anna history ben)" 'me [read]: two'

# A person who syncs is shown the text: read, at once, and in one letter.
as anna send ben --wait-ms 5000 <<<'three' >/dev/null
has 'shown' "$(plain ben sync)" three
ahead=8000
both
is 'read' "$(told three) $(events)" 'read 2'

# ---- off again -------------------------------------------------------------------
as anna send ben --wait-ms 5000 <<<'four' >/dev/null
json ben sync >/dev/null
is 'off' "$(json ben receipts anna off | field receipts)" off
as anna send ben --wait-ms 5000 <<<'five' >/dev/null
plain ben sync >/dev/null
plain ben history anna >/dev/null
ahead=10000
both
ahead=12000
both
is 'nothing' "$(told four) $(told five) $(events)" 'nothing nothing 2'
is 'nothing was shown at the other end' "$(grep -c receipt "$work/ben.events")" 0
is 'no message' "$(json anna history ben | jq -r .from | sort -u)" me

# ---- a chat ------------------------------------------------------------------------
at_terminal() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass later "$ahead" \
	    python3 "$root/tests/support/terminal.py" "${@:2}"
}
out=$(at_terminal anna 'me ✓: three' '●' 'me ✓: five' 'to ben' '>/help\r' \
    'Nobody is told whether or when you read' '>/quit\r' -- \
    "$tacit" --vault "$work/anna.vault" chat ben) || die "$out"
is 'marks: one, two, three, and what they mean' \
    "$(grep -o '●' <<<"$out" | wc -l)" 4
json ben receipts anna on >/dev/null
as anna send ben --wait-ms 5000 <<<'six' >/dev/null
out=$(at_terminal ben 'to anna' six '>/help\r' 'They are told what arrives' \
    '>/quit\r' -- "$tacit" --vault "$work/ben.vault" chat anna) || die "$out"
ahead=14000
both
is 'read in a chat' "$(told six)" read

# ---- what is refused -----------------------------------------------------------------
fails 64 usage json ben receipts
fails 64 usage json ben receipts anna
fails 64 usage json ben receipts anna ON
fails 64 usage json ben receipts anna ''
fails 64 usage json ben receipts anna on off
fails 64 usage json ben receipts anna on --yes
fails 65 unknown-contact json ben receipts nobody on
as anna close ben --yes >/dev/null
both
fails 65 contact-closed json ben receipts anna on
is 'over' "$(json ben receipts anna off | field receipts)" off
finish
