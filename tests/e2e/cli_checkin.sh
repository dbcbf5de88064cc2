#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Check-ins by the command, between two people: what stands in
# docs/checkins.md is done word by word, then everything that is refused.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export TZ=UTC0

start_relay
make anna 'Anna Berg'
make ben 'Ben'
add_relay anna
pair anna ben --in-person

# block WHO: the lines of that fenced block of the page
block() {
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$root/docs/checkins.md" |
	    grep -v '^```'
}
[ "$(block therapist | wc -l)" -ge 3 ] || die 'docs/checkins.md: no example'

# run WHO LINE: a line of the page, on that person's vault
run() {
	local line=${2//k_abcdefghijkl/$checkin}
	line=${line//2026-11-22/$day}
	TACIT_PASSPHRASE_FILE="$work/$1.pass" bash -c "tacit() {
	    '$tacit' --vault '$work/$1.vault' --json \"\$@\"; }; $line"
}

# ---- the page -----------------------------------------------------------------
checkin=none day=none n=0
while read -r line; do
	out=$(run anna "$line")
	n=$((n + 1))
	case $line in
	*'checkin send'*) checkin=$(printf '%s\n' "$out" | field checkin) ;;
	esac
done < <(block therapist)
is 'state' "$(as anna checkin list ben | field state)" waiting
is 'lines of the therapist' "$([ "$n" -ge 3 ] && echo yes)" yes

# Nothing leaves before its time; all of it 15 minutes later.
as ben sync >"$work/early"
lacks 'nothing is asked yet' "$(cat "$work/early")" checkin
later 900 as anna sync >/dev/null
is 'state' "$(as anna checkin list ben | field state)" sent
later 900 as ben sync >"$work/due"
later 900 as ben sync >>"$work/due"
is 'asked once' "$(grep -c '"checkin-due"' "$work/due")" 1
has 'asked' "$(cat "$work/due")" "\"checkin\":\"$checkin\""
lacks 'not in quiet hours' "$(cat "$work/due")" quiet
day=$(grep checkin-due "$work/due" | field date)
is 'state' "$(as ben checkin list anna | field state)" asked

# What refuses nothing else: one answer too many.
status=0
out=$(printf '%s\n' hard none alone 6.5 '' 'A long day.' x |
    later 900 as ben checkin answer "$checkin" 2>&1) || status=$?
is 'more answers than questions' "$status" 64
has 'and says so' "$out" 'more answers'
while read -r line; do
	out=$(later 900 run ben "$line")
done < <(block client)
is 'answered' "$(printf '%s\n' "$out" | tail -n 1 | field state)" sent
as anna quiet set --begin 00:00 --end 00:00 >/dev/null
later 900 as anna sync >"$work/answered"
as anna quiet off >/dev/null
is 'in quiet hours' "$(grep -c '"quiet":true' "$work/answered")" \
    "$(grep -c '"event":"checkin-' "$work/answered")"
has 'told' "$(cat "$work/answered")" '"event":"checkin-answered"'
has 'the event names it' "$(cat "$work/answered")" "$checkin"
has 'an alert' "$(cat "$work/answered")" '"event":"checkin-alert"'

while read -r line; do
	out=$(run anna "$line")
done < <(block look)
has 'score' "$out" '"score":"Day","value":"0"'
has 'response' "$out" '"resourceType":"QuestionnaireResponse"'
has 'what was written' "$out" '"A long day."'
is 'answers' "$(as anna checkin list ben | field answers)" 1
page=$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault \
    "$work/anna.vault" checkin show "$checkin" "$day")
has 'for people' "$page" 'How much energy was there?'
has 'for people' "$page" 'ALERT'

# What people are told to type is a command.
later 87300 as ben sync >/dev/null
printf '%s\n' hard none alone 6.5 '' 'Another day.' |
    later 87300 as ben checkin answer "$checkin" >/dev/null
told=$(TACIT_PASSPHRASE_FILE=$work/anna.pass later 87300 "$tacit" --vault \
    "$work/anna.vault" sync)
read -ra line < <(printf '%s\n' "$told" |
    sed -n 's/.*was answered; tacit \(.*\) shows it$/\1/p')
has 'it shows the answer' "$(as anna "${line[@]}")" 'Another day.'

# ---- answering in pieces ---------------------------------------------------------
as anna checkin send ben session-feedback >/dev/null
later 900 as anna sync >/dev/null
second=$(later 900 as ben sync | grep checkin-due | field checkin)
echo nonsense-that-is-no-option >"$work/nonsense"
fails 65 bad-answer later 900 as ben checkin answer "$second" \
    <"$work/nonsense"
left=$(later 900 as ben checkin answer "$second" </dev/null)
is 'kept' "$(printf '%s\n' "$left" | field state)" kept
has 'and what is missing' "$left" '"missing"'

