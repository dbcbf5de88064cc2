#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every shell script parses; with shellcheck at hand, it is clean there too.
set -eu

cd "$(dirname "$0")/../.."
status=0
for f in $(git ls-files '*.sh' script .ci); do
	[ -f "$f" ] || continue
	shell=$(head -n 1 "$f" | sed -n 's|^#! */\(usr/\)\{0,1\}bin/\(env \)\{0,1\}||p')
	case $shell in sh | bash) ;; *) continue ;; esac
	"$shell" -n "$f" || status=1
	if command -v shellcheck >/dev/null 2>&1; then
		# Sourced files set variables and -e.
		shellcheck -S warning -e SC2154,SC2164 "$f" || status=1
	fi
done
exit "$status"
