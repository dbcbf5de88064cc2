#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A chat that locks itself, as a person sees it, and what docs/locking.md says:
# nothing is left on the screen nor in memory, what was typed comes back, the
# passphrase is asked of a person, and the log of the vault tells.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/chat_lib.sh
. "$(dirname "$0")/chat_lib.sh"

export LC_ALL=C.UTF-8 TMUX_TMPDIR=$work
unset TMUX
command -v tmux >/dev/null || die 'tmux is needed'
trap 'left=$?; tmux kill-server 2>/dev/null || true; clean_up $left' EXIT
echo 'set -g exit-empty off' >"$work/tmux.conf"

# open WHO OPTION...: this person's chat with contact 1
open() {
	cat >"$work/$1.chat" <<-END
	TACIT_PASSPHRASE_FILE='$work/$1.pass' '$tacit' --vault '$work/$1.vault' \\
	    chat 1 ${*:2}
	echo "left with \$?"
	sleep 1000
	END
	tmux -f "$work/tmux.conf" -u new-session -d -s "$1" -x 80 -y 24 \
	    "exec sh '$work/$1.chat'"
}

text() {
	tmux send-keys -t "$1" -l -- "$2"
}

screen() {
	tmux capture-pane -p -S -500 -t "$1"
}

within() {
	screen "$1" | grep -qF -- "$2"
}

# shows WHO TEXT [SECONDS]
shows() {
	local _
	claims=$((claims + 1))
	for _ in $(seq $((${3:-30} * 10))); do
		within "$1" "$2" && return
		sleep 0.1
	done
	screen "$1" >&2
	die "never: $1 sees $2"
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
for i in $(seq 30); do echo "about the river, $i"; done |
    as anna send ben --lines --wait-ms 2000 >/dev/null
as ben sync --wait-ms 10000 --until 30 >/dev/null

# ---- refused ---------------------------------------------------------------------
for n in 0 1441 x -1 ''; do
	fails 64 usage as anna chat 1 --lock-minutes "$n"
done
fails 64 usage as anna send ben --lock-minutes 1 </dev/null

# ---- two that were left alone, and one that was not --------------------------------
open anna --lock-minutes 1
open ben
shows anna 'to ben>'
shows ben 'to anna>'
text anna 'not yet entered: quartz'
shows anna 'to ben> not yet entered: quartz'
shows anna 'about the river, 30'
before=$(chat_of anna)
sleep 40
text anna '!'
sleep 30
within anna 'about the river' || die 'a key did not keep it open'
lacks 'not locked yet' "$(screen anna)" Locked
shows anna 'Locked: no key was pressed for 1 minute.' 45
shows anna 'Passphrase:'
lacks 'what was on the screen' "$(screen anna)" river
lacks 'what was typed' "$(screen anna)" quartz
within ben 'about the river' || die 'locked without being asked to'
is 'the same process' "$(chat_of anna)" "$before"
lacks 'what others see of it' "$(ps -o args= -p "$before")" ben
if [ "$(id -u)" -eq 0 ]; then
	holds anna 'Locked' || die 'the search finds nothing'
	for left in river quartz 'the passphrase of anna' 'Dr. Anna'; do
		if holds anna "$left"; then die "in memory: $left"; fi
	done
else
	echo 'the memory of a locked chat was not searched: needs root'
fi

# ---- nothing is open: another command may use the vault -----------------------------
is 'the vault is free' "$(as anna contacts | wc -l)" 1

# ---- the passphrase, of a person ------------------------------------------------------
text anna 'not the passphrase'
tmux send-keys -t anna Enter
shows anna 'wrong passphrase'
lacks 'still locked' "$(screen anna)" river
text anna 'the passphrase of anna'
tmux send-keys -t anna Enter
shows anna 'to ben> not yet entered: quartz!'
shows anna 'it was not sent'
shows anna 'about the river, 30'
tmux send-keys -t anna Enter
tmux kill-session -t anna
tmux kill-session -t ben
for _ in $(seq 100); do
	[ -n "$(chat_of anna)" ] || break
	sleep 0.1
done

# ---- the log ------------------------------------------------------------------------------
as anna log >"$work/log"
has 'the failure' "$(cat "$work/log")" '"kind":"failed-unlock"'
(umask 077 && echo 'something else' >"$work/wrong.pass")
TACIT_PASSPHRASE_FILE=$work/wrong.pass \
    fails 77 wrong-passphrase "$tacit" --vault "$work/anna.vault" --json log
is 'counted' "$(as anna log | tail -n 2 | head -n 1 | field kind)" \
    failed-unlock
is 'the newest alone' "$(as anna log --last 1 | field kind)" unlock
is 'verified first' "$(as anna verify ben --confirm | field verified)" true
is 'about whom' "$(as anna log | grep '"verify"' | field contact)" \
    "$(as anna contacts | field contact)"
out=$(TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault \
    "$work/anna.vault" log)
has 'for people' "$out" 'ben: verified'
has 'for people' "$out" 'a wrong passphrase was tried'
mv "$work/anna.vault.lock" "$work/moved"
has 'a count that was lost' "$(as anna log)" tries-lost
finish
