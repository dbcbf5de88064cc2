#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each public header is C99 and C++17 by itself, and says something about each
# function that it exports.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
inc="-I$root/client-lib/include -I$root/proto"
strict='-Wall -Wextra -Wconversion -Werror -fsyntax-only'

cat >"$work/user.c" <<'C'
#include <tacit/tacit.h>
#include <tacit/tacit.h>
int main(void)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	return cfg.size == sizeof(cfg) ? tacit_version() == 0 : 1;
}
C
cat >"$work/practice.c" <<'C'
#include <tacit/practice.h>
#include <tacit/practice.h>
int main(void)
{
	tacit_practice_close(0);
	return 0;
}
C
printf '%s\n' '#include <tacit/vault_log.h>' '#include <tacit/erase.h>' 'int main(void)' \
    '{' '	return tacit_log_word(TACIT_LOG_NOTE) == 0;' '}' >"$work/log.c"
for user in user practice log; do
	cp "$work/$user.c" "$work/$user.cc"
	for cc in gcc clang; do
		# shellcheck disable=SC2086 # lists of options
		"$cc" -std=c99 -pedantic -Wshadow -Wstrict-prototypes $strict $inc "$work/$user.c"
		# shellcheck disable=SC2086
		"$cc" -x c++ -std=c++17 -pedantic $strict $inc "$work/$user.cc"
	done
done

# Above each TACIT_API ends its comment, or the struct that it fills.
awk '
/^TACIT_API/ && !told { print FILENAME ":" FNR ": no comment above: " $0; bad = 1 }
{ told = /\*\/[[:space:]]*$/ || /^};$/ }
END { exit bad }
' "$root/client-lib/include/tacit/tacit.h" "$root/client-lib/include/tacit/practice.h" \
    "$root/client-lib/include/tacit/boundaries.h" \
    "$root/client-lib/include/tacit/records.h" \
    "$root/client-lib/include/tacit/receipts.h" \
    "$root/client-lib/include/tacit/retention.h" \
    "$root/client-lib/include/tacit/retractions.h" \
    "$root/client-lib/include/tacit/erase.h" \
    "$root/client-lib/include/tacit/vault_log.h" \
    "$root/client-lib/include/tacit/recalls.h"
