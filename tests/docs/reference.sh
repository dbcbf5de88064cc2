#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every declaration of the public headers is described: doxygen has nothing to
# complain of, and every function that the libraries export has its place.
. "$(dirname "$0")/../e2e/lib.sh"

"$root/script/docs" "$work/html" >"$work/docs.out" 2>"$work/docs.log" ||
    die "script/docs: $(cat "$work/docs.log")"
is 'what it says' "$(cat "$work/docs.out")" "$work/html/index.html"
is 'nothing else' "$(cat "$work/docs.log")" ''

for lib in tacit tacit_practice; do
	nm -D --without-symbol-versions --defined-only "$build/lib/lib$lib.so"
done | awk '$2 == "T" && $3 ~ /^tacit_/ { print $3 }' >"$work/exported"
[ "$(wc -l <"$work/exported")" -gt 80 ] || die 'the libraries export little'
grep -hoE '>tacit_[a-z0-9_]*</(a|b)>' "$work"/html/*_8h.html | sed 's/^>//; s/<.*//' |
    sort -u >"$work/described"
missing=$(sort "$work/exported" | comm -23 - "$work/described")
is 'exported, and not described' "$missing" ''

# broken WHAT FILE SCRIPT WORD: changed so, it is refused, with that word
broken() {
	rm -rf "$work/clone"
	mkdir -p "$work/clone/client-lib/include" "$work/clone/proto/tacit"
	cp -r "$root/client-lib/include/tacit" "$work/clone/client-lib/include/"
	cp "$root/proto/tacit/error.h" "$work/clone/proto/tacit/"
	sed -i "$3" "$work/clone/$2"
	cmp -s "$root/$2" "$work/clone/$2" && die "$1: nothing was changed"
	local status=0
	"$root/script/docs" "$work/other" "$work/clone" >"$work/broken.out" 2>&1 || status=$?
	is "$1: exit" "$status" 65
	has "$1" "$(cat "$work/broken.out")" "$4"
}
api=client-lib/include/tacit
broken 'a function without a word' $api/tacit.h '/What I call myself there/d' tacit_name
broken 'a member without a word' $api/host.h 's,/\* of TCP \*/,,' port
broken 'an enumerator without a word' $api/boundaries.h 's,/\* by telephone \*/,,' \
    TACIT_HOW_VOICE
broken 'a name that leads nowhere' $api/erase.h 's/TACIT_E_TEXT/TACIT_E_TXT/' TACIT_E_TXT
broken 'a new error, in the list' proto/tacit/error.h 's/X(TEXT,/X(TXT,/' TACIT_E_TEXT

finish
