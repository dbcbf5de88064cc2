#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A check-in as a person answers it on a narrow terminal: each kind of
# question, what is refused and why, back, leaving and going on.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export LC_ALL=C.UTF-8 TZ=UTC0

# answers STEP...: Ben, on a terminal of 40 columns, who types when asked to:
# what is typed earlier is shown before the prompt, and breaks its line
answers() {
	local steps=() step before=
	for step; do
		case $step:$before in
		'>'*:Send*) ;;
		'>'*) steps+=('\n> ') ;;
		esac
		steps+=("$step") before=$step
	done
	TACIT_PASSPHRASE_FILE=$work/ben.pass later 960 python3 \
	    "$root/tests/support/terminal.py" "${steps[@]}" -- sh -c \
	    "stty cols 40 rows 20; exec '$tacit' --vault '$work/ben.vault' \
	    checkin answer $checkin" | tr -d '\r' | sed 's/ *$//'
}

cat >"$work/form.json" <<'JSON'
{"resourceType":"Questionnaire","status":"active","title":"Evening","item":[
{"linkId":"intro","type":"display",
 "text":"Please answer for today only; it does not take longer than a minute."},
{"linkId":"mood","prefix":"1","type":"choice","required":true,
 "text":"How was your mood today, all things considered and taken together?",
 "answerOption":[{"valueCoding":{"code":"good","display":"Good"}},
 {"valueCoding":{"code":"mixed",
  "display":"Mixed: some of it was good, and some was hard"}}]},
{"linkId":"help","prefix":"2","type":"open-choice","repeats":true,
 "text":"What helped?","answerOption":[
 {"valueCoding":{"code":"walk","display":"A walk"}}]},
{"linkId":"drinks","prefix":"3","type":"integer","required":true,
 "text":"Drinks","extension":[
 {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":0},
 {"url":"http://hl7.org/fhir/StructureDefinition/maxValue",
  "valueInteger":20}]},
{"linkId":"sleep","prefix":"4","type":"decimal","text":"Hours of sleep",
 "extension":[{"valueInteger":1,
 "url":"http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces"}]},
{"linkId":"since","prefix":"5","type":"date","text":"Since when?"},
{"linkId":"group","type":"group","text":"Hard moments","item":[
 {"linkId":"hard","prefix":"6","type":"boolean","required":true,
  "text":"Was there one?"},
 {"linkId":"what","prefix":"7","type":"text","text":"What was it?",
  "enableWhen":[{"question":"hard","operator":"=","answerBoolean":true}]}]},
{"linkId":"word","prefix":"8","type":"string","text":"A word for today",
 "maxLength":12}]}
JSON

start_relay
make anna 'Anna Berg'
make ben 'Ben'
add_relay anna
pair anna ben --in-person
form=$(as anna checkin import "$work/form.json" | field form)
checkin=$(as anna checkin send ben "$form" | field checkin)
later 960 as anna sync >/dev/null
later 960 as ben sync >"$work/due"
later 960 as ben sync >>"$work/due"
day=$(jq -r 'select(.event == "checkin-due") | .date' "$work/due")

# ---- what is wrong is said with what is right, and asked again -------------------
out=$(answers '(a number above' '>\r' 'needs an answer' '>9\r' \
    'not among the options' '>2\r' 'What helped' '>1\r' '>a long talk\r' '>\r' \
    '(a whole number, 0 to 20)' '>many\r' 'not a whole number' '>21\r' \
    'over the maximum' '>-1\r' 'under the minimum' '>3\r' \
    '(a number, 1 place behind the' '>6.55\r' 'too many decimal' '>6.5\r' \
    'Since when' '>2026-02-30\r' 'not a date' '>/back\r' 'so far: 6.5' \
    '>\r' 'Since when' '>/later\r' 'Kept, and not sent yet') || die "$out"
# No line is broken inside a word.
is 'as wide as the terminal' "$(awk 'length > 39' <<<"$out")" ''
has 'words' "$out" $'  considered and taken together?\n'
has 'words' "$out" $'        some was hard\n'
has 'words' "$out" $'Please answer for today only; it does\n'

# ---- it goes on with what was not answered --------------------------------------
out=$(answers 'Since when' '>\r' 'Hard moments' '(yes or no)' '>maybe\r' \
    'neither yes nor no' '>yes\r' 'What was it' '>an argument\r' \
    '12 characters at' '>thirteen letters\r' 'too long' '>fine\r' \
    'Send these answers now' '>n\r' 'Kept, and not sent yet') || die "$out"
lacks 'what was answered' "$out" 'your mood'

# All of it was answered but for one that need not be: from there.
out=$(answers 'Since when' '>2026-11-01\r' 'so far: yes' '>no\r' \
    'so far: fine' '>\r' 'Send these' '>n\r' 'Kept') || die "$out"
lacks 'not asked any more' "$out" 'What was it'

# Nothing is left: all of it, to be looked at and sent.
out=$(answers 'for today only' 'so far: Mixed' '>\r' 'so far: A walk; a long' \
    '>\r' 'so far: 3' '>/clear\r' '>\r' 'needs an answer' '>4\r' \
    'so far: 6.5' '>\r' 'so far: 2026-11-01' '>\r' 'so far: no' '>\r' \
    'so far: fine' '>\r' 'Send these' '>y\r' 'Thank you') || die "$out"

later 960 as anna sync --wait-ms 10000 >/dev/null
out=$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault \
    "$work/anna.vault" checkin show "$checkin" "$day")
for part in 'Mixed: some' 'A walk; a long talk' '    4' '6.5' '2026-11-01' \
    '    no' 'fine'; do
	has 'shown' "$out" "$part"
done
lacks 'not asked' "$out" 'an argument'

finish
