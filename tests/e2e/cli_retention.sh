#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/retention.md by the command: what both ends forget, and when.
. "$(dirname "$0")/lib.sh"

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
finish
