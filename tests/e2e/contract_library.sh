#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What libtacit brings into the process of its host, and what it finds there:
# names, whose functions they are bound to, and under which licence.
. "$(dirname "$0")/lib.sh"

lib=$build/lib/libtacit.so

# ---- names ----------------------------------------------------------------
# libsignal calls its curve by this name, and is to find ours.
is 'names that are exported beside tacit_*' \
    "$(nm -D --without-symbol-versions --defined-only "$lib" |
	awk '$2 != "A" { print $3 }' |
	grep -v '^tacit_')" curve25519_donna
# libsignal exports a protobuf-c of its own (Debian 12) or loads the system's
# (Debian 13); nothing of ours may meet it.
is 'names of protobuf that are asked for' \
    "$(nm -D -u "$lib" | grep -c -i -e protobuf -e 'pb_' || true)" 0
is 'names of protobuf-c that libsignal brings, as the control' \
    "$(ldd "$lib" | awk '/libsignal|libprotobuf-c/ { print $3 }' |
	xargs nm -D --defined-only | grep -c ' protobuf_c_' |
	grep -cv '^0$')" 1

# ---- whose functions they are bound to ------------------------------------
LD_BIND_NOW=1 LD_DEBUG=bindings "$tacit" --version >/dev/null 2>"$work/bindings"
# bound FROM SYMBOL: the library that FROM finds SYMBOL in
bound() {
	sed -n "s,.*binding file [^ ]*/$1[^ ]* \[0\] to [^ ]*/\([a-z0-9-]*\).*\`$2.*,\1,p" \
	    "$work/bindings" | sort -u
}
is 'crypto_* of libtacit, of which libsignal exports one too' \
    "$(bound libtacit 'crypto_')" libsodium
is 'hashes of libtacit' "$(bound libtacit crypto_hash_sha512)" libsodium
is 'the curve of libsignal' "$(bound libsignal curve25519_donna)" libtacit
is 'libsignal at the relay' "$(ldd "$relay" | grep -c signal || true)" 0

# ---- memory ----------------------------------------------------------------
# Wiped when it is given back, by all that shares the process.
for user in libsignal libcrypto libtacit libc; do
	is "free() of $user" "$(bound "$user" 'free. ')" tacit
done
strace -f -e trace=prctl,setrlimit,prlimit64 -o "$work/strace" \
    "$tacit" --version >/dev/null
has 'core files of tacit' "$(cat "$work/strace")" \
    'RLIMIT_CORE, {rlim_cur=0, rlim_max=0}'
has 'tacit before a debugger' "$(cat "$work/strace")" \
    'PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0'

# ---- licence --------------------------------------------------------------
for page in NOTICE README.md; do
	is "$page says under which licence binaries may be passed on" \
	    "$(tr '\n' ' ' <"$root/$page" | tr -s ' ' |
		grep -c 'libsignal-protocol-c.*GPL.*links\{0,1\} libtacit')" 1
done
is 'the text of that licence' \
    "$(grep -c 'GNU GENERAL PUBLIC LICENSE' "$root/LICENSES/GPL-3.0.txt" |
	grep -cv '^0$')" 1

finish
