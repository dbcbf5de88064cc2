# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# npm_install FROM DIR: have in DIR what FROM/package-lock.json names, and
# FROM's own scripts.  To be sourced.  Without node, npm or the registry this
# fails: no test that needs it is skipped.
npm_install() {
	for tool in node npm; do
		command -v "$tool" >/dev/null || {
			echo "$tool is missing: this test cannot run" >&2
			return 1
		}
	done
	mkdir -p "$2"
	if ! cmp -s "$1/package-lock.json" "$2/installed"; then
		rm -rf "$2/node_modules" "$2/installed"
		cp "$1/package.json" "$1/package-lock.json" "$2"
		(cd "$2" && npm ci --ignore-scripts --no-audit --no-fund) || {
			echo 'npm could not install what the test needs' >&2
			return 1
		}
		cp "$1/package-lock.json" "$2/installed"
	fi
	cp "$1"/package.json "$1"/*.mjs "$2"
}
