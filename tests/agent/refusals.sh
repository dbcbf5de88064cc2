#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What an agent refuses: lines, calls, params; sockets that are not its own to
# take, and people that are not its own.
. "$(dirname "$0")/lib.sh"

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person
node "$scripts/refusals.mjs"

# ---- options ------------------------------------------------------------------------
fails 64 usage as anna agent --socket ''
fails 64 usage as anna agent --socket "$sockets/$(printf 'x%.0s' {1..120})"
fails 64 usage as anna agent --socket "$work/none/socket"
fails 64 usage as anna agent --socket
fails 64 usage as anna agent --last 1
fails 64 usage as anna agent call
has 'help' "$("$tacit" agent --help)" '--socket PATH'
has 'help' "$("$tacit" --help)" 'agent [--socket PATH]'
(umask 022 && mkdir "$work/open")
fails 64 usage as anna agent --socket "$work/open/socket"
chmod 711 "$work/open"
fails 64 usage as anna agent --socket "$work/open/socket"
fails 65 not-a-vault as nobody agent

# ---- what has the name of the socket --------------------------------------------------
echo mine >"$sockets/file"
ln -s file "$sockets/link"
mkdir "$sockets/directory"
for name in file link directory; do
	fails 65 file-exists as anna agent --socket "$sockets/$name"
done
is 'is left alone' "$(cat "$sockets/file")" mine
start_agent anna
is 'mode' "$(stat -c %a "$socket")" 600
fails 65 file-exists as ben agent --socket "$socket"
fails 69 vault-busy as anna --lock-wait-ms 0 agent
stop_agent -KILL
[ -S "$socket" ] || die 'it was to be left by a kill'
start_agent anna
stop_agent -TERM
is 'exit' "$ended" 0
[ ! -e "$socket" ] || die 'it took nothing away'
start_agent anna
mv "$socket" "$socket.moved"
echo other >"$socket"
stop_agent -INT
is 'exit' "$ended" 0
is 'what is not its own stays' "$(cat "$socket")" other
rm "$socket"*

# ---- a passphrase by a descriptor --------------------------------------------------------
answer=$(TACIT_PASSPHRASE_FILE=/dev/fd/9 "$tacit" --vault "$work/anna.vault" \
    agent 9< <(cat "$work/anna.pass") <<<'{"jsonrpc":"2.0","id":1,"method":"version"}')
has 'opened' "$answer" '"id":1,"result":{"version":"'

# ---- other people --------------------------------------------------------------------------
# The directory keeps all out but root; root is refused by who it is.
if [ "$(id -u)" -eq 0 ]; then
	# Where the build lies nobody else may look.
	chmod 711 "$work"
	mkdir "$work/theirs"
	cp -a "$work/anna.vault"* "$work/anna.pass" "$work/theirs"
	chown -R nobody "$work/theirs" "$sockets"
	chmod 700 "$work/theirs"
	cp "$tacit" "$build"/lib/libtacit*.so.* "$scripts/ask.mjs" "$work"
	export LD_LIBRARY_PATH=$work
	TACIT_PASSPHRASE_FILE=$work/theirs/anna.pass setpriv --reuid=nobody \
	    --clear-groups "$work/tacit" --vault "$work/theirs/anna.vault" \
	    agent --socket "$sockets/nobody" \
	    >"$work/nobody.out" 2>"$work/nobody.err" &
	pids+=($!)
	for _ in $(seq 600); do
		grep -qs '^READY ' "$work/nobody.out" && break
		kill -0 $! 2>/dev/null || die "$(cat "$work/nobody.err")"
		sleep 0.05
	done
	call='{"jsonrpc":"2.0","id":1,"method":"version"}'
	ask() {
		"$@" node "$work/ask.mjs" "$sockets/nobody" "$call"
	}
	is 'root is nobody to it' "$(ask)" 'closed without an answer'
	has 'its own' "$(ask setpriv --reuid=nobody --clear-groups)" '"version":"'
	is 'others' "$(ask setpriv --reuid=games --clear-groups)" EACCES
else
	echo 'people of other names were not tried: needs root'
fi
finish
