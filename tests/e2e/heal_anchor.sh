#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A vault is copied, used further, and put back while letters wait at both
# ends: the relay's anchor tells so before anything of the copy is posted.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

start_relay
they_meet ben
keeps anna before
a_good_talk anna ben
opens anna

# Nobody but the copy has said anything since: ben cannot have told it.
writes ben anna 'waits for anna'
as ben sync >/dev/null
puts_back anna before
echo 'written in the copy' >>"$work/anna.wrote.ben"
as anna send ben --wait-ms 0 <<<'written in the copy' >/dev/null
as anna sync >"$work/anna.out"
cat "$work/anna.out" >>"$work/anna.events"
order=$(jq -r 'select(.event == "rolled-back" or .event == "accepted") |
    .event + " " + (.who // "")' "$work/anna.out")
is 'it is told first' "$(head -n 1 <<<"$order")" 'rolled-back me'
they_go_on anna ben
all_came ben anna
a_good_talk anna ben
all_came ben anna
is_told anna 0 '.event == "relay-restored"'
shown_once ben

# What the relay has now is newer than the copy: it is found once.
anchored=$(as anna sync | jq -c 'select(.event == "rolled-back")')
is 'and never again' "$anchored" ''

finish
