#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Errors that need a relay, or a vault that was spoilt: name and exit status.
# What needs neither is in cli_usage.sh.
. "$(dirname "$0")/lib.sh"

start_relay
make anna anna
make ben ben

# ---- admission: 9 units for one relationship, 5 for an invitation ---------
"$relay" admit --data "$work/relay" | as anna relay add >/dev/null
as anna invite <<<one >/dev/null
fails 77 admission-refused as anna invite <<<two
is 'nothing half-made' "$(as anna contacts | wc -l)" 1
fails 65 bad-link as anna relay add <<<'tacit-relay:ws://relay.example:1#AA'
add_relay anna

# ---- links ------------------------------------------------------------------
link=$(as anna invite <<<two | field link)
https=https${link#tacit}
for bad in "${link}A" "${link%?}" "${link/\/i#/\/j#}" "http${link#tacit}" \
    "${link/i#/i?x#}" " $link" "TACIT${link#tacit}" "$(tr -d '#' <<<"$link")"; do
	fails 65 bad-link as ben accept <<<"$bad"$'\nanna'
done
is 'no contact left' "$(as ben contacts)" ''
is 'https is read too' "$(as ben accept <<<"$https"$'\nanna' | field state)" joining
make carl carl
fails 77 invitation-used as carl accept <<<"$link"$'\nanna'
fails 77 invitation-own as anna accept <<<"$link"$'\nme'

# A relay that lost what it had, on the same keys.
link=$(as anna invite <<<three | field link)
stop_relay
fails 69 relay-unreachable as carl accept <<<"$link"$'\nanna'
is 'kept, to go on' "$(as carl contacts | field state)" joining
rm "$work"/relay/relay.db* "$work/relay/relay.bodies"
start_relay
fails 77 invitation-unknown as carl accept <<<"$link"$'\nanna'
is 'no contact left' "$(as carl contacts)" ''
fails 77 admission-refused as anna invite <<<four

# ---- an invitation that expired: an hour of this relay is a second ----------
stop_relay
echo 'hour_seconds = 1' >"$work/quick.conf"
relay_at=127.0.0.1:0 start_relay quick --config "$work/quick.conf"
add_relay anna quick
link=$(as anna invite --expires-minutes 1 <<<late | field link)
expired() {
	[ "$("$relay" status --data "$work/quick" --json | field invitations)" = 0 ]
}
for _ in $(seq 100); do
	expired && break
	sleep 0.1
done
fails 77 'invitation-\(expired\|unknown\)' as carl accept <<<"$link"$'\nanna'

# ---- a vault that something else wrote to ------------------------------------
size=$(stat -c %s "$work/anna.vault")
cp "$work/anna.vault" "$work/whole"
for at in $(seq 2700 1024 "$size"); do
	printf xxxxxxxx | dd of="$work/anna.vault" bs=1 conv=notrunc \
	    seek="$at" status=none
done
fails 65 vault-corrupt as anna contacts
head -c $((size - size % 1024 - 3072)) "$work/whole" >"$work/anna.vault"
fails 65 '\(vault-truncated\|vault-corrupt\)' as anna contacts
cp "$work/whole" "$work/anna.vault"
has 'whole again' "$(as anna contacts)" '"label":"late"'

# ---- no room -------------------------------------------------------------------
full() { (ulimit -f "$1" && as anna send late --accept-unverified "${@:2}"); }
before=$(as anna contacts | jq -c 'select(.label == "late") | .queued')
seq -f 'text %g' 2000 >"$work/many"
fails 74 disk-full full $((size / 1024 + 64)) --lines --wait-ms 0 <"$work/many"
after=$(as anna contacts | jq -c 'select(.label == "late") | .queued')
is 'what was said to be kept is kept' "$((before + $(wc -l <"$work/fails.out")))" \
    "$after"

finish
