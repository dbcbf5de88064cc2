#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages: no finding of mandoc, and nothing in them that the programs
# and libraries do not have, nor the other way round.
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C
man=$root/docs/man
cd "$work"

# same WHAT FILE FILE: a sorted list, and another
same() {
	[ -s "$2" ] || die "$1: nothing there"
	is "$1" "$(diff "$2" "$3" || true)" ''
}
options() { grep -oE -- '--[a-z][a-z-]*' | sort -u; }
# Options as mdoc has them: Fl -name.
fl() { sed 's/\\-/-/g; s/Fl -/--/g' | options; }

for page in "$man"/*.[138]; do
	is "mandoc on ${page##*/}" "$(mandoc -T lint -W warning "$page" 2>&1 || true)" ''
done
sed 's/^\.Sh NAME/.Sh NAMES/; s/^\.El$//' "$man/tacit.1" >broken.1
mandoc -T lint -W warning broken.1 >broken.log && die 'mandoc finds nothing wrong with a broken page'
claims=$((claims + 1))

# ---- tacit(1) -----------------------------------------------------------------
"$tacit" --help >all
sed -n 's/^  \([a-z][a-z]*\( [a-z][a-z]*\)\{0,1\}\)\( .*\)\{0,1\}$/\1/p' all |
    sed 's/  .*//' | grep -vx tacit | sort >commands
sed -n 's/^\.It \(Xo \)\{0,1\}Ic \([a-z][a-z ]*[a-z]\)$/\2/p' "$man/tacit.1" |
    sort -u >described
[ "$(wc -l <commands)" -gt 40 ] || die "few commands: $(cat commands)"
sed -n '/^\.Sh COMMANDS/,/^\.Sh IN THE CHAT/p' "$man/tacit.1" >section
sed -n 's/^\.It \(Xo \)\{0,1\}Ic \([a-z][a-z ]*[a-z]\)$/\2/p' section | sort >described
same 'commands' commands described
while read -r command; do
	# shellcheck disable=SC2086 # one word or two
	"$tacit" $command --help | options | grep -vxE -- '--(json|help)' >has || true
	awk -v name="$command" '
	/^\.It (Xo )?Ic |^\.Ss |^\.Sh / { inside = 0 }
	$0 == ".It Ic " name || $0 == ".It Xo Ic " name { inside = 1 }
	inside' section | fl | grep -vxE -- '--(json|help)' >says || true
	diff has says >differ || { echo "$command:"; cat differ; }
done <commands >differences
is 'options of commands' "$(cat differences)" ''
{ sed -n '1,/COMMAND/p' all; echo '--help --version'; } | options >has
sed -n '/^These options/,/^\.El/p' "$man/tacit.1" | grep '^\.It' | fl >says
same 'options of all commands' has says

grep -ho 'getenv("[A-Z_]*")' "$root"/client-lib/cli/*.c | cut -d '"' -f 2 | sort -u >has
sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/p' "$man/tacit.1" | grep -E '^\.It Ev' |
    grep -oE '[A-Z_]{4,}' | sort -u >says
same 'environment' has says
grep -oE '\{ "/[a-z]+", type_' "$root/client-lib/cli/chat.c" | cut -d '"' -f 2 | sort >has
sed -n 's/^\.It Ic \(\/[a-z]*\)$/\1/p' "$man/tacit.1" | sort >says
same 'what can be typed in a chat' has says

cat >words.c <<'C'
#include <stdio.h>
#include <string.h>
#include <tacit/practice.h>
int main(void)
{
	const char *word;
	int i;

	for (i = 1; i < 128; i++) {
		word = tacit_event_word((enum tacit_event_type)i);
		if (strcmp(word, "unknown") != 0)
			puts(word);
		word = tacit_practice_event_word((enum tacit_practice_event_type)i);
		if (strcmp(word, "unknown") != 0)
			puts(word);
	}
	return 0;
}
C
inc="-I$root/client-lib/include -I$root/proto"
# shellcheck disable=SC2086 # lists of options
cc -o words words.c $inc -L"$build/lib" -ltacit_practice -ltacit -Wl,-rpath,"$build/lib"
./words | grep . | sort -u >has
sed -n '/^\.Sh SCRIPTS/,/^\.Sh ENV/p' "$man/tacit.1" | grep -E '^(\.It|\.)? ?(It )?Sy|^\.Sy' |
    grep -oE 'Sy [a-z-]+|, Sy [a-z-]+' | sed 's/.*Sy //' | sort -u >says
same 'events' has says

# ---- tacit-relay(8) --------------------------------------------------------------
"$relay" --help | options >has
sed -n '/^\.Sh OPTIONS/,/^\.Sh CONFIG/p' "$man/tacit-relay.8" | grep '^\.It' | fl >says
same 'options of the relay' has says
"$relay" --help | sed -n 's/^tacit-relay \([a-z]*\) .*/\1/p' | sort >has
sed -n '/^\.Sh DESC/,/^\.Sh OPT/s/^\.It Cm \([a-z]*\)$/\1/p' "$man/tacit-relay.8" | sort >says
same 'commands of the relay' has says

