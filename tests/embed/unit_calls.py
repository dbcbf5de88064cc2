# SPDX-License-Identifier: Apache-2.0
"""The system calls that a unit lets through, sorted: unit_calls.py UNIT"""
import subprocess
import sys


def known_sets():
    """Name of each set -> what it lists: calls, and names of other sets."""
    out = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],
        check=True, capture_output=True, text=True).stdout
    sets, name = {}, None
    for line in out.splitlines():
        words = line.split()
        if line.startswith("@"):
            name = words[0]
            sets[name] = set()
        elif not line.startswith(" "):
            name = None
        elif name and words and not words[0].startswith("#"):
            sets[name].add(words[0])
    return sets


def calls(sets, name):
    if not name.startswith("@"):
        return {name}
    return set().union(*(calls(sets, inner) for inner in sets[name]))


def allowed(path):
    """As systemd.exec(5) says: the first line decides what the list is."""
    sets, result = known_sets(), None
    with open(path, encoding="utf-8") as unit:
        lines = [x.split("=", 1)[1].strip() for x in unit
                 if x.startswith("SystemCallFilter=")]
    for line in lines:
        named = set().union(*(calls(sets, word)
                              for word in line.lstrip("~").split()))
        if line.startswith("~"):
            result -= named
        else:
            result = (result or set()) | named
    # What systemd lets through whatever is asked for.
    return result | calls(sets, "@default")


print("\n".join(sorted(allowed(sys.argv[1]))))
