#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# examples/hello.c against an installation, by pkg-config alone and by CMake's
# package, then two copies of it with a relay.
. "$(dirname "$0")/lib.sh"

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
lib=$(dirname "$(find "$work/prefix" -name tacit.pc)")
export PKG_CONFIG_PATH=$lib
# shellcheck disable=SC2046 # a list of options
cc -std=c99 -Wall -Wextra -Werror -o "$work/hello" "$root/examples/hello.c" \
    $(pkg-config --cflags --libs tacit)
[ "$(wc -l <"$root/examples/hello.c")" -le 80 ] || die 'hello.c: over 80 lines'

start_relay
export LD_LIBRARY_PATH=${lib%/pkgconfig} HELLO_PASSPHRASE='a word, and another'
cd "$work"
"$work/prefix/bin/tacit-relay" admit --data "$work/relay" |
    timeout 60 ./hello a.vault Anna 2>a.heard |
    timeout 60 ./hello b.vault Ben 2>b.heard
is 'Anna' "$(cat a.heard)" 'Anna heard: Hello from Ben.'
is 'Ben' "$(cat b.heard)" 'Ben heard: Hello from Anna.'
is 'installed command' "$(env -u LD_LIBRARY_PATH "$work/prefix/bin/tacit" \
    --version | head -n 1)" 'tacit 0.1.0'

# The public header's names and the curve are all that is exported.
exported() {
	nm -D --without-symbol-versions --defined-only "$LD_LIBRARY_PATH/$1" |
	    awk '$2 != "A" { print $3 }' | sort -u
}
extra=$(exported libtacit.so | grep -v '^curve25519_donna$' | while read -r name; do
	grep -q "\b$name(" "$work"/prefix/include/tacit/{tacit,host,host_rows,recalls,vault_log,erase}.h ||
	    echo "$name"
    done)
is 'exports' "$extra" ''
missing=$(grep -ohE '\btacit_[a-z_]+\(' \
    "$work"/prefix/include/tacit/{tacit,host,host_rows,recalls,vault_log,erase}.h | tr -d '(' |
    sort -u | while read -r name; do
	exported libtacit.so | grep -qx "$name" || echo "$name"
    done)
is 'declared and not exported' "$missing" ''

# The static library: the same names, and no others that a host could meet.
extra=$(nm -g --defined-only "$LD_LIBRARY_PATH/libtacit.a" |
    awk 'NF == 3 { print $3 }' | sort -u)
is 'static exports' "$extra" "$(exported libtacit.so)"
# shellcheck disable=SC2046
cc -o static "$root/examples/hello.c" "-I$work/prefix/include" \
    "$LD_LIBRARY_PATH/libtacit.a" $(pkg-config --static --libs tacit |
    sed 's/-ltacit//')
is 'linked statically' "$(./static </dev/null >/dev/null 2>&1; echo $?)" 64

# The practice layer: the same, and it links by pkg-config alone.
declared=$(cd "$work/prefix/include/tacit" &&
    grep -ohE '\btacit_[a-z_]+\(' practice.h boundaries.h records.h receipts.h retention.h \
        retractions.h |
    tr -d '(' |
    sort -u | while read -r name; do
	grep -q "\b$name(" "$work"/prefix/include/tacit/{tacit,host,host_rows,recalls,erase}.h ||
	    echo "$name"
    done)
is 'exports of the practice layer' "$(exported libtacit_practice.so)" "$declared"
is 'its static exports' "$(nm -g --defined-only \
    "$LD_LIBRARY_PATH/libtacit_practice.a" |
    awk 'NF == 3 { print $3 }' | sort -u)" "$declared"
cat >practice.c <<-'END'
	#include <tacit/practice.h>
	int main(void) { tacit_practice_close(0); return 0; }
END
# shellcheck disable=SC2046
cc -o practice practice.c $(pkg-config --cflags --libs tacit_practice)
is 'linked with it' "$(./practice; echo $?)" 0

mkdir cm
cat >cm/CMakeLists.txt <<-'END'
	cmake_minimum_required(VERSION 3.20)
	project(hello C)
	find_package(Tacit 0.1 REQUIRED)
	add_executable(hello ${SOURCE})
	target_link_libraries(hello Tacit::tacit)
END
cmake -G Ninja -S cm -B cm/build -DSOURCE="$root/examples/hello.c" \
    -DCMAKE_PREFIX_PATH="$work/prefix" >cm.log
cmake --build cm/build >>cm.log
is 'by CMake' "$(./cm/build/hello </dev/null >/dev/null 2>&1; echo $?)" 64

finish
