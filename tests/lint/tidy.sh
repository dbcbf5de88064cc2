#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy over every source file of the product, with .clang-tidy.
# usage: tidy.sh [BUILD]   (a build tree with compile_commands.json)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build}
cd "$root"
if [ ! -f "$build/compile_commands.json" ]; then
	echo "no $build/compile_commands.json: run script/build first" >&2
	exit 69
fi
git ls-files 'proto/*.c' 'relay/*.c' 'client-lib/*.c' |
    xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" 2>/dev/null
