# SPDX-License-Identifier: Apache-2.0
"""An HTTP CONNECT proxy: connectproxy.py LOG [ADDRESS].

Whatever name it is asked for, it connects to that port of 127.0.0.1.  Prints
its own port; the first line of each request goes to LOG.
"""
import socket, sys, threading
here = socket.create_server((sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1", 0))
print(here.getsockname()[1], flush=True)
log = open(sys.argv[1], "a")
def pump(a, b):
	try:
		while data := a.recv(65536):
			b.sendall(data)
	except OSError:
		pass
	for s in a, b:
		try: s.shutdown(socket.SHUT_RDWR)
		except OSError: pass
def serve(c):
	head = b""
	while b"\r\n\r\n" not in head:
		if not (more := c.recv(4096)):
			return
		head += more
	line = head.split(b"\r\n")[0].decode()
	print(line, file=log, flush=True)
	port = int(line.split()[1].rsplit(":", 1)[1])
	try:
		r = socket.create_connection(("127.0.0.1", port))
	except OSError:
		c.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
		return c.close()
	c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
	threading.Thread(target=pump, args=(r, c), daemon=True).start()
	pump(c, r)
while True:
	threading.Thread(target=serve, args=(here.accept()[0],), daemon=True).start()
