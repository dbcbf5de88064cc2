#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The house rules that a pattern can see.  usage: rules.sh [ROOT]
# Prints one line per violation, "FILE:LINE: rule: what"; exit 1 if any.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$(cd "$here/../.." && pwd)}
cd "$root"
found=$(mktemp)
trap 'rm -f "$found"' EXIT INT TERM

# Files of the repository, or of any tree when it is not one (self test).
files() {
	if [ -e .git ]; then
		git ls-files --cached --others --exclude-standard -- "$@"
	else
		for pattern; do
			find . -type f -name "${pattern##*/}" | sed 's,^\./,,'
		done
	fi | while read -r f; do
		if [ -f "$f" ]; then echo "$f"; fi
	done
}

say() {
	echo "$1: $2: $3" >>"$found"
}

# ---- SPDX line on top ------------------------------------------------------
for f in $(files '*.c' '*.h' '*.sh' '*.proto' script/build script/clean-room \
    script/lint script/run script/test script/bench .ci/run); do
	head -n 4 "$f" | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
	    say "$f:1" spdx "no SPDX-License-Identifier: Apache-2.0 on top"
done

# ---- length of files and functions, width of lines --------------------------
for f in $(files '*.c' '*.h'); do
	awk -v f="$f" '
	/^\{/ { start = NR }
	/^\}/ {
		if (start && NR - start - 1 > 60)
			printf "%s:%d: length: function of %d lines\n",
			    f, start, NR - start - 1
		start = 0
	}
	{
		line = $0
		gsub(/\t/, "        ", line)
		if (line ~ /[ \t]+$/)
			printf "%s:%d: space: at the end of the line\n", f, NR
	}
	/^        / { printf "%s:%d: space: indent with tabs\n", f, NR }
	END {
		if (NR > 600)
			printf "%s:1: length: file of %d lines\n", f, NR
	}' "$f" >>"$found"
done

# ---- who may include what ---------------------------------------------------
# includes FILE: "LINE HEADER" of each #include
includes() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]\([^>"]*\)[>"].*/\1/p' \
	    "$1" | sort -u
}

