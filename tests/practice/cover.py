#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The questionnaires of the tests together use every item type and rule that
is supported.

usage: cover.py DIRECTORY
"""
import json
import pathlib
import sys

TYPES = """group display boolean integer decimal choice open-choice string
text date""".split()
OPERATORS = "exists = != > < >= <=".split()
RULES = ["required", "enableWhen", "enableBehavior", "ordinal value",
         "minimum", "maximum"]


def items(node):
    for item in node.get("item", []):
        yield item
        yield from items(item)


def urls(node):
    """The last part of the url of each extension, at any depth."""
    if isinstance(node, dict):
        if "url" in node:
            yield str(node["url"]).rsplit("/", 1)[-1]
        for value in node.values():
            yield from urls(value)
    elif isinstance(node, list):
        for value in node:
            yield from urls(value)


def uses(form):
    found = set()
    for item in items(form):
        found.add("type " + item["type"])
        if item.get("required"):
            found.add("required")
        if "enableBehavior" in item:
            found.add("enableBehavior")
        for when in item.get("enableWhen", []):
            found |= {"enableWhen", "operator " + when["operator"]}
    named = {"ordinalValue": "ordinal value", "minValue": "minimum",
             "maxValue": "maximum"}
    return found | {named[url] for url in urls(form) if url in named}


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
    found = set()
    for path in files:
        found |= uses(json.loads(path.read_text(encoding="utf-8")))
    wanted = (["type " + t for t in TYPES] +
              ["operator " + o for o in OPERATORS] + RULES)
    lacks = [name for name in wanted if name not in found]
    print(f"figure: {len(files)} questionnaires, "
          f"{len(wanted) - len(lacks)} of {len(wanted)} types and rules")
    for name in lacks:
        print("lacks", name)
    return 1 if lacks or len(files) < 6 else 0


sys.exit(main())
