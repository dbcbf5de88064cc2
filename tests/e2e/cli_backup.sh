#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# backup and restore as people and scripts meet them: names, statuses, modes,
# what lies about afterwards.  What conversations make of it: heal_*.sh.
. "$(dirname "$0")/lib.sh"

start_relay
make anna Anna
make ben Ben
add_relay anna
pair anna ben --in-person
as anna send ben <<<'before the backup' >/dev/null
as ben sync >/dev/null
as ben send anna <<<'an answer' >/dev/null
as anna sync >/dev/null

# backup WHO FILE: with its passphrase
secret='words for the backup'
backup() { as "$1" backup "$2" <<<"$secret"; }
# restore WHO FILE: into a vault of WHO
restore() { as "$1" restore "$2" <<<"$secret"; }

# ---- backup ----------------------------------------------------------------
mkdir "$work/stick"
b=$work/stick/anna.backup
before=$(as anna history ben)
is 'backup' "$(backup anna "$b")" "{\"backup\":\"$b\"}"
is 'its mode' "$(stat -c %a "$b")" 600
is 'nothing beside it' "$(ls -A "$work/stick")" anna.backup
is 'the vault is as it was' "$(as anna history ben)" "$before"
sum=$(sha256sum <"$b")
fails 65 vault-exists backup anna "$b"
is 'it is not replaced' "$(sha256sum <"$b")" "$sum"
fails 65 vault-exists backup anna "$work/anna.vault"
fails 65 vault-exists backup anna "$work/stick"
fails 74 io backup anna "$work/none/anna.backup"
fails 64 usage as anna backup
fails 64 usage as anna backup ''
fails 64 usage as anna backup "$work/x" "$secret"
lacks 'an argument in the message' "$(cat "$work/fails.err")" words
fails 64 usage as anna backup "$work/x" </dev/null
fails 64 usage as anna backup "$work/x" <<<''
fails 64 usage as anna backup "$work/x" <<<"$(head -c 1025 /dev/zero | tr '\0' x)"
(umask 077 && echo 'not it' >"$work/wrong.pass")
with_wrong() {
	TACIT_PASSPHRASE_FILE=$work/wrong.pass "$tacit" --vault \
	    "$work/anna.vault" --json "$@"
}
fails 77 wrong-passphrase with_wrong backup "$work/x" <<<"$secret"
full() { (ulimit -f 8 && backup anna "$work/x"); }
fails 74 disk-full full
is 'nothing was made' "$(ls "$work"/x* 2>/dev/null)" ''
is 'the vault is as it was' "$(as anna history ben)" "$before"
is 'the text is nowhere in it' "$(grep -c 'before the backup' "$b")" 0

# ---- what is no backup -------------------------------------------------------
(umask 077 && echo 'a new passphrase' >"$work/new.pass")
fails 65 not-a-vault env TACIT_PASSPHRASE_FILE="$work/anna.pass" \
    "$tacit" --vault "$b" --json contacts
fails 65 not-a-backup restore new "$work/anna.vault"
fails 65 not-a-backup restore new "$work/nothing"
head -c 5000 /dev/urandom >"$work/noise"
fails 65 not-a-backup restore new "$work/noise"
size=$(stat -c %s "$b")
head -c $((size / 2)) "$b" >"$work/half"
fails 65 vault-truncated restore new "$work/half"
has 'cut short' "$(cat "$work/fails.err")" 'the backup is cut short'
cp "$b" "$work/changed"
for at in $(seq 2700 1024 "$size"); do
	printf xxxxxxxx | dd of="$work/changed" bs=1 conv=notrunc \
	    seek="$at" status=none
done
fails 65 vault-corrupt restore new "$work/changed"
cp "$b" "$work/newer"
printf '\002' | dd of="$work/newer" bs=1 conv=notrunc seek=63 status=none
fails 69 version restore new "$work/newer"
has 'newer' "$(cat "$work/fails.err")" 'newer version'
wrong() { as new restore "$b" <<<'not the words'; }
fails 77 wrong-passphrase wrong
fails 64 usage as new restore "$b" </dev/null
fails 64 usage as new restore
fails 64 usage as new restore "$b" "$secret"
fails 64 usage setsid -w "$tacit" --vault "$work/new.vault" --json restore "$b" <<<"$secret"
fails 65 vault-exists restore ben "$b"
is 'nothing was made' "$(ls "$work"/new.vault* 2>/dev/null)" ''

# ---- restore -------------------------------------------------------------------
chmod 400 "$b"
chmod 500 "$work/stick"
is 'restore' "$(restore new "$b")" \
    "{\"vault\":\"$work/new.vault\",\"contacts\":1}"
is 'its mode' "$(stat -c %a "$work/new.vault")" 600
is 'the backup is as it was' "$(sha256sum <"$b")" "$sum"
is 'nothing beside it' "$(ls -A "$work/stick")" anna.backup
is 'what was written' "$(as new history ben)" "$before"
is 'verified' "$(as new contacts | field verified)" true
is 'safety number' "$(as new verify ben)" "$(as anna verify ben)"
fails 65 vault-exists restore new "$b"

chmod 700 "$work/stick"

# ---- on a terminal ----------------------------------------------------------------
at_terminal() {
	TACIT_PASSPHRASE_FILE=$1 python3 "$root/tests/support/terminal.py" "${@:2}"
}
out=$(at_terminal "$work/anna.pass" 'passphrase of its own' \
    'New passphrase' '>tiny\r' 'Too short' \
    'New passphrase' '>words for a stick\r' 'Once more' '>other words\r' 'differ' \
    'New passphrase' '>words for a stick\r' 'Once more' '>words for a stick\r' \
    'is written' -- "$tacit" --vault "$work/anna.vault" backup "$work/typed") ||
    die "backup: $out"
lacks 'passphrase on the screen' "$out" 'words for'
out=$(at_terminal '' 'passphrase of the backup' '>words for a stick\r' \
    'passphrase of its own' 'New passphrase' '>long enough words\r' \
    'Once more' '>long enough words\r' 'is back, with 1 contact' -- \
    "$tacit" --vault "$work/typed.vault" restore "$work/typed") ||
    die "restore: $out"
lacks 'passphrase on the screen' "$out" words\ for
out=$(env TACIT_PASSPHRASE_FILE="$work/anna.pass" "$tacit" --vault \
    "$work/anna.vault" backup "$work/plain" <<<"$secret")
has 'plain' "$out" "$work/plain"
is 'one line of help each' "$("$tacit" --help | grep -cE '^  (backup|restore) FILE ')" 2

finish
