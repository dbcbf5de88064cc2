# SPDX-License-Identifier: Apache-2.0
"""Where this network namespace sends to: outgoing.py FILE.

Appends a line "tcp|udp ADDRESS PORT" for each destination of TCP and UDP, on
every interface, when it is first seen; "ready" stands on top.
"""
import socket, struct, sys

OUTGOING = 4
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
out = open(sys.argv[1], "w")
print("ready", file=out, flush=True)
seen = set()
while True:
	data, (_, proto, kind, _, _) = s.recvfrom(65536)
	if kind != OUTGOING or len(data) < 20:
		continue
	if proto == 0x0800:
		what, at = data[9], (data[0] & 15) * 4
		address = socket.inet_ntop(socket.AF_INET, data[16:20])
	elif proto == 0x86dd:
		what, at = data[6], 40
		address = socket.inet_ntop(socket.AF_INET6, data[24:40])
	else:
		continue
	if what not in (6, 17) or len(data) < at + 4:
		continue
	port = struct.unpack("!H", data[at + 2:at + 4])[0]
	line = f"{'tcp' if what == 6 else 'udp'} {address} {port}"
	if line not in seen:
		seen.add(line)
		print(line, file=out, flush=True)
