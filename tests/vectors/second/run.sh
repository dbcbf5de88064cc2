#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh DIR FILE...: install what the kit's package-lock.json names into DIR,
# check the vectors of each FILE there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/npm.sh
. "$here/../../support/npm.sh"
dir=$1
shift
npm_install "$here/../../../proto/conformance" "$dir"
exec node "$dir/check-vectors.mjs" "$@"
