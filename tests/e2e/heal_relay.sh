#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A relay is restored from yesterday's backup: letters of today are gone from
# it, and letters that were fetched and acknowledged today are there again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

start_relay
they_meet ben cleo
writes anna ben 'waiting overnight'
writes cleo anna 'also waiting overnight'

# ---- yesterday ------------------------------------------------------------------
stop_relay
cp -a "$work/relay" "$work/yesterday"
start_relay

# ---- today ------------------------------------------------------------------------
opens ben
opens anna
a_good_talk anna ben
writes anna ben 'at the relay when it broke'
writes ben anna 'at the relay when it broke, too'
writes cleo anna 'cleo, at the relay when it broke'
is 'the relay has them' "$(as anna contacts | jq -s 'map(.queued) | add')" 0

# ---- it breaks, and yesterday is put back -------------------------------------------
stop_relay -KILL
rm -r "$work/relay"
mv "$work/yesterday" "$work/relay"
start_relay
they_go_on anna ben cleo

all_came anna ben
all_came ben anna
all_came cleo anna
a_good_talk ben anna
a_good_talk anna cleo
all_came anna ben
all_came ben anna
all_came cleo anna
all_came anna cleo
for who in anna ben cleo; do
	shown_once "$who"
	is_told "$who" 1 '.event == "relay-restored"'
	not_alarmed "$who" relay-restored
done

finish
