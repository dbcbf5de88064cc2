#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The states in docs/contact.dot and docs/message.dot are those of the headers,
# their arrows name calls and events that there are, and the pictures beside
# them were drawn from what they say now.
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C
cd "$work"

# values HEADER ENUM...: enumerators of these types
values() {
	local enum header=$1
	shift
	for enum; do
		sed -n "/^enum $enum {/,/^};/s/^\t\(TACIT_[A-Z_]*\).*/\1/p" \
		    "$root/client-lib/include/tacit/$header"
	done
}
states() { grep -oE '^[[:space:]]*TACIT_[A-Z_]+ \[' "$root/docs/$1.dot" | tr -d ' \t[' | sort; }
# differ NAME: states of the diagram that the headers lack, or the other way round
differ() { diff "$1.values" <(states "$1") || true; }

{
	values tacit.h tacit_contact_state
	values boundaries.h tacit_life
} | sort >contact.values
{
	values tacit.h tacit_message_state
	values receipts.h tacit_receipt
	values retractions.h tacit_retraction
} | sort >message.values
is 'states of a contact, from five types of state' "$(wc -l <contact.values)" 10
is 'states of a message' "$(wc -l <message.values)" 12
is 'states of a contact' "$(differ contact)" ''
is 'states of a message' "$(differ message)" ''
sed -i 's/TACIT_JOINING/TACIT_JOINED/' contact.values
has 'a state that changed its name' "$(differ contact)" TACIT_JOINED

nm -D --without-symbol-versions --defined-only "$build/lib/libtacit.so" "$build/lib/libtacit_practice.so" |
    awk '$2 == "T" { print $3 }' | sort -u >calls
grep -ohE 'tacit_[a-z_]+\(' "$root"/docs/*.dot | tr -d '(' | sort -u >named
is 'calls that there are not' "$(comm -13 calls named)" ''
grep -ohE 'event [a-z-]+' "$root"/docs/*.dot | cut -d ' ' -f 2 | sort -u |
    while read -r word; do
	grep -rqsF "\"$word\"" "$root/client-lib/src/event.c" \
	    "$root/client-lib/src/happened.c" "$root/client-lib/practice/queue.c" || echo "$word"
done >unknown
is 'events that there are not' "$(cat unknown)" ''

# What is written in a picture; another version may set it elsewhere.
said() { grep -E '<(title|text)' "$1" | sed 's/<[^>]*>//g' | grep . | sort; }
"$root/script/diagrams" "$work"
for name in contact message; do
	said "$name.svg" >drawn
	[ -s drawn ] || die "$name.svg: nothing is written there"
	is "docs/$name.svg: draw it anew, script/diagrams" \
	    "$(said "$root/docs/$name.svg" | diff - drawn || true)" ''
done

finish
