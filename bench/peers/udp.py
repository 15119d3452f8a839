"""Datagrams by Python's socket module, of the size that the argument says."""

import socket
import sys

from serve import serve

WINDOW = 64

size = int(sys.argv[1])
data = bytes(size)
buf = bytearray(size)
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
receiver.settimeout(2)
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind(("127.0.0.1", 0))


def sendto(count):
    addr = receiver.getsockname()
    send, recv_into = sender.sendto, receiver.recv_into
    total = 0
    for _ in range(0, count, WINDOW):
        for _ in range(WINDOW):
            send(data, addr)
        for _ in range(WINDOW):
            total += recv_into(buf)
    assert total == size * count


serve(sendto)
