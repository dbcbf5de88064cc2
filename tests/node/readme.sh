#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# readme.sh TARBALL PREFIX: what bindings/node/README.md says, as it stands
# there, in an empty directory.
. "$(dirname "$0")/../e2e/lib.sh"
readme=$root/bindings/node/README.md
tarball=$1
export PREFIX=$2

# block NAME: the block of that name
block() {
	awk -v name="$1" '
	/^```/ { inside = !inside && $2 == name; next }
	inside' "$readme"
}

is 'lines of the example' "$(block ten.mjs | wc -l)" 10
start_relay relay-data
mkdir "$work/empty"
cd "$work/empty"
cp "$tarball" .
block install >install.sh
unset PKG_CONFIG_PATH npm_config_nodedir
bash -eu install.sh >"$work/install.log" 2>&1 || die 'npm install'
is 'what was installed' "$(ls node_modules)" tacit
lacks 'where from' "$(cat package-lock.json)" '://'
ln -s "$work/relay-data" relay-data

block ten.mjs >ten.mjs
block run >run.sh
is 'ten lines' "$(bash -eu run.sh 2>&1)" 'Better. I slept.'
block hello >hello.sh
is 'hello.mjs' "$(bash -eu hello.sh 2>&1 | sort)" \
    "Anna heard: Hello from Ben.
Ben heard: Hello from Anna."

# The shape of an app: it makes its vault, ends when it is told to, and opens
# it the next time.
block shape.mjs >shape.mjs
for _ in 1 2; do
	PASSPHRASE='of this app' node shape.mjs shape.vault >shape.out 2>&1 &
	app=$!
	pids+=("$app")
	until grep -q 'is open' shape.out; do
		kill -0 "$app" || die "shape.mjs: $(cat shape.out)"
		sleep 0.1
	done
	kill "$app"
	status=0
	wait "$app" || status=$?
	is 'an app that is told to end' "$status $(cat shape.out)" \
	    '0 The vault of Anna is open.'
done

finish
