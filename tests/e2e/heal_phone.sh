#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A client's phone loses 2,500 letters.  They were at the relay, and the relay
# says that it has never seen them; or somebody with a copy of the phone took
# them first.  What the therapist wrote comes all the same.
#
# usage: heal_phone.sh relay|thief [LETTERS=2500]
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

how=${1:?usage: heal_phone.sh relay|thief [LETTERS]}
letters=${2:-2500}

cat >"$work/relay.conf" <<-END
	mailbox_letters = 4096
	post_rate = 1000
	post_burst = 5000
END
start_relay relay --config "$work/relay.conf"
they_meet ben

# ---- the letters are lost ----------------------------------------------------
case $how in
relay)
	stop_relay
	cp -a "$work/relay" "$work/relay.kept"
	start_relay relay --config "$work/relay.conf"
	writes_many anna ben "$letters" 'a letter'
	is 'the relay has them' "$(as anna contacts | field queued)" 0
	stop_relay
	rm -r "$work/relay"
	mv "$work/relay.kept" "$work/relay"
	start_relay relay --config "$work/relay.conf"
	;;
thief)
	mkdir "$work/thief"
	cp -a "$work/ben.vault"* "$work/ben.pass" "$work/thief/"
	writes_many anna ben "$letters" 'a letter'
	is 'the relay has them' "$(as anna contacts | field queued)" 0
	is 'the thief takes them' "$(TACIT_PASSPHRASE_FILE=$work/ben.pass \
	    "$tacit" --vault "$work/thief/ben.vault" --json sync \
	    --until "$letters" --wait-ms 200000 |
	    texts | wc -l)" "$letters"
	;;
esac
rm -f "$work/thief"/*

# ---- they come ----------------------------------------------------------------
they_go_on ben anna
all_came anna ben
a_good_talk anna ben
all_came anna ben
all_came ben anna
shown_once ben
shown_once anna

# ---- and each is told ------------------------------------------------------------
case $how in
relay)
	is_told anna 1 '.event == "relay-restored"'
	# He was not there in the time that the relay forgot.
	not_alarmed anna relay-restored
	not_alarmed ben
	;;
thief)
	is_told ben 1 '.event == "rolled-back" and .who == "me"'
	is_told anna 1 '.event == "rolled-back" and .who == "them"'
	not_alarmed anna rolled-back
	not_alarmed ben rolled-back
	;;
esac

finish
