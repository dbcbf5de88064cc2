#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Install everything to a prefix, make a wheel of bindings/python against it as
# somebody outside does, and install that where nothing else is.
# usage: install.sh BUILD WORK
#
# Debian's own Python, which is the one that has cffi.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
work=$2
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name tacit.pc)")
export PKG_CONFIG_PATH

# shellcheck disable=SC2046 # a list of options
cc -o "$work/hello" "$root/examples/hello.c" $(pkg-config --cflags --libs tacit)

# A copy, so that nothing is made in the tree.
cp -R "$root/bindings/python" "$work/source"
rm -rf "$work/source/build" "$work/source"/src/*.egg-info
/usr/bin/python3 -m pip wheel --quiet --no-build-isolation --no-deps \
    --no-index --wheel-dir "$work/wheel" "$work/source"
ls "$work"/wheel/tacit-*-cp311-abi3-*.whl

/usr/bin/python3 -m venv --system-site-packages --without-pip "$work/venv"
/usr/bin/python3 -m pip --python "$work/venv/bin/python" install --quiet \
    --no-index "$work"/wheel/*.whl
cd /
"$work/venv/bin/python" -c 'import tacit; print(tacit.version())'
