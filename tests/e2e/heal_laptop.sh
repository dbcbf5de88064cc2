#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A therapist restores last week's laptop.  Her clients wrote to her meanwhile,
# and she to them; they notice nothing but a sentence.
#
# usage: heal_laptop.sh copy|backup: how she kept what she restores
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

how=${1:?usage: heal_laptop.sh copy|backup}

start_relay
they_meet ben cleo

# ---- Sunday: she keeps what her laptop holds --------------------------------
secret='words for the shelf'
case $how in
copy) keeps anna sunday ;;
backup) as anna backup "$work/sunday.backup" <<<"$secret" >/dev/null ;;
esac

# ---- the week ------------------------------------------------------------------
for day in monday tuesday wednesday thursday friday; do
	writes anna ben "anna on $day"
	writes ben anna "ben on $day"
	opens anna
	opens ben
done
writes cleo anna 'cleo, once in the week'
they_go_on anna ben cleo
all_came anna ben
all_came ben anna

# ---- Saturday: the laptop is gone, the shelf is not ------------------------------
writes ben anna 'ben, while she had no laptop'
case $how in
copy) puts_back anna sunday ;;
backup)
	rm "$work"/anna.vault*
	: >"$work/anna.events"
	as anna restore "$work/sunday.backup" <<<"$secret" >/dev/null
	;;
esac
is 'her week is not on it' "$(reads anna ben | grep -c day)" 0
writes anna ben 'anna, on what was restored'
they_go_on anna ben cleo

# ---- both just go on talking --------------------------------------------------------
all_came anna ben
all_came ben anna
all_came cleo anna
all_came anna cleo
a_good_talk anna ben
a_good_talk anna cleo
all_came anna ben
all_came ben anna
all_came anna cleo
all_came cleo anna
for who in anna ben cleo; do shown_once "$who"; done

# ---- and each is told what is missing -------------------------------------------------
id=$(as anna contacts | jq -r 'select(.label == "ben") | .contact')
is_told anna 1 '.event == "rolled-back" and .who == "me" and .contact == null'
is_told anna 1 ".event == \"rolled-back\" and .who == \"me\" and
    .contact == \"$id\" and (.to // 0) - (.from // 0) == 4"
is_told anna 0 '.event == "gap"'
is_told ben 1 '.event == "rolled-back" and .who == "them"'
is_told cleo 1 '.event == "rolled-back" and .who == "them"'
for who in anna ben cleo; do not_alarmed "$who" rolled-back; done
is 'still verified' "$(as anna contacts | jq -s 'map(.verified) | all')" true

finish
