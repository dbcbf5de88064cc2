# SPDX-License-Identifier: Apache-2.0
"""What the public header declares is in tacit.cdef, and in the package."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import unittest

import tacit
from pycparser import c_ast, c_generator, c_parser
from tacit._tacit import lib

CDEF = pathlib.Path(os.environ["TACIT_SOURCE"]) / "bindings/python/tacit.cdef"
INCLUDE = pathlib.Path(os.environ["TACIT_PREFIX"]) / "include"
STANDARD = """typedef unsigned long size_t; typedef unsigned char uint8_t;
typedef unsigned short uint16_t; typedef unsigned uint32_t;
typedef unsigned long uint64_t; typedef long int64_t; typedef int int32_t;
"""
# Constants that no value of the package names: what they bound is said by
# the errors, and how a structure is laid out by the compiled module.
BOUNDS = re.compile(r"TACIT_(\w+_SIZE|\w+_MAX|OP_\w+|INVITE_IN_PERSON"
                    r"|FORGOTTEN_ASKED)$")
# Of host.h the package offers the key alone.
NOT_OFFERED = {
    "functions": {"tacit_transport_opened", "tacit_transport_message",
                  "tacit_transport_closed"},
    "members": {f"tacit_peer.{m}" for m in (
        "size conn host port path subprotocol plaintext webpki pin"
        " next_pin").split()}
    | {f"tacit_transport.{m}" for m in "size open send close".split()}
    | {f"tacit_host.{m}" for m in "now_ms log transport arg".split()},
    "enumerators": {"TACIT_PIN_SIZE", "TACIT_WIRE_MAX", "TACIT_LEVEL_INFO",
                    "TACIT_LEVEL_WARNING", "TACIT_LEVEL_ERROR"},
}


def preprocessed() -> str:
    """What the header declares, without what it includes from the system."""
    out = subprocess.run(
        ["cc", "-E", f"-I{INCLUDE}", "-D__attribute__(x)=", "-xc", "-"],
        input="#include <tacit/tacit.h>\n", text=True, check=True,
        stdout=subprocess.PIPE).stdout
    kept, ours = [], False
    for line in out.splitlines():
        if mark := re.match(r'# \d+ "([^"]*)"', line):
            ours = "/tacit/" in mark[1]
        elif ours:
            kept.append(line)
    return "\n".join(kept)


class Declared(c_ast.NodeVisitor):
    """Functions, members of structures and enumerators, as text."""

    def __init__(self, source: str) -> None:
        self.functions: dict[str, str] = {}
        self.members: dict[str, str] = {}
        self.enumerators: set[str] = set()
        self._write = c_generator.CGenerator().visit
        self.visit(c_parser.CParser().parse(STANDARD + source))

    def visit_Decl(self, node: c_ast.Decl) -> None:
        if isinstance(node.type, c_ast.FuncDecl):
            self.functions[node.name] = self._write(node)
        self.generic_visit(node)

    def visit_Struct(self, node: c_ast.Struct) -> None:
        for member in node.decls or ():
            self.members[f"{node.name}.{member.name}"] = self._write(member)

    def visit_Enum(self, node: c_ast.Enum) -> None:
        if node.name == "tacit_error":
            return
        for one in node.values.enumerators if node.values else ():
            self.enumerators.add(one.name)


class Header(unittest.TestCase):
    def setUp(self) -> None:
        reduced = re.sub(r"enum tacit_error \{[^}]*\};", "", CDEF.read_text())
        reduced = re.sub(r"/\*.*?\*/", "", reduced, flags=re.DOTALL)
        self.reduced = Declared(reduced.replace("...;", ""))
        self.header = Declared(preprocessed())
        for name in NOT_OFFERED["functions"]:
            del self.header.functions[name]
        for name in NOT_OFFERED["members"]:
            del self.header.members[name]
        self.header.enumerators -= NOT_OFFERED["enumerators"]

    def test_every_function_is_there_as_declared(self) -> None:
        self.assertGreater(len(self.header.functions), 40)
        self.assertEqual(self.reduced.functions, self.header.functions)

    def test_every_member_is_there_as_declared(self) -> None:
        self.assertGreater(len(self.header.members), 60)
        self.assertEqual(self.reduced.members, self.header.members)

    def test_every_enumerator_is_there(self) -> None:
        self.assertGreater(len(self.header.enumerators), 50)
        self.assertEqual(self.reduced.enumerators, self.header.enumerators)

    def test_every_enumerator_has_a_value_in_the_package(self) -> None:
        known = {
            "TACIT_EV_": tacit.EventType, "TACIT_FATE_": tacit.Fate,
            "TACIT_WHO_": tacit.Who,
        }
        for name in self.header.enumerators:
            if BOUNDS.match(name):
                continue
            for prefix, values in known.items():
                if name.startswith(prefix):
                    wanted = values[name.removeprefix(prefix)]
                    break
            else:
                short = name.removeprefix("TACIT_")
                wanted = tacit.State.__members__.get(
                    short, tacit.MessageState.__members__.get(short))
            self.assertEqual(wanted, getattr(lib, name), name)

    def test_every_function_is_used(self) -> None:
        package = pathlib.Path(tacit.__file__).parent
        code = "".join(f.read_text() for f in package.glob("*.py"))
        unused = {name for name in self.header.functions
                  if not re.search(rf"\blib\.{name}\b", code)}
        # A loop is woken by its own call_soon_threadsafe().
        self.assertEqual(unused, {"tacit_wake"})

    def test_what_a_newer_library_says_is_no_crash(self) -> None:
        self.assertIs(tacit.EventType(9999), tacit.EventType.OTHER)
        self.assertIs(tacit.State(9999), tacit.State.OTHER)
        self.assertRaises(ValueError, tacit.EventType, "message")


if __name__ == "__main__":
    unittest.main()
