#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Series and records by the command, between two people: what stands in
# docs/records.md is done word by word, then everything that is refused.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock_lib.sh
. "$(dirname "$0")/clock_lib.sh"

export TZ=UTC0
day=86400

# block NAME: the lines of that fenced block of the page
block() {
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$root/docs/records.md" |
	    grep -v '^```'
}
# run LINE: a line of the page, at the therapist's, among her records
run() {
	local line=${1//KEY/$key}
	(cd "$work/records" && TACIT_PASSPHRASE_FILE=$work/anna.pass bash -c \
	    "tacit() { '$tacit' --vault '$work/anna.vault' --json \"\$@\"; }
	    $line")
}
mode() {
	stat -c %a "$1"
}

start_relay
make anna 'Dr. Anna Berg'
make ben 'Ben'
make carl 'Carl'
add_relay anna
pair anna ben --in-person
pair anna carl --in-person
as ben card acknowledge anna >/dev/null

# ---- four days: answered, missed, answered, answered; and texts -----------------------
greet ben anna
as anna sync >/dev/null
hostile='<script>alert(1)</script> =HYPERLINK("x") '$'\342\200\256''gpj.exe'
said=$(as anna words ben | field words)
printf '%s\n%s' "$said" "$hostile" |
    as anna send ben --confirm --wait-ms 10000 >/dev/null
as anna checkin import daily-check-in >/dev/null
first=$(as anna checkin send ben daily-check-in --every 1 | field checkin)
later 900 as anna sync >/dev/null
later 900 as ben sync >/dev/null
for n in 1 3 4; do
	at=$((n * day))
	later $at as ben sync >/dev/null
	printf '%s\n' bright plenty close "$n" '' "Day $n." |
	    later $at as ben checkin answer "$first" >/dev/null
	later $at as anna sync >/dev/null
done
later $((8 * day)) as anna sync >/dev/null
fails 65 unknown-id as carl checkin trend anna
fails 65 unknown-id as anna checkin trend carl

# ---- the page ---------------------------------------------------------------------------
mkdir "$work/records"
key=none n=0
for part in trend export check; do
	while read -r line; do
		out=$(run "$line") || die "$line: $out"
		n=$((n + 1))
		printf '%s\n' "$out" >"$work/page.$n"
		case $line in *html*) case $line in *export*)
			key=$(printf '%s\n' "$out" | field key) ;; esac ;; esac
	done < <(block $part)
done
is 'lines of the page' "$n" 10
rec=$work/records
for f in day.svg ben.csv ben.html ben.fhir.json ben.jsonl answers.json; do
	is "$f is mine alone" "$(mode "$rec/$f")" 600
done
is 'nothing else is left' "$(find "$rec" -name '.*' -type f | wc -l)" 0
is 'files' "$(find "$rec" -type f | wc -l)" 14

# What the series say.
is 'points' "$(grep -c '"label":"Day"' "$work/page.2")" \
    "$(grep -c . "$work/page.2")"
is 'answered' "$(grep -c '"state":"answered","value":"9","band":"good"' \
    "$work/page.2")" 3
is 'missed' "$(grep -c '"state":"missed"' "$work/page.2")" \
    "$(($(grep -c . "$work/page.2") - 3))"
has 'the drawing' "$(head -c 200 "$rec/day.svg")" '<svg'
is 'one line of names' "$(grep -c '^form,label' "$rec/ben.csv")" 1
is 'a table of all' "$(grep -c 'How many hours' "$rec/ben.csv")" \
    "$(grep -c '"Day"' "$rec/ben.csv")"
out=$(LC_ALL=C.UTF-8 plain anna checkin trend ben daily-check-in)
has 'for people' "$out" 'Daily check-in: Day'
has 'for people' "$out" '3 answered'
has 'the second' "$out" 'series 2'
out=$(LC_ALL=C plain anna checkin trend ben daily-check-in 2)
is 'ASCII' "$(printf %s "$out" | LC_ALL=C tr -d '\0-\177' | wc -c)" 0

