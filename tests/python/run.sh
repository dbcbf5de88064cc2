#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A test with the package that install.sh installed, where a warning is an
# error.  usage: run.sh WORK TEST.py [ARGUMENT...]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
TACIT_SOURCE=$(cd "$here/../.." && pwd)
TACIT_PREFIX=$1/prefix
python=$1/venv/bin/python
test=$2
shift 2
export TACIT_SOURCE TACIT_PREFIX PYTHONDONTWRITEBYTECODE=1
unset TACIT_PROXY TACIT_PASSPHRASE_FILE LD_LIBRARY_PATH
exec "$python" -X dev -W error "$here/$test" "$@"
