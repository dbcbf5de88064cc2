#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stranger reads a leaked link first.  Nothing of what was written for the
# one who was meant goes to the stranger, and both honest ends can see it.
. "$(dirname "$0")/lib.sh"

# held WHAT: envelopes that the relay has for anybody, in memory or stored
held() {
	"$relay" status --data "$work/relay" --json >"$work/status"
	is "$1: stored" "$(field envelopes <"$work/status")" 0
	is "$1: held" "$(field held <"$work/status")" 0
}

rounds() {
	local who
	for who in anna eve anna eve anna eve; do
		as "$who" sync >>"$work/$who.events"
	done
}

start_relay
for who in anna ben eve; do make "$who" "$who"; done
add_relay anna

link=$(as anna invite <<<ben | field link)
queued=$(as anna send ben <<<'for ben only')
is 'before pairing' "$(field state <<<"$queued")" queued
is 'waits' "$(field waits_for <<<"$queued")" pairing

is 'stranger' "$(as eve accept <<<"$link"$'\nanna' | field state)" joining
fails 77 invitation-used as ben accept <<<"$link"$'\nanna'
is 'ben has nothing' "$(as ben contacts)" ''

rounds
contact=$(as anna contacts)
is 'paired' "$(field state <<<"$contact")" active
is 'unverified' "$(field verified <<<"$contact")" false
is 'calls itself' "$(field their_name <<<"$contact")" eve
is 'still queued' "$(field queued <<<"$contact")" 1
fails 77 not-verified as anna send ben <<<'are you there?'
has 'paired is an event' "$(cat "$work/anna.events")" \
    '"event":"paired"'
rounds
held 'after pairing'
is 'nothing for the stranger' "$(texts <"$work/eve.events")" ''
is 'what anna wrote' "$(as anna history ben | field state)" queued
is 'no more was kept' "$(as anna history ben | wc -l)" 1

# What the stranger writes is shown, as from somebody unverified; answering
# is refused all the same.
is 'stranger writes' "$(as eve send anna --wait-ms 10000 <<<'it is me, ben' |
    field state)" accepted
is 'anna reads' "$(as anna sync --wait-ms 10000 --until 1 | texts)" \
    'it is me, ben'
fails 77 not-verified as anna send ben <<<'hello ben'
rounds
held 'after a letter'
is 'nothing for the stranger' "$(texts <"$work/eve.events")" ''

# The numbers would tell; anna ends it, and what was queued stays unsent.
is 'closed' "$(as anna close ben --yes | field state)" closed
rounds
has 'the stranger is told' "$(cat "$work/eve.events")" '"event":"closed"'
is 'nothing for the stranger' "$(texts <"$work/eve.events")" ''
fails 65 contact-closed as anna send ben <<<'one more'
held 'after closing'
"$relay" status --data "$work/relay" --json >"$work/status"
is 'no mailbox but the anchor of who invites' "$(field mailboxes <"$work/status")" 1

# It was the missing confirmation that held the text, nothing else.
link=$(as anna invite <<<dora | field link)
as anna send dora <<<'for dora' >/dev/null
make dora dora
as dora accept <<<"$link"$'\nanna' >/dev/null
as anna sync >/dev/null
is 'held' "$(as dora sync --wait-ms 500 --until 1 | texts)" ''
as anna verify dora --confirm >/dev/null
as anna sync >/dev/null
is 'let go' "$(as dora sync --wait-ms 10000 --until 1 | texts)" 'for dora'

finish
