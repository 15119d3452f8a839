"""Says its standard input to a server, ends its direction, and prints what comes back.

    say.py <port or path> [uid]
"""

import os
import socket
import sys

place = sys.argv[1]
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
text = sys.stdin.buffer.read()
with socket.socket(socket.AF_INET if place.isdigit() else socket.AF_UNIX) as sock:
    sock.connect(("127.0.0.1", int(place)) if place.isdigit() else place)
    if text:
        sock.sendall(text)
    sock.shutdown(socket.SHUT_WR)
    while part := sock.recv(65536):
        sys.stdout.buffer.write(part)
