# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The ledger of a conversation: files outside the vaults that only grow.
#	DIR/NAME.said	JSON lines {message, seq, state, text}
#	DIR/NAME.shown	every event that `sync' printed, JSON lines
#	DIR/NAME.history	JSON lines of `history', taken at the end
# Source it after lib.sh.

# whole_lines FILE: the JSON lines of a file whose writer may have been killed
whole_lines() {
	jq -cR 'fromjson? // empty' "$1"
}

# ledger_judge DIR WRITER READER: one JSON object of figures, see ledger.jq
ledger_judge() {
	jq -nc -f "$root/tests/e2e/ledger.jq" \
	    --slurpfile said "$1/$2.said" \
	    --slurpfile kept <(jq -c 'select(.from == "me")' "$1/$2.history") \
	    --slurpfile shown <(jq -c 'select(.event == "message")' "$1/$3.shown") \
	    --slurpfile read <(jq -c 'select(.from == "them")' "$1/$3.history")
}

# ledger_faults FIGURES: how many of all kinds
ledger_faults() {
	jq '.lost + .doubled + .disordered + .foreign' <<<"$1"
}
