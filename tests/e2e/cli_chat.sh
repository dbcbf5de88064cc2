#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two chats on terminals of their own, as two people see them: both write at
# the same time, the relay goes and comes, windows change their size, and
# whatever ends a chat, a text that was not entered is never sent.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/chat_lib.sh
. "$(dirname "$0")/chat_lib.sh"

export LC_ALL=C.UTF-8 TMUX_TMPDIR=$work
unset TMUX
command -v tmux >/dev/null || die 'tmux is needed'
trap 'left=$?; tmux kill-server 2>/dev/null || true; clean_up $left' EXIT

# One that ends with its last session may take the next one with it.
echo 'set -g exit-empty off' >"$work/tmux.conf"

# open WHO [COLUMNS ROWS]: this person's chat with contact 1, in a shell
open() {
	cat >"$work/$1.chat" <<-END
	#!/bin/sh
	TACIT_PASSPHRASE_FILE='$work/$1.pass' '$tacit' --vault '$work/$1.vault' \\
	    chat 1
	echo "left with \$?"
	stty -a | grep -q ' icanon.* echo ' && echo 'as it was'
	sleep 1000
	END
	tmux -f "$work/tmux.conf" -u new-session -d -s "$1" -x "${2:-80}" -y "${3:-24}" \
	    "exec sh '$work/$1.chat'"
	shows "$1" "to $(other "$1")>"
}

other() {
	case $1 in anna) echo ben ;; *) echo anna ;; esac
}

keys() {
	tmux send-keys -t "$@"
}

text() {	# text WHO TEXT: typed, not entered
	tmux send-keys -t "$1" -l -- "$2"
}

# screen WHO [-S -500]: what stands there (and what scrolled away)
screen() {
	tmux capture-pane -p -t "$@"
}

last() {
	screen "$1" | grep -v '^ *$' | tail -n 1 | sed 's/ *$//'
}

# until_true WHAT COMMAND...
until_true() {
	local _
	claims=$((claims + 1))
	for _ in $(seq 300); do
		"${@:2}" && return
		sleep 0.1
	done
	screen anna >&2
	screen ben >&2
	die "never: $1"
}

within() {
	screen "$1" -S -500 | grep -qF -- "$2"
}

shows() {
	until_true "$1 sees $2" within "$1" "$2"
}

types() {	# types WHO LINE: the panel's last row becomes this
	until_true "$1 types $2" ends_in "$1" "$2"
}

ends_in() {
	[ "$(last "$1")" = "$2" ]
}

# once WHO TEXT: stands on one row and no more
once() {
	is "$1: $2" "$(screen "$1" -S -500 | grep -cF -- "$2")" 1
}

said() {	# said WHO: texts of the vault's history
	as "$1" history 1 | python3 -c 'import json, sys
for line in sys.stdin:
	o = json.loads(line)
	print(o["from"], json.dumps(o["text"], ensure_ascii=False))'
}

holds_no_more() {
	! holds "$@"
}

gone() {
	[ -z "$(chat_of "$1")" ]
}

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
as anna hold --hold 0 >/dev/null
greet anna ben
as ben sync --wait-ms 10000 --until 1 >/dev/null
as ben card acknowledge anna </dev/null >/dev/null
greet ben anna
open anna
open ben 40 12

# ---- both at the same time ---------------------------------------------------
for i in $(seq 8); do
	text anna "anna $i begins"
	text ben "ben $i begins"
	types anna "to ben> anna $i begins"
	types ben "to anna> ben $i begins"
	text ben ' and ends.'
	keys ben Enter
	shows anna "ben: ben $i begins and ends."
	types anna "to ben> anna $i begins"
	text anna ', and ends.'
	keys anna Enter
	shows ben "anna: anna $i begins, and"
done
for i in $(seq 8); do
	once anna "ben: ben $i begins and ends."
	until_true "accepted: $i" within anna "me ✓: anna $i begins, and ends."
	once anna "anna $i begins, and ends."
	once ben "anna: anna $i begins, and"
done

# ---- a line is edited while others come in -------------------------------------
text ben 'a wrod'
keys ben Left Left Left
text anna 'in between'
keys anna Enter
shows ben 'anna: in between'
keys ben Delete
keys ben Right
text ben 'r'
types ben 'to anna> a word'
keys ben Home C-k Enter
types ben 'to anna>'

