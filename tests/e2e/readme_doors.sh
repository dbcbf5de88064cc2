#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The three doors of the README, as they stand there, in a copy of the clone.
. "$(dirname "$0")/lib.sh"

# door NAME: the block of that name
door() {
	awk -v start="^\`\`\`sh $1\$" '
	$0 ~ start { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$root/README.md"
}
for name in try relay embed; do
	n=$(door "$name" | wc -l)
	[ "$n" -ge 1 ] && [ "$n" -le 6 ] || die "door $name: $n lines"
	claims=$((claims + 1))
done

# The files of the clone, and the build, so that it need not be made again.
(cd "$root" && git ls-files -z --cached --others --exclude-standard |
    xargs -0 cp --parents -t "$work" 2>/dev/null) || true
export HOME=$work/home CMAKE_BUILD_PARALLEL_LEVEL=1 TACIT_TESTS=OFF
mkdir "$HOME"
cd "$work"
unset TACIT_ARGON_MIB

# A port of this test's own instead of the usual one.
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')

door try >try.sh
bash -eu try.sh </dev/null >try.log 2>&1 || die "try: $(tail -n 20 try.log)"
has 'a message' "$(cat try.log)" 'How was the week?'
has 'an answer' "$(cat try.log)" 'Better. I slept.'
has 'what the relay holds' "$(cat try.log)" 'envelope: 1'
has 'what the relay holds' "$(cat try.log)" 'envelope: 0'
lacks 'what the relay holds' "$("build/bin/tacit-relay" inspect --data .run/relay)" Weber

# What is killed at the end is the relay, not a shell that waits for it.
door relay | sed "s/:8443/:$port/g; s,^[^ ]*tacit-relay serve,exec &," >relay.sh
bash -eu relay.sh >door.out 2>door.log &
pids+=($!)
for _ in $(seq 600); do
	if grep -q '^READY ' door.out; then break; fi
	sleep 0.1
done
has 'the relay serves' "$(cat door.out)" "READY url=wss://127.0.0.1:$port"
has 'a code' "$(cat door.out)" "tacit-relay:wss://127.0.0.1:$port#"

door embed >embed.sh
bash -eu embed.sh >embed.log 2>&1 || die "embed: $(tail -n 20 embed.log)"
has 'Anna' "$(cat embed.log)" 'Anna heard: Hello from Ben.'
has 'Ben' "$(cat embed.log)" 'Ben heard: Hello from Anna.'

finish
