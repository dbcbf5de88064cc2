#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP CONNECT proxy whose every connection comes from another address.

usage: sources.py PORT-FILE
For loopback only: the n-th connection leaves from 127.9.0.n, so that the
rules of a relay that count by source see as many sources as there are.
"""
import os
import socket
import sys
import threading


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(c, n):
    head = b""
    while b"\r\n\r\n" not in head:
        more = c.recv(4096)
        if not more or len(head) > 65536:
            c.close()
            return
        head += more
    host, _, port = head.split()[1].decode().rpartition(":")
    try:
        up = socket.create_connection((host, int(port)), 30,
                                      (f"127.9.{n // 250}.{n % 250 + 1}", 0))
    except OSError:
        c.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        c.close()
        return
    up.settimeout(None)
    c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    threading.Thread(target=pump, args=(up, c), daemon=True).start()
    pump(c, up)


def main():
    s = socket.create_server(("127.0.0.1", 0), backlog=256)
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as f:
        f.write(f"127.0.0.1:{s.getsockname()[1]}\n")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    n = 0
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c, n), daemon=True).start()
        n += 1


main()
