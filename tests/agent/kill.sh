#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An agent that is killed with -9 at any moment, again and again, while its
# client sends and confirms: what was answered holds.
. "$(dirname "$0")/lib.sh"

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
KILLS=${TACIT_KILLS:-8} SEED=${TACIT_SEED:-$RANDOM} node "$scripts/kill.mjs"