# What the records say: each format the same, read by other programs.
python3 - "$rec" <<'PY' || die 'the records are not what was said'
import html.parser, json, sys
d = sys.argv[1]
lines = [json.loads(l) for l in open(d + '/ben.jsonl', encoding='utf-8')]
bundle = json.load(open(d + '/ben.fhir.json', encoding='utf-8'))
answers = json.load(open(d + '/answers.json', encoding='utf-8'))
page = open(d + '/ben.html', encoding='utf-8').read()
assert lines[0]['me'] == 'Dr. Anna Berg' and lines[0]['label'] == 'ben'
kinds = [l['kind'] for l in lines]
assert kinds[0] == 'export' and kinds[-1] == 'end'
assert kinds.count('message') == 2 and kinds.count('check-in') == 3, kinds
texts = [l['text'] for l in lines if l['kind'] == 'message']
assert texts[0] == 'hello' and texts[1].startswith('<script>'), texts
assert texts[1].endswith('\u202egpj.exe')
notes = [l['text'] for l in lines if l['kind'] == 'note']
assert any('Paired, in person' in t for t in notes), notes
assert any('Daily check-in' in t for t in notes), notes
kinds = [e['resource']['resourceType'] for e in bundle['entry']]
assert kinds.count('QuestionnaireResponse') == 3
assert kinds.count('Communication') == 2 + len(notes), kinds
kinds = {e['resource']['resourceType'] for e in answers['entry']}
assert kinds == {'QuestionnaireResponse'}
for e in answers['entry']:
    assert e in bundle['entry']
assert '<script' not in page and 'http://' not in page.replace(
    'http://www.w3.org/', '') and 'https://' not in page
assert page.count('<figure>') == 2 and '\u202e' not in page
assert 'Day 4.' in page and 'U+202E' in page
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag not in ('script', 'link', 'img', 'iframe', 'a'), tag
        assert not any(k.startswith('on') for k, _ in attrs)
P().feed(page)
PY
# The schema that FHIR itself gives out finds nothing wrong.
# shellcheck source=tests/support/npm.sh
. "$root/tests/support/npm.sh"
npm_install "$root/tests/practice/validate" "$build/tests/validate" >/dev/null
out=$(node "$build/tests/validate/bundle.mjs" "$rec/ben.fhir.json" \
    "$rec/answers.json") || die 'not valid FHIR'
is 'valid' "$(printf '%s\n' "$out" | grep -c 'are valid')" 2

out=$(as anna checkin export ben)
is 'lines of JSON' "$(printf '%s\n' "$out" | python3 -c 'import json, sys
print(sum(json.loads(l)["kind"] == "check-in" for l in sys.stdin))')" 3
has 'for a pipe' "$(plain anna checkin export ben | head -c 99)" Bundle

# The other end has its own view of it, with its own key.
(cd "$rec" && as ben export anna --format json --out bens.jsonl >"$work/ben")
is 'the log of his vault tells' "$(as ben log |
    jq -r 'select(.kind == "export") | .words')" json
other=$(field key <"$work/ben")
is 'what I answered' "$(grep -c '"kind":"check-in"' "$rec/bens.jsonl")" 3
lacks 'no scores of it' "$(cat "$rec/bens.jsonl")" '"band"'
[ "$other" != "$key" ] || die 'both ends have one key'
(cd "$rec" && as anna export carl --format json --out carl.jsonl >"$work/carl")
[ "$(field key <"$work/carl")" != "$key" ] || die 'two contacts, one key'
lacks 'nothing of ben in it' "$(cat "$rec/carl.jsonl")" ben
lacks 'nothing of ben in it' "$(cat "$rec/carl.jsonl")" script

# The manifests of one contact are a chain.
python3 - "$rec" <<'PY' || die 'the manifests are no chain'
import hashlib, json, sys
d = sys.argv[1]
before = None
for f in ['ben.html', 'ben.fhir.json', 'ben.jsonl', 'answers.json']:
    m = open(f'{d}/{f}.manifest', 'rb').read()
    o = json.loads(m)
    assert o['previous'] == before, f
    before = hashlib.sha256(m).hexdigest()
    assert o['files'][0]['sha256'] == hashlib.sha256(
        open(f'{d}/{f}', 'rb').read()).hexdigest()
