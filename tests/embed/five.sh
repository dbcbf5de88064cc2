#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# five.sh NODE PYTHON: an app by CMake's package, one by pkg-config, one with
# the Node package, one with the Python package and one beside the agent, each
# made against an installed prefix by who has nothing else, talk to each other:
# every two of them, both ways, through one relay.  NODE and PYTHON are what
# tests/node/install.sh and tests/python/install.sh made.
. "$(dirname "$0")/../e2e/lib.sh"

node=$1 python=$2
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" >"$work/install.log"
lib=$(dirname "$(dirname "$(find "$prefix" -name tacit.pc)")")
mkdir "$work/app"
cd "$work/app"
cp "$root/tests/embed/outside/"* "$root/examples/hello.c" .
cp talk.c talk.cc

# outside COMMAND...: with nothing of this environment
outside() {
	env -i PATH="$PATH" HOME="$work" LANG=C PKG_CONFIG_PATH="$lib/pkgconfig" \
	    "$@"
}
outside cmake -G Ninja -S . -B cm -DCMAKE_PREFIX_PATH="$prefix" >cm.log 2>&1 ||
    die "$(tail -n 20 cm.log)"
outside cmake --build cm --target talk >cm.log 2>&1 || die "$(tail -n 20 cm.log)"
# shellcheck disable=SC2046 # a list of options
outside cc -o hello hello.c $(outside pkg-config --cflags --libs tacit)

start_relay
echo 'a word, and another' >"$work/pass"
chmod 600 "$work/pass"

# app WHICH VAULT NAME <LINE
app() {
	local command
	case $1 in
	cmake) command=(cm/talk) ;;
	pkg-config) command=(./hello) ;;
	npm) command=(node "$node/app/node_modules/tacit/hello.mjs") ;;
	python) command=("$python/venv/bin/python" "$python/source/hello.py") ;;
	agent) command=(node hello_agent.mjs) ;;
	esac
	env HELLO_PASSPHRASE='a word, and another' LD_LIBRARY_PATH="$lib" \
	    TACIT="$prefix/bin/tacit" TACIT_PASSPHRASE_FILE="$work/pass" \
	    timeout 200 "${command[@]}" "$2" "$3"
}

pairs=0
for one in cmake pkg-config npm python agent; do
	for other in cmake pkg-config npm python agent; do
		[[ $one < $other ]] || continue
		rm -f ./*.vault*
		"$relay" admit --data "$work/relay" --url "wss://$relay_at" |
		    app "$one" one.vault "$one" 2>one.heard |
		    app "$other" other.vault "$other" 2>other.heard ||
		    die "$one and $other: $(cat one.heard other.heard)"
		is "$one hears $other" "$(cat one.heard)" \
		    "$one heard: Hello from $other."
		is "$other hears $one" "$(cat other.heard)" \
		    "$other heard: Hello from $one."
		pairs=$((pairs + 1))
	done
done
is 'pairs' "$pairs" 10
echo "figure: 5 apps, $pairs pairs, $((2 * pairs)) texts"

finish
