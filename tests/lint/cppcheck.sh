#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cppcheck over every source file of the product; what is suppressed stands in
# .cppcheck-suppressions with its reason.
set -eu

cd "$(dirname "$0")/../.."
git ls-files 'proto/*.c' 'relay/*.c' 'client-lib/*.c' 'examples/*.c' |
    xargs cppcheck --quiet --std=c11 --language=c -j "$(nproc)" \
    --enable=warning,portability,performance --inline-suppr \
    --suppressions-list=.cppcheck-suppressions \
    -D__GNUC__ -U__cplusplus -I client-lib/include -I proto -I relay \
    -I client-lib/src --error-exitcode=1