assert json.load(open(d + '/carl.jsonl.manifest'))['previous'] is None
assert json.load(open(d + '/ben.jsonl.manifest'))['from'].startswith('2026')
PY

# ---- checked ----------------------------------------------------------------------------------
# spoilt WHAT COMMAND...: on a copy of the record, then it does not hold
spoilt() {
	rm -rf "$work/spoilt"
	cp -r "$rec" "$work/spoilt"
	(cd "$work/spoilt" && "${@:3}")
	fails "$1" "$2" "$tacit" --json check "$work/spoilt/ben.html" \
	    --key "$key"
}
has 'whole' "$(cat "$work/page.10")" '"state":"whole"'
is 'by its manifest' "$("$tacit" --json check "$rec/ben.html.manifest" |
    field state)" whole
has 'for people' "$("$tacit" check "$rec/ben.html")" 'compare this'
spoilt 65 not-authentic sed -i 's/Day 4/Day 5/' ben.html
has 'which' "$(cat "$work/fails.err")" 'ben.html is not what it was'
spoilt 65 not-authentic truncate -s -1 ben.html
spoilt 65 not-authentic bash -c 'echo >>ben.html'
spoilt 74 io rm ben.html
spoilt 74 io bash -c 'mv ben.html x && ln -s x ben.html'
spoilt 74 io rm ben.html.manifest
spoilt 74 io rm ben.html.manifest.sig
spoilt 65 not-authentic sed -i 's/"messages": 2/"messages": 1/' ben.html.manifest
spoilt 65 not-authentic truncate -s 63 ben.html.manifest.sig
spoilt 65 not-authentic bash -c 'echo >>ben.html.manifest.sig'
spoilt 65 not-authentic cp ben.jsonl.manifest.sig ben.html.manifest.sig
spoilt 65 not-authentic bash -c 'for e in manifest manifest.sig; do
    cp ben.jsonl.$e ben.html.$e; done'
has 'whose manifest' "$(cat "$work/fails.err")" 'other files'
spoilt 65 not-authentic bash -c 'for e in manifest manifest.sig; do
    cp bens.jsonl.$e ben.html.$e; done'
fails 65 not-authentic "$tacit" --json check "$rec/ben.html" --key "$other"
fails 64 usage "$tacit" --json check "$rec/ben.html" --key "${key%?}"
fails 64 usage "$tacit" --json check "$rec/ben.html" --key "${key%?}x"
fails 64 usage "$tacit" --json check
fails 74 io "$tacit" --json check "$work/nowhere/ben.html"

# ---- what is refused -----------------------------------------------------------------------------
x() {	# an export that is refused leaves everything as it was
	local before status=$1 error=$2
	before=$(find "$rec" -type f -exec cksum {} + | sort)
	fails "$status" "$error" "${@:3}"
	is 'nothing changed' "$(find "$rec" -type f -exec cksum {} + | sort)" \
	    "$before"
}
x 65 unknown-contact as anna export nobody --format html --out "$rec/n.html"
x 64 usage as anna export --format html --out "$rec/n.html"
x 64 usage as anna export ben --out "$rec/n.html"
x 64 usage as anna export ben --format html
x 64 usage as anna export ben --format pdf --out "$rec/n.html"
x 64 usage as anna export ben --format html --out "$rec/two words.html"
x 64 usage as anna export ben --format html --out "$rec/.hidden"
x 64 usage as anna export ben --format html --out "$rec/-x.html"
x 64 usage as anna export ben --format html --out "$rec/"
x 64 usage as anna export ben --format html --out ''
x 64 usage as anna export ben --format html --out "$rec/n.html" --first-day x
x 64 usage as anna export ben --format html --out "$rec/n.html" \
    --first-day 2026-02-01 --last-day 2026-01-31
