#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/EMBED.md: ten minutes in Node and in Python, from an empty directory, by
# the lines that stand there.
. "$(dirname "$0")/../e2e/lib.sh"

# lines NAME: that block, its relay left out: this test has one already
block() {
	awk -v start="\`\`\`sh $1" '
	$0 == start { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$root/docs/EMBED.md"
}
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" ||
    die "install: $(cat "$work/install.log")"
export PREFIX=$work/prefix HOME=$work CLONE=$work/clone
start_relay

# A clone of its own, so that nothing is made in the tree.
mkdir -p "$CLONE/bindings"
cp -R "$root"/bindings/{node,python} "$CLONE/bindings"
cp "$root/LICENSE" "$root/NOTICE" "$CLONE"
rm -rf "$CLONE"/bindings/*/build "$CLONE"/bindings/python/src/*.egg-info

for name in ten-node ten-python; do
	mkdir "$work/$name"
	block "$name" >"$work/lines"
	n=$(wc -l <"$work/lines")
	[ "$n" -ge 4 ] && [ "$n" -le 10 ] || die "$name: $n lines"
	claims=$((claims + 1))
	sed '/ serve /d; s, admit --data relay-data, admit --data '"$work/relay"',' \
	    "$work/lines" >"$work/lines.sh"
	is 'lines left' "$(wc -l <"$work/lines.sh")" "$((n - 1))"
	(cd "$work/$name" && bash -eu "$work/lines.sh") >"$work/$name.log" 2>&1 ||
	    die "$name: $(tail -n 20 "$work/$name.log")"
	has "$name" "$(cat "$work/$name.log")" 'Ben heard: Hello from Anna.'
	has "$name" "$(cat "$work/$name.log")" 'Anna heard: Hello from Ben.'
done

finish
