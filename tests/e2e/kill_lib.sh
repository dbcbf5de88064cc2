# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Two people, and everything killed with -9: what the proofs of that share.
# Source it after lib.sh and ledger.sh.  Read: seed, anna, ben (names of the
# vaults), letters (of one side), open_ms (time to open a vault); counted:
# kills, relay_kills, batch.  relay_options: of every start of the relay.
relay_options=()

# pick N: a number below N in ${pick}
pick() {
	pick=$((RANDOM % $1))
}

nap_ms() {
	sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"
}

# begin WHO OUT COMMAND...: in the background, reading ${work}/in; ${begun}
begin() {
	: >"$work/$2"
	TACIT_PASSPHRASE_FILE=$work/$1.pass "$tacit" --vault "$work/$1.vault" \
	    --json "${@:3}" <"$work/in" >"$work/$2" 2>"$work/$1.err" &
	begun=$!
	pids+=("$begun")
}

# gone PID: out of the list of what must be ended
gone() {
	local pid left=()
	for pid in "${pids[@]}"; do
		[ "$pid" = "$1" ] || left+=("$pid")
	done
	pids=("${left[@]}")
}

# end WHO PID: what begin() began has ended: by itself, or killed by us.
# Unreachable is no failure: the relay is killed, too.
end() {
	local status=${was[$2]:-0}
	[ -n "${was[$2]:-}" ] || wait "$2" 2>/dev/null || status=$?
	unset "was[$2]"
	gone "$2"
	case $status in
	0 | 69) ;;
	137) kills=$((kills + 1)) ;;
	*) die "seed $seed: $1 ended with $status: $(cat "$work/$1.err")" ;;
	esac
	ended=$status
}

# moment: a time at which a command may be hit; most when its vault is open
moment() {
	pick 4
	moment=$((pick == 0 ? 0 : open_ms))
	pick 290
	moment=$((moment + 10 + pick))
}

# while_printing PID OUT: wait until it has begun to print, and a bit longer
while_printing() {
	while [ ! -s "$2" ] && kill -0 "$1" 2>/dev/null; do sleep 0.01; done
	pick 150
	nap_ms "$pick"
}

# kill_client PID [OUT]: its status is left in ${was}
was=()
kill_client() {
	moment
	pick 2
	if [ -n "${2:-}" ] && [ "$pick" = 0 ]; then
		while_printing "$1" "$2"
	else
		nap_ms "$moment"
	fi
	kill -KILL "$1" 2>/dev/null || true
	was[$1]=0
	wait "$1" 2>/dev/null || was[$1]=$?
}

# kill_relay: at a random moment, and again a relay soon after
kill_relay() {
	moment
	nap_ms "$moment"
	stop_relay -KILL
	gone "$relay_pid"
	kills=$((kills + 1))
	relay_kills=$((relay_kills + 1))
	pick 300
	nap_ms "$pick"
	start_relay "relay.$seed" "${relay_options[@]}"
}

# shown WHO: what its sync printed goes to the ledger
shown() {
	whole_lines "$work/$1.out" >>"$work/$1.shown"
}

# hit_sync WHO [relay]: a sync that is killed, or whose relay is
hit_sync() {
	begin "$1" "$1.out" sync
	if [ "${2:-}" = relay ]; then kill_relay; else
		kill_client "$begun" "$work/$1.out"
	fi
	end "$1" "$begun"
	shown "$1"
}

# hit_both WHO: both are at it, and something is killed
hit_both() {
	local one two
	begin "$anna" "$anna.out" sync --wait-ms 500
	one=$begun
	begin "$ben" "$ben.out" sync --wait-ms 500
	two=$begun
	case $1 in
	relay) kill_relay ;;
	*)
		kill_client "$one" "$work/$anna.out"
		kill_client "$two" "$work/$ben.out"
		;;
	esac
	end "$anna" "$one"
	end "$ben" "$two"
	shown "$anna"
	shown "$ben"
}

