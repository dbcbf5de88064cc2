#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What people call themselves and each other, what they write, their
# passphrases, links, codes and keys are found nowhere outside the vaults'
# encryption: not in the relay's directory or log, not in what /proc shows of
# any of our processes, not in the vaults' files.  What was acked is gone from
# all files of the relay within 5 seconds, and before READY after a kill: the
# key of a letter, that is, without which nobody reads what lies there.
#
# usage: proof_sentinels.sh BUILD
TACIT_BUILD=$(cd "${1:?usage: proof_sentinels.sh BUILD}" && pwd)
export TACIT_BUILD
. "$(dirname "$0")/lib.sh"

needle=$build/tests/needle
data=$work/relay
searched=0

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

# bytes_of TEXT: base64url without padding
bytes_of() {
	local text=$1
	while [ $((${#text} % 4)) -ne 0 ]; do text=$text=; done
	printf %s "$text" | basenc --base64url -d
}

# add LIST NAME: what stands on standard input
add() {
	printf '%s %s\n' "$2" "$(hex)" >>"$work/$1.list"
}

# secret NAME: prints 18 characters that occur nowhere else, and adds them
secret() {
	local text
	text=Zq$(head -c 12 /dev/urandom | base64 | tr +/ xy)
	printf %s "$text" | add people "$1"
	echo "$text"
}

# keys WHO: what its vault holds now goes to the lists
keys() {
	"$build/tests/vaultkeys" "$work/$1.vault" "$work/$1.pass" >"$work/keys" ||
	    die "vaultkeys $1"
	grep '^secret\.' "$work/keys" >>"$work/people.list"
	grep '^address\.' "$work/keys" >>"$work/address.list"
	sort -u -o "$work/people.list" "$work/people.list"
	sort -u -o "$work/address.list" "$work/address.list"
}

# nowhere STAGE LIST PATH...
nowhere() {
	local status=0
	"$needle" "$work/$2.list" "${@:3}" >"$work/found" 2>"$work/how" || status=$?
	[ "$status" = 0 ] || die "$1: $2: $(cat "$work/found" "$work/how")"
	searched=$((searched + $(sed 's/.*files, \([0-9]*\) bytes.*/\1/' "$work/how")))
	claims=$((claims + 1))
}

# search STAGE: everywhere
search() {
	local outside=("$work"/anna.vault* "$work"/ben.vault* "$work/log")
	cp "$work"/relay.out "$work"/relay.log "$work/log/"
	nowhere "$1" people "$data" "${outside[@]}"
	nowhere "$1" address "${outside[@]}"
	nowhere "$1" own "$data"/relay.db* "$data"/relay.bodies \
	    "$data"/endpoint "$data"/tls.crt "${outside[@]}"
}

# copy_db: the relay's files, for a look by sqlite3.  The log first: should it
# move into the database meanwhile, both have it.
copy_db() {
	rm -rf "$work/copy"
	mkdir "$work/copy"
	cp "$data/relay.db-wal" "$work/copy/"
	cp "$data/relay.db" "$data/relay.bodies" "$work/copy/"
}

look() {
	sqlite3 "$work/copy/relay.db" "$1"
}

# letters: "PLACE LENGTH KEY" of each that waits; the other entries of the
# blocks are free.  That the key opens what lies there, and that this is what
# was sent, is tested in tests/e2e/relay_mail.c.
letters() {
	look "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL
	    SELECT i + 1 FROM n WHERE i < 255)
	    SELECT printf('%d %d %s', (256 * (id - 1) + n.i * units) * 2048,
	    units * 2048, lower(hex(substr(envelopes, 68 * n.i + 37, 32))))
	    FROM (SELECT *, CASE kind WHEN 1 THEN 1 ELSE 32 END AS units
	    FROM block), n WHERE 68 * n.i < length(envelopes) AND
	    substr(envelopes, 68 * n.i + 1, 8) <> zeroblob(8)"
}

# bodies: something lies at the place of each letter on standard input
bodies() {
	local at len n=0
	while read -r at len _; do
		head -c $((at + len)) "$work/copy/relay.bodies" | tail -c "$len" >"$work/body"
		is 'a whole body' "$(wc -c <"$work/body")" "$len"
		[ "$(tr -d '\0' <"$work/body" | wc -c)" -gt $((len / 2)) ] ||
		    die "the body at $at is empty"
		n=$((n + 1))
	done
	[ "$n" -gt 0 ] || die 'nothing waits at the relay'
}

# keys_at_rest LIST: of all letters that wait; their bodies are there
keys_at_rest() {
	copy_db
	letters >"$work/letters"
	bodies <"$work/letters"
	cut -d ' ' -f 3 "$work/letters" | pieces "$1" 16
}

# pieces LIST BYTES: of each row of hex on standard input
pieces() {
	awk -v size="$2" '{
		for (i = 0; i + 2 * size <= length($0); i += 2 * size)
			printf "cipher.%d.%d %s\n", NR, i / 2, substr($0, i + 1, 2 * size)
	}' >"$work/$1.list"
	[ -s "$work/$1.list" ] || die "$1: nothing waits at the relay"
}

# lies_there LIST: as it is; a page of the database may part one piece of each
lies_there() {
	local parted
	"$needle" "$work/$1.list" "$data" >"$work/found" 2>/dev/null || true
	awk '$2 == "raw" { print $1 }' "$work/found" | sort -u >"$work/there"
	parted=$(cut -d ' ' -f 1 "$work/$1.list" | sort | comm -23 - "$work/there" |
	    cut -d . -f 2 | uniq -d)
	is "$1: lies at the relay" "$parted" ''
}

now_ms() {
	date +%s%3N
}

# leaves LIST BEGIN: all files within 5 s from now; ${took} since BEGIN
leaves() {
	local from status
	from=$(now_ms)
	while :; do
		status=0
		"$needle" "$work/$1.list" "$data" >"$work/found" 2>/dev/null ||
		    status=$?
		took=$(($(now_ms) - $2))
		if [ "$status" = 0 ]; then break; fi
		[ $(($(now_ms) - from)) -le 5000 ] ||
		    die "$1: still there: $(head -n 3 "$work/found")"
		sleep 0.1
	done
	claims=$((claims + 1))
}

# ---- the search finds what is there -------------------------------------------
mkdir "$work/log" "$work/planted"
secret control >/dev/null
printf '\001\377\376 control bytes \200\000\n' | add people control.bytes
while read -r name text; do
	for at in 0 1 2; do
		{
			head -c $((3000 + at)) /dev/zero
			printf '%s' "${text^^}" | basenc --base16 -d
			head -c 50 /dev/zero
		} >"$work/planted/$name.$at"
	done
done <"$work/people.list"
for f in "$work/planted"/*; do
	od -An -v -tx1 "$f" | tr -d ' \n' >"$f.hex"
	tr a-f A-F <"$f.hex" >"$f.HEX"
	base64 -w 0 "$f" >"$f.b64"
	basenc --base64url -w 0 "$f" >"$f.b64url"
done
"$needle" "$work/people.list" "$work/planted" >"$work/found" 2>/dev/null || true
for form in raw hex HEX base64/0 base64/1 base64/2 base64url/0 base64url/1 base64url/2; do
	is "control: $form" "$(awk -v form="$form" '$2 == form { print $1 }' \
	    "$work/found" | sort -u | wc -l)" 2
done
rm -r "$work/planted"

# ---- two people, everything they say a sentinel ------------------------------------
"$build/tests/procwatch" "$work/log/proc" "$tacit" "$relay" >"$work/watched" &
watch_pid=$!
pids+=("$watch_pid")
start_relay
for who in anna ben; do
	(umask 077 && secret "$who.passphrase" >"$work/$who.pass")
	secret "$who.name" | as "$who" init >/dev/null
done
head -c 32 "$data/relay.key" | add own relay.key
openssl pkey -in "$data/tls.key" -outform DER | tail -c +37 | head -c 32 |
    add own tls.key
openssl pkey -in "$data/tls-next.key" -outform DER | tail -c +37 | head -c 32 |
    add own tls-next.key

line=$("$relay" admit --data "$data" --relationships 20)
printf %s "$line" | add people admission.line
bytes_of "${line#*#}" | tail -c +67 | head -c 16 | add people admission.code
as anna relay add <<<"$line" >/dev/null

label=$(secret anna.label)
link=$(as anna invite --in-person <<<"$label" | jq -r .link)
printf %s "$link" | add people link
bytes_of "${link#*#}" | tail -c +3 | head -c 32 | add people link.S
keys anna
is 'the vault agrees about S' "$(awk '$1 == "link.S" { print $2 }' "$work/people.list")" \
    "$(awk '$1 == "secret.S" { print $2 }' "$work/people.list")"
copy_db
look 'SELECT lower(hex(blob)) FROM invitation' | pieces blob 64
lies_there blob
search 'invited'

printf '%s\n%s\n' "$link" "$(secret ben.label)" | as ben accept >/dev/null
keys ben
secret ben.early | as ben send 1 >/dev/null
search 'joining'
begin=$(now_ms)
as anna sync >/dev/null
leaves blob "$begin"
echo "invitation: gone $took ms after the sync began that answered it"
keys anna
as ben sync >/dev/null
as anna sync >/dev/null
keys anna
keys ben
search 'paired'
is 'paired' "$(as anna contacts | jq -r '.state, .verified' | xargs)" 'active true'

# Short, long, waiting, interrupted.
for n in 1 2 3; do
	secret "anna.text.$n" | as anna send 1 >/dev/null
	{
		head -c 4000 /dev/zero | tr '\0' '.'
		secret "ben.text.$n"
		head -c 4000 /dev/zero | tr '\0' '.'
	} | as ben send 1 >/dev/null
done
search 'letters wait'
mkfifo "$work/pipe"
TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault "$work/anna.vault" \
    --json send 1 --lines --wait-ms 5000 <"$work/pipe" >/dev/null &
cut=$!
pids+=("$cut")
exec 9>"$work/pipe"
for n in $(seq 20); do secret "anna.cut.$n" >&9; done
for n in $(seq 600); do
	if [ -s "$work/anna.vault-wal" ]; then break; fi
	sleep 0.05
done
kill -KILL "$cut"
wait "$cut" 2>/dev/null || true
exec 9>&-
is 'an interrupted writer leaves a log' "$(test -s "$work/anna.vault-wal" && echo yes)" yes
search 'interrupted'
for who in anna ben anna ben; do as "$who" sync >/dev/null; done
as anna history 1 >/dev/null
as anna verify 1 >/dev/null
keys anna
keys ben
search 'delivered'

# ---- what was acked is gone ------------------------------------------------------------
for n in 1 2; do secret "anna.late.$n" | as anna send 1 --wait-ms 5000 >/dev/null; done
keys_at_rest late
lies_there late
begin=$(now_ms)
as ben sync >/dev/null
leaves late "$begin"
gone_ms=$took
search 'acked'

secret anna.last | as anna send 1 --wait-ms 5000 >/dev/null
keys_at_rest last
lies_there last
as ben sync >/dev/null
is 'acked' "$("$relay" status --data "$data" --json | jq .envelopes)" 0
stop_relay -KILL
search 'relay killed'
start_relay
nowhere 'after READY' last "$data"
search 'relay started again'

# ---- what the relay's tables can hold ---------------------------------------------------
copy_db
is 'columns of a mailbox' "$(look "SELECT group_concat(name) FROM pragma_table_info('mailbox')")" \
    'id,address,token_hash,token_old,anchor'
is 'columns of a block' "$(look "SELECT group_concat(name) FROM pragma_table_info('block')")" \
    'id,kind,envelopes'
# Mailbox, counter, day, name and key, of 256 letters or 32 parcels.
is 'bytes of an envelope' "$(look "SELECT DISTINCT length(envelopes) * 1.0 /
    CASE kind WHEN 1 THEN 256 ELSE 32 END FROM block")" 68.0
is 'nothing left of one that was acked' "$(look "SELECT count(*) FROM block
    WHERE envelopes <> zeroblob(length(envelopes))")" 0
# Under a hash of mailbox and envelope, which nobody has who has the file.
is 'columns of a recall' "$(look "SELECT group_concat(name) FROM pragma_table_info('recall')")" \
    'name,outcome,body_hash,number,previous,signature,expiry_day'
is 'columns of the statements' "$(look "SELECT group_concat(name) FROM pragma_table_info('statement')")" \
    'number,hash'
is 'nothing but tables' "$(look "SELECT count(*) FROM sqlite_master WHERE type <> 'table'")" 0
is 'no counter of all rows' "$(look "SELECT count(*) FROM sqlite_master
    WHERE name = 'sqlite_sequence' OR sql LIKE '%AUTOINCREMENT%' OR sql LIKE '%DEFAULT%'")" 0
is 'tables' "$(look "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master ORDER BY name)")" \
    'admission,block,invitation,mailbox,recall,relay,statement'
# That neither ids nor places in the file follow the order of arrival is
# tested at length in tests/store/test_at_rest.c.
lacks 'no address of a host in the log' "$(cat "$work"/log/relay.log)" 127.0.0.1

# ---- the search sees addresses where they must be, and processes ----------------------------
"$needle" "$work/address.list" "$data" >"$work/found" 2>/dev/null || true
has 'control: a mailbox is known to the relay' "$(cat "$work/found")" 'address.mine raw'
kill "$watch_pid"
wait "$watch_pid" || die 'procwatch'
search 'the end'
processes=$(sed 's/ processes.*//' "$work/watched")
[ "$processes" -ge 20 ] || die "only $processes processes were seen"
"$build/tests/procwatch" "$work/seen" "$tacit" >/dev/null &
watch_pid=$!
pids+=("$watch_pid")
control=$(sed -n 's/^anna.name //p' "$work/people.list")
control=$(printf %s "${control^^}" | basenc --base16 -d)
LEAK=$control as anna contacts >/dev/null
as anna history "$control" >/dev/null 2>&1 || true
kill "$watch_pid"
wait "$watch_pid" || die 'procwatch'
"$needle" "$work/people.list" "$work/seen" >"$work/found" 2>/dev/null || true
is 'control: seen in /proc' "$(grep -ac "LEAK=$control" "$work/seen"),$(cut -d ' ' -f 1,2 "$work/found")" \
    '1,anna.name raw'

echo "proof_sentinels: ok: $(wc -l <"$work/people.list") secrets," \
    "$searched bytes searched, $(cat "$work/watched"); acked letters gone" \
    "$gone_ms ms after the sync began that acked them"
finish