# Keys, defaults and limits, as the source has them.
rows=$(sed -n '/^#define NUMBERS/,/[^\\]$/p' "$root/relay/config.c" | grep -oE 'X\([a-z_]+, .*\)')
{
	printf '%s\n' '#include <stdio.h>' '#include "config.h"' 'int main(void)' '{' \
	    'struct config c;' 'config_default(&c);'
	echo "$rows" | sed 's/X(\([^,]*\), \([^,]*\), \([^,]*\), \([^)]*\))/printf("\1 %ld \3 \4\\n", (long)c.\2);/'
	echo 'return 0; }'
	echo 'int confine_parse(enum confine_want *out, const char *text) { (void)out; (void)text; return 0; }'
} >keys.c
# shellcheck disable=SC2086
cc -D_GNU_SOURCE -DTACIT_CONFINEMENT=CONFINE_FULL -o keys keys.c "$root/relay/config.c" \
    -I"$root/relay" $inc -lconfuse
./keys | sort >has
sed -n 's/^\.It Ic \([a-z_]*\) No = Ar [A-Za-z]* Pq \([0-9]*\) ; \([0-9]*\) to \([0-9]*\)$/\1 \2 \3 \4/p' \
    "$man/tacit-relay.8" | sort >says
same 'numbers of the configuration' has says
sed -n '/^#define TEXTS/,/[^\\]$/s/.*X(\([a-z_]*\), .*/\1/p' "$root/relay/config.c" | sed /^X/d | sort >has
sed -n '/^\.Sh CONF/,/^\.Sh FILES/p' "$man/tacit-relay.8" | grep '^\.It Ic' | grep -v ' ; ' |
    grep -oE 'Ic [a-z_]+' | cut -d ' ' -f 2 | sort >says
same 'words of the configuration' has says
# The relay takes the file of the page.
sed -n '/^listen = /,/^\.Ed/p' "$man/tacit-relay.8" | sed '/^\.Ed/d' |
    sed 's/^listen.*/listen = "127.0.0.1:0"/' >relay.conf
is 'lines of the file' "$(wc -l <relay.conf)" 3
status=0
"$relay" serve --data "$work/relay" --config relay.conf >out 2>&1 || status=$?
has 'no such certificate' "$(cat out)" /etc/tacit/privkey.pem
is 'exit' "$status" 74

# ---- libtacit(3) -------------------------------------------------------------------
for lib in tacit tacit_practice; do
	nm -D --without-symbol-versions --defined-only "$build/lib/lib$lib.so"
done | awk '$2 == "T" && $3 ~ /^tacit_/ { print $3 }' | sort >has
sed -n 's/^\.Fo \(.*\)/\1/p' "$man/libtacit.3" | sort >says
same 'functions' has says
# And as they are declared: another type would not compile.
awk -F '"' 'BEGIN { print "#include <tacit/practice.h>\n#include <tacit/vault_log.h>"
	print "#include <tacit/erase.h>" }
    /^\.Ft/ { type = $2 } /^\.Fo / { sub(/^\.Fo /, ""); name = $0; args = "" }
    /^\.Fa "/ { args = args (args == "" ? "" : ", ") $2 }
    /^\.Fc/ { printf "%s %s(%s);\n", type, name, args }' "$man/libtacit.3" >again.c
is 'declarations' "$(grep -c '^.*tacit_.*;$' again.c)" "$(wc -l <says)"
# shellcheck disable=SC2086
cc -std=c99 -Wall -Werror -fsyntax-only $inc again.c || die 'declarations differ'
sed -i 's/^int tacit_step(.*/int tacit_step(struct tacit *t);/' again.c
# shellcheck disable=SC2086
cc -std=c99 -fsyntax-only $inc again.c 2>again.log && die 'a wrong declaration passes'
sed -n '/^#include <poll/,/^\.Ed/p' "$man/libtacit.3" | sed '/^\.Ed/d; s/\\e/\\/g' >example.c
# shellcheck disable=SC2086
cc -std=c99 -Wall -Wextra -Werror -c $inc example.c || die 'the example does not compile'
claims=$((claims + 3))

# ---- installed ------------------------------------------------------------------------
cmake --install "$build" --prefix "$work/prefix" >install.log || die "$(cat install.log)"
for page in man1/tacit.1 man3/libtacit.3 man8/tacit-relay.8; do
	is "$page" "$(cmp "$man/${page#*/}" "$work/prefix/share/man/$page" 2>&1)" ''
done

finish
