#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh VECTORS DIR: install what package-lock.json names into DIR, check
# VECTORS there.  Without node or npm this fails: nothing is skipped.
set -eu
vectors=$1
dir=$2
here=$(cd "$(dirname "$0")" && pwd)

for tool in node npm; do
	command -v "$tool" >/dev/null || {
		echo "vectors/second: $tool is missing" >&2
		exit 1
	}
done
mkdir -p "$dir"
if ! cmp -s "$here/package-lock.json" "$dir/installed"; then
	rm -rf "$dir/node_modules" "$dir/installed"
	cp "$here/package.json" "$here/package-lock.json" "$dir"
	(cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund)
	cp "$here/package-lock.json" "$dir/installed"
fi
cp "$here/package.json" "$here/check.mjs" "$dir"
exec node "$dir/check.mjs" "$vectors"
