#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What sync promises about events: printed before confirmed, repeated with the
# same event_id after a kill, --until and --wait-ms, and the last line.
. "$(dirname "$0")/lib.sh"

start_relay
make anna anna
make ben ben
add_relay anna
pair anna ben --in-person

# sync_until FILE N: with a generous end, so that a hang is a failure
sync_until() { as ben sync --until "$2" --wait-ms 20000 >"$1"; }

# ---- --until counts messages, not events ------------------------------------
seq -f 'text %g' 5 | as anna send ben --lines >/dev/null
as ben send anna <<<'an accepted event for ben' >/dev/null
sync_until "$work/got" 2
is 'two' "$(texts <"$work/got" | tr '\n' ,)" 'text 1,text 2,'
is 'last line' "$(tail -n 1 "$work/got" | jq -r .event)" synced
is 'unread' "$(as ben contacts | field unread)" 3
sync_until "$work/got" 3
is 'the rest' "$(texts <"$work/got" | tr '\n' ,)" 'text 3,text 4,text 5,'
is 'unread' "$(as ben contacts | field unread)" 0
began=$(date +%s%N)
is 'none comes: exit' "$(as ben sync --until 1 --wait-ms 700 >"$work/got"; echo $?)" 0
[ $(($(date +%s%N) - began)) -ge 700000000 ] || die '--wait-ms was not waited for'
is 'none comes' "$(texts <"$work/got")" ''

# ---- a kill between print and confirmation -------------------------------------
# Texts of 24 KiB into a pipe that nobody reads: two fit, and the third is cut
# in its middle, printed in part and not confirmed, while the writer waits.
for i in 1 2 3 4; do
	printf '%d%24000s' "$i" . | as anna send ben >/dev/null
done
TACIT_PASSPHRASE_FILE=$work/ben.pass python3 - "$tacit" "$work/ben.vault" \
    >"$work/printed" <<'P'
import array, fcntl, os, subprocess, sys, termios, time
out, into = os.pipe()
size = fcntl.fcntl(into, 1032)		# F_GETPIPE_SZ
p = subprocess.Popen([sys.argv[1], "--vault", sys.argv[2], "--json", "sync",
    "--wait-ms", "20000"], stdout=into)
os.close(into)
have = array.array("i", [0])
for _ in range(2000):
	fcntl.ioctl(out, termios.FIONREAD, have)
	if have[0] > size - 4096 or p.poll() is not None:
		break
	time.sleep(0.01)
p.kill()
p.wait()
while chunk := os.read(out, 65536):
	sys.stdout.buffer.write(chunk)
P
is 'printed whole' "$(head -n -1 "$work/printed" | texts | cut -c 1 | tr -d '\n')" 12
partly=$(tail -n 1 "$work/printed" | grep -o '"event_id":[0-9]*')
has 'printed in part' "$partly" event_id
sync_until "$work/got" 2
is 'again, and none twice' "$(texts <"$work/got" | cut -c 1 | tr -d '\n')" 34
is 'under the same id' "$(head -n 1 "$work/got" | grep -o '"event_id":[0-9]*')" \
    "$partly"
is 'event ids rise' "$(grep -o '"event_id":[0-9]*' "$work/got" | cut -d: -f2)" \
    "$(grep -o '"event_id":[0-9]*' "$work/got" | cut -d: -f2 | sort -n)"

# ---- history takes no events, contacts neither -----------------------------------
as anna send ben <<<'still an event' >/dev/null
as ben send anna <<<'x' >/dev/null
as ben history anna >/dev/null
as ben contacts >/dev/null
as ben verify anna >/dev/null
sync_until "$work/got" 1
is 'only sync takes them' "$(texts <"$work/got")" 'still an event'

# ---- killed while it sends: kept, once, same id ------------------------------------
stop_relay
id=$(as anna send ben --wait-ms 0 <<<'over a kill' | field message)
start_relay
as anna sync --wait-ms 3000 >/dev/null
sync_until "$work/got" 1
is 'its id' "$(grep '"event":"message"' "$work/got" | field message)" "$id"

# ---- a bad line among many: what was said to be kept is kept -----------------------
printf 'good\n\nnever\n' >"$work/lines"
fails 65 bad-text as anna send ben --lines <"$work/lines"
is 'the good one' "$(grep -c '"seq"' "$work/fails.out")" 1
sync_until "$work/got" 1
is 'the good one' "$(texts <"$work/got")" good

finish
