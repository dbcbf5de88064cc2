# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the agent share: what they need is installed, and
# agent.mjs is told where it is.  Source it in place of ../e2e/lib.sh.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/../e2e/lib.sh"
# shellcheck source=tests/support/npm.sh
. "$here/../support/npm.sh"

# shellcheck disable=SC2154 # of e2e/lib.sh
scripts=$build/tests/agent
npm_install "$here" "$scripts" >/dev/null
# shellcheck disable=SC2154
export SCHEMA=$root/docs/agent.schema.json TACIT=$tacit WORK=$work ROOT=$root
sockets=$work/private
mkdir -m 700 "$sockets"

# start_agent WHO [OPTION...]: on a socket, ${socket}
start_agent() {
	local n
	# shellcheck disable=SC2154
	socket=$sockets/$1
	: >"$work/$1.agent.out"
	TACIT_PASSPHRASE_FILE="$work/$1.pass" "$tacit" \
	    --vault "$work/$1.vault" agent --socket "$socket" "${@:2}" \
	    >"$work/$1.agent.out" 2>"$work/$1.agent.err" &
	agent_pid=$!
	pids+=("$agent_pid")
	for n in $(seq 600); do
		grep -qs '^READY ' "$work/$1.agent.out" && return
		kill -0 "$agent_pid" 2>/dev/null || break
		sleep 0.05
	done
	die "no agent: $(cat "$work/$1.agent.err")"
}

stop_agent() {	# stop_agent [SIGNAL]: ${ended} is how it ended
	ended=0
	kill "${1:--TERM}" "$agent_pid"
	wait "$agent_pid" 2>/dev/null || ended=$?
}
