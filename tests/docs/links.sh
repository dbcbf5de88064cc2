#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the documents point to is there: files, headings, and names of files of
# this tree in README.md, docs/ and the bindings.
. "$(dirname "$0")/../e2e/lib.sh"

cat >"$work/links.py" <<'PY'
import os, re, sys

def anchors(text):
    found = set()
    for line in re.sub(r"^```.*?^```", "", text, flags=re.S | re.M).splitlines():
        m = re.match(r"#+ +(.*)", line)
        if m:
            name = re.sub(r"[^\w\- ]", "", m.group(1).strip().lower())
            found.add(name.replace(" ", "-"))
    return found

def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()

TOP = r"(?:docs|examples|script|client-lib|relay|proto|tests|bindings|packaging|bench|cmake)"
checked = 0
for page in sys.argv[1:]:
    text = re.sub(r"^```.*?^```", "", read(page), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        checked += 1
        name, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), name)) if name else page
        if not os.path.exists(path):
            print(f"{page}: no {target}")
        elif anchor and anchor not in anchors(read(path)):
            print(f"{page}: no heading for #{anchor} in {path}")
    for path in re.findall(r"`(%s/[\w./-]*\w)`" % TOP, text):
        checked += 1
        if not any(os.path.exists(os.path.join(d, path)) for d in (".", os.path.dirname(page))) \
                and not any(os.path.exists(d + path + e) for e in (".c", ".h", ".sh", ".mjs")
                            for d in ("", "tests/")):
            print(f"{page}: no {path}")
print("checked", checked, file=sys.stderr)
PY
cd "$root"
if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files '*.md'
else
	find . -name '*.md' -not -path './build*' | sed 's,^\./,,'
fi | grep -E '^(README|SECURITY)\.md$|^docs/|^bindings/|^proto/conformance/|^examples/' >"$work/pages"
grep -qx docs/EMBED.md "$work/pages" || die 'docs/EMBED.md is not looked at'
xargs python3 "$work/links.py" <"$work/pages" >"$work/found" 2>"$work/count"
is 'links that lead nowhere' "$(cat "$work/found")" ''
[ "$(sed 's/checked //' "$work/count")" -gt 40 ] || die "only $(cat "$work/count")"

# And it would notice.
printf '%s\n' '# A' '[b](#b) [c](c.md) [a](#a) `docs/none.md` `docs/EMBED.md`' >"$work/page.md"
is 'what leads nowhere is found' "$(python3 "$work/links.py" "$work/page.md" 2>/dev/null | wc -l)" 3

finish
