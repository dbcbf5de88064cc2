#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Projects of others, which have an installed prefix that was moved and nothing
# of the tree: by CMake's package and by pkg-config, shared and static, C99 and
# C++17.  All eight programs talk through a relay.
. "$(dirname "$0")/../e2e/lib.sh"

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mkdir "$work/elsewhere"
mv "$work/first" "$work/elsewhere/prefix"
prefix=$work/elsewhere/prefix
lib=$(dirname "$(dirname "$(find "$prefix" -name tacit.pc)")")
mkdir "$work/app"
cp "$root/tests/embed/outside/"* "$root/examples/hello.c" "$work/app"
cp "$work/app/talk.c" "$work/app/talk.cc"
cd "$work/app"

# outside COMMAND...: with nothing of this environment
outside() {
	env -i PATH="$PATH" HOME="$work" LANG=C PKG_CONFIG_PATH="$pc" "$@"
}
pc=$lib/pkgconfig

# What is installed names neither the tree nor where it was installed first.
text=$(find "$prefix" -name '*.h' -o -name '*.pc' -o -name '*.cmake')
is 'paths in what is installed' \
    "$(echo "$text" | xargs grep -lF -e "$root" -e "$build" -e "$work/first")" ''
for header in "$root"/client-lib/include/tacit/*.h "$root/proto/tacit/error.h"; do
	is "installed: ${header##*/}" \
	    "$(cmp "$header" "$prefix/include/tacit/${header##*/}" && echo same)" same
done
is 'headers that are not public' "$(find "$prefix/include" -type f | wc -l)" \
    "$(find "$root/client-lib/include" -name '*.h' | wc -l | awk '{ print $1 + 1 }')"

# By CMake.
outside cmake -G Ninja -S . -B cm -DCMAKE_PREFIX_PATH="$prefix" >cm.log 2>&1 ||
    die "$(tail -n 20 cm.log)"
outside cmake --build cm >cm.log 2>&1 || die "$(tail -n 20 cm.log)"

# By pkg-config; statically from a prefix that has no shared library, which is
# how a linker is made to take the other one.
cp -R "$prefix" "$work/elsewhere/static"
find "$work/elsewhere/static" -name '*.so*' -delete
strict='-Wall -Wextra -Wpedantic -Werror'
# by_pc PROGRAM COMPILER SOURCE PKG-CONFIG-OPTION...
by_pc() {
	local flags
	flags=$(outside pkg-config --cflags --libs "${@:4}")
	# shellcheck disable=SC2086 # lists of options
	outside $2 $strict -o "$1" "$3" $flags
}
by_pc pc_talk 'cc -std=c99' talk.c tacit_practice
by_pc pc_talk_cc 'c++ -std=c++17' talk.cc tacit_practice
pc=$work/elsewhere/static/${lib#"$prefix/"}/pkgconfig
by_pc pc_static 'cc -std=c99' talk.c --static tacit_practice
by_pc pc_static_cc 'c++ -std=c++17' talk.cc --static tacit_practice
pc=$lib/pkgconfig

# uses PROGRAM: which libraries of ours it loads, and from where
uses() {
	outside LD_LIBRARY_PATH="$lib" ldd "$1" | awk '/libtacit/ { print $3 }' |
	    xargs -r -n 1 dirname | sort -u
}
for program in cm/hello cm/talk pc_talk pc_talk_cc; do
	is "$program is linked with what was moved" "$(uses "$program")" "$lib"
done
for program in cm/hello_static cm/talk_static pc_static pc_static_cc; do
	is "$program needs none of it" "$(uses "$program")" ''
done

start_relay
export HELLO_PASSPHRASE='a word, and another'
# pairs ONE OTHER: they pair and exchange a text
pairs() {
	rm -f one.vault* other.vault*
	"$prefix/bin/tacit-relay" admit --data "$work/relay" --url "wss://$relay_at" |
	    LD_LIBRARY_PATH=$lib timeout 200 "$1" one.vault One 2>one.heard |
	    LD_LIBRARY_PATH=$lib timeout 200 "$2" other.vault Other 2>other.heard ||
	    die "$1 and $2: $(cat one.heard other.heard)"
	is "$1 hears $2" "$(cat one.heard)" 'One heard: Hello from Other.'
	is "$2 hears $1" "$(cat other.heard)" 'Other heard: Hello from One.'
}
pairs cm/hello ./pc_static_cc
pairs cm/hello_static ./pc_talk
pairs cm/talk ./pc_static
pairs ./pc_talk_cc cm/talk_static

# refused WHAT PART TEXT: find_package(Tacit ${TEXT}) fails and says ${PART}
refused() {
	mkdir -p no
	printf '%s\n' 'cmake_minimum_required(VERSION 3.20)' 'project(no NONE)' \
	    "find_package(Tacit $3)" >no/CMakeLists.txt
	rm -rf no/b
	outside "${missing[@]}" cmake -S no -B no/b \
	    -DCMAKE_PREFIX_PATH="$prefix" >no.log 2>&1 && die "found: $1"
	has "$1" "$(tr -s '\n ' ' ' <no.log)" "$2"
}
missing=()
for version in 0.0 0.1.9 0.2 1.0 '0.1.9 EXACT' '0.2...0.9'; do
	refused "version $version" 'version: 0.1.0' "$version REQUIRED"
done
refused 'a component' 'no component "relay"; there are practice and static' \
    '0.1 REQUIRED COMPONENTS relay'
missing=(PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH=)
refused 'nothing to link statically with' 'must find libsodium, sqlite3' \
    '0.1 REQUIRED COMPONENTS static'
for version in --atleast-version=0.2 --max-version=0.0.9 --exact-version=0.1; do
	is "pkg-config $version" \
	    "$(outside pkg-config "$version" tacit && echo found)" ''
done
is 'pkg-config --exact-version=0.1.0' \
    "$(outside pkg-config --exact-version=0.1.0 tacit_practice && echo found)" found

# What is the library's own cannot be had, by header or by name.
echo '#include <tacit/limits.h>' >own.c
echo 'int main(void) { return 0; }' >>own.c
is 'a header of its own' \
    "$(by_pc own cc own.c tacit 2>own.log || grep -o 'tacit/limits.h: No such' own.log)" \
    'tacit/limits.h: No such'
inner=tacit_frame_parse
has 'the name that is tried' "$(nm "$lib/libtacit.a")" " t $inner"
echo "int $inner(void); int main(void) { return $inner(); }" >own.c
by_pc own cc own.c tacit 2>own.log && die "$inner can be linked, shared"
has 'a name of its own, shared' "$(cat own.log)" "undefined reference to \`$inner'"
pc=$work/elsewhere/static/${lib#"$prefix/"}/pkgconfig
by_pc own cc own.c --static tacit 2>own.log && die "$inner can be linked, statically"
has 'a name of its own, static' "$(cat own.log)" "undefined reference to \`$inner'"

finish
