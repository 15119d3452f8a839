"""The socket module as it is used every day."""

import os
import socket


def mark():
    try:
        os.close(-4242)
    except OSError:
        pass


mark()
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(5)
to = listener.getsockname()
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(to)
server, _ = listener.accept()
client.send(b"hello")
server.recv(64)
client.shutdown(socket.SHUT_WR)
server.recv(64)
client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
server.close()
client.recv(64)
client.close()
listener.close()

left = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
left.bind(("127.0.0.1", 0))
right = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
right.sendto(b"datagram", left.getsockname())
left.recvfrom(64)
left.close()
right.close()
mark()
