#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh DIR: the other implementations, into DIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../support/npm.sh"
npm_install "$here" "$1"
