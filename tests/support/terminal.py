#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a command on a terminal of its own, as a person would.

usage: terminal.py STEP... -- COMMAND...

A STEP is "TEXT" to wait for, ">TEXT" to type (\\r is Enter, \\x03 is ^C), or
"!FILE": make FILE, to tell others how far this is.
Prints all that the terminal showed.  Exits with the command's status, or 99
if a text did not come within 30 seconds or before the command's end.
"""
import os
import pty
import select
import sys
import time


def main():
    cut = sys.argv.index("--")
    steps, command = sys.argv[1:cut], sys.argv[cut + 1:]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    shown, looked = b"", 0
    missing = None

    def more(seconds):
        """Read what comes; False at the end of the command."""
        nonlocal shown
        if not select.select([fd], [], [], seconds)[0]:
            return True
        try:
            got = os.read(fd, 65536)
        except OSError:
            return False
        shown += got
        return got != b""

    for step in steps:
        text = step.encode().decode("unicode_escape").encode("latin-1")
        if text.startswith(b">"):
            os.write(fd, text[1:])
            continue
        if step.startswith("!"):
            open(step[1:], "w").close()
            continue
        end = time.monotonic() + 30
        alive = True
        while text not in shown[looked:] and alive and time.monotonic() < end:
            alive = more(0.2)
        at = shown.find(text, looked)
        if at < 0:
            missing = step
            break
        looked = at + len(text)
    end = time.monotonic() + 30
    while missing is None and more(0.2) and time.monotonic() < end:
        pass
    os.close(fd)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    if missing is not None:
        print(f"\nnever shown: {missing}", file=sys.stderr)
        return 99
    return status if status >= 0 else 128 - status


sys.exit(main())
