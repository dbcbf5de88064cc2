#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What scripts parse: the fields of every object that a command prints, with
# their types; ways to name a contact; defaults of places.
. "$(dirname "$0")/lib.sh"

# shape: of each JSON line, the fields and types, each different shape once
shape() {
	python3 -c 'import json, sys
names = {str: "s", int: "n", bool: "b"}
seen = []
for line in sys.stdin:
	o = json.loads(line)
	kind = " ".join("%s:%s" % (k, names[type(v)]) for k, v in o.items())
	if kind not in seen:
		seen.append(kind)
print("\n".join(seen))'
}

# shapes WHAT WANTED COMMAND...: standard input is the command's
shapes() {
	local out
	out=$("${@:3}" 2>"$work/shapes.err")
	is "$1" "$(shape <<<"$out")" "$2"
	is "$1: standard error" "$(cat "$work/shapes.err")" ''
	last=$out
}

start_relay
(umask 077 && echo 'the passphrase of anna' >"$work/anna.pass")

# ---- one row per command -------------------------------------------------
shapes init 'vault:s' as anna init <<<'Dr. Anna'
is 'vault' "$(field vault <<<"$last")" "$work/anna.vault"
line=$("$relay" admit --data "$work/relay" --relationships 20)
shapes 'relay add' 'relay:s' as anna relay add <<<"$line"
is 'relay' "$(field relay <<<"$last")" "wss://$relay_at"
shapes invite 'contact:s link:s' as anna invite --in-person <<<ben
link=$(field link <<<"$last")
shapes contacts \
    'contact:s number:n label:s their_name:s state:s verified:b unread:n queued:n' \
    as anna contacts
is 'verified' "$(field verified <<<"$last")" true
shapes 'send before pairing' 'message:s seq:n state:s waits_for:s' \
    as anna send ben <<<one
make ben 'Ben B.'
shapes accept 'contact:s state:s' as ben accept <<<"$link"$'\nanna'
is 'state' "$(field state <<<"$last")" joining
shapes 'sync, paired and accepted' \
    $'event:s event_id:n contact:s their_name:s verified:b\nevent:s event_id:n contact:s message:s seq:n\nevent:s complete:b' \
    as anna sync
id=$(as anna contacts | field contact)
is 'contact of an event' "$(field contact <<<"$last")" "$id"
as ben sync >"$work/got"
is 'a message' "$(grep '"event":"message"' "$work/got" | shape)" \
    'event:s event_id:n contact:s message:s seq:n text:s late:b'
shapes 'send' 'message:s seq:n state:s' as ben send anna <<<two
is 'default wait' "$(field state <<<"$last")" accepted
shapes 'send, many' 'message:s seq:n state:s' \
    as ben send anna --lines <<<$'three\nfour'
is 'seq' "$(tail -n 1 <<<"$last" | field seq)" 3
as anna sync --until 3 --wait-ms 10000 >"$work/got"
shapes history 'message:s seq:n from:s time:s state:s text:s' \
    as anna history ben
is 'order' "$(jq -r '.from + ":" + .text' <<<"$last" | tr '\n' ' ')" \
    'me:one them:two them:three them:four '
is 'state' "$(jq -r .state <<<"$last" | tr '\n' ' ')" \
    'accepted received received received '
is 'time' "$(jq -r .time <<<"$last" |
    grep -cE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$')" 4
is 'message ids' "$(jq -r .message <<<"$last" | sort)" \
    "$(as ben history anna | jq -r .message | sort)"
is '--last 2' "$(as anna history ben --last 2 | jq -r .text | tr '\n' ' ')" \
    'three four '
shapes verify 'safety_number:s verified:b' as anna verify ben
shapes 'verify --confirm' 'safety_number:s verified:b' \
    as anna verify ben --confirm
as ben sync >/dev/null
shapes rotate 'contact:s rotation:s' as anna rotate ben
is 'rotation' "$(field rotation <<<"$last")" asked
as ben sync --wait-ms 1000 >/dev/null
as anna sync --wait-ms 1000 >"$work/got"
is 'rotated' "$(grep '"event":"rotated"' "$work/got" | shape)" \
    'event:s event_id:n contact:s'
as ben sync --wait-ms 1000 >/dev/null
shapes 'sync of nothing' 'event:s complete:b' as ben sync --wait-ms 0
shapes passphrase 'vault:s' as ben passphrase \
    <<<$'the passphrase of ben\nthe passphrase of ben'
shapes close 'contact:s state:s' as anna close ben --yes
is 'state' "$(field state <<<"$last")" closed
as ben sync --wait-ms 1000 >"$work/got"
is 'closed' "$(grep '"event":"closed"' "$work/got" | shape)" \
    'event:s event_id:n contact:s'

# ---- options before and after the command --------------------------------
export TACIT_PASSPHRASE_FILE=$work/anna.pass
v=$work/anna.vault
want=$(as anna contacts)
is 'order' "$("$tacit" contacts --json --vault "$v")" "$want"
is 'order' "$("$tacit" --json contacts --vault="$v")" "$want"
lacks 'plain' "$("$tacit" --vault "$v" contacts)" '{'

# ---- which contact ---------------------------------------------------------
as anna invite <<<carl >"$work/carl"
id=$(field contact <"$work/carl")
n=$(as anna contacts | tail -n 1 | field number)
for name in "$id" "$n" carl; do
	is "by $name" "$(as anna send "$name" <<<x | field state)" queued
done
is 'three of them' "$(as anna contacts | tail -n 1 | field queued)" 3
for name in "c_${id#c_}x" "${id^^}" "0$n" "+$n" "$n " 0 99 Carl car; do
	fails 65 unknown-contact as anna history "$name"
done

# ---- which relay, how long --------------------------------------------------
relay_at=
start_relay second
"$relay" admit --data "$work/second" --relationships 5 |
    as anna relay add >/dev/null
has 'the last is the default' "$(as anna invite <<<dora | field link)" \
    "tacit://$relay_at/i#"
first=$(as anna invite --relay "$(sed 's,.*url=\([^ ]*\).*,\1,' \
    "$work/relay.out")" <<<emil | field link)
lacks 'the one that was named' "$first" "$relay_at"
fails 65 no-relay as anna invite --relay wss://127.0.0.1:1 <<<fritz
for n in 1 44640; do
	has "$n minutes" "$(as anna invite --expires-minutes "$n" <<<"for $n" |
	    field link)" tacit://
done
fails 64 usage as anna invite --expires-minutes 0 <<<never

# ---- default place of the vault ----------------------------------------------
mkdir "$work/home" "$work/xdg"
(
	unset XDG_DATA_HOME
	export HOME=$work/home
	"$tacit" --json init <<<Anna
	XDG_DATA_HOME=$work/xdg "$tacit" --json init <<<Anna
	XDG_DATA_HOME=relative "$tacit" --json init <<<Anna
) >"$work/places" 2>&1 || true
is 'places' "$(cat "$work/places")" "{\"vault\":\"$work/home/.local/share/tacit/vault\"}
{\"vault\":\"$work/xdg/tacit/vault\"}
{\"error\":\"vault-exists\",\"message\":\"there is already a vault here\"}"

finish
