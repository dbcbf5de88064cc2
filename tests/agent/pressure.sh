#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Clients that do not read, that write too fast, that confirm nothing, that go
# away; two at once: what waits for each is bounded, nothing is lost, and the
# others are served.
. "$(dirname "$0")/lib.sh"

printf 'post_rate = 100000\npost_burst = 100000\n' >"$work/config"
start_relay relay --config "$work/config"
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
start_agent anna
# shellcheck disable=SC2154 # of e2e/lib.sh
AGENT=$agent_pid SOCKET=$socket RELAY=$relay_pid PORT=${relay_at##*:} TEXTS=${TACIT_TEXTS:-800} \
    node "$scripts/pressure.mjs"
stop_agent -TERM
is 'exit' "$ended" 0
finish
