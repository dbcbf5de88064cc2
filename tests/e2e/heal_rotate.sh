#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Somebody may have read along, so a client has both take new mailboxes and
# keys, in the middle of a talk.  Then his phone breaks, and what he restores
# knows only the old ones.
#
# usage: heal_rotate.sh copy|backup: how he kept what he restores
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/heal_lib.sh"

how=${1:?usage: heal_rotate.sh copy|backup}

# look SQL: into a copy of the relay's database.  The log first: should it
# move into the database meanwhile, both have it.
look() {
	rm -rf "$work/look"
	mkdir "$work/look"
	cp "$work/relay/relay.db-wal" "$work/look/"
	cp "$work/relay/relay.db" "$work/look/"
	sqlite3 "$work/look/relay.db" "$1"
}

# every mailbox that the relay has
mailboxes() {
	look 'SELECT hex(address) FROM mailbox ORDER BY 1'
}

# lies_in LIST: how many letters wait at the relay, in mailboxes of this list
lies_in() {
	look "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL
	    SELECT i + 1 FROM n WHERE i < 255)
	    SELECT hex(address) FROM block, n JOIN mailbox
	    ON printf('%016X', mailbox.id) =
	    hex(substr(envelopes, 68 * n.i + 1, 8))
	    WHERE 68 * n.i < length(envelopes)" >"$work/waiting" || die 'the database cannot be read'
	# It counts none with exit 1.
	grep -cFf "$1" "$work/waiting" || [ $? -eq 1 ]
}

# ways LIST: a letter each way goes through mailboxes of this list
ways() {
	writes anna ben "which way does this go, after $claims claims?"
	is 'to ben' "$(lies_in "$1")" 1
	opens ben
	is 'he has it' "$(lies_in "$1")" 0
	writes ben anna "and this, after $claims claims?"
	is 'to anna' "$(lies_in "$1")" 1
	they_go_on anna ben
}

start_relay
they_meet ben
mailboxes >"$work/old"
ways "$work/old"

# ---- he keeps what his phone holds ----------------------------------------------
secret='words for the shelf'
case $how in
copy) keeps ben shelf ;;
backup) as ben backup "$work/shelf.backup" <<<"$secret" >/dev/null ;;
esac

# ---- he asks for new keys, and both write --------------------------------------
writes anna ben 'before he asked'
as ben rotate anna >/dev/null
for n in 1 2 3; do
	writes anna ben "anna, while the keys change, $n"
	writes ben anna "ben, while the keys change, $n"
	opens anna
	opens ben
done
they_go_on anna ben
is_told anna 1 '.event == "rotated"'
is_told ben 1 '.event == "rotated"'
a_good_talk anna ben
all_came anna ben
all_came ben anna
mailboxes | comm -13 "$work/old" - >"$work/new"
is 'two mailboxes are new' "$(wc -l <"$work/new")" 2
ways "$work/new"
for who in anna ben; do
	shown_once "$who"
	not_alarmed "$who"
done

# ---- the phone breaks ---------------------------------------------------------------
writes anna ben 'while he had no phone'
case $how in
copy) puts_back ben shelf ;;
backup)
	rm "$work"/ben.vault*
	: >"$work/ben.events"
	as ben restore "$work/shelf.backup" <<<"$secret" >/dev/null
	;;
esac
writes ben anna 'from what was restored'
they_go_on ben anna

# ---- both just go on talking ---------------------------------------------------------
all_came anna ben
all_came ben anna
a_good_talk anna ben
all_came anna ben
all_came ben anna
ways "$work/old"
# His own he does not know any more, so that nobody can close it.
is 'her new one is closed' "$(mailboxes | comm -12 "$work/new" - | wc -l)" 1
for who in anna ben; do shown_once "$who"; done

# ---- and each is told --------------------------------------------------------------------
id=$(as ben contacts | field contact)
is_told ben 1 '.event == "rolled-back" and .who == "me" and .contact == null'
is_told ben 1 ".event == \"rolled-back\" and .who == \"me\" and
    .contact == \"$id\" and (.to // 0) - (.from // 0) == 6"
is_told anna 1 '.event == "rolled-back" and .who == "them"'
for who in anna ben; do not_alarmed "$who" rolled-back; done
is 'still verified' "$(as ben contacts | field verified)" true

finish
