# SPDX-License-Identifier: Apache-2.0
"""A table of callgrind's files: instructions per message, by what they do.

usage: callgrind_table.py MESSAGES PHASE THREAD FILE [--functions N]
"""
import re
import sys

# What a function does: the first pair that matches object and function.
KINDS = [
    ("parse, write", r"", r"^pb_|tacit_frame|canonical|varint|^compare$|"
        r"load_descr|^(en|de)code_|advance_iter|allocate_field|sodium_memcmp|"
        r"^(take|put)_(bytes|number|rest|kind|flag)|^(read|write)_"
        r"(is|head|post|ack|ok|deliver)$"),
    ("TLS", r"lib(crypto|ssl)", r""),
    ("lws, libev", r"lib(websockets|ev)", r""),
    ("SQLite", r"libsqlite3", r""),
    ("copy, clear", r"", r"^(__)?mem(cpy|move|set)|sodium_memzero|bzero"),
    ("allocate", r"", r"malloc|calloc|realloc|free|^_?int_|tcache|unlink_ch"),
    ("hash, random", r"libsodium", r""),
    ("store", r"tacit-relay", r"^(mail|index|slots|sql|recall|admit|take_sl|"
        r"store|get_body|fetch_one|begin|commit$|note_wal|latch|run_|bind|"
        r"item_|box_|hand_back|do_batch|place_|hash_id)"),
    ("relay's loop", r"tacit-relay", r""),
    ("C library", r"", r""),
]
NAME = re.compile(r"\((\d+)\)(?: (.*))?")


def parse(path):
    """Self cost of each (object, function)."""
    names, cost, ob, fn, skip = {}, {}, "", "", False
    for line in open(path, encoding="utf-8", errors="replace"):
        key, eq, rest = line.rstrip("\n").partition("=")
        if eq and key in ("ob", "fn", "fl", "fi", "fe", "cob", "cfn", "cfi",
                          "cfl"):
            number, name = NAME.match(rest).groups()
            space = key[-2:] if key[-2:] in ("ob", "fn") else "fl"
            if name is not None:
                names[space, number] = name
            if key == "ob":
                ob = names[space, number]
            elif key == "fn":
                fn = names[space, number]
        elif eq and key == "calls":
            skip = True             # the line after it is the callee's
        elif line[:1].isdigit() or line[:1] in "+-*":
            if not skip:
                at = ob, fn
                cost[at] = cost.get(at, 0) + int(line.split()[1])
            skip = False
    return cost


def kind(ob, fn):
    for name, of_object, of_function in KINDS:
        if re.search(of_object, ob) and re.search(of_function, fn):
            return name
    return "?"


def main():
    messages, phase, thread, path = sys.argv[1:5]
    cost, sums = parse(path), {}
    for (ob, fn), n in cost.items():
        k = kind(ob, fn)
        sums[k] = sums.get(k, 0) + n
    per = float(messages)
    print(f"{phase}, thread {thread}: {sum(sums.values()) / per:.0f}")
    for name, n in sorted(sums.items(), key=lambda x: -x[1]):
        print(f"  {name:14} {n / per:9.0f}")
    if sys.argv[5:6] == ["--functions"]:
        best = sorted(cost.items(), key=lambda x: -x[1])
        for (ob, fn), n in best[:int(sys.argv[6])]:
            print(f"    {n / per:8.0f}  {fn}  {ob.rsplit('/', 1)[-1]}")


main()
