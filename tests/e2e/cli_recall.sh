#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Second thoughts, by the command, as docs/recall.md shows them: held back,
# undone, recalled before and after delivery, with the relay's statement.
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8 TZ=UTC
plain() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass "$tacit" --vault "$work/$1.vault" \
	    "${@:2}"
}
write() {	# write TEXT [OPTION...]: the id of what anna wrote to ben
	as anna send ben "${@:2}" <<<"$1" >"$work/sent"
	field message <"$work/sent"
}
fate() {
	as anna recall ben "$@" | field fate
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
key=$(sed -n 's/.* key=\([0-9a-f]*\).*/\1/p' "$work/relay.out")

# ---- held back ---------------------------------------------------------------------
# A practice holds back what people type, and no program.
is 'none' "$(as anna hold | field hold)" 0
is 'by hand' "$(as anna hold ben | field by_hand)" 10
is 'but not' "$(as anna hold ben | field hold)" 0
is 'at a client' "$(as ben hold anna | field by_hand)" 0
has 'plain' "$(plain anna hold ben)" 'for 0 seconds; what you type, for 10.'
has 'plain' "$(plain anna hold)" 'whom you invited is held back for 10'
write 'by a program' >/dev/null
is 'not held' "$(field state <"$work/sent")" accepted
is 'came' "$(as ben sync | texts)" 'by a program'
is 'for all' "$(as anna hold --hold 10 | field hold)" 10
is 'for one' "$(as anna hold ben --hold 30 | field hold)" 30
is 'and back' "$(as anna hold ben --default | field hold)" 10
is 'none again' "$(as anna hold --hold 0 | field hold)" 0
has 'plain' "$(plain anna hold ben)" 'held back for 0 seconds'
fails 64 usage as anna hold --hold 61
fails 64 usage as anna hold --hold -1
fails 64 usage as anna hold --default
fails 64 usage as anna hold ben --default --hold 1
fails 65 unknown-contact as anna hold carla --hold 1
fails 64 usage as anna send ben --hold 61 <<<'no'

id=$(write 'never said' --hold 60 --wait-ms 300)
is 'held' "$(field state <"$work/sent")" queued
[ "$(field held <"$work/sent")" -gt 50 ] || die 'how long is not said'
as anna sync >"$work/anna.events"
is 'one is held' "$(grep '"synced"' "$work/anna.events" | field held)" 1
is 'not all' "$(grep '"synced"' "$work/anna.events" | field complete)" false
has 'plain' "$(plain anna sync)" '1 text is held back for another'
is 'undone' "$(fate "$id")" undone
is 'undone' "$(fate "$id")" undone
has 'none is' "$(plain anna sync)" 'All is sent'
has 'plain' "$(plain anna send ben --hold 60 --wait-ms 0 <<<'no')" \
    'Held back for another 60 seconds'
is 'undone' "$(fate "$(as anna history ben --last 1 | field message)")" undone
write 'said' >/dev/null
is 'what came' "$(as ben sync | texts)" said
lacks 'no gap' "$(as ben sync)" gap
is 'kept' "$(as anna history ben | grep 'never said' | field state)" recalled

# ---- before it was delivered ----------------------------------------------------------
id=$(write 'to nobody')
is 'posted' "$(field state <"$work/sent")" accepted
is 'destroyed' "$(fate "$id" --statement "$work/statement")" \
    destroyed-undelivered
is 'again' "$(fate "$id" --statement "$work/again")" destroyed-undelivered
cmp "$work/statement" "$work/again" || die 'another statement'
is 'signed' "$(as anna statement check "$work/statement" |
    field relay_key)" "$key"
has 'plain' "$(plain anna statement check "$work/statement")" \
    'destroyed-undelivered: 1 statement, signed'
has 'told' "$(as anna sync)" '"fate":"destroyed-undelivered"'
fails 65 file-exists as anna recall ben "$id" --statement "$work/statement"
fails 74 io as anna recall ben "$id" --statement "$work/none/statement"
is 'replaced' "$(fate "$id" --statement "$work/again" --yes)" \
    destroyed-undelivered
write 'after it' >/dev/null
as ben sync >"$work/ben.events"
is 'what came' "$(texts <"$work/ben.events")" 'after it'
lacks 'no gap' "$(cat "$work/ben.events")" gap
lacks 'nowhere' "$(as ben history anna)" 'to nobody'

# A changed statement, one that is none, one that is not there.
sed 's/undelivered/unacknowledged/' "$work/statement" >"$work/bad"
fails 65 bad-statement as anna statement check "$work/bad"
sed '/^previous/d' "$work/statement" >"$work/bad"
fails 65 bad-statement as anna statement check "$work/bad"
: >"$work/bad"
fails 65 bad-statement as anna statement check "$work/bad"
fails 74 io as anna statement check "$work/none"
fails 64 usage as anna statement
fails 64 usage as anna statement check

