"""Many clients at once, of an echo server or one that sorts lines: TCP, or a unix socket.

Each sends random bytes in random parts while it reads, ends its direction, reads to the end, and
compares. Some reset their connection in the middle. The argument and the
output are JSON.
"""

import asyncio
import json
import random
import socket
import struct
import sys

options = json.loads(sys.argv[1])
place = options["place"]
sorting = options.get("sort", False)
gate = asyncio.Semaphore(options.get("atOnce", 64))
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: close sends a RST


def payload(rng):
    if not sorting:
        return rng.randbytes(rng.randrange(1, options.get("size", 65536)))
    lines = [b"%x" % rng.getrandbits(rng.choice((4, 64, 256))) for _ in range(rng.randrange(1, 900))]
    return b"\n".join(lines) + b"\n"


async def connect():
    family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, place if isinstance(place, str) else ("127.0.0.1", place))
    return sock


async def send(sock, data, rng):
    loop = asyncio.get_running_loop()
    at = 0
    while at < len(data):
        part = data[at : at + rng.randrange(1, 16384)]
        await loop.sock_sendall(sock, part)
        at += len(part)
        if rng.random() < 0.2:
            await asyncio.sleep(0)


async def client(number, tally):
    rng = random.Random(number)
    loop = asyncio.get_running_loop()
    data = payload(rng)
    async with gate:
        sock = await connect()
        try:
            if number < options.get("resets", 0):
                await send(sock, data[: len(data) // 2 + 1], rng)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                tally["reset"] += 1
                return
            sending = asyncio.create_task(send(sock, data, rng))
            sending.add_done_callback(lambda _: sock.shutdown(socket.SHUT_WR))
            answer = bytearray()
            if options.get("greeting", False):
                greeting = await loop.sock_recv(sock, 1)
                while not greeting.endswith(b"\n"):
                    greeting += await loop.sock_recv(sock, 1)
            while chunk := await loop.sock_recv(sock, 65536):
                answer += chunk
            await sending
            expected = data
            if sorting:
                expected = b"\n".join(sorted(data[:-1].split(b"\n"))) + b"\n"
            if answer == expected:
                tally["answered"] += 1
            else:
                tally["wrong"].append([number, len(data), len(answer)])
        except OSError as error:
            tally["wrong"].append([number, str(error)])
        finally:
            sock.close()


async def main():
    tally = {"answered": 0, "reset": 0, "wrong": []}
    await asyncio.gather(*(client(i, tally) for i in range(options["clients"])))
    print(json.dumps(tally))


asyncio.run(main())
