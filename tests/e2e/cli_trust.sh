#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How the link travelled decides: what may be sent to whom, and what the
# second reader of a link is told.
. "$(dirname "$0")/lib.sh"

start_relay
for who in anna ben carl; do make "$who" "$who"; done
add_relay anna

link=$(as anna invite <<<ben | field link)
as ben accept <<<"$link"$'\nanna' >/dev/null
fails 77 invitation-used as carl accept <<<"$link"$'\nanna'
is 'no contact left' "$(as carl contacts)" ''
as anna sync >/dev/null
as ben sync >/dev/null
is 'by link' "$(as anna contacts | field verified)" false
is 'by link' "$(as ben contacts | field verified)" false

# The inviter is held up; the joiner is not.
fails 77 not-verified as anna send ben <<<'who are you?'
is 'joiner' "$(as ben send anna --wait-ms 10000 <<<'hello' | field state)" accepted
is 'reads' "$(as anna sync --wait-ms 10000 --until 1 | texts)" hello
is 'number shown' "$(as anna verify ben | field verified)" false
is 'confirmed' "$(as anna verify ben --confirm | field verified)" true
is 'confirmed' "$(as anna contacts | field verified)" true
is 'then sent' "$(as anna send ben --wait-ms 10000 <<<'welcome' | field state)" accepted
is 'arrives' "$(as ben sync --wait-ms 10000 --until 1 | texts)" welcome

# Or the risk is accepted.
make dora dora
link=$(as anna invite <<<dora | field link)
as dora accept <<<"$link"$'\nanna' >/dev/null
as anna sync >/dev/null
fails 77 not-verified as anna send dora <<<x
is 'accepted risk' "$(as anna send dora --accept-unverified --wait-ms 10000 \
    <<<'at my risk' | field state)" accepted
is 'still unverified' "$(as anna contacts | tail -n 1 | field verified)" false
is 'arrives' "$(as dora sync --wait-ms 10000 --until 1 | texts)" 'at my risk'

# Withdrawn, unknown, and labels that are not unique.
link=$(as anna invite <<<ben | field link)
fails 65 ambiguous-contact as anna history ben
id=$(as anna contacts | tail -n 1 | field contact)
is 'withdrawn' "$(as anna close "$id" --yes | field state)" closed
fails 77 invitation-revoked as carl accept <<<"$link"$'\nanna'

# A code that is spent: nothing half-made.
make eve eve
"$relay" admit --data "$work/relay" | as eve relay add >/dev/null
as eve invite <<<first >/dev/null
fails 77 admission-refused as eve invite <<<second
is 'one contact' "$(as eve contacts | field label)" first
is 'one contact' "$(as eve contacts | wc -l)" 1

# A relay that is down: the same link goes on when it is back.
link=$(as anna invite <<<carl | field link)
stop_relay
fails 69 relay-unreachable as carl accept <<<"$link"$'\nanna'
start_relay
is 'goes on' "$(as carl accept <<<"$link"$'\nanna' | field state)" joining
is 'one contact' "$(as carl contacts | wc -l)" 1

# Another relay at the same place: its key differs.
link=$(as anna invite <<<dave | field link)
stop_relay
start_relay other
make dave dave
fails 77 pin-mismatch as dave accept <<<"$link"$'\nanna'
has 'sync says so' "$(as ben sync)" '"complete":false,"problem":"pin-mismatch"'

finish
