#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the command refuses, by which name and exit status: no relay needed.
. "$(dirname "$0")/lib.sh"

(umask 077 && echo 'the passphrase of anna' >"$work/anna.pass")
(umask 077 && echo 'not the passphrase' >"$work/wrong.pass")

# ---- usage ---------------------------------------------------------------
v=(--vault "$work/none.vault" --json)
fails 64 usage "$tacit" --json nonsense
fails 64 usage "$tacit" --json --nonsense
fails 64 usage "$tacit" --json relay
fails 64 usage "$tacit" --json relay remove
fails 64 usage "$tacit" --json --vault
fails 64 usage "$tacit" --json --vault '' contacts
fails 64 usage "$tacit" --json
fails 64 usage "$tacit" "${v[@]}" send
fails 64 usage "$tacit" "${v[@]}" chat 1
fails 64 usage "$tacit" "${v[@]}" sync --lines
fails 64 usage "$tacit" "${v[@]}" contacts --yes
fails 64 usage "$tacit" "${v[@]}" close 1
for n in x '' -1 1x 0x10 ' 1' 999999999999; do
	fails 64 usage "$tacit" "${v[@]}" sync --wait-ms "$n"
	fails 64 usage "$tacit" "${v[@]}" history 1 --last "$n"
done
fails 64 usage "$tacit" "${v[@]}" sync --until 0
fails 64 usage "$tacit" "${v[@]}" invite --expires-minutes 44641
fails 64 usage env -u HOME "$tacit" --json contacts

# Nothing confidential from argv; what was typed there is not repeated.
secret=tacit://a.example/i#c2VjcmV0
for line in 'init Anna' 'accept' 'send 1 hello' 'invite Ben' \
    'relay add tacit-relay:x' 'passphrase old new'; do
	# shellcheck disable=SC2086 # words
	fails 64 usage "$tacit" "${v[@]}" $line "$secret"
	lacks 'an argument in the message' "$(cat "$work/fails.err")" c2Vj
	has 'where it comes from' "$(cat "$work/fails.err")" 'standard input'
done

# Without --json: one plain line.
out=$("$tacit" nonsense 2>&1 >/dev/null) && die 'nonsense succeeds'
is 'plain error' "$(printf '%s\n' "$out" | wc -l)" 1
lacks 'plain error' "$out" '{'
is 'help' "$("$tacit" --help >/dev/null; echo $?)" 0
for command in init 'relay add' invite accept contacts send sync history \
    verify rotate close passphrase backup restore chat words \
    "card set" "card show" "card acknowledge" "away set" "away off" \
    "quiet set" "quiet off" pause resume discharge lifecycle \
    "checkin trend" "checkin export" export check log; do
	# shellcheck disable=SC2086 # one word or two
	out=$("$tacit" $command --help) || die "$command --help"
	has "$command --help" "$out" "usage: tacit $command"
	has "$command --help" "$out" "tacit $command: "
	has 'all commands' "$("$tacit" --help)" "
  $command "
done
fails 64 usage "$tacit" --json nonsense --help
fails 64 usage "$tacit" --json close --yes=1 1
fails 65 not-a-vault "$tacit" "${v[@]}" contacts
has 'no vault' "$(cat "$work/fails.err")" 'there is no vault at'
has 'version' "$("$tacit" --version)" 'tacit 0.'

# ---- passphrase ------------------------------------------------------------
init() {
	echo Anna | setsid -w env "$@" "$tacit" --vault "$work/anna.vault" \
	    --json init
}
fails 64 usage init
has 'both ways named' "$(cat "$work/fails.err")" TACIT_PASSPHRASE_FILE
has 'both ways named' "$(cat "$work/fails.err")" terminal
fails 64 usage init TACIT_PASSPHRASE_FILE="$work/nothing"
for mode in 640 604 644 666; do
	chmod "$mode" "$work/anna.pass"
	fails 64 usage init TACIT_PASSPHRASE_FILE="$work/anna.pass"
