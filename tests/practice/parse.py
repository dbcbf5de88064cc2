#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# parse.py EXPORTER: what it prints, read by parsers that share nothing with
# it: pages and plots are XML of a few known elements, their policy names
# their style sheet, and every text is in each format what it is in the
# others.  Ends with the counts.
import base64
import csv
import hashlib
import html.parser
import io
import json
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as et
from decimal import Decimal

HTML = '{http://www.w3.org/1999/xhtml}'
SVG = '{http://www.w3.org/2000/svg}'
ELEMENTS = {HTML + n for n in '''html head meta title style body h1 h2 bdi dl
    dt dd time main figure article header p b br table caption tbody tr th td
    footer'''.split()} | {SVG + n for n in '''svg title desc rect text path
    circle'''.split()}
ATTRIBUTES = set('''lang charset http-equiv content name class id dir datetime
    scope colspan viewBox role aria-labelledby font-family font-size fill
    width height x y font-weight fill-opacity d stroke stroke-width
    stroke-dasharray stroke-opacity stroke-linejoin text-anchor cx cy r
    color'''.split())
STEERS = re.compile('[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f'
    '\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff'
    '\U000e0000-\U000e007f]')
SAMPLES = ['empty', 'every', 'hostile', 'long']
exporter = sys.argv[1]
checks = 0


def run(*args):
    return subprocess.run([exporter, *args], check=True,
        stdout=subprocess.PIPE).stdout


def check(ok, *what):
    global checks
    checks += 1
    if not ok:
        sys.exit(f'not so: {what}')


def elements(root):
    """Known names alone, nothing that runs or leads elsewhere."""
    ids = [e.get('id') for e in root.iter() if e.get('id')]
    check(len(ids) == len(set(ids)), 'an id twice')
    for e in root.iter():
        check(e.tag in ELEMENTS, e.tag)
        check(set(e.attrib) <= ATTRIBUTES, e.tag, e.attrib)
        for i in e.get('aria-labelledby', '').split():
            check(i in ids, i)
        for t in list(e.attrib.values()) + [e.text or '', e.tail or '']:
            check(not STEERS.search(t), e.tag, t)


def shown(e):
    """The text of an element, with what was made visible as it was."""
    text = e.text or ''
    for c in e:
        if c.tag == HTML + 'b':
            text += chr(int(c.text[2:], 16))
        elif c.tag == HTML + 'br':
            text += '\n'
        text += c.tail or ''
    return text


def lines(sample):
    text = run('json', sample)
    check(not STEERS.search(text.decode()), 'json', sample)
    return [json.loads(l) for l in text.decode().split('\n')[:-1]]


class Tags(html.parser.HTMLParser):
    """The elements as HTML has them, not XML."""
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def page(sample):
    raw = run('html', sample)
    root = et.fromstring(raw)
    elements(root)
    tags = Tags()
    tags.feed(raw.decode())
    check(tags.seen == [e.tag.split('}')[1] for e in root.iter()], 'HTML')
    style = root.find(f'.//{HTML}style').text
    named = base64.b64encode(hashlib.sha256(style.encode()).digest())
    policy = root.find(f'.//{HTML}meta[@http-equiv]').get('content')
    check(policy.startswith("default-src 'none'; "), policy)
    check(f"style-src 'sha256-{named.decode()}'" in policy, policy)
    check('url(' not in style and '@import' not in style, 'style')
    check(b'http' not in raw.replace(b'http-equiv', b'')
        .replace(b'"http://www.w3.org/1999/xhtml"', b'')
        .replace(b'"http://www.w3.org/2000/svg"', b'')
        .replace(b'http://x.test', b''), 'an address')
    return root


def compare(sample):
    """The same entries, texts and names in HTML, JSON and FHIR."""
    head, *entries, end = lines(sample)
    root = page(sample)
    bundle = json.loads(run('fhir', sample))
    articles = list(root.iter(HTML + 'article'))
    resources = bundle.get('entry', [])
    check(len(articles) == len(entries) == len(resources), sample)
    check(len({r['fullUrl'] for r in resources}) == len(resources), 'uuid')
    check(end['messages'] + end['check-ins'] + end['notes'] == len(entries),
        end)
    for a, e, r in zip(articles, entries, resources):
        r = r['resource']
        identifier = r['identifier']
        if r['resourceType'] == 'Communication':
            identifier = identifier[0]
            check(r['sent'] == e['time'], r)
        check(a.get('id') == e['message'] == identifier['value'], a, e, r)
        name = head['me'] if e['from'] == 'me' else head['label']
        check(shown(a.find(f'{HTML}header/{HTML}bdi')) == name, name)
        check((r.get('sender') or r['author'])['display'] == name, r)
        texts = [shown(p) for p in a.findall(HTML + 'p[@dir]')]
        check(len(texts) == ('text' in e), e)
        if 'text' in e:
            check(texts[0] == e['text'].replace('\r\n', '\n'), texts, e)
            check(r['payload'][0]['contentString'] == re.sub(
                '[\0-\x08\x0b\x0c\x0e-\x1f]',
                lambda m: chr(0x2400 + ord(m[0])), e['text']), e, r)
        check((a.find(HTML + 'table') is not None) == ('response' in e), e)
        if 'response' in e:
            check({k: r[k] for k in r if k in e['response']} ==
                e['response'], e)
            cells = [shown(t) for t in a.iter(HTML + 'td')]
            for i in e['response']['item']:
                for v in i.get('answer', []):
                    v = v.get('valueString')
                    check(v is None or v.replace('\r\n', '\n') in cells, v)
    return len(entries)


def plot(sample):
    elements(et.fromstring(run('svg', sample)))
    raw = run('csv', sample)
    check(raw.count(b'\n') - raw.count(b'\r\n') == 0, 'csv lines')
    rows = list(csv.reader(io.StringIO(raw.decode(), newline=''),
        strict=True))
    check(rows[0] == 'form,label,date,time,state,value,band'.split(','), rows)
    for r in rows[1:]:
        check(len(r) == 7 and all(not STEERS.search(c.replace('\r', ''))
            for c in r), r)
        check(all(not re.match('[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]', c)
            for c in [r[0], r[1], r[6]]), r)
        check((r[4] == 'missed') == (r[5] == ''), r)
        check(r[5] == '' or str(Decimal(r[5])) == r[5], r)


def terminal(sample):
    for columns in range(40, 201, 8):
        for how in ['term', 'ascii']:
            text = run(how, sample, str(columns)).decode()
            check(how == 'term' or text.isascii(), how)
            for l in text.split('\n'):
                wide = sum(0 if unicodedata.combining(c) else 2 if
                    unicodedata.east_asian_width(c) in 'WF' else 1 for c in l)
                check(wide <= columns and not STEERS.search(l), columns, l)


total = 0
for s in SAMPLES:
    total += compare(s)
    plot(s)
    terminal(s)
check(total > 300, total)

# What each check is for is found by it.
for spoilt in [b'<p>', b'<p onclick="x"/>', b'<script/>', b'<a href="x"/>',
        b'<p>\xe2\x80\xae</p>', b'<p id="a"/><p id="a"/>']:
    try:
        elements(et.fromstring(b'<html xmlns="http://www.w3.org/1999/xhtml">' +
            spoilt + b'</html>'))
    except (SystemExit, et.ParseError):
        continue
    sys.exit(f'let pass: {spoilt}')
print(f'{total} entries in three formats are the same; {checks} checks')
