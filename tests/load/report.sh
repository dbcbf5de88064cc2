#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The report of known measurements says what they say: medians, ratios within
# a round, goals met and missed, void runs; and refuses what is none.
# usage: report.sh REPORT
set -eu

report=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# line DRIVER WORK ROUND MEMBERS: one measurement
line() {
	printf '{"driver":"%s","title":"T-%s","durable":"d","work":"%s","round":%s,' \
	    "$1" "$1" "$2" "$3"
	printf '"stored":0,"label":"","plain":false,"body":2048,"recipients":1,'
	printf '"senders":1,"window":1,"cores":2,"load_average":1.5,'
	printf '"verdict":"sound","settings":"a = 1",%s}\n' "$4"
}

# Ours is twice as fast in each round; the medians alone would say 1.
{
	line tacit enqueue 1 '"per_second":20,"own_busy":0.2'
	line mqtt enqueue 1 '"per_second":10,"own_busy":0.2'
	line tacit enqueue 2 '"per_second":2000,"own_busy":0.2'
	line mqtt enqueue 2 '"per_second":1000,"own_busy":0.2'
	line tacit enqueue 3 '"per_second":1000,"own_busy":0.95'
	line mqtt enqueue 3 '"per_second":500,"own_busy":0.2'
	line tacit drain 1 '"per_second":1200'
	line mqtt drain 1 '"per_second":1000'
	line tacit rate:5000 1 '"arrived_us":{"p50":100,"p99":500,"p99.9":2000,"max":9000}'
	line nats rate:5000 1 '"arrived_us":{"p50":100,"p99":1000,"p99.9":3000,"max":9000}'
	line tacit enqueue 1 '"per_second":8,"server":{"rss":1048576}' |
	    sed 's/"stored":0/"stored":1000000/'
	# In one server's life: half as fast as before, whatever others were.
	line tacit drain 4 '"per_second":300,"to_store":2000000,"day":"2026-01-02"'
	line tacit drain 4 '"per_second":150,"to_store":2000000,"answered_us":{"p99":7}' |
	    sed 's/"stored":0/"stored":2000000/'
	line tacit idle 1 '"connections":15000,"bytes_each":17408'
	line tacit idle 1 '"connections":15000,"bytes_each":10240' |
	    sed 's/"plain":false/"plain":true/'
	line tacit pair 1 '"arrived_us":{"p99":100}'
	line tacit pair-beside 1 '"arrived_us":{"p99":150}'
	line tacit restart 1 '"ready_ms":2500.5'
	line tacit subscribe 1 '"mailboxes":10000,"requests":10,"took_ms":900'
	line tacit paced:5000 1 '"answered_us":{"p50":100,"p99":500,"p99.9":2000,"max":9000}' |
	    sed 's/"label":""/"label":"while letters expire and are shredded"/
	    s/"stored":0/"stored":300000/'
	line mqtt online 1 '"lost":3,"unacked":0' | sed 's/sound/void/'
} >"$out/in"
python3 "$report" --svg "$out" "$out/in" >"$out/text"

# has TEXT: this is in a line of the report
has() {
	grep -qF -- "$1" "$out/text" || {
		echo "not in the report: $1" >&2
		cat "$out/text" >&2
		exit 1
	}
}
has '| enqueue, recipients offline | 1,000 [20 - 2,000] | 500 [10 - 1,000] | - | 2.00 [2.00 - 2.00] | - |'
has '| enqueue, recipients offline | letters/s, of T-mqtt | >= 1.5 x | 2.00 [2.00 - 2.00] x | met |'
has '| drain, each acknowledged | letters/s, of T-mqtt | >= 1.3 x | 1.20 x | **missed** |'
has '| rate:5000 | p99 end to end, of T-nats | <= 1.0 x | 0.50 x | met |'
has '| rate:5000 | p99.9 end to end | <= 3 ms | 2 ms | met |'
has '| idle TLS | memory of each | <= 18 KiB | 17 KiB | met |'
has '| idle plain | memory of each | <= 5 KiB | 10 KiB | **missed** |'
has '| a pair beside idle TLS | p99 end to end | <= 1.2 x of none | 1.50 x | **missed** |'
has '| restart | until it is ready | <= 2,000 ms | 2,500 ms | **missed** |'
has '| subscribe | requests | <= 10 requests | 10 requests | met |'
has '| enqueue, recipients offline | letters/s with 1,000,000 stored | >= 0.8 x of empty | 0.01 x | **missed** |'
has '| drain, each acknowledged | letters/s with 2,000,000 stored | >= 0.8 x of empty | 0.50 x | **missed** |'
has '| 2,000,000 | drain, each acknowledged | T-tacit | 150 | 0.50 | 0.007 | - | - |'
has '| drain |  | - | tacit 1, mqtt 1 |'
has '| drain | of 2,000,000 to store, 2,000,000 are | - | tacit 1 |'
has 'Measured on 2026-01-02.'
has '| while letters expire and are shredded | paced:5000 | T-tacit | - | 0.1 | 0.5 | 2 | - | - | - |'
has '| paced:5000 while letters expire and are shredded | p99.9 until the answer | <= 10 ms | 2 ms | met |'
has '| T-mqtt | online | 1 | lost 3 |'
has 'at most 0.95 of a core, **so it may be what was measured**.'
has '![throughput](throughput.svg)'
python3 -c 'import sys, xml.dom.minidom as m; [*map(m.parse, sys.argv[1:])]' \
    "$out/throughput.svg" "$out/latency.svg" "$out/idle.svg"

# refused STATUS TEXT ARGUMENT...
refused() {
	want=$1 text=$2 got=0
	shift 2
	python3 "$report" "$@" >"$out/text" 2>"$out/err" || got=$?
	if [ "$got" -ne "$want" ] || [ -s "$out/text" ] ||
	    ! grep -qF -- "$text" "$out/err"; then
		echo "$*: exit $got" >&2
		cat "$out/err" >&2
		exit 1
	fi
}
echo '{"work":"enqueue"}' >"$out/partly"
echo 'load: no' >"$out/text-only"
: >"$out/empty"
refused 64 usage:
refused 64 usage: --what
refused 64 usage: --svg "$out"
refused 65 'partly:1: not a measurement' "$out/partly"
refused 65 'text-only:1: not JSON' "$out/text-only"
refused 65 'no measurement' "$out/empty"
refused 65 missing "$out/missing"
