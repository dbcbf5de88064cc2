#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The card, out of office, quiet hours, pause, discharge: by the command, as
# docs/boundaries.md shows it.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export LC_ALL=C.UTF-8 TZ=UTC
at_terminal() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass \
	    python3 "$root/tests/support/terminal.py" "${@:2}"
}
both() {	# what waits at either end arrives, at a random time
	as anna sync >>"$work/anna.events"
	later 900 as anna sync >>"$work/anna.events"
	later 86400 as anna sync >>"$work/anna.events"
	as ben sync >>"$work/ben.events"
	as anna sync >>"$work/anna.events"
}
event() {	# event WHO NAME: the last of it
	grep "\"event\":\"$2\"" "$work/$1.events" | tail -n 1
}
words() {
	as "$1" words "$2" | field words
}
write() {	# write WHO CONTACT TEXT, with its words
	local said
	said=$(words "$1" "$2")
	printf '%s\n%s' "$said" "$3" | as "$1" send "$2" --confirm --wait-ms 5000
}
state() {
	as "$1" lifecycle "$2" | field state
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# ---- the card ------------------------------------------------------------------------
fails 77 card write ben anna 'first'
has 'the default' "$(plain ben card show anna)" 'Nobody watches'
has 'the default' "$(plain ben card show anna)" 'Not acknowledged yet.'
out=$(at_terminal ben 'to anna' '>hello\r' 'not sent' 'Nobody watches' \
    '/read' '>/read\r' 'Type the words to send:' ">$(words ben anna)\r" \
    'me' '>/quit\r' -- "$tacit" --vault "$work/ben.vault" chat anna) ||
    die "$out"
has 'acknowledged' "$(plain ben card show anna)" 'Acknowledged.'
both
is 'told' "$(event anna card-acknowledged | field version)" 0

fails 64 usage as anna card
fails 64 usage as anna card nonsense
fails 64 usage as anna card set </dev/null
for bad in 'x' 'DE|x' 'de|x|1' 'DEU|x|1' 'DE||1'; do
	printf 'Once a day.\nNobody watches.\n%s\n' "$bad" >"$work/card"
	status=0
	as anna card set <"$work/card" >/dev/null 2>"$work/fails.err" ||
	    status=$?
	has "card: $bad" "64 65" "$status"
done
printf 'Once a day.\nNobody watches.\n\033[1m|x|1\n' |
    as anna card set >/dev/null 2>&1 && die 'a card steers a terminal'
is 'nothing was set' "$(as anna card show | head -n 1 | field version)" 0
printf 'Once a day.\nNobody watches.\nDE|crisis line|0800 1110111\n' |
    as anna card set >"$work/out"
both
is 'a new card' "$(event ben card | field contact)" \
    "$(as ben contacts | field contact)"
fails 77 card write ben anna 'second'
has 'shown' "$(plain ben card show anna)" 'DE  crisis line: 0800 1110111'
fails 65 state as anna card acknowledge ben </dev/null
as ben card acknowledge anna </dev/null >/dev/null
both
is 'told' "$(event anna card-acknowledged | field version)" \
    "$(field version <"$work/out")"
is 'written' "$(write ben anna 'second' | field state)" accepted

# ---- out of office, quiet hours ----------------------------------------------------------
both
fails 64 usage as anna away set --begin tomorrow <<<'Away.'
fails 64 usage as anna away set --begin 2026-02-30 <<<'Away.'
fails 64 usage as anna away set --begin 2090-01-02 --end 2090-01-01 <<<'Away.'
fails 65 bad-text as anna away set <<<''
fails 64 usage as anna away set </dev/null
fails 64 usage as anna away set < <(printf 'Away\0.')
fails 65 bad-text as anna away set < <(printf '%321s' '' | tr ' ' x)
as anna away set --end 2090-12-24 <<<$'Back after Christmas.\nBen' >/dev/null
both
is 'nothing new was written' "$(event ben away)" ''
for text in one two; do
	write ben anna "$text" >/dev/null
	both
done
is 'once' "$(grep -c '"event":"away"' "$work/ben.events")" 1
is 'away' "$(event ben away | field text)" $'Back after Christmas.\nBen'
is 'until' "$(event ben away | field until)" '2090-12-24'
lacks 'as a message' "$(as ben history anna)" 'Christmas'
as anna away off >/dev/null
for bad in '--begin 18:00' '--begin 25:00 --end 08:00' \
    '--begin 18:00 --end 8:00' \
    '--begin 18:00 --end 08:00 --days monday'; do
	# shellcheck disable=SC2086 # words
	fails 64 usage as anna quiet set $bad
done
fails 64 usage as anna quiet set --begin 18:00 --end 08:00 --days ''
as anna quiet set --begin 00:00 --end 00:00 >/dev/null
write ben anna 'in the night' >/dev/null
both
is 'quiet' "$(event anna message | field quiet)" true
as anna quiet off >/dev/null
write ben anna 'by day' >/dev/null
both
lacks 'quiet' "$(event anna message)" quiet

# ---- verified, paused, resumed, discharged --------------------------------------------------
fails 64 usage as anna verify ben --how voice
fails 64 usage as anna verify ben --confirm --how letter
as anna verify ben --confirm --how voice >/dev/null
# Another identity: nothing goes before it is known how it was verified.
TACIT_PASSPHRASE_FILE=$work/anna.pass "$build/tests/stranger" \
    "$work/anna.vault" || die 'stranger'
fails 77 identity-changed write anna ben 'no'
fails 77 identity-changed as anna send ben <<<'no, by a script'
has 'not verified' "$(plain anna verify ben)" 'another identity key'
fails 64 usage as anna verify ben --confirm
has 'why' "$(cat "$work/fails.err")" '--how'
is 'still' "$(as anna lifecycle ben | field identity_changed)" true
as anna verify ben --confirm --how video >/dev/null
is 'verified' "$(as anna lifecycle ben | field identity_changed)" false
is 'written' "$(write anna ben 'yes' | field state)" accepted
both
fails 65 state as ben pause anna <<<'no'
as anna pause ben <<<'Until January. Take care!' >/dev/null
both
is 'told' "$(event ben paused | field text)" 'Until January. Take care!'
fails 77 paused write ben anna 'no'
fails 77 paused as ben send anna <<<'no'
has 'the card' "$(plain ben card show anna)" 'crisis line'
is 'paused' "$(state ben anna) $(state anna ben)" 'paused paused'
is 'in the list' "$(as anna contacts | field state)" paused
as anna resume ben <<<'' >/dev/null
both
is 'resumed' "$(write ben anna 'yes' | field state)" accepted
fails 65 bad-text as anna discharge ben <<<''
as anna discharge ben <<<'All the best.' >/dev/null
both
both
is 'discharged' "$(state ben anna) $(state anna ben)" 'discharged retained'
has 'the last words' "$(as ben history anna)" 'All the best.'
has 'kept' "$(as anna history ben)" 'by day'
is 'told' "$(event ben discharged | field event)" discharged
fails 65 contact-closed write ben anna 'no'
is 'entries' "$(plain anna lifecycle ben | sed 's/^.*  //' | tr '\n' ';')" \
    'retained;paired, by them, in-person;verified, by me, voice;identity-changed, by them;verified, by me, video;paused, by me;resumed, by me;discharged, by me;closed, by me;'

# ---- docs/boundaries.md: its commands are those that were tried ---------------------------------
grep -o '^    tacit [a-z]*\( [a-z]*\)\{0,1\}' "$root/docs/boundaries.md" |
    sed 's/^ *tacit //' | sort -u >"$work/documented"
is 'documented' "$(grep -c . "$work/documented" | sed 's/^[1-9][0-9]$/many/')" many
while read -r name; do
	for try in "$name" "${name% *}"; do
		# shellcheck disable=SC2086 # one word or two
		help=$("$tacit" $try --help 2>/dev/null) && break
	done
	has "documented: $name" "$help" 'usage: tacit'
	has "tried: $name" "$(cat "$0")" "$try"
done <"$work/documented"
finish