x 64 usage as anna export ben --format html --out "$rec/n.html" --last 3
x 64 usage as anna checkin export ben --format fhir
x 64 usage as anna checkin export ben --format nonsense --out "$rec/n"
x 65 unknown-contact as anna checkin export nobody
x 65 unknown-contact as anna checkin trend nobody
x 65 unknown-id as anna checkin trend ben session-feedback
x 65 unknown-id as anna checkin trend ben f_aaaaaaaaaaaa
x 64 usage as anna checkin trend ben daily-check-in 3
x 64 usage as anna checkin trend ben daily-check-in 0
x 64 usage as anna checkin trend ben daily-check-in 1x
x 64 usage as anna checkin trend ben daily-check-in 1 more
x 64 usage as anna checkin trend ben --format png
x 64 usage as anna checkin trend ben --format svg
x 64 usage as anna checkin trend ben --format svg --out "$rec/n.svg"
x 65 file-exists as anna checkin trend ben --format csv --out "$rec/ben.csv"

# A name that is taken: by the file, or by one of those beside it.
x 65 file-exists as anna export ben --format html --out "$rec/ben.html"
echo mine >"$rec/n.html.manifest"
x 65 file-exists as anna export ben --format html --out "$rec/n.html"
rm "$rec/n.html.manifest"
mkdir "$rec/n.html"
x 65 file-exists as anna export ben --format html --out "$rec/n.html" --yes
has 'why' "$(cat "$work/fails.err")" 'stays as it is'
rmdir "$rec/n.html"
as anna export ben --format html --out "$rec/ben.html" --yes >"$work/again"
is 'replaced' "$("$tacit" --json check "$rec/ben.html" --key "$key" |
    field state)" whole

# Where nothing can be written: no folder, no right to, no room.
x 74 io as anna export ben --format html --out "$work/nowhere/n.html"
if [ "$(id -u)" -ne 0 ]; then
	chmod 500 "$rec"
	x 74 io as anna export ben --format html --out "$rec/n.html"
	chmod 700 "$rec"
fi
x 74 io as anna export ben --format html --out /proc/n.html
long=$(head -c 20000 /dev/zero | tr '\0' x)
for n in 1 2 3; do
	printf '%s' "$long" | as anna send ben --wait-ms 5000 >/dev/null
done
manifest=$(sha256sum <"$rec/ben.html.manifest")
small() {
	(ulimit -f 32; "$@")
}
x 74 disk-full small as anna export ben --format html --out "$rec/n.html"
as anna export ben --format json --out "$rec/after.jsonl" >/dev/null
is 'what failed is not in the chain' \
    "$(field previous < <(tr -d '\n' <"$rec/after.jsonl.manifest"))" \
    "${manifest%% *}"

# A vault that is in use is waited for, and then said to be.
TACIT_PASSPHRASE_FILE=$work/ben.pass "$tacit" --vault "$work/ben.vault" \
    sync --wait-ms 60000 >/dev/null &
holder=$!
pids+=("$holder")
for n in $(seq 100); do
	as ben --lock-wait-ms 0 contacts >/dev/null 2>&1 || break
	sleep 0.05
done
x 69 vault-busy as ben --lock-wait-ms 100 export anna --format json \
    --out "$rec/n.jsonl"
kill "$holder"

# Killed before each of the names is given: the record is not there, or whole.
for n in 1 2 3; do
	status=0
	LD_PRELOAD=$build/tests/testname.so TACIT_TEST_NAMES=$n as anna export \
	    ben --format html --out "$rec/k$n.html" >/dev/null 2>&1 ||
	    status=$?
	is 'killed' "$status" 137
	[ ! -e "$rec/k$n.html" ] || die "a record before its name $n"
	is 'named until then' "$(find "$rec" -name "k$n.*" | wc -l)" $((n - 1))
done
LD_PRELOAD=$build/tests/testname.so TACIT_TEST_NAMES=4 as anna export ben \
    --format html --out "$rec/k4.html" >/dev/null
is 'whole' "$("$tacit" --json check "$rec/k4.html" --key "$key" |
    field state)" whole
finish
