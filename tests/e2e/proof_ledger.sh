#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The checker of the ledger finds each kind of fault, and none where there is
# none.  usage: proof_ledger.sh BUILD
TACIT_BUILD=$(cd "${1:?usage: proof_ledger.sh BUILD}" && pwd)
export TACIT_BUILD
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ledger.sh"

# clean: twelve letters from anna to ben, one of them shown twice
clean() {
	jq -nc 'range(1; 13) | {message: "m_\(.)", seq: ., state: "queued",
	    text: "text \(.)"}' >"$work/all"
	grep -v '"m_7"' "$work/all" >"$work/anna.said"
	jq -c '. + {from: "me"}' "$work/all" >"$work/anna.history"
	jq -c '. + {from: "them"}' "$work/all" >"$work/ben.history"
	jq -c '. + {event: "message", event_id: (.seq + 40)}' "$work/all" \
	    >"$work/ben.shown"
	sed -n 5p "$work/ben.shown" >>"$work/ben.shown"
	echo '{"event":"accepted","event_id":3,"message":"m_1","seq":1}' \
	    >>"$work/ben.shown"
}

# alter FILE SED-OR-JQ...: rewrites a file of the ledger
alter() {
	"${@:2}" "$work/$1" >"$work/altered"
	! cmp -s "$work/altered" "$work/$1" || die "${*:2}: altered nothing"
	mv "$work/altered" "$work/$1"
}

# finds NAME FIGURE: and no other
finds() {
	local got
	got=$(ledger_judge "$work" anna ben)
	is "$1" "$(jq -c '[{lost, doubled, disordered, foreign} | to_entries[] |
	    select(.value > 0) | .key]' <<<"$got")" "$2"
	clean
}

clean
is 'clean' "$(ledger_judge "$work" anna ben)" '{"said":11,"written":12,"shown":12,"repeated":1,"lost":0,"doubled":0,"disordered":0,"foreign":0}'
finds 'clean' '[]'

alter ben.shown sed 6d
finds 'one not shown' '["lost"]'
alter ben.shown sed '$d;13d;12d'
finds 'the last not shown' '["lost"]'
alter ben.shown sed '1,$d'
finds 'none shown' '["lost"]'
alter ben.history sed 3d
finds 'one not in the history of the reader' '["lost"]'
alter anna.history sed 4d
alter ben.history sed 4d
alter ben.shown sed 4d
finds 'promised, but gone from both' '["lost"]'

alter ben.shown sed '13s/"event_id":45/"event_id":77/'
finds 'under two event ids' '["doubled"]'
alter ben.shown sed '$s/.*/{"event":"message","event_id":48,"message":"m_9","seq":9,"text":"text 9"}/'
finds 'one event id for two' '["doubled"]'
alter ben.history sed '3{p;p}'
is 'twice in the history' \
    "$(ledger_judge "$work" anna ben | jq -c '[.doubled, .disordered]')" '[2,2]'
clean

alter ben.shown sed '3{h;d};4G'
finds 'swapped' '["disordered"]'
alter ben.history sed '10{h;d};11G'
finds 'swapped in the history' '["disordered"]'

alter ben.shown sed '2s/text 2/text two/'
finds 'another text' '["foreign"]'
alter ben.shown sed '13s/text 5/text five/'
finds 'another text, when repeated' '["foreign"]'
alter ben.shown sed '8s/"seq":8/"seq":8.5/'
finds 'another seq' '["foreign"]'
alter ben.shown sed '12p;12s/.*/{"event":"message","event_id":60,"message":"m_60","seq":60,"text":"hello"}/'
finds 'nobody wrote it' '["foreign"]'
alter ben.history sed '2s/text 2/text two/'
finds 'another text in the history' '["foreign"]'
alter anna.said sed '2s/text 2/text two/'
finds 'kept is not what was promised' '["foreign"]'

# The last line of a writer that was killed is no line.
printf '{"event":"message","event_id":1}\n{"event":"mess' >"$work/cut"
is 'whole lines' "$(whole_lines "$work/cut")" '{"event":"message","event_id":1}'

finish
