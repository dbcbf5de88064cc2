#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What programs were built against is still there; and script/abi sees each
# kind of change that would break them, on a library that is made for it.
. "$(dirname "$0")/../e2e/lib.sh"

"$root/script/abi" --build "$build" >"$work/said.log" ||
    die "$(cat "$work/said.log")"
claims=$((claims + 1))

cp -R "$root/tests/embed/abi" "$work/was"
# library DIR [LINK-OPTION...]
library() {
	mkdir -p "$1/lib"
	gcc -g -fPIC -shared "${@:2}" -o "$1/lib/libtacit_one.so" "$1/one.c"
}
# judge DIR [OPTION...]
judge() {
	"$root/script/abi" --build "$1" --headers "$1" --baseline "$work/baseline" \
	    "${@:2}"
}
library "$work/was" -Wl,-soname,libtacit_one.so.0
judge "$work/was" --renew >"$work/renewed.log"

# change SED: the library with that done to its files
change() {
	rm -rf "$work/now"
	cp -R "$root/tests/embed/abi" "$work/now"
	sed -i -e "$1" "$work/now/one.h" "$work/now/one.c"
	[ -z "$1" ] || ! diff -rq "$root/tests/embed/abi" "$work/now" >"$work/diff" ||
	    die "changes nothing: $1"
	library "$work/now" -Wl,-soname,"${soname:-libtacit_one.so.0}"
}
# fine WHAT SED [PART]
fine() {
	change "$2"
	judge "$work/now" >"$work/said.log" || die "$1: $(cat "$work/said.log")"
	has "$1" "$(cat "$work/said.log")" "${3:-}"
}
# seen WHAT SED PART
seen() {
	change "$2"
	judge "$work/now" >"$work/said.log" && die "not seen: $1"
	has "$1" "$(cat "$work/said.log")" "$3"
}

fine 'nothing' ''
fine 'a member of what is private' 's/int secret;/&\n\tint more;/'
fine 'one function more' 's/^struct one {/int\none_more(void)\n{\n\treturn 0;\n}\n\n&/' \
    'new since the baseline: function int one_more()'
fine 'one constant more' 's/ONE_LAST = 16/&, ONE_MORE = 1/'
fine 'one kind more' 's/ONE_LATE$/&, ONE_MORE/'

seen 'a function that is gone' 's/one_wait/one_waits/' "[D] 'function int one_wait"
seen 'one that is hidden' \
    's/^int one_wait/__attribute__((visibility("hidden"))) &/' \
    "[D] 'function int one_wait"
seen 'the type of an argument' 's/int32_t ms/int64_t ms/' 'from int32_t to int64_t'
seen 'one argument more' 's/int32_t ms/&, int more/' "parameter 3 of type 'int' was added"
seen 'one argument fewer' 's/, int32_t ms//; s/< ms/< 1/' 'was removed'
seen 'what is returned' \
    's/^int one_wait/long one_wait/; /^int$/ { N; s/int\none_w/long\none_w/ }' \
    'return type changed'
seen 'a member in the middle' 's/uint32_t number;/int more;\n\t&/' \
    'data member insertion'
seen 'a member at the end' 's/int ready;/&\n\tint more;/' 'data member insertion'
seen 'a member that is gone' 's/uint32_t number;//' 'data member deletion'
seen 'the size of a member' 's/uint32_t number;/uint64_t number;/' 'type size changed'
seen 'two members that changed places' \
    '/uint32_t number;/d; s/int ready;/&\n\tuint32_t number;/' 'offset changed'
seen 'a constant' 's/ONE_SIZE = 15/ONE_SIZE = 14/' 'ONE_SIZE 15'
seen 'a constant that is gone' 's/, ONE_LAST = 16//' 'ONE_LAST 16'
seen 'a kind before the last' 's/ONE_LATE$/ONE_MORE, &/' 'ONE_LATE 2'
soname=libtacit_one.so.1 seen 'the name that programs ask for' '' SONAME

# A library that is not there, and one of which nothing can be told.
change ''
mv "$work/now/lib/libtacit_one.so" "$work/now/lib/libtacit_two.so"
judge "$work/now" >"$work/said.log" && die 'not seen: a library that is gone'
has 'a library that is gone' "$(cat "$work/said.log")" 'libtacit_one: is there no more'
change ''
strip --strip-debug "$work/now/lib/libtacit_one.so"
is 'no debug information' "$(judge "$work/now" 2>/dev/null; echo $?)" 69
is 'nothing built' "$("$root/script/abi" --build "$work" 2>/dev/null; echo $?)" 69
is 'an option that is none' "$("$root/script/abi" --new 2>/dev/null; echo $?)" 64
is 'an option without its value' \
    "$("$root/script/abi" --build 2>/dev/null; echo $?)" 64
finish
