#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What therapist and client need between sessions: each feature can be reached
# by the C API and by the command, and has a page whose example a test runs.
#
# usage: tests/acceptance/features.sh
#
# One line per feature; "lacks ..." says what of it is not there.  Exit 1 if
# anything is missing.
set -uo pipefail
cd "$(dirname "$0")/../.."

# feature | functions | commands | page | test that runs the page's example
features() {
	cat <<'EOF'
check-ins|tacit_checkin_import tacit_checkin_send tacit_checkin_submit tacit_checkin_response tacit_checkin_score|checkin import,checkin send,checkin list,checkin answer,checkin show|checkins|cli_checkin
trends|tacit_series_open tacit_series_point tacit_series_print|checkin trend|records|cli_export
misdirected text|tacit_practice_words tacit_practice_named tacit_practice_send|words,send|boundaries|cli_boundaries
recall|tacit_recall tacit_recall_export tacit_recall_check|recall,statement check|recall|cli_recall
hold|tacit_hold_set tacit_hold_get tacit_hold_now tacit_held tacit_practice_hold|hold|recall|cli_recall
asked back|tacit_retract tacit_retraction_state tacit_retraction_answer tacit_retract_policy_set tacit_forget|recall,retraction policy,retraction accept,retraction keep|recall|cli_retraction
the card|tacit_card_set tacit_card_get tacit_card_acknowledge|card set,card show,card acknowledge|boundaries|cli_boundaries
out of office|tacit_away_set tacit_away_end|away set,away off|boundaries|cli_boundaries
quiet hours|tacit_quiet_set tacit_quiet_at|quiet set,quiet off|boundaries|cli_boundaries
lifecycle|tacit_life_change tacit_life_get tacit_life_entry tacit_life_verify|pause,resume,discharge,lifecycle,verify|boundaries|cli_boundaries
retention|tacit_send_fleeting|send|retention|cli_retention
records kept for years|tacit_retention_set tacit_retention_get tacit_retention_delete|retention set,retention show,retention delete|retention|cli_retention
export|tacit_record_write tacit_record_check|export,check|records|cli_export
vault log|tacit_log_next tacit_log_note|log|locking|cli_locking
auto-lock|tacit_open tacit_close|chat|locking|cli_locking
receipts|tacit_receipts_set tacit_receipts_get tacit_receipts_read|receipts|receipts|cli_receipts
EOF
}

# declared NAME: in a public header
declared() {
	grep -qE "\b$1\(" client-lib/include/tacit/*.h
}

# command WORDS: "tacit help" knows it
command_is() {
	grep -qF "{ \"$1\"," client-lib/cli/help.c
}

missing=0
while IFS='|' read -r feature functions commands page test; do
	lacks=
	for name in $functions; do
		declared "$name" || lacks+=" $name()"
	done
	while read -r -d , name; do
		command_is "$name" || lacks+=" 'tacit $name'"
	done <<<"$commands,"
	[ -s "docs/$page.md" ] || lacks+=" docs/$page.md"
	if ! grep -qs "docs/$page.md" "tests/e2e/$test.sh"; then
		lacks+=" a test of docs/$page.md"
	fi
	if [ -z "$lacks" ]; then
		echo "feature: $feature"
	else
		echo "feature: $feature lacks$lacks"
		missing=$((missing + 1))
	fi
done < <(features)
echo "figure: $missing of $(features | wc -l) features lack something"
[ "$missing" -eq 0 ]
