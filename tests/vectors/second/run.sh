#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh VECTORS DIR: install what package-lock.json names into DIR, check
# VECTORS there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../../support/npm.sh"
npm_install "$here" "$2"
exec node "$2/check.mjs" "$1"