done
chmod 600 "$work/anna.pass"
(umask 077 && printf '\nsecond line\n' >"$work/empty.pass")
fails 64 usage init TACIT_PASSPHRASE_FILE="$work/empty.pass"
(umask 077 && head -c 1025 /dev/zero | tr '\0' x >"$work/long.pass")
fails 64 usage init TACIT_PASSPHRASE_FILE="$work/long.pass"
is 'nothing was made' "$(ls "$work"/*.vault 2>/dev/null)" ''

# ---- init -----------------------------------------------------------------
as_anna() { as anna "$@"; }
for mib in 63 x 5000; do
	fails 64 usage env TACIT_ARGON_MIB="$mib" \
	    TACIT_PASSPHRASE_FILE="$work/anna.pass" \
	    "$tacit" --vault "$work/anna.vault" --json init <<<Anna
done
fails 64 usage as_anna init </dev/null
fails 65 bad-label as_anna init <<<''
fails 65 bad-label as_anna init <<<"$(head -c 65 /dev/zero | tr '\0' x)"
fails 65 bad-label as_anna init <<<$'a\x07b'
fails 65 bad-label as_anna init <<<$'a\u202eb'
printf 'a\xffb\n' >"$work/name"
fails 65 bad-label as_anna init <"$work/name"
printf 'a\0b\n' >"$work/name"
fails 64 usage as_anna init <"$work/name"
is 'nothing was made' "$(ls "$work"/*.vault 2>/dev/null)" ''

is 'init' "$(as_anna init <<<Änna)" "{\"vault\":\"$work/anna.vault\"}"
is 'mode of the vault' "$(stat -c %a "$work/anna.vault")" 600
fails 65 vault-exists as_anna init <<<Anna
XDG_DATA_HOME=$work/data TACIT_PASSPHRASE_FILE=$work/anna.pass \
    "$tacit" --json init <<<Anna >/dev/null
is 'default place' "$(stat -c %a "$work/data/tacit")" 700
is 'default place' "$(stat -c %a "$work/data/tacit/vault")" 600

# ---- a vault that does not open ---------------------------------------------
with() {
	TACIT_PASSPHRASE_FILE=$work/$1.pass "$tacit" --vault "$work/$2" --json \
	    "${@:3}"
}
fails 77 wrong-passphrase with wrong anna.vault contacts
fails 65 not-a-vault with anna none.vault contacts
head -c 5000 /dev/urandom >"$work/noise.vault"
fails 65 not-a-vault with anna noise.vault contacts
: >"$work/empty.vault"
fails 65 '\(not-a-vault\|vault-truncated\)' with anna empty.vault contacts
size=$(stat -c %s "$work/anna.vault")
head -c $((size / 2)) "$work/anna.vault" >"$work/half.vault"
fails 65 '\(vault-truncated\|vault-corrupt\)' with anna half.vault contacts

# ---- what an empty vault says --------------------------------------------------
is 'no contacts' "$(as_anna contacts)" ''
is 'sync of nothing' "$(as_anna sync)" '{"event":"synced","complete":true}'
for c in 1 nobody c_aaaaaaaaaaaa ''; do
	fails 65 unknown-contact as_anna history "$c"
	fails 65 unknown-contact as_anna send "$c" <<<hello
	fails 65 unknown-contact as_anna verify "$c"
	fails 65 unknown-contact as_anna close "$c" --yes
done
fails 65 no-relay as_anna invite <<<Ben
fails 64 usage as_anna invite </dev/null
fails 65 bad-link as_anna relay add <<<'tacit-relay:wss://a:1#AAAA'
fails 65 bad-link as_anna accept <<<$'tacit://a/i#AAAA\nBen'
fails 64 usage as_anna accept <<<'tacit://a/i#AAAA'

# ---- passphrase ------------------------------------------------------------------
change() { as_anna passphrase; }
fails 77 wrong-passphrase change <<<$'not the old one\nsomething new'
fails 64 usage change <<<'the passphrase of anna'
fails 64 usage change <<<$'the passphrase of anna\n'
change <<<$'the passphrase of anna\na new passphrase' >/dev/null
fails 77 wrong-passphrase as_anna contacts
echo 'a new passphrase' >"$work/anna.pass"
is 'opens with the new' "$(as_anna contacts)" ''

finish