# written WHO: how many are in the history
written() {
	as "$1" history peer | jq -s 'map(select(.from == "me")) | length'
}

# texts_of WHO N: N lines that occur nowhere else; every tenth is a long one
texts_of() {
	local i filler
	printf -v filler '%2500s' ''
	batch=$((batch + 1))
	for ((i = 1; i <= $2; i++)); do
		printf '%s seed %s batch %s line %s%s\n' "${1%.*}" "$seed" \
		    "$batch" "$i" "$([ $((i % 10)) -eq 0 ] && echo "${filler// / .}")"
	done
}

# send_some WHO N: half of the time it is killed
send_some() {
	texts_of "$1" "$2" >"$work/in"
	cp "$work/in" "$work/texts"
	pick 800
	begin "$1" "$1.sent" send peer --lines --wait-ms "$pick"
	pick 4
	case $pick in
	0 | 1) kill_client "$begun" ;;
	2) kill_relay ;;
	esac
	end "$1" "$begun"
	whole_lines "$work/$1.sent" | jq -sc --rawfile texts "$work/texts" \
	    '($texts / "\n") as $t | to_entries[] |
	    .value + {text: $t[.key]}' >>"$work/$1.said"
}

# write WHO WANTED: until so many are written
write() {
	local n
	while n=$(written "$1") && [ "$n" -lt "$2" ]; do
		n=$(($2 - n))
		send_some "$1" $((n > letters / 4 ? letters / 4 : n))
	done
}

state_of() {
	as "$1" contacts | jq -r .state
}

# chaos N: all at once, with something on its way
chaos() {
	local n
	for ((n = 0; n < $1; n++)); do
		if ((n % 2)); then
			send_some "$anna" $((letters / 10))
		else
			send_some "$ben" $((letters / 10))
		fi
		pick 6
		case $pick in
		0) hit_sync "$anna" ;;
		1) hit_sync "$ben" ;;
		2) hit_sync "$anna" relay ;;
		3) hit_sync "$ben" relay ;;
		4) hit_both clients ;;
		5) hit_both relay ;;
		esac
	done
}

# quiet WHO...: nothing waits, and the last sync of each was complete
quiet() {
	local who
	for who; do
		tail -n 1 "$work/$who.out" | grep -q '"complete":true' || return 1
		! grep -q '"event":"message"' "$work/$who.out" || return 1
		[ "$(as "$who" contacts | jq .queued)" = 0 ] || return 1
	done
}

# settle: both online, nothing killed, until nothing moves any more
settle() {
	local one two
	for ((rounds = 1; rounds <= 30; rounds++)); do
		begin "$anna" "$anna.out" sync --wait-ms 1000
		one=$begun
		begin "$ben" "$ben.out" sync --wait-ms 1000
		two=$begun
		end "$anna" "$one"
		end "$ben" "$two"
		shown "$anna"
		shown "$ben"
		! quiet "$anna" "$ben" || return 0
	done
	die "seed $seed: not quiet after 30 rounds"
}

# judge WRITER READER [AT-LEAST=1]: so many were written
judge() {
	local got
	got=$(ledger_judge "$work" "$1" "$2")
	echo "seed $seed: ${1%.*} to ${2%.*}: $got"
	is "seed $seed: ${1%.*} to ${2%.*}: faults" "$(ledger_faults "$got")" 0
	[ "$(jq .written <<<"$got")" -ge "${3:-1}" ] ||
	    die "seed $seed: too few were written"
	alarms=$(jq -r 'select(.event | IN("message", "accepted", "paired",
	    "synced", "rotated") | not) | .event' "$work/$2.shown" |
	    sort | uniq -c)
	is "seed $seed: events that tell of trouble" "$alarms" ''
}

# count_anew: for the two people who come now
count_anew() {
	kills=0 relay_kills=0 batch=0
}

# learn_open_ms WHO: how long its vault takes to open
learn_open_ms() {
	open_ms=$(date +%s%3N)
	as "$1" contacts >/dev/null
	open_ms=$(($(date +%s%3N) - open_ms))
}
