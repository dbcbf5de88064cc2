#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each refusal on real processes: the documented word and exit status, one
# line of JSON on stderr, nothing on stdout, and a vault that says afterwards
# what it said before.
#
# usage: proof_errors.sh BUILD
TACIT_BUILD=$(cd "${1:?usage: proof_errors.sh BUILD}" && pwd)
export TACIT_BUILD
. "$(dirname "$0")/lib.sh"

declare -A said
refusals=0

# settled WHO...: what their vaults say from now on
settled() {
	local who
	for who; do said[$who]=$(as "$who" contacts); done
}

# judge NAME STATUS WORD GOT: of ${work}/row.out and row.err
judge() {
	refusals=$((refusals + 1))
	is "$1: exit status ($(cat "$work/row.err"))" "$4" "$2"
	is "$1: on stdout" "$(cat "$work/row.out")" ''
	is "$1: lines on stderr" "$(wc -l <"$work/row.err")" 1
	is "$1: word" "$(jq -r '[.error, (.message | length > 9), length] |
	    join(" ")' "$work/row.err")" "$3 true 2"
}

# row NAME STATUS WORD WHO INPUT COMMAND...; INPUT @FILE is that file
row() {
	local status=0
	case $5 in
	@*) cp "${5#@}" "$work/row.in" ;;
	*) printf '%s' "$5" >"$work/row.in" ;;
	esac
	as "$4" "${@:6}" <"$work/row.in" >"$work/row.out" 2>"$work/row.err" ||
	    status=$?
	judge "$1" "$2" "$3" "$status"
	is "$1: the vault says" "$(as "$4" contacts)" "${said[$4]}"
}

# file NAME STATUS WORD VAULT PASSPHRASE COMMAND...: the file stays as it is
file() {
	local status=0 before
	before=$(sha256sum <"$4")
	TACIT_PASSPHRASE_FILE=$5 "$tacit" --vault "$4" --json "${@:6}" \
	    </dev/null >"$work/row.out" 2>"$work/row.err" || status=$?
	judge "$1" "$2" "$3" "$status"
	is "$1: the file" "$(sha256sum <"$4")" "$before"
}

# ---- links, made by hand ---------------------------------------------------------
hex() {
	od -An -v -tx1 | tr -d ' \n'
}

unhex() {
	printf '%s' "${1^^}" | basenc --base16 -d
}

