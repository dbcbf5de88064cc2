#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD DIR: an installed libtacit in DIR/prefix, the package's
# tarball in DIR, and an app in DIR/app that has installed it as anybody would.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../support/npm.sh"
build=$1 dir=$2

# What checks the types; nothing else comes from outside.
npm_install "$here" "$dir/app"
cp "$here/types.ts" "$here/tsconfig.json" "$dir/app"
rm -rf "$dir/prefix" "$dir/clone" "$dir/without" "$dir/app/node_modules/tacit" \
    "$dir"/*.tgz
cmake --install "$build" --prefix "$dir/prefix" >"$dir/install.log"

# Of a copy, so that nothing is written into the source.
mkdir -p "$dir/clone/bindings"
cp -R "$root/bindings/node" "$dir/clone/bindings"
rm -rf "$dir/clone/bindings/node/build"
cp "$root/LICENSE" "$root/NOTICE" "$dir/clone"
(cd "$dir/clone/bindings/node" && npm pack --silent --pack-destination "$dir")
tar -tf "$dir"/tacit-*.tgz | sort >"$dir/files"
printf 'package/%s\n' LICENSE NOTICE README.md check.js hello.mjs index.d.ts \
    index.js install.js load.js package.json >"$dir/wanted"
(cd "$root/bindings/node" && printf 'package/%s\n' src/*) >>"$dir/wanted"
LC_ALL=C sort "$dir/wanted" | diff - "$dir/files"

PKG_CONFIG_PATH=$dir/prefix/lib/pkgconfig
export PKG_CONFIG_PATH
cd "$dir/app"
npm install --no-save --no-audit --no-fund "$dir"/tacit-*.tgz

# Without libtacit there is nothing to install, and that is said.
mkdir -p "$dir/without"
cd "$dir/without"
if PKG_CONFIG_PATH=/nowhere PKG_CONFIG_LIBDIR=/nowhere npm install --no-audit --no-fund \
    --foreground-scripts "$dir"/tacit-*.tgz >"$dir/without.log" 2>&1; then
	echo 'it was installed without libtacit' >&2
	exit 1
fi
grep -q 'libtacit is not installed where pkg-config looks' "$dir/without.log"

# Where npm runs no scripts of packages, the first use says what to do.
rm -rf "$dir/without"
mkdir "$dir/without"
cd "$dir/without"
npm install --ignore-scripts --no-audit --no-fund "$dir"/tacit-*.tgz >"$dir/unbuilt.log" 2>&1
if node -e 'require("tacit")' 2>"$dir/unbuilt.log"; then
	echo 'it was used before it was built' >&2
	exit 1
fi
said=$(sed -n 's/^Error: tacit is not built yet.*: run \(node .*install\.js\)$/\1/p' \
    "$dir/unbuilt.log")
$said
test "$(node -p 'require("tacit").Tacit.version')" = 0.1.0
