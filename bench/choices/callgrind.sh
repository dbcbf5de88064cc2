#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where the instructions of the relay go, per message: callgrind on the relay
# itself, phase by phase of path.c, each thread apart.
#
# usage: callgrind.sh BUILD OUT [ARGUMENT OF path ...]
#
# OUT is a directory that gets callgrind's files; the tables go to stdout.
# Instructions are counted in user space; what the kernel does for sockets and
# disk is not in them (see path.c for processor time, which has it).
set -eu
build=$1 out=$2
shift 2
mkdir -p "$out"
here=$(cd "$(dirname "$0")" && pwd)
cat > "$out/relay" <<EOT
#!/bin/sh
case \$1 in
serve)	exec valgrind --tool=callgrind --quiet --separate-threads=yes \\
	    --collect-systime=no --callgrind-out-file="$out/cg.%p" \\
	    "$build/bin/tacit-relay" "\$@" ;;
*)	exec "$build/bin/tacit-relay" "\$@" ;;
esac
EOT
cat > "$out/hook" <<EOT
#!/bin/sh
case \$1 in
begin)	callgrind_control --zero "\$3" > /dev/null ;;
end)	callgrind_control --dump="\$2" "\$3" > /dev/null ;;
esac
EOT
chmod +x "$out/relay" "$out/hook"
of=4000
for arg; do
	case $arg in of=*) of=${arg#of=} ;; esac
done
TACIT_RELAY=$out/relay PATH_HOOK=$out/hook "$build/bench/path" of="$of" "$@"
for phase in enqueue drain both; do
	for thread in 01 02; do
		f=$(grep -l "Trigger: .*$phase" "$out"/cg.*-"$thread") || {
			echo "$0: no profile of $phase in thread $thread" >&2
			exit 70
		}
		python3 "$here/callgrind_table.py" "$of" "$phase" "$thread" \
		    "$f"
	done
done
