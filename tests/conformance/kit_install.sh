#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kit_install.sh DIR: the kit, with what npm installs for it, into DIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../support/npm.sh"
kit=$here/../../proto/conformance
npm_install "$kit" "$1"
cp -R "$kit/check-client" "$kit/check-relay" "$kit/README.md" \
    "$kit/drivers" "$kit/vectors" "$1"
