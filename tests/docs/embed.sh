#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/EMBED.md, as it stands there: ten minutes in an empty directory, then
# each program of the page, built with warnings as errors from an installed
# prefix, and run against a relay.
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C

page=$root/docs/EMBED.md

# block KIND NAME: all blocks of that name, one after another
block() {
	awk -v start="\`\`\`$1 $2" '
	$0 == start { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$page"
}

# Each block has a name that is used below.
known='sh install|sh ten|sh ten-node|sh ten-python|sh app|sh talk|c (app|wait|errors|key|backup|version)\.c'
is 'blocks that no test knows' \
    "$(grep '^```..*' "$page" | grep -Evx '```('"$known"')' || true)" ''
is 'blocks of code without a name' "$(awk '/^```/ { n++; if (n % 2 && $0 == "```") print NR }' "$page")" ''

# The figures of 1,000 vaults stand twice: they are the same.
sed -n '/| 1,000 vaults |/,/^$/p' "$page" | grep '^|' >"$work/table"
[ "$(wc -l <"$work/table")" -ge 5 ] || die "no table of 1,000 vaults"
is 'rows that gateway.md has not' \
    "$(grep -vxFf "$root/docs/gateway.md" "$work/table")" ''

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" ||
    die "install: $(cat "$work/install.log")"
export PREFIX=$work/prefix HOME=$work
mkdir "$work/empty" "$work/app"

# The door of the README, which e2e/readme goes through.
has 'how it is installed' "$(cat "$root/README.md")" \
    "$(block sh install | sed ':a;N;$!ba;s/\n/ \&\& /')"

# ---- ten minutes -------------------------------------------------------------
block sh ten >"$work/ten"
n=$(wc -l <"$work/ten")
[ "$n" -ge 4 ] && [ "$n" -le 10 ] || die "ten minutes: $n lines"
claims=$((claims + 1))
# A relay on a port of this test's own in place of that line.
start_relay
sed '/ serve /d; s, admit --data relay-data, admit --data '"$work/relay"',' \
    "$work/ten" >"$work/ten.sh"
is 'lines left' "$(wc -l <"$work/ten.sh")" "$((n - 1))"
(cd "$work/empty" && bash -eu "$work/ten.sh") >"$work/ten.log" 2>&1 ||
    die "ten minutes: $(cat "$work/ten.log")"
has 'Ben' "$(cat "$work/ten.log")" 'Ben heard: Hello from Anna.'
has 'Anna' "$(cat "$work/ten.log")" 'Anna heard: Hello from Ben.'
# And the line of the relay itself serves, on whatever port there is.
grep ' serve ' "$work/ten" | sed 's/ serve / serve --listen 127.0.0.1:0 /
    s/ >relay.log.*//' >"$work/serve.sh"
(cd "$work/empty" && exec bash -c "exec $(cat "$work/serve.sh")") >"$work/serve.out" 2>&1 &
pids+=("$!")
for _ in $(seq 300); do
	if grep -q '^READY ' "$work/serve.out"; then break; fi
	sleep 0.1
done
has 'the relay of the page' "$(cat "$work/serve.out")" 'READY url=wss://'

# ---- each program --------------------------------------------------------------
cd "$work/app"
export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig LD_LIBRARY_PATH=$PREFIX/lib
for name in app wait errors key backup version; do
	block c "$name.c" >"$name.c"
	[ -s "$name.c" ] || die "$name.c: no such block"
	line=$(block sh app | sed "s/ app app\.c / $name $name.c /; s/^cc /cc -Wshadow /")
	has 'how it is built' "$line" "-o $name $name.c"
	bash -eu -c "$line" >"$name.log" 2>&1 || die "$name.c: $(cat "$name.log")"
done

version=$(sed -n 's/^project(Tacit VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
is 'version' "$(./version)" "built with $version, runs with $version"
head -c 32 /dev/urandom >keystore
is 'a key in place of a passphrase' "$(./key)" 'opened, and backed up'
rm keystore
is 'no key' "$(./key 2>/dev/null)" 'not opened'

# ---- two people with app.c ---------------------------------------------------------
# lines FILE WORD: what follows WORD, once it is there, to the end of the line
lines() {
	for _ in $(seq 1200); do
		[ -n "$(tail -c 1 "$1")" ] ||
		    sed -n "s/^$2 //p" "$1" | tail -n 1 | grep . && return
		sleep 0.1
	done
	die "no \"$2\" in $1: $(cat "$1")"
}
mkfifo therapist.in client.in
block sh talk >talk.sh
has 'the page starts the therapist' "$(cat talk.sh)" '<therapist.in'
"$relay" admit --data "$work/relay" >line
bash -eu -c "exec $(sed -n 's/^\(APP_PASSPHRASE="[^"]*"\) \(.*therapist.in\)$/env \1 \2/p' talk.sh)" \
    >therapist.out 2>therapist.err &
pids+=("$!")
exec 5>therapist.in
cat line >&5
link=$(lines therapist.out link)
bash -eu -c "exec $(sed -n 's/^\(APP_PASSPHRASE="[^"]*"\) \(.*client.in\)$/env \1 \2/p' talk.sh)" \
    >client.out 2>client.err &
pids+=("$!")
exec 6>client.in
echo "$link" >&6
is 'the numbers' "$(lines therapist.out number)" "$(lines client.out number)"
echo 'Too early?' >&5
has 'not verified' "$(lines therapist.out 'not done:')" 'compare the safety number'
echo /equal >&5
echo 'How was the week?' >&5
is 'the client reads' "$(lines client.out text)" 'How was the week?'
echo 'Better. I slept.' >&6
is 'the therapist reads' "$(lines therapist.out text)" 'Better. I slept.'
exec 5>&- 6>&-
wait "${pids[-1]}" || die "client: $(cat client.err)"
wait "${pids[-2]}" || die "therapist: $(cat therapist.err)"
is 'no text was said twice' "$(grep -c '^text ' client.out)" 1

# Once more with the vaults as they are: nothing was confirmed too early or late.
APP_PASSPHRASE='four words of the client' ./app client.vault Anna </dev/null >again.out
is 'nothing again' "$(grep -c '^text ' again.out || true)" 0
is 'all is with the relay' "$(./wait client.vault 'four words of the client')" ok
is 'a wrong passphrase' "$(./wait client.vault 'four words of nobody')" wrong-passphrase
is 'a backup' "$(./backup client.vault 'four words of the client' client.backup)" \
    'ok, 1 contacts'
is 'and never over a file' "$(./backup client.vault 'four words of the client' client.backup)" \
    'vault-exists, 0 contacts'

# ---- tables ------------------------------------------------------------------------
# column PATTERN: "NAME WORD" of the rows that begin so
column() {
	sed -n "s/^| \`\($1[A-Z_]*\)\` | \`\([a-z-]*\)\` | ..*/\1 \2/p" "$page" | sort
}
cat >list.c <<'C'
#include <stdio.h>
#include <tacit/error.h>
int main(void)
{
#define ROW(name, value, word, text) printf("TACIT_E_" #name " %s %d\n", word, value);
	TACIT_ERRORS(ROW)
	return 0;
}
C
cc -o list list.c -I"$PREFIX/include"
./list | sort >errors.list
is 'errors without advice, or the other way round' \
    "$(diff <(cut -d ' ' -f 1,2 errors.list) <(column TACIT_E_))" ''
has 'there are errors' "$(cat errors.list)" 'TACIT_E_PIN pin-mismatch'

sed -n '/^enum tacit_event_type {/,/^};/s/^\t\(TACIT_EV_[A-Z_]*\).*/\1/p' \
    "$PREFIX/include/tacit/tacit.h" | sort >events
is 'events without advice' "$(diff events <(column TACIT_EV_ | cut -d ' ' -f 1))" ''
cat >word.c <<'C'
#include <stdio.h>
#include <tacit/tacit.h>
int main(void)
{
	int i;

	for (i = 1; i < 64 && tacit_event_word((enum tacit_event_type)i)[0]; i++)
		puts(tacit_event_word((enum tacit_event_type)i));
	return 0;
}
C
# shellcheck disable=SC2046 # lists of options
cc -o word word.c $(pkg-config --cflags --libs tacit)
is 'their words' "$(column TACIT_EV_ | cut -d ' ' -f 2 | sort | diff - <(./word | sort -u) | grep '^<' || true)" ''

# The program sorts errors as the headings of the table do.
awk '/^\*\*The call was wrong/ { g = "wrong" } /^\*\*Try again/ { g = "again" }
    /^\*\*A person has/ { g = "ask" } /^\*\*Do not go on/ { g = "stop" }
    /^\| `TACIT_E_/ { split($0, f, "`"); print f[2], g }' "$page" | sort >groups
join errors.list groups | while read -r name _ value group; do
	got=$(./errors "$value" | sed 's/.* //')
	[ "$got" = "$group" ] || echo "$name: $got in errors.c, $group in the table"
done >differ
is 'errors.c and its table' "$(cat differ)" ''

finish
