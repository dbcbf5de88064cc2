# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What tests of chats on a terminal share; read by them after lib.sh.

chat_of() {	# chat_of WHO: its process
	# shellcheck disable=SC2154 # of lib.sh
	pgrep -f "^[^ ]*tacit --vault $work/$1.vault" || true
}

# holds WHO TEXT: it stands somewhere in the memory of this person's chat
holds() {
	python3 - "$(chat_of "$1")" "$2" <<-'END'
	import sys
	with open(f"/proc/{sys.argv[1]}/maps") as maps, \
	        open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as mem:
	    for line in maps:
	        word = line.split()
	        if not word[1].startswith("rw"):
	            continue
	        begin, end = (int(x, 16) for x in word[0].split("-"))
	        mem.seek(begin)
	        if sys.argv[2].encode() in mem.read(end - begin):
	            sys.exit(0)
	sys.exit(1)
	END
}