# sealed LABEL HOST:PORT HEX: base64url of the bytes and their checksum
sealed() {
	local frame sum
	frame=$(printf %02x ${#1})$(printf %s "$1" | hex)
	frame=$frame$(printf %08x ${#2})$(printf %s "$2" | hex)
	frame=$frame$(printf %08x $((${#3} / 2)))$3
	sum=$(unhex "$frame" | b2sum -l 256)
	unhex "$3${sum:0:8}" | basenc --base64url -w 0 | tr -d =
}

zeros=$(printf %064d 0)
random() {
	head -c 32 /dev/urandom | hex
}

# link_of HOST:PORT FLAGS S PIN KEY
link_of() {
	printf 'tacit://%s/i#%s' "$1" "$(sealed tacit/1/link "$1" "01$2$3$4$5")"
}

# admission_of SCHEME HOST:PORT FLAGS PIN KEY
admission_of() {
	printf 'tacit-relay:%s://%s#%s' "$1" "$2" "$(sealed tacit/1/admission \
	    "$2" "01$3$4$5$(random | cut -c 1-32)")"
}

# ---- a relay and some people --------------------------------------------------------
start_relay
for who in anna ben carl dora; do make "$who" "$who"; done
add_relay anna
short=$(as anna invite --expires-minutes 1 <<<'Too late' | jq -r .link)
made=$(date +%s)
home=$relay_at
pin=$(sed -n 's/.*pin=\([0-9a-f]*\).*/\1/p' "$work/relay.out")
key=$(sed -n 's/.*key=\([0-9a-f]*\).*/\1/p' "$work/relay.out")
settled anna ben carl dora

# Links by hand have the form of real ones.
body=${short#*#}
secret=$(while [ $((${#body} % 4)) -ne 0 ]; do body=$body=; done
    printf %s "$body" | basenc --base64url -d | tail -c +3 | head -c 32 | hex)
is 'link by hand' "$(link_of "$home" 00 "$secret" "$pin" "$key")" "$short"

# ---- links and lines ------------------------------------------------------------------
good=$(link_of "$home" 00 "$(random)" "$pin" "$key")
while IFS='|' read -r name text; do
	row "bad link: $name" 65 bad-link ben "$text"$'\nAnna\n' accept
done <<-END
	nothing|
	words|hello
	another scheme|ftp${good#tacit}
	cut|${good%???}
	longer|${good}AA
	one character|${good%??}$([ "${good: -2:1}" = A ] && echo B || echo A)${good: -1}
	another host|${good/127.0.0.1/127.0.0.2}
	no pin|$(link_of "$home" 00 "$(random)" "$zeros" "$key")
	unknown flag|$(link_of "$home" 08 "$(random)" "$pin" "$key")
	an admission line|$(admission_of wss "$home" 00 "$pin" "$key")
	version|tacit://$home/i#$(sealed tacit/1/link "$home" "0200$secret$pin$key")
END
for at in example.org:8080 192.0.2.1:80 10.1.2.3:8443 128.0.0.1:8443 \
    '[2001:db8::1]:8443' localhost.example.org:80; do
	row "ws:// to $at, link" 65 bad-link ben \
	    "$(link_of "$at" 04 "$(random)" "$zeros" "$key")"$'\nAnna\n' accept
	has "ws:// to $at: said" "$(cat "$work/row.err")" 'ws://'
	row "ws:// to $at, line" 65 bad-link ben \
	    "$(admission_of ws "$at" 04 "$zeros" "$key")"$'\n' relay add
	has "ws:// to $at: said" "$(cat "$work/row.err")" 'ws://'
done
# Control: on loopback the same is a link like any other.
as dora relay add <<<"$(admission_of ws 127.0.0.1:1 04 "$zeros" "$key")" >/dev/null
fails 69 relay-unreachable as dora accept \
    <<<"$(link_of 127.0.0.1:1 04 "$(random)" "$zeros" "$key")"$'\nAnna'

# ---- labels, contacts, relays --------------------------------------------------------------
long=$(head -c 65 /dev/zero | tr '\0' x)
for label in '' "$long" $'bell\a' $'turned\u202eround'; do
	row "label ${label:0:9}" 65 bad-label anna "$label"$'\n' invite
	row "label ${label:0:9}" 65 bad-label ben "$good"$'\n'"$label"$'\n' accept
done
printf 'a\xffb\n' >"$work/label"
row 'label not UTF-8' 65 bad-label anna "@$work/label" invite
row 'no relay' 65 no-relay ben $'Anna\n' invite
row 'a relay not added' 65 no-relay anna $'Ben\n' invite --relay wss://127.0.0.1:9
for contact in 9 nobody c_aaaaaaaaaaaa; do
	row 'contact' 65 unknown-contact anna hello send "$contact"
done

# ---- the life of an invitation -----------------------------------------------------------------
link=$(as anna invite <<<Ben | jq -r .link)
settled anna
row 'own' 77 invitation-own anna "$link"$'\nme\n' accept
as ben accept <<<"$link"$'\nAnna' >/dev/null
settled ben
row 'used' 77 invitation-used carl "$link"$'\nAnna\n' accept
as anna sync >/dev/null
as ben sync >/dev/null
settled anna ben
row 'used, long ago' 77 invitation-used carl "$link"$'\nAnna\n' accept
row 'unknown' 77 invitation-unknown carl "$good"$'\nAnna\n' accept
link=$(as anna invite <<<Carl | jq -r .link)
as anna close Carl --yes >/dev/null
settled anna
row 'revoked' 77 invitation-revoked carl "$link"$'\nAnna\n' accept

"$relay" admit --data "$work/relay" --relationships 1 | as carl relay add >/dev/null
as carl invite <<<Eve >/dev/null
settled carl
row 'admission spent' 77 admission-refused carl $'Frank\n' invite
row 'admission unknown' 65 bad-link carl \
    "tacit-relay:wss://$home#$(sealed tacit/1/link "$home" "0100$pin$key$zeros")" relay add
admission_of wss "$home" 00 "$pin" "$key" | as dora relay add >/dev/null
settled dora
row 'admission made up' 77 admission-refused dora $'Frank\n' invite

as carl invite <<<Eve >/dev/null 2>&1 || true
as anna invite <<<Ben >/dev/null
settled anna
row 'ambiguous' 65 ambiguous-contact anna hello send Ben
as anna close "$(as anna contacts | jq -r .contact | tail -n 1)" --yes >/dev/null
settled anna

# ---- trust, and texts ----------------------------------------------------------------------------
row 'not verified' 77 not-verified anna hello send Ben
row 'not verified, lines' 77 not-verified anna $'hello\nhello\n' send Ben --lines
is 'at my risk' "$(as anna send Ben --accept-unverified --wait-ms 10000 \
    <<<hello | jq -r .state)" accepted
as ben sync --wait-ms 10000 --until 1 >/dev/null
settled anna ben
head -c 24577 /dev/zero | tr '\0' x >"$work/long"
printf 'a\xff' >"$work/broken"
printf '\xed\xa0\x80' >"$work/surrogate"
printf 'a\xc3' >"$work/cut"
printf '\n' >"$work/newline"
for text in long broken surrogate cut newline; do
	row "text: $text" 65 bad-text ben "@$work/$text" send 1
done
row 'text: nothing' 65 bad-text ben '' send 1
is 'history: nothing of it' "$(as ben history 1 | wc -l)" 1

# ---- the vault --------------------------------------------------------------------------------------
(umask 077 && echo 'not the passphrase' >"$work/wrong.pass")
vault=$work/anna.vault
file 'wrong passphrase' 77 wrong-passphrase "$vault" "$work/wrong.pass" contacts
file 'there is one' 65 vault-exists "$vault" "$work/anna.pass" init
row 'there is one' 65 vault-exists anna $'Anna\n' init
head -c 5000 /dev/urandom >"$work/noise"
: >"$work/empty"
sqlite3 "$work/other.db" 'CREATE TABLE t (a); INSERT INTO t VALUES (1)'
for name in noise empty other.db row.err; do
	cp "$work/$name" "$work/file"
	file "no vault: $name" 65 not-a-vault "$work/file" "$work/anna.pass" contacts
done
size=$(stat -c %s "$vault")
for n in 16 99 100 1023 1024 4096 $((size / 2)) $((size - 1024)) $((size - 1)); do
	head -c "$n" "$vault" >"$work/file"
	file "cut to $n of $size" 65 vault-truncated "$work/file" "$work/anna.pass" contacts
done
same=0
for n in 1 2 3 4 5 6 7 8; do
	cp "$vault" "$work/file"
	at=$(($(od -An -N 4 -tu4 /dev/urandom) % size))
	byte=$(od -An -j "$at" -N 1 -tu1 "$vault")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %02x $((byte ^ 1 << n % 8)))" |
	    dd of="$work/file" bs=1 seek="$at" conv=notrunc status=none
	status=0
	TACIT_PASSPHRASE_FILE=$work/anna.pass "$tacit" --vault "$work/file" --json \
	    contacts >"$work/row.out" 2>"$work/row.err" || status=$?
	if [ "$status" = 0 ]; then
		same=$((same + 1))
		is "bit flipped at $at" "$(cat "$work/row.out")" "${said[anna]}"
	else
		judge "bit flipped at $at" 65 "$(jq -r .error "$work/row.err" |
		    grep -E '^(vault-corrupt|not-a-vault|vault-truncated)$')" "$status"
	fi
done
as anna sync --wait-ms 5000 >/dev/null &
holder=$!
pids+=("$holder")
sleep 1.5
status=0
as anna contacts --lock-wait-ms 100 >"$work/row.out" 2>"$work/row.err" || status=$?
judge 'in use' 69 vault-busy "$status"
wait "$holder"

# ---- TLS --------------------------------------------------------------------------------------------
speaks() {
	openssl s_client -connect "$home" "$1" </dev/null 2>&1 |
	    grep -cE '^ *Protocol *: *TLS|^New, TLSv1.3' || true
}
is 'relay: TLS 1.3' "$(test "$(speaks -tls1_3)" -gt 0 && echo yes)" yes
refused=$(openssl s_client -connect "$home" -tls1_2 </dev/null 2>&1 || true)
has 'relay: TLS 1.2' "$refused" 'alert protocol version'
has 'relay: TLS 1.2' "$refused" 'Cipher is (NONE)'

stop_relay
# An input that says nothing and does not end, or s_server would.
mkfifo "$work/silence"
exec {silence}<>"$work/silence"
# serve_tls OPTION: something with the relay's own key at its place
serve_tls() {
	openssl s_server -accept "${home##*:}" "$1" -cert "$work/relay/tls.crt" \
	    -key "$work/relay/tls.key" >"$work/tls.out" 2>"$work/tls.err" <&"$silence" &
	tls_pid=$!
	pids+=("$tls_pid")
	for n in $(seq 100); do
		if grep -q ACCEPT "$work/tls.out"; then break; fi
		sleep 0.05
	done
}
serve_tls -tls1_2
row 'a server of TLS 1.2' 69 relay-unreachable anna $'Frank\n' invite
lacks 'nothing was asked in TLS 1.2' "$(tr -d '\0' <"$work/tls.out")" 'GET /v1'
has 'the client offered no TLS 1.2' "$(cat "$work/tls.err")" 'unsupported protocol'
kill "$tls_pid"
wait "$tls_pid" 2>/dev/null || true
serve_tls -tls1_3
as anna invite <<<Frank >/dev/null 2>&1 || true
has 'control: asked in TLS 1.3' "$(tr -d '\0' <"$work/tls.out")" 'GET /v1'
kill "$tls_pid"
wait "$tls_pid" 2>/dev/null || true

# ---- a relay that is down ------------------------------------------------------------------------------
is 'control: nothing half-made' "$(as anna contacts)" "${said[anna]}"
row 'down: invite' 69 relay-unreachable anna $'Frank\n' invite
out=$(as anna send Ben --wait-ms 300 <<<'while it is down')
is 'down: send' "$(jq -r .state <<<"$out")" queued
is 'down: sync' "$(as anna sync | tail -n 1)" '{"event":"synced","complete":false}'
is 'down: queued' "$(as anna contacts | jq -s 'map(.queued) | add')" 1
settled anna

# ---- another relay in its place ---------------------------------------------------------------------------
relay_at=$home
fresh=$(link_of "$home" 00 "$(random)" "$pin" "$key")
start_relay other
stop_relay
for what in relay.key tls.key; do
	mkdir -m 700 "$work/mixed.$what"
	for f in "$work"/other/*.key "$work"/other/tls.crt; do
		case ${f##*/} in
		"${what%.key}"*) cp -p "$f" "$work/mixed.$what/" ;;
		*) cp -p "$work/relay/${f##*/}" "$work/mixed.$what/" ;;
		esac
	done
done
for name in other mixed.relay.key mixed.tls.key; do
	start_relay "$name"
	row "$name: invite" 77 pin-mismatch anna $'Frank\n' invite
	fails 77 pin-mismatch as carl accept <<<"$fresh"$'\nAnna'
	is "$name: send" "$(as anna send Ben --wait-ms 1000 <<<"to $name" | jq -r .state)" queued
	settled anna
	stop_relay
done
start_relay
as anna sync --wait-ms 1000 >/dev/null
is 'all of it arrives at the right one' "$(as ben sync --wait-ms 10000 --until 4 |
    jq -r 'select(.event == "message").text' | xargs -d '\n' printf '%s, ')" \
    'while it is down, to other, to mixed.relay.key, to mixed.tls.key, '

# ---- late ---------------------------------------------------------------------------------------------------
settled ben
left=$((made + 62 - $(date +%s)))
[ "$left" -le 0 ] || sleep "$left"
row 'expired' 77 invitation-expired ben "$short"$'\nAnna\n' accept
as anna close Ben --yes >/dev/null
settled anna
row 'closed' 65 contact-closed anna hello send Ben

echo "proof_errors: ok: $refusals refusals, each with its word, status and" \
    "one line; of 8 flipped bits $same changed nothing"
finish