# ---- lines, scripts, widths -------------------------------------------------------
printf 'first line\nsecond: Grüße 👍\n漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\n\tlast\n' >"$work/paste"
tmux load-buffer "$work/paste"
tmux paste-buffer -p -t ben
shows ben 'second: Grüße 👍'
keys ben Up Up Up
text ben '> '
shows ben '> second: Grüße 👍'
keys ben Enter
shows anna 'ben: first line'
types ben 'to anna>'
text anna 'one'
keys anna M-Enter
text anna 'two'
types anna 'two'
keys anna Enter
shows ben 'anna: one'

# ---- what was written stays on the screen, not in memory ------------------------
if [ "$(id -u)" -eq 0 ]; then
	text anna 'sphinx of black quartz'
	types anna 'to ben> sphinx of black quartz'
	until_true 'the search finds' holds anna 'sphinx of black'
	keys anna Enter
	shows ben 'anna: sphinx of black quartz'
	until_true 'wiped when sent' holds_no_more anna 'sphinx of black'
	until_true 'wiped when shown' holds_no_more ben 'sphinx of black'
	text anna 'dropped: judge my vow'
	types anna 'to ben> dropped: judge my vow'
	keys anna C-c
	types anna 'to ben>'
	until_true 'wiped when dropped' holds_no_more anna 'judge my'
else
	text anna 'sphinx of black quartz'
	keys anna Enter
	shows ben 'anna: sphinx of black quartz'
	echo 'the memory of a chat was not searched: needs root'
fi

# ---- another size --------------------------------------------------------------------
text anna 'this line is longer than that small window will be wide'
tmux resize-window -t anna -x 40 -y 12
types anna 'mall window will be wide'
tmux resize-window -t anna -x 100 -y 30
types anna 'to ben> this line is longer than that small window will be wide'
is 'shown once' "$(screen anna | grep -cF 'me ✓: one')" 1
is 'shown once' "$(screen anna | grep -cF 'ben: ben 8 begins')" 1
keys anna C-c
types anna 'to ben>'

# ---- the relay is away -------------------------------------------------------------------
stop_relay
text anna 'typed while the relay'
shows anna 'a relay cannot be reached; what you write is kept here'
types anna 'to ben> typed while the relay'
text anna ' was away'
keys anna Enter
shows anna 'me ·: typed while the relay was away'
types anna 'to ben (1 waiting)>'
text anna 'half'
start_relay
shows anna 'me ✓: typed while the relay was away'
shows anna 'the relay is reached again'
types anna 'to ben> half'
is 'changed in its place' \
    "$(screen anna -S -500 | grep -cF 'typed while the relay was away')" 1
shows ben 'anna: typed while the'
keys anna C-u

# ---- what ends a chat ----------------------------------------------------------------------
text ben 'never entered: closed'
types ben 'to anna> never entered: closed'
tmux kill-session -t ben
until_true 'ended with its terminal' gone ben
text anna 'for when you are back'
keys anna Enter
shows anna 'me ✓: for when you are back'
text anna 'never entered: killed'
kill -9 "$(chat_of anna)"
shows anna 'left with 137'
tmux kill-session -t anna
open anna
open ben 40 12
for who in anna ben; do
	shows "$who" 'for when you are'
	is "$who: once after all" "$(screen "$who" -S -500 |
	    grep -cF 'for when you are')" 1
	lacks "$who" "$(screen "$who" -S -500)" 'never entered'
done
text ben 'never entered: terminated'
kill -TERM "$(chat_of ben)"
shows ben 'left with 0'
shows ben 'as it was'
keys anna C-d
shows anna 'left with 0'
shows anna 'as it was'

{
	printf '%s\n' 'me "hello"' 'them "hello"'
	for i in $(seq 8); do
		echo "them \"ben $i begins and ends.\""
		echo "me \"anna $i begins, and ends.\""
	done
	cat <<-'END'
	me "in between"
	them "first line\n> second: Grüße 👍\n漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\n\tlast"
	me "one\ntwo"
	me "sphinx of black quartz"
	me "typed while the relay was away"
	me "for when you are back"
	END
} >"$work/wanted"
is 'the history of anna' "$(said anna)" "$(cat "$work/wanted")"
is 'the history of ben' "$(said ben)" \
    "$(sed 's/^me /x /; s/^them /me /; s/^x /them /' "$work/wanted")"

# ---- the other one ends it -------------------------------------------------------------------
tmux list-sessions -F '#S' | xargs -n 1 tmux kill-session -t
open anna
as ben close anna --yes >/dev/null
as ben sync --wait-ms 500 >/dev/null
shows anna 'the other side ended this relationship'
text anna 'to nobody'
keys anna Enter
shows anna 'not sent: this contact is closed'
types anna 'to ben> to nobody'
finish
