#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The command in front of a person: prompts, the list, the chat.
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8
at_terminal() {
	python3 "$root/tests/support/terminal.py" "$@"
}

# ---- making a vault --------------------------------------------------------
out=$(at_terminal 'name that others' '>Dr. Max\r' \
    'New passphrase' '>tiny\r' 'Too short' \
    'New passphrase' '>long enough words\r' 'Once more' '>other words\r' 'differ' \
    'New passphrase' '>long enough words\r' 'Once more' \
    '>long enough wordx\x7fs\r' 'ready' -- \
    "$tacit" --vault "$work/max.vault" init) || die "init: $out"
lacks 'passphrase on the screen' "$out" 'long enough'
lacks 'passphrase on the screen' "$out" tiny
status=0
out=$(at_terminal 'Passphrase' '>wrong words here\r' -- \
    "$tacit" --vault "$work/max.vault" contacts) || status=$?
is 'wrong' "$status" 77
has 'wrong' "$out" 'wrong passphrase'
status=0
out=$(at_terminal 'Passphrase' '>long\x03' 'given up' 'speed' -- sh -c \
    "$tacit --vault $work/max.vault contacts; stty -a") || status=$?
is 'given up' "$status" 0
has 'the terminal echoes again' "$out" ' echo '
has 'the terminal echoes again' "$out" ' icanon'

# ---- a new passphrase ---------------------------------------------------------
at_terminal 'old passphrase' '>long enough words\r' \
    'New passphrase' '>even longer words\r' 'Once more' '>even longer words\r' \
    'changed' -- "$tacit" --vault "$work/max.vault" passphrase >/dev/null ||
    die 'passphrase'
out=$(at_terminal 'Passphrase' '>even longer words\r' 'No contacts' -- \
    "$tacit" --vault "$work/max.vault" contacts) || die "new: $out"
claims=$((claims + 2))

# ---- two people --------------------------------------------------------------
start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
plain() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass at_terminal "${@:2}"
}
out=$(plain anna 'Your label' '>ben\r' 'tacit://' 'first is the contact' -- \
    "$tacit" --vault "$work/anna.vault" invite) || die "invite: $out"
has 'a QR code' "$out" "$(printf '\xe2\x96\x88')"
link=$(tr -d '\r' <<<"$out" | grep '^tacit://')
plain ben 'The link' ">$link\r" 'Your label' '>anna\r' 'accepted' -- \
    "$tacit" --vault "$work/ben.vault" accept >/dev/null || die accept
for who in anna ben anna ben; do as "$who" sync >/dev/null; done

# ---- the list and the chat ------------------------------------------------------
printf 'unread \033]0;title\007 \xe2\x80\xae text' |
    as ben send anna --wait-ms 10000 >/dev/null
as anna sync --wait-ms 100 >/dev/null &
wait $!
words=$(as anna words ben | field words)
out=$(plain anna 'not monitored' 'ben' 'Number to open' '>1\r' 'NOT VERIFIED' \
    'not monitored' 'emergency' 'unread' 'to ben (not verified)> ' \
    '>hello\r' 'not sent' '(not verified)> ' \
    '>/safety\r' 'equal at both ends' 'verified)> ' '>/nonsense\r' '/help lists' 'verified)> ' \
    '>/confirm\r' 'recorded' 'to ben> hello' '>\r' \
    'This goes to ben, check words: ' 'Type the words to send:' \
    '>acorn acorn\r' 'these are not the words' 'to ben> hello' '>\r' \
    'Type the words to send:' ">$words\r" 'me' \
    '>//quit\r' 'to ben> ' '>/quit\r' -- \
    "$tacit" --vault "$work/anna.vault") || die "list: $out"
lacks 'title' "$out" $'\033]0;'
lacks 'turned text' "$out" "$(printf '\xe2\x80\xae')"
has 'spelled out' "$out" '\u{202e}'
is 'recorded' "$(as anna verify ben | field verified)" true
is 'arrives' "$(as ben sync --wait-ms 10000 --until 2 | texts | tr '\n' ,)" \
    'hello,/quit,'

# What arrives stands above the line that is being typed, which goes on.
(
	until [ -e "$work/typing" ]; do sleep 0.1; done
	as ben send anna --wait-ms 10000 <<<'while you typed' >/dev/null
) &
pids+=($!)
out=$(plain anna 'to ben> ' '>half a li' 'half a li' '>ne' 'ne' \
    "!$work/typing" 'ben: while you typed' 'to ben> half a line' \
    '> and the rest\r' 'to ben> ' '>\x04' -- \
    "$tacit" --vault "$work/anna.vault" chat ben) || die "chat: $out"
is 'one line' "$(as ben sync --wait-ms 10000 --until 1 | texts)" \
    'half a line and the rest'
is 'taken by the chat' "$(as anna sync | texts)" ''

status=0
out=$(plain anna 'cursor can be moved' -- \
    sh -c "TERM=dumb exec $tacit --vault $work/anna.vault chat ben") || status=$?
is 'a terminal that can do nothing' "$status" 64

# ---- the end -----------------------------------------------------------------------
status=0
plain anna 'for good' '>n\r' 'not closed' -- \
    "$tacit" --vault "$work/anna.vault" close ben >/dev/null || status=$?
is 'no is no' "$status" 64
plain anna 'for good' '>y\r' 'closed' -- \
    "$tacit" --vault "$work/anna.vault" close ben >/dev/null || die close
is 'closed' "$(as anna contacts | field state)" closed

finish
