#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each public header is C99 and C++17 by itself, and says something about each
# function that it exports.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
public="$root/client-lib/include/tacit/*.h $root/proto/tacit/error.h"
# The include directories are not system ones, whose warnings are not shown.
strict="-I$root/client-lib/include -I$root/proto -fsyntax-only -Werror -Wall
-Wextra -Wpedantic -Wconversion -Wsign-conversion -Wundef -Wcast-qual
-Wcast-align -Wredundant-decls -Wmissing-declarations -Wwrite-strings
-Wformat=2 -Wvla -Wfloat-equal -Wswitch-default -Wswitch-enum"
# Not in C++: a function may have the name of the struct that it fills, as
# stat(2) has, which g++ calls shadowing.
as_c='-std=c99 -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
-Wnested-externs -Wbad-function-cast -Wc++-compat'
as_cxx='-x c++ -std=c++17 -Wold-style-cast -Wzero-as-null-pointer-constant
-Woverloaded-virtual -Wnon-virtual-dtor -Wextra-semi'
more_gcc='-Wlogical-op -Wduplicated-cond'
more_clang='-Weverything -Wno-padded -Wno-c++98-compat -Wno-c++98-compat-pedantic
-Wno-unsafe-buffer-usage -Wno-unknown-warning-option'

# strictly FILE: as C and as C++, by both compilers; each header twice in it
strictly() {
	cp "$1" "$1.cc"
	for cc in gcc clang; do
		if [ "$cc" = gcc ]; then more=$more_gcc; else more=$more_clang; fi
		# shellcheck disable=SC2086 # lists of options
		"$cc" $as_c $strict $more "$1" || return 1
		# shellcheck disable=SC2086
		"$cc" $as_cxx $strict $more "$1.cc" || return 1
	done
}

for header in $public; do
	name=tacit/${header##*/}
	printf '%s\n' "#include <$name>" "#include <$name>" >"$work/alone.c"
	strictly "$work/alone.c" || {
		echo "$name: not clean by itself" >&2
		exit 1
	}
done

# The macros are expanded, and something of each part is called.
cat >"$work/user.c" <<'C'
#include <tacit/practice.h>
#include <tacit/vault_log.h>
#include <tacit/erase.h>
int main(void)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	return cfg.size == sizeof(cfg) && tacit_version()[0] == '0' &&
	    tacit_log_word(TACIT_LOG_NOTE)[0] != '\0' &&
	    tacit_checkin_shipped(0)[0] != '\0' ? 0 : 1;
}
C
strictly "$work/user.c"

# Above each TACIT_API ends its comment, or the struct that it fills.
awk '
/^TACIT_API/ && !told { print FILENAME ":" FNR ": no comment above: " $0; bad = 1 }
{ told = /\*\/[[:space:]]*$/ || /^};$/ }
END { exit bad }
' "$root"/client-lib/include/tacit/*.h
