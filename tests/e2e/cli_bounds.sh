#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Boundaries by the command: nothing goes to the wrong person.
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8
at_terminal() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass \
	    python3 "$root/tests/support/terminal.py" "${@:2}"
}
words() {
	as "$1" words "$2" | field words
}
send() {	# send WHO CONTACT WORDS TEXT [OPTION...]
	printf '%s\n%s' "$3" "$4" | as "$1" send "$2" --confirm --wait-ms 0 \
	    "${@:5}"
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
make carla 'Carla C.'
add_relay anna
pair anna ben --in-person
pair anna carla --in-person

# ---- scripts: as ever, or as a person is asked -------------------------------------
is 'without --confirm' "$(as anna send ben --wait-ms 0 <<<'plain' |
    field seq)" 1
fails 77 confirm send anna ben '' 'first'
fails 77 confirm send anna ben 'acorn acorn' 'first'
fails 77 confirm send anna ben "$(words anna carla)" 'first'
fails 77 other-name send anna ben "$(words anna ben)" 'dear Carla'
fails 64 usage as anna send ben --confirm </dev/null
is 'nothing was sent' "$(as anna history ben | wc -l)" 1
is 'with words' "$(send anna ben "$(words anna ben)" 'first' | field seq)" 2
is 'once a day' "$(send anna ben '' 'second' | field seq)" 3
fails 77 confirm send anna carla '' 'quickly'
fails 77 confirm send anna carla "$(words anna ben)" 'quickly'
is 'a quick change' "$(send anna carla "$(words anna carla)" 'quickly' |
    field seq)" 1
fails 77 other-name send anna carla '' 'I saw BEN.' --lines
is 'anyway' "$(send anna carla '' 'I saw BEN.' --anyway | field seq)" 2
is 'lines' "$(send anna carla '' $'one\ntwo' --lines | wc -l)" 2
is 'plain text' "$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" \
    --vault "$work/anna.vault" words ben)" "ben: $(words anna ben)"
fails 65 unknown-contact as anna words nobody

# ---- a person at a terminal ------------------------------------------------------------
out=$(at_terminal anna 'Your message' '>to you\r\x04' \
    'This goes to ben, check words:' 'Type the words to send:' \
    '>no\r' 'say the check words' -- \
    "$tacit" --vault "$work/anna.vault" send ben) && die "sent: $out"
out=$(at_terminal anna 'Your message' '>to you\r\x04' \
    'Type the words to send:' ">$(words anna ben | tr a-z A-Z)\r" -- \
    "$tacit" --vault "$work/anna.vault" send ben --wait-ms 0) || die "$out"
out=$(at_terminal anna 'Your message' '>as Carla said\r\x04' \
    'This text names carla' 'anyway?' '>n\r' 'names another contact' -- \
    "$tacit" --vault "$work/anna.vault" send ben) && die "sent: $out"
out=$(at_terminal anna 'Your message' '>as Carla said\r\x04' \
    'This text names carla' 'anyway?' '>y\r' -- \
    "$tacit" --vault "$work/anna.vault" send ben --wait-ms 0) || die "$out"
out=$(at_terminal anna 'to carla> ' '>ben was here\r' \
    'not sent: it names ben' '/anyway' '>\r' 'to carla> ben was here' \
    '>\r' 'not sent: it names ben' '>something else\r' 'it names ben' \
    '>/anyway\r' 'This goes to carla, check words:' \
    ">$(words anna carla)\r" 'me' 'ben was here' '>/anyway\r' \
    'nothing waits' '>/quit\r' -- \
    "$tacit" --vault "$work/anna.vault" chat carla) || die "$out"

said() {
	as "$1" history "$2" | python3 -c 'import json, sys
print("|".join(json.loads(line)["text"] for line in sys.stdin))'
}
is 'to ben' "$(said anna ben)" 'plain|first|second|to you|as Carla said'
is 'to carla' "$(said anna carla)" \
    $'quickly|I saw BEN.|one|two|ben was here\nsomething else'

finish
