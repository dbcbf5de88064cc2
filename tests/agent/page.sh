#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/agent.md: its programs are run as they stand there, and its calls are
# answered as it says.
. "$(dirname "$0")/lib.sh"

page=$root/docs/agent.md
block() {	# block INFO: what stands in this block of the page
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$page" | grep -v '^```' |
	    grep . || die "no block $1"
}
is 'blocks' "$(grep -c '^```.' "$page")" 6

start_relay
make anna 'Dr. Anna'
make ben 'Ben B.'
add_relay anna
pair anna ben --in-person

# As a reader has it: `tacit' in the path, the vault where it is by default.
mkdir -p "$work/data/tacit" "$work/bin"
mv "$work/anna.vault" "$work/data/tacit/vault"
rm -f "$work/anna.vault".*
ln -s "$tacit" "$work/bin/tacit"
cd "$work"
export PATH=$work/bin:$PATH XDG_DATA_HOME=$work/data
export TACIT_PASSPHRASE_FILE=$work/anna.pass

block 'sh once' >once.sh
has 'once' "$(sh once.sh)" '"id":1,"result":{"contact":"c_'
as ben sync >events
is 'came' "$(texts <events)" hello

block 'python hello.py' >hello.py
has 'Python' "$(python3 hello.py)" m_
as ben sync >events
is 'came' "$(texts <events)" 'hello from Python'

# It stays until an answer comes.
block 'js hello.mjs' >hello.mjs
node hello.mjs >hello.out &
pids+=($!)
example=$!
as ben sync --until 1 >events
is 'came' "$(texts <events)" 'hello from an app'
echo 'hello from ben' | as ben send anna >/dev/null
wait "$example" || die 'the example failed'
has 'says' "$(cat hello.out)" 'message hello from ben'
has 'says' "$(cat hello.out)" 'accepted'

block 'json talk' >talk.jsonl
block 'json event' >event.jsonl
node "$scripts/page.mjs" "$page" talk.jsonl event.jsonl

block 'sh socket' >socket.sh
sh socket.sh >socket.out &
pids+=($!)
for _ in $(seq 600); do
	grep -q READY socket.out && break
	sleep 0.05
done
is 'ready' "$(cat socket.out)" 'READY socket=private/agent'
has 'answers' "$(node "$scripts/ask.mjs" private/agent \
    '{"jsonrpc":"2.0","id":1,"method":"version"}')" '"version":"'
kill "$(pgrep -P "${pids[-1]}" || echo "${pids[-1]}")"
wait "${pids[-1]}" || die 'it does not end well'
finish
