# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the stories of healing share.  Source it after lib.sh.
#	WHO.wrote.PEER	every text that WHO ever wrote to PEER, in order
#	WHO.events	every event that WHO's syncs printed

# begins WHO NAME: a person with a vault
begins() {
	make "$1" "$2"
	: >"$work/$1.events"
}

# they_meet CLIENT...: anna, who has the relay, and CLIENTs
# who have talked with her
they_meet() {
	local who
	begins anna 'Dr. Anna'
	for who; do begins "$who" "${who^}"; done
	add_relay anna
	for who; do pair anna "$who" --in-person; done
	for who; do a_good_talk anna "$who"; done
}

# writes WHO PEER TEXT...: each is a message of its own
writes() {
	printf '%s\n' "${@:3}" >>"$work/$1.wrote.$2"
	printf '%s\n' "${@:3}" |
	    as "$1" send "$2" --lines --wait-ms 3000 >/dev/null
}

# writes_many WHO PEER N WORDS: "WORDS 1" ... "WORDS N"
writes_many() {
	seq -f "$4 %g" "$3" >"$work/many"
	cat "$work/many" >>"$work/$1.wrote.$2"
	as "$1" send "$2" --lines --wait-ms 20000 <"$work/many" >/dev/null
}

# opens WHO [OPTION...]: the app is opened and closed again
opens() {
	as "$1" sync "${@:2}" >"$work/$1.out"
	cat "$work/$1.out" >>"$work/$1.events"
}

# quiet WHO: its last look showed nothing, and nothing waits to go out
quiet() {
	is_quiet=$(jq -c 'select(.event != "synced")' "$work/$1.out" | wc -l)
	[ "$is_quiet" = 0 ] &&
	    [ "$(as "$1" contacts | jq -s 'map(.queued) | add')" = 0 ]
}

# they_go_on WHO...: all open their apps in turn until nothing moves any more
they_go_on() {
	local who still=0
	for ((rounds = 1; rounds <= 60; rounds++)); do
		for who; do opens "$who"; done
		still=$((still + 1))
		for who; do quiet "$who" || still=0; done
		[ "$still" -lt 2 ] || return 0
	done
	die "not quiet after 60 rounds"
}

# keeps WHO NAME: a copy of the vault and what lies beside it, as it is
keeps() {
	rm -rf "$work/kept.$1.$2"
	mkdir "$work/kept.$1.$2"
	cp -a "$work/$1.vault"* "$work/kept.$1.$2/"
}

# puts_back WHO NAME
puts_back() {
	rm -f "$work/$1.vault"*
	cp -a "$work/kept.$1.$2/"* "$work/"
	: >"$work/$1.events"
}

# reads WHO PEER: the texts of PEER in WHO's history, oldest first
reads() {
	as "$1" history "$2" | jq -r 'select(.from == "them") | .text'
}

# all_came FROM TO: TO can read all that FROM ever wrote, once, in order
all_came() {
	reads "$2" "$1" >"$work/read"
	cmp -s "$work/read" "$work/$1.wrote.$2" || {
		diff "$work/$1.wrote.$2" "$work/read" | head -n 20 >&2
		die "what $1 wrote is not what $2 can read"
	}
	claims=$((claims + 1))
}

# shown_once WHO: no text was shown to WHO twice since the vault was put back
shown_once() {
	is "$1 saw twice" "$(texts <"$work/$1.events" | sort | uniq -d)" ''
}

# told WHO FILTER: how many events of WHO pass this filter of jq
told() {
	jq -c "select($2)" "$work/$1.events" | wc -l
}

# is_told WHO N FILTER
is_told() {
	is "$1 is told: $3" "$(told "$1" "$3")" "$2"
}

# not_alarmed WHO EVENT...: nothing was said but the usual and these
not_alarmed() {
	local usual='["message", "accepted", "paired", "synced", "rotated"'
	local event
	for event in "${@:2}"; do usual="$usual, \"$event\""; done
	is "$1 is told of" "$(jq -c "select(.event as \$e | $usual] |
	    index(\$e) | not)" "$work/$1.events")" ''
}

# a_good_talk A B: both write, and each reads what the other wrote
a_good_talk() {
	talks=$((${talks:-0} + 1))
	local n
	for n in 1 2 3; do
		writes "$1" "$2" "$1 in talk $talks, $n"
		writes "$2" "$1" "$2 in talk $talks, $n"
	done
	they_go_on "$1" "$2"
}