# ---- a person chooses --------------------------------------------------------------
# An option that is a number is meant by that number, not by its place.
cat >"$work/scale.json" <<'EOF'
{"resourceType":"Questionnaire","status":"active","title":"Scale","item":[
{"linkId":"pain","type":"choice","text":"Pain?","answerOption":[
{"valueInteger":0},{"valueInteger":1},{"valueInteger":2},{"valueInteger":3}]},
{"linkId":"sleep","type":"choice","text":"Sleep?","answerOption":[
{"valueCoding":{"code":"x0","display":"0 none"}},
{"valueCoding":{"code":"x1","display":"1 some"}},
{"valueCoding":{"code":"x2","display":"2 much"}}]},
{"linkId":"mood","type":"choice","text":"Mood?","answerOption":[
{"valueCoding":{"code":"y0","display":"good"}},
{"valueCoding":{"code":"y1","display":"bad"}}]}]}
EOF
form=$(as anna checkin import "$work/scale.json" | field form)
scale=$(as anna checkin send ben "$form" | field checkin)
later 900 as anna sync >/dev/null
later 900 as ben sync >/dev/null
LC_ALL=C.UTF-8 TACIT_PASSPHRASE_FILE=$work/ben.pass later 900 \
    python3 "$root/tests/support/terminal.py" 'Pain?' 'c  2' 'a letter' '>4\r' \
    'not among' '>2\r' 'Sleep?' 'b  1 some' '>1\r' 'not among' '>b\r' \
    'Mood?' '2  bad' '>2\r' 'Send' '>y\r' -- \
    "$tacit" --vault "$work/ben.vault" checkin answer "$scale" \
    >"$work/person" || die "a person answers: $(cat "$work/person")"
later 900 as anna sync >/dev/null
out=$(as anna checkin show "$scale" "$day")
for said in '"valueInteger":2' '"code":"x1"' '"code":"y1"'; do
	has 'what was meant' "$out" "$said"
done

# ---- what is refused ----------------------------------------------------------------
fails 65 bad-form as anna checkin import "$work/no-such-file"
echo '{' >"$work/broken.json"
fails 65 bad-form as anna checkin import "$work/broken.json"
fails 65 unknown-id as anna checkin send ben f_aaaaaaaaaaaa
fails 65 unknown-id as anna checkin send ben no-such-form
fails 65 unknown-contact as anna checkin send nobody daily-check-in
fails 64 usage as anna checkin send ben
fails 64 usage as anna checkin send ben daily-check-in extra
fails 64 usage as anna checkin send ben daily-check-in --every 0
fails 64 usage as anna checkin send ben daily-check-in --every 1 --weekdays mon
fails 64 usage as anna checkin send ben daily-check-in --weekdays mon,
fails 64 usage as anna checkin send ben daily-check-in --weekdays day
fails 64 usage as anna checkin send ben daily-check-in --weekdays ''
fails 64 usage as anna checkin send ben daily-check-in --window 18:00-21:00
fails 64 usage as anna checkin send ben daily-check-in --every 1 --window 21:00-18:00
has 'why' "$(cat "$work/fails.err")" 'the earlier first'
fails 64 usage as anna checkin send ben daily-check-in --every 1 --window 6-7
fails 64 usage as anna checkin send ben daily-check-in --every 1 --window 18:60-19:00
fails 64 usage as anna checkin send ben daily-check-in --every 1 --window 18:00-24:01
fails 64 usage as anna checkin send ben daily-check-in --last-day 2001-01-01
fails 64 usage as anna checkin send ben daily-check-in --last-day tomorrow
fails 64 usage as anna checkin send ben daily-check-in --first-day 2026-02-30
fails 64 usage as anna checkin send ben daily-check-in --yes
fails 65 unknown-id as anna checkin stop k_aaaaaaaaaaaa
fails 65 unknown-id as anna checkin stop "$checkin$checkin"
fails 65 unknown-id as ben checkin stop "$checkin"
fails 65 unknown-id as anna checkin show "$checkin" 2001-01-01
fails 65 unknown-id as ben checkin show "$checkin" "$day"
fails 64 usage as anna checkin show "$checkin" today
fails 64 usage as anna checkin show "$checkin"
fails 65 unknown-id as ben checkin answer k_aaaaaaaaaaaa </dev/null
fails 65 state later 900 as ben checkin answer "$checkin" </dev/null
fails 65 unknown-id as anna checkin answer "$checkin" </dev/null
fails 64 usage as anna checkin
fails 64 usage as anna checkin trends

# Stopped: nothing can be answered, and it says so.
third=$(as anna checkin send ben daily-check-in |
    field checkin)
later 1800 as anna sync >/dev/null
later 1800 as ben sync >/dev/null
as anna checkin stop "$third" >/dev/null
later 1800 as ben sync >/dev/null
fails 65 state later 1800 as ben checkin answer "$third" </dev/null
finish
