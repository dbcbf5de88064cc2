#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rule that cannot fail is none: one file per rule that breaks it, and one
# that breaks none.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
mkdir -p "$tree/proto/tacit" "$tree/relay" "$tree/client-lib/src" \
    "$tree/client-lib/cli" "$tree/client-lib/practice"
failed=0

spdx='/* SPDX-License-Identifier: Apache-2.0 */'
printf '%s\n' "$spdx" >"$tree/relay/store.h"
printf '%s\n' "$spdx" >"$tree/client-lib/src/vault.h"
printf '%s\n' "$spdx" >"$tree/client-lib/practice/form.h"

# breaks RULE FILE: what stands on stdin, in FILE, breaks exactly RULE
breaks() {
	cat >"$tree/$2"
	out=$(sh "$here/rules.sh" "$tree") && status=0 || status=1
	if [ "$1" = none ]; then
		[ "$status" -eq 0 ] && [ -z "$out" ] && ok=yes || ok=no
	else
		[ "$status" -ne 0 ] &&
		    printf '%s\n' "$out" | grep -q "^$2[:0-9]*: $1: " &&
		    [ "$(printf '%s\n' "$out" | grep -vc ": $1: ")" = 0 ] &&
		    ok=yes || ok=no
	fi
	if [ "$ok" = no ]; then
		echo "lint does not see: $1 in $2"
		printf '%s\n' "$out"
		failed=1
	fi
	rm "$tree/$2"
}

# c NAME...: a file with these lines under its licence
c() {
	printf '%s\n' "$spdx" "$@"
}

c 'int x(void);' | breaks none relay/a.h
echo 'int x(void);' | breaks spdx relay/a.h
{ c 'int' 'x(void)' '{'; yes '	;' | head -n 61; echo '}'; } |
    breaks length relay/a.c
{ c 'int' 'x(void)' '{'; yes '	;' | head -n 60; echo '}'; } |
    breaks none relay/a.c
{ c; yes '/* */' | head -n 600; } | breaks length relay/a.c
c '        int x;' | breaks space relay/a.c
c 'int x; ' | breaks space relay/a.c
c '#include "vault.h"' | breaks direction relay/a.c
c '#include <tacit/tacit.h>' | breaks direction relay/a.c
c '#include "store.h"' | breaks direction client-lib/src/a.c
c '#include "../relay/store.h"' | breaks direction client-lib/src/a.c
c '#include "store.h"' | breaks direction proto/a.c
c '#include "vault.h"' | breaks direction proto/a.c
c '#include "../src/vault.h"' | breaks direction client-lib/cli/a.c
c '#include "vault.h"' | breaks direction client-lib/cli/a.c
c '#include <tacit/frame.h>' | breaks direction client-lib/cli/a.c
c '#include <tacit/tacit.h>' | breaks none client-lib/cli/a.c
c '#include <tacit/practice.h>' | breaks none client-lib/cli/a.c
c '#include "form.h"' | breaks direction client-lib/cli/a.c
c '#include "../practice/form.h"' | breaks direction client-lib/cli/a.c
c '#include <tacit/practice.h>' | breaks direction client-lib/src/a.c
c '#include <tacit/practice.h>' | breaks none client-lib/practice/a.c
c '#include "vault.h"' | breaks direction client-lib/practice/a.c
c '#include "../src/vault.h"' | breaks direction client-lib/practice/a.c
c '#include <tacit/limits.h>' | breaks direction client-lib/practice/a.c
c '#include <tacit/tacit.h>' | breaks none client-lib/practice/a.c
c '#include "form.h"' | breaks none client-lib/practice/a.c
c '#include "form.h"' | breaks direction client-lib/src/a.c
c '#include <sqlite3.h>' | breaks vendor relay/a.c
c '#include <sqlite3.h>' | breaks none relay/store_sqlite.c
c '#include <libwebsockets.h>' | breaks vendor client-lib/src/a.c
c '#include <signal/curve.h>' | breaks vendor client-lib/src/a.c
c '#include <openssl/ssl.h>' | breaks vendor relay/a.c
c '#include <uv.h>' | breaks vendor relay/a.c
c '#include <ev.h>' | breaks vendor client-lib/src/a.c
c '#include <pb_decode.h>' | breaks vendor relay/a.c
c '#include "frame.pb.h"' | breaks vendor relay/a.c
c '	return memcmp(a, b, 4);' | breaks memcmp relay/a.c
c '	return strcmp(a->secret, b);' | breaks strcmp relay/a.c
c '	return strcmp(argv[1], "serve");' | breaks none relay/a.c
c '/* TO''DO: more */' | breaks mark relay/a.c
c '/* see /wor''k/x */' | breaks path relay/a.c
c '/* https://registry.np''mjs.org/ */' | breaks host relay/a.c
c '#ifdef __linux__' '#endif' | breaks ifdef relay/a.c
c '#ifdef TACIT_CONTROL_ACK_EARLY' '#endif' | breaks none relay/a.c

if [ "$failed" -eq 0 ]; then echo "every rule can fail"; fi
exit "$failed"
