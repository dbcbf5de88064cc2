#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh WORK RESPOND EXPORTER DIRECTORY...: install what package-lock.json names into
# WORK, validate there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../../support/npm.sh"
work=$1
shift
npm_install "$here" "$work"
exec node "$work/validate.mjs" "$@"