# ---- after the relay began anew; after it was delivered -----------------------------------
id=$(write 'known to one process')
stop_relay
is 'asked' "$(fate "$id" --wait-ms 300)" asked
is 'state' "$(as anna history ben --last 1 | field state)" recalling
start_relay
as anna sync --wait-ms 3000 >"$work/anna.events"
has 'told' "$(cat "$work/anna.events")" '"fate":"destroyed-unacknowledged"'
is 'nothing came' "$(as ben sync | texts)" ''

# What is not to be kept is taken back as well.
id=$(write 'fleeting' --keep-hours 1)
is 'destroyed' "$(fate "$id")" destroyed-undelivered
is 'nothing came' "$(as ben sync | texts)" ''

id=$(write 'delivered')
is 'came' "$(as ben sync | texts)" delivered
is 'taken' "$(fate "$id" --statement "$work/taken")" taken
is 'proved' "$(as anna statement check "$work/taken" | field fate)" taken
is 'not twice' "$(as ben sync | texts)" ''
id=$(write 'had')
as ben sync >/dev/null
as ben send anna <<<'I have it' >/dev/null
as anna sync >/dev/null
fails 65 too-late as anna recall ben "$id"
fails 65 unknown-id as anna recall ben m_aaaaaaaaaaaaaaaaaaaa
fails 64 usage as anna recall ben
fails 64 usage as anna recall

# ---- in a record -----------------------------------------------------------------------
(cd "$work" && as anna export ben --format json --out record.jsonl >/dev/null)
retention() {	# in the record, of the text $1
	jq -r --arg t "$1" 'select(.text? == $t) | .retention' \
	    "$work/record.jsonl"
}
for text in 'never said' 'to nobody' 'known to one process'; do
	is "record: $text" "$(retention "$text")" recalled
done
is 'record: what both ends forget' "$(jq -r 'select(.text? == null) |
    .retention // empty' "$work/record.jsonl")" recalled
for text in said delivered had; do
	is "record: $text" "$(retention "$text")" kept
done

# ---- in a chat ----------------------------------------------------------------------
at_terminal() {	# at_terminal STEP... -- ARGUMENT...: of anna
	TACIT_PASSPHRASE_FILE=$work/anna.pass \
	    python3 "$root/tests/support/terminal.py" "${@:1:$steps}" -- \
	    "$tacit" --vault "$work/anna.vault" "${@:$steps + 2}"
}
as anna hold ben --hold 60 >/dev/null
said=$(as anna words ben | field words)
steps=13
out=$(at_terminal 'to ben' '>/undo\r' \
    'the other end has it' '>typed too soon\r' 'Type the words to send:' \
    ">$said\r" '(/undo: 5' '>/undo\r' '\xe2\x9c\x97' 'never left' \
    '>/undo\r' 'was taken back already' '>/quit\r' -- \
    chat ben) || die "$out"
is 'undone' "$(as anna history ben --last 1 | field state)" recalled
has 'marked in its place' "$out" 'G✗'
lacks 'nothing waits' "$out" 'held back for another'
is 'nothing came' "$(as ben sync | texts)" ''

# Who leaves sees it out, or is told that it is left here.
as anna hold ben --hold 3 >/dev/null
steps=5
out=$(at_terminal 'to ben' '>seen out\r' '(/undo: ' '>/quit\r' 'goes out' -- \
    chat ben) || die "$out"
is 'came' "$(as ben sync | texts)" 'seen out'
as anna hold ben --hold 60 >/dev/null
out=$(at_terminal 'to ben' '>left here\r' '(/undo: ' '>\x03' \
    "a \`tacit sync' after that sends it" -- chat ben) || die "$out"
id=$(as anna history ben --last 1 | field message)
is 'held' "$(fate "$id")" undone

# What is typed to `send' can be taken back as long.
as anna hold ben --default >/dev/null
as anna hold --hold 30 >/dev/null
steps=5
out=$(at_terminal 'Your message' '>not meant\r' '>\x04' \
    'Ctrl-C takes it back' '>\x03' -- send ben) || die "$out"
has 'taken back' "$out" 'it never left'
is 'undone' "$(as anna history ben --last 1 | field state)" recalled
as anna hold --hold 1 >/dev/null
steps=4
out=$(at_terminal 'Your message' '>meant\r' '>\x04' 'the relay has it' -- \
    send ben) || die "$out"
is 'came' "$(as ben sync | texts)" meant

# ---- docs/recall.md: its commands are those that were tried ---------------------------------
grep -o '^    tacit [a-z]*\( [a-z]*\)\{0,1\}' "$root/docs/recall.md" |
    sed 's/^ *tacit //' | sort -u >"$work/documented"
is 'documented' "$(grep -c . "$work/documented")" 5
while read -r name; do
	for try in "$name" "${name% *}"; do
		# shellcheck disable=SC2086 # one word or two
		help=$("$tacit" $try --help 2>/dev/null) && break
	done
	has "documented: $name" "$help" 'usage: tacit'
	has "tried: $name" "$(cat "$0")" "$try"
done <"$work/documented"
finish
