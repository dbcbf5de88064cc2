#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A vault of an arm64 program and one of an x86-64 program, by an x86-64 relay:
# they pair both ways round and write to each other, and the x86-64 program opens
# the vault that the arm64 one made.  Called by script/cross.
. "$(dirname "$0")/../e2e/lib.sh"

arm=${TACIT_ARM64:?the arm64 build, by script/cross}
here=$tacit
cat >"$work/there" <<T
#!/bin/sh
exec qemu-aarch64 -L "$arm/sysroot" "$arm/bin/tacit" "\$@"
T
chmod +x "$work/there"
# Ben's program is the arm64 one.
as() {
	local program=$here
	if [ "$1" = ben ]; then program=$work/there; fi
	TACIT_PASSPHRASE_FILE="$work/$1.pass" \
	    "$program" --vault "$work/$1.vault" --json "${@:2}"
}

has 'what Ben has' "$(file -b "$arm/bin/tacit")" 'ARM aarch64'
start_relay
make anna Anna
make ben Ben
add_relay anna
pair anna ben --in-person
greet anna ben
is 'arm64 hears x86-64' "$(as ben sync | texts)" hello
make cara Cara
add_relay ben
pair ben cara --in-person
greet ben cara
is 'x86-64 hears arm64' "$(as cara sync | texts)" hello

# The vault of one is opened by the other's program.
cp "$work/ben.vault" "$work/dora.vault"
cp "$work/ben.pass" "$work/dora.pass"
is 'x86-64 opens the vault of arm64' \
    "$(as dora contacts | jq -r .label | sort | tr '\n' ' ')" 'anna cara '
finish