# provides DIR: headers that live there, as they are included
headers_of() {
	files "$1/*.h" | while read -r h; do
		case $h in "$1"/*) basename "$h" ;; esac
	done
}
relay_headers=$(headers_of relay | sort -u)
client_headers=$(headers_of client-lib/src | sort -u)
cli_headers=$(headers_of client-lib/cli | sort -u)
practice_headers=$(headers_of client-lib/practice | sort -u)

# among NAME LIST
among() {
	for x in $2; do
		if [ "$x" = "$1" ]; then return 0; fi
	done
	return 1
}

for f in $(files '*.c' '*.h'); do
	for h in $(includes "$f"); do
		base=${h##*/}
		case $f in
		proto/*)
			case $h in
			*relay/* | *client-lib/* | tacit/tacit.h)
				say "$f" direction "proto includes $h" ;;
			esac
			if among "$h" "$relay_headers $client_headers"; then
				say "$f" direction "proto includes $h"
			fi ;;
		relay/*)
			case $h in
			*client-lib/* | tacit/tacit.h | signal/*)
				say "$f" direction "relay includes $h" ;;
			esac
			if among "$h" "$client_headers" &&
			    ! among "$h" "$relay_headers"; then
				say "$f" direction "relay includes $h"
			fi ;;
		client-lib/cli/* | examples/*)
			case $h in
			tacit/tacit.h | tacit/error.h | tacit/practice.h | \
			    tacit/boundaries.h | tacit/records.h | \
			    tacit/receipts.h | tacit/retention.h | \
			    tacit/retractions.h | \
			    tacit/vault_log.h) ;;
			tacit/* | *../* | *.pb.h)
				say "$f" direction "the command includes $h" ;;
			esac
			if [ "$h" != sys/file.h ] &&
			    among "$base" "$client_headers $relay_headers
			    $practice_headers" &&
			    ! among "$base" "$cli_headers"; then
				say "$f" direction "the command includes $h"
			fi ;;
		client-lib/practice/*)
			case $h in
			tacit/tacit.h | tacit/error.h | tacit/practice.h | \
			    tacit/boundaries.h | tacit/records.h | \
			    tacit/receipts.h | tacit/retention.h | \
			    tacit/retractions.h | \
			    tacit/vault_log.h | tacit/erase.h) ;;
			tacit/* | *../*)
				say "$f" direction "practice includes $h" ;;
			esac
			if among "$base" "$client_headers $relay_headers
			    $cli_headers" &&
			    ! among "$base" "$practice_headers"; then
				say "$f" direction "practice includes $h"
			fi ;;
		client-lib/calls/practice_*)
			case $h in
			handle.h | practice_calls.h | tacit/practice.h | \
			    stdlib.h) ;;
			*) say "$f" direction "calls of practice include $h" ;;
			esac ;;
		client-lib/include/tacit/boundaries.h | \
		    client-lib/include/tacit/records.h | \
		    client-lib/include/tacit/retention.h | \
		    client-lib/include/tacit/retractions.h | \
		    client-lib/include/tacit/receipts.h) ;; # parts of practice.h
		client-lib/*)
			case $h in
			*relay/* | *practice/* | tacit/practice.h)
				say "$f" direction "client-lib includes $h" ;;
			esac
			if among "$h" "$relay_headers $practice_headers" &&
			    ! among "$h" "$client_headers"; then
				say "$f" direction "client-lib includes $h"
			fi ;;
		esac
	done
done

# ---- vendor headers in their named files --------------------------------------
set -f				# the patterns are for case, not for the shell
sources=$(files '*.c' '*.h')
for f in $sources; do
	case $f in proto/* | relay/* | client-lib/*) ;; *) continue ;; esac
	for h in $(includes "$f"); do
		verdict=
		while read -r header where; do
			case $header in '' | '#'*) continue ;; esac
			# shellcheck disable=SC2254 # the patterns are patterns
			case $h in $header) ;; *) continue ;; esac
			verdict=bad
			for w in $where; do
				# shellcheck disable=SC2254
				case $f in $w) verdict=good ;; esac
			done
			break
		done <"$here/vendor-headers"
		if [ "$verdict" = bad ]; then
			say "$f" vendor "$h belongs in its named files only"
		fi
	done
done

set +f

# ---- comparisons --------------------------------------------------------------
# memcmp only where the list says why; strcmp never on something secret.
for f in $(files '*.c' '*.h'); do
	case $f in proto/* | relay/* | client-lib/*) ;; *) continue ;; esac
	n=$(grep -cE '(^|[^_a-z0-9])(memcmp|bcmp)[[:space:]]*\(' "$f" || true)
	allowed=$(awk -v f="$f" '$1 == f && $2 > n { n = $2 } END { print n + 0 }' "$here/memcmp-allowed")
	if [ "$n" -gt "$allowed" ]; then
		say "$f" memcmp "$n uses, $allowed with a reason in tests/lint/memcmp-allowed"
	fi
	grep -nE '(^|[^_a-z0-9])str(n|case|ncase)?cmp[[:space:]]*\([^;]*(key|secret|token|passphrase|pass_|code_hash|tag\b|mac\b|seed)' \
	    "$f" | grep -vE 'keyword|"[a-z_-]*(key|token|code)[a-z_-]*"' |
	    sed "s,^\([0-9]*\):.*,$f:\1: strcmp: looks like a comparison of a secret," >>"$found" || true
done

# ---- words that stay out ---------------------------------------------------------
marks='TO''DO|FIX''ME|XX''X|HA''CK'
machine='(^|[^A-Za-z0-9_.}])/(wor''k|tmp/w''t|ho''me|ro''ot)[/-]'
files '*' | grep -vE '^(LICENSES?/?|tests/lint/)|\.(png|bin|json)$' |
    while read -r f; do
	grep -nIE "(^|[^A-Za-z])($marks)([^A-Za-z]|\$)" "$f" |
	    sed "s,^\([0-9]*\):.*,$f:\1: mark: unfinished work," || true
	grep -nIE "$machine" "$f" |
	    sed "s,^\([0-9]*\):.*,$f:\1: path: of one machine," || true
	grep -nIE '^deb https?://|https?://(deb\.debian|registry\.npm)|"resolved": *"http' "$f" |
	    sed "s,^\([0-9]*\):.*,$f:\1: host: of a package registry," || true
done >>"$found"

# ---- #ifdef forests -----------------------------------------------------------------
for f in $(files '*.c'); do
	case $f in proto/* | relay/* | client-lib/*) ;; *) continue ;; esac
	grep -nE '^[[:space:]]*#[[:space:]]*if' "$f" |
	    grep -vE 'TACIT_CONTROL_[A-Z_]+|#if(def)? LWS_|#if [A-Z]*_VERSION' |
	    sed "s,^\([0-9]*\):.*,$f:\1: ifdef: only TACIT_CONTROL_NAME," >>"$found" || true
done

sort -u "$found"
test ! -s "$found"
