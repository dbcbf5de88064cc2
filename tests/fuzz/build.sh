#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Build all fuzz targets in the manner of OSS-Fuzz: NAME and
# NAME_seed_corpus.zip of each come to lie in $OUT.
#
#   CC, CFLAGS		a clang, and how it instruments
#   LIB_FUZZING_ENGINE	what links the engine
#   OUT, WORK		where the programs go, where to build
#   TACIT_CONTROL	a deliberate defect, to see that it is found
#
# All have a default: libFuzzer with ASan and UBSan, in build-fuzz.
set -eu

cd "$(dirname "$0")/../.."
: "${CC:=clang}"
: "${CFLAGS=-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined}"
: "${LIB_FUZZING_ENGINE=-fsanitize=fuzzer}"
: "${WORK:=$PWD/build-fuzz}"
: "${OUT:=$WORK/out}"
export CC CFLAGS

cmake -S . -B "$WORK" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=None \
    -DTACIT_WERROR=OFF -DTACIT_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
    -DTACIT_CONTROL="${TACIT_CONTROL:-}" >/dev/null
cmake --build "$WORK" --target fuzzers -j "$(nproc)"
mkdir -p "$OUT"
cp "$WORK"/fuzz/fuzz_* "$OUT"
for corpus in tests/fuzz/corpus/*; do
	name=fuzz_${corpus##*/}
	if command -v zip >/dev/null 2>&1; then
		zip -q -j "$OUT/${name}_seed_corpus.zip" "$corpus"/*
	fi
done
