#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run tests with the relay under strace; compare every system call that it
# made after READY, in all threads, with the list that it is confined to.
#
# usage: confine_trace.sh BUILD [COMMAND...]
#
# BUILD is a build tree.  COMMAND finds the relay by TACIT_RELAY.  Without one
# all end-to-end tests of BUILD are run, and for the time that takes a script
# stands where its relay is: nothing else may use BUILD.
# Prints what is used and not listed (fails), and what is listed and not used.
set -euo pipefail

build=$(cd "${1:?usage: confine_trace.sh BUILD [COMMAND...]}" && pwd)
shift
# They use strace themselves, or look for the relay by its path.
without='^e2e/(relay/(order|fsync|confined|trace)|proof/sentinels)$'
relay=$build/bin/tacit-relay
work=$(mktemp -d)
chmod 1777 "$work"
back() {
	if [ -e "$work/tacit-relay" ]; then mv "$work/tacit-relay" "$relay"; fi
	rm -rf "$work"
}
trap back EXIT
trap 'exit 130' INT TERM

if [ $# -gt 0 ]; then
	cp "$relay" "$work/relay"
	relay=$work/wrapper
else
	mv "$relay" "$work/tacit-relay"
	ln -s tacit-relay "$work/relay"
fi
# -D: the relay keeps the number and the parent that the test expects.
cat >"$relay" <<T
#!/bin/sh
exec strace -D -f -qq -s 8 -o "$work/trace.\$\$" "$work/relay" "\$@"
T
chmod +x "$relay"
status=0
if [ $# -gt 0 ]; then
	TACIT_RELAY=$relay "$@" || status=$?
else
	ctest --test-dir "$build" --output-on-failure -R '^e2e/' -E "$without" ||
	    status=$?
fi

# Calls after READY, of all threads of one relay.  A call that was cut in two
# by another thread counts where it began; what strace resumes after READY
# began before.
awk '
	FNR == 1 || / execve\(/ { ready = 0 }
	/ write\(1, "READY/ { ready = 1; relays++; next }
	!ready { next }
	/killed by SIGSYS/ { killed++ }
	match($0, /^[0-9]+ +[a-z0-9_]+\(/) {
		call = substr($0, 1, RLENGTH - 1)
		sub(/^[0-9]+ +/, "", call)
		if (call == "strace") next
		if (n[call]++ == 0) first[call] = FILENAME " " FNR
		total++
	}
	END {
		for (call in n) {
			print call > "'"$work"'/used"
			print call, first[call] > "'"$work"'/first"
		}
		printf "%d relays, %d calls after READY, killed by SIGSYS: %d\n",
		    relays, total, killed
		exit killed > 0 || relays == 0
	}' "$work"/trace.* || status=1
"$build/tests/confine_list" | sort -u >"$work/listed"
sort -u "$work/used" -o "$work/used"
# Outside the list; the stop at SIGSYS shows the call that was refused.
outside=$(comm -23 "$work/used" "$work/listed" | tr '\n' ' ')
echo "used: $(wc -l <"$work/used"), listed: $(wc -l <"$work/listed")"
echo "used and not listed: ${outside:-none}"
echo "listed and not used: $(comm -13 "$work/used" "$work/listed" | tr '\n' ' ')"
for call in $outside; do
	read -r _ file at < <(grep "^$call " "$work/first")
	head -n "$at" "$file" | sed -n '1p;/READY/p'
	head -n "$at" "$file" | tail -n 8
	status=1
done
# Control: a list without one call that every relay makes.
grep -v '^fdatasync$' "$work/listed" | comm -23 "$work/used" - |
    grep -q '^fdatasync$' || status=1
exit "$status"
