#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/retention.md by the command: what both ends forget, and when; and how
# long records are kept.
. "$(dirname "$0")/lib.sh"

# Where it is noon, so that no day ends meanwhile.
TZ=NOON$(($(date -u +%-H) - 12))
export LC_ALL=C.UTF-8 TZ

# later HOURS WHO COMMAND...: as if it were so much later
later() {
	LD_PRELOAD=$build/tests/testclock.so \
	    TACIT_TEST_AHEAD_S=$(($1 * 3600)) as "${@:2}"
}

texts() {	# texts WHO CONTACT [HOURS]: of the history, forgotten or not
	later "${3:-0}" "$1" history "$2" | python3 -c 'import json, sys
for line in sys.stdin:
	o = json.loads(line)
	print(o["text"], o.get("keep_hours", 0), o.get("forgotten", False))'
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# ---- refused ---------------------------------------------------------------------
for n in 0 8785 x -1 ''; do
	fails 64 usage as anna send ben --keep-hours "$n" <<<'no'
done
fails 64 usage as anna sync --keep-hours 2
fails 65 bad-text as anna send ben --keep-hours 2 \
    < <(head -c 24001 /dev/zero | tr '\0' x)
is 'nothing was kept' "$(texts anna ben)" ''

# ---- written, read, forgotten -------------------------------------------------------
echo 'a heron in the reeds' | as anna send ben --keep-hours 48 >/dev/null
echo 'a record' | as anna send ben >/dev/null
as ben sync --wait-ms 10000 --until 2 >"$work/ben.events"
has 'shown' "$(cat "$work/ben.events")" 'a heron in the reeds'
echo 'I saw it' | as ben send anna >/dev/null
as anna sync --wait-ms 10000 --until 1 >/dev/null
for who in anna:ben ben:anna; do
	has "$who" "$(texts "${who%:*}" "${who#*:}")" \
	    'a heron in the reeds 48 False'
	later 47 "${who%:*}" sync --wait-ms 0 >/dev/null
	has "$who, in time" "$(texts "${who%:*}" "${who#*:}")" 'a heron'
	later 49 "${who%:*}" sync --wait-ms 500 >"$work/events"
	is "$who: forgotten" "$(grep -c '"event":"forgotten"' \
	    "$work/events")" 1
	out=$(texts "${who%:*}" "${who#*:}")
	lacks "$who" "$out" heron
	has "$who" "$out" ' 48 True'
	has "$who: a record stays" "$out" 'a record 0 False'
done
has 'who wrote it' "$(cat "$work/events")" '"from":"them"'
out=$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault \
    "$work/anna.vault" history ben)
has 'for people' "$out" '[forgotten]'

# ---- in a record ----------------------------------------------------------------------
echo 'a wren in the hedge' | as anna send ben --keep-hours 48 >/dev/null
for format in fhir html json; do
	(cd "$work" && as anna export ben --format "$format" \
	    --out "record.$format" >/dev/null) || die "export: $format"
	lacks "record: $format" "$(cat "$work/record.$format")" 'a wren'
	has "record: $format" "$(cat "$work/record.$format")" 'a record'
done
is 'record: what is left out' "$(jq -r 'select(.text? == null) |
    .retention // empty' "$work/record.json")" $'deleted\nephemeral'

# ---- and they talk on ------------------------------------------------------------------
echo 'on we go' | later 49 anna send ben >/dev/null
later 49 ben sync --wait-ms 10000 --until 2 >"$work/ben.events"
has 'afterwards' "$(cat "$work/ben.events")" 'on we go'

# ---- records: refused as long as they have to be kept -------------------------------------
# opened WHO: all that the vault of WHO holds, opened with its key
opened() {
	"$build/tests/vaultrows" "$work/$1.vault" "$work/$1.pass"
}
day() {	# day YEARS [DAYS]: of today, so much later, as the clock will have it
	date -d "$today + $1 years + ${2:-0} days" +%F
}
ahead() {	# ahead YEARS [DAYS]: how many hours that is
	echo $((($(date -d "$(day "$@") 12:00" +%s) - $(date +%s)) / 3600 + 1))
}
today=$(date +%F)
make carla 'Carla C.'
pair anna carla --in-person
echo 'an otter' | as carla send anna >/dev/null
as anna sync --wait-ms 10000 --until 1 >/dev/null

for n in 0 31 x -1 ''; do
	fails 64 usage as anna retention set --years "$n"
done
fails 64 usage as anna retention set
fails 64 usage as anna retention
fails 64 usage as anna retention show --years 3
fails 64 usage as anna retention delete
fails 65 unknown-contact as anna retention delete emil <<<"$today"
fails 65 state as anna retention delete ben <<<"$today"
fails 65 state as anna retention show ben
is 'by default' "$(as anna retention show)" '{"years":10,"set":false}'
is 'set' "$(as anna retention set --years 3)" '{"years":3,"set":true}'
has 'logged' "$(as anna log)" 'records are kept for 3 years, before for 10'

as anna discharge ben <<<'All the best.' >/dev/null
for who in anna ben anna ben; do as "$who" sync --wait-ms 500 >/dev/null; done
for when in 0 2; do
	fails 77 retained later $((when * 8760)) anna retention delete ben \
	    <<<"$(day "$when")"
	has 'until when' "$(cat "$work/fails.err")" "$(day 3)"
done
is 'kept' "$(as anna retention show | tail -n 1 |
    jq -r '[.label, .ended, .keep_until, .due] | join(" ")')" \
    "ben $today $(day 3) false"
is 'in the list' "$(as anna contacts | sed -n 1p |
    jq -r '[.keep_until, .due] | join(" ")')" "$(day 3) false"
