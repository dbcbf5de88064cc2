#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The package and its example are typed, as mypy sees it in the strictest way;
# and so is a program that has only what is installed: what it gets wrong is
# told.  usage: types.sh WORK
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1/types
site=$("$1/venv/bin/python" -c 'import pathlib, tacit
print(pathlib.Path(tacit.__file__).parent.parent)')
rm -rf "$work"
mkdir -p "$work"
cd "$work"

strict() {
	/usr/bin/python3 -m mypy --strict --python-version 3.11 \
	    --cache-dir "$work/cache" "$@"
}
MYPYPATH=$root/bindings/python/src strict "$root/bindings/python/src/tacit" \
    "$root/bindings/python/hello.py"

cat >wrong.py <<'WRONG'
import tacit

async def wrong(vault: tacit.Vault, contact: tacit.Contact) -> None:
    await contact.send(b"bytes")
    await vault.invite("Ben", in_person="yes")
    await vault.commit([tacit.Put("key", b"value")])
    number: int = await contact.safety_number()
    async for event in vault.events():
        await event.contact.send("to nobody, perhaps")
WRONG
if strict --python-executable "$1/venv/bin/python" wrong.py >wrong.log; then
	echo 'mistakes pass as typed' >&2
	exit 1
fi
cat wrong.log
for line in 4 5 6 7 9; do
	grep -q "^wrong.py:$line: error:" wrong.log || {
		echo "line $line passes as typed (package at $site)" >&2
		exit 1
	}
done
