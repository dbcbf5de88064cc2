#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that an agent offers, over stdio and then over its socket, beside
# another person's `tacit'.
. "$(dirname "$0")/lib.sh"

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
"$relay" admit --data "$work/relay" --relationships 20 >"$work/admission"

(umask 077 && mkdir "$work/backups")
RELAY=$(sed -n 's/^READY url=\([^ ]*\).*/\1/p' "$work/relay.out") \
    node "$scripts/talk.mjs"
has 'the log of the vault' "$(as anna log)" '"backup"'
finish