lacks 'of carla' "$(as anna contacts | tail -n 1)" keep_until

# ---- and deleted when they are due ---------------------------------------------------------
hours=$(ahead 3 1)
later "$hours" anna sync >"$work/events"
is 'told' "$(grep '"event":"record-due"' "$work/events" |
    jq -r .keep_until)" "$(day 3)"
lacks 'told once' "$(later "$hours" anna sync)" record-due
for date in '' "$today" "$(day 3)" 2026-13-01 yesterday; do
	fails 65 wrong-date later "$hours" anna retention delete ben <<<"$date"
done
is 'a leap' "$(later "$hours" anna retention show ben |
    jq -r '[.due, .idle_from, .idle_until] | join(" ")')" \
    "true $today $(day 3 1)"
shown=$(LD_PRELOAD=$build/tests/testclock.so \
    TACIT_TEST_AHEAD_S=$((hours * 3600)) \
    TACIT_PASSPHRASE_FILE=$work/anna.pass \
    python3 "$root/tests/support/terminal.py" "Today's date" ">$today\r" \
    -- "$tacit" --vault "$work/anna.vault" retention delete ben) &&
    die "deleted on another day: $shown"
has 'a person is told' "$shown" "It had to be kept until $(day 3)."
has 'of the clock, too' "$shown" "began on $today and ended on $(day 3 1)"
has 'and refused' "$shown" 'nothing was deleted'
opened anna >"$work/before"
for what in 'a record' 'I saw it' 'All the best.' 'Ben B.'; do
	grep -qaF "$what" "$work/before" || die "the search is blind: $what"
done
id=$(later "$hours" anna retention delete ben <<<"$(day 3 1)" |
    field contact)
opened anna >"$work/after"
for what in 'a record' 'I saw it' 'All the best.' 'Ben B.'; do
	lacks 'left' "$(grep -aF "$what" "$work/after" || echo none)" "$what"
done
has 'of others' "$(as anna history carla)" 'an otter'
fails 65 unknown-contact as anna history ben
fails 65 unknown-contact as anna retention delete "$id" <<<"$today"
is 'logged' "$(as anna log | grep '"kind":"deleted"' |
    jq -r '[.contact, .words] | join(" ")')" \
    "$id it was to be kept until $(day 3)"
lacks 'no name there' "$(as anna log)" ben

# ---- a client may at once ----------------------------------------------------------------------
as carla close anna --yes >/dev/null
fails 65 wrong-date as carla retention delete anna <<<"$(day 1)"
id=$(as carla retention delete anna <<<"$today" | field contact)
opened carla >"$work/after"
lacks 'left' "$(grep -aF otter "$work/after" || echo none)" otter
TACIT_PASSPHRASE_FILE=$work/carla.pass "$tacit" --vault "$work/carla.vault" \
    log >"$work/log"
has 'for people' "$(cat "$work/log")" "$id: deleted, with all"
is 'nobody' "$(as carla contacts)" ''
as anna sync --wait-ms 1000 >"$work/events"
has 'the practice knows' "$(cat "$work/events")" '"event":"closed"'
has 'and keeps its own' "$(as anna history carla)" 'an otter'
fails 77 retained as anna retention delete carla <<<"$today"

# ---- docs/retention.md: its commands are those that were tried -------------------------------
while read -r name; do
	has "tried: $name" "$(cat "$0")" "$name"
done < <(grep -o '^    tacit [a-z ]*' "$root/docs/retention.md" |
    sed 's/^ *tacit //; s/ *$//' | sort -u)
finish
