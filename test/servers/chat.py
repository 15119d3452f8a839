"""Clients of the chat, of which there is one server in four forms. The argument and the output are JSON.

`room`: everyone says random lines at the same time, some reset in the middle, and those who stay hear
each line of all others once, in the order of each speaker. `slow`: two talk in turns while one reads
nothing, until that one is gone. `flood`: two talk in turns while one sends without an end. `many`:
some thousand are in the room, one speaks, and all hear it who were let in.
"""

import asyncio
import json
import random
import select
import socket
import struct
import sys

options = json.loads(sys.argv[1])
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: close sends a RST


class Client:
    async def enter(self, name, rcvbuf=None):
        sock = socket.socket()
        if rcvbuf is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", options["port"]))
        self.port = sock.getsockname()[1]
        self.reader, self.writer = await asyncio.open_connection(sock=sock, limit=1 << 24)
        self.name = name
        await self.say(f"/name {name}")
        return self

    async def say(self, text):
        try:
            self.writer.write(text.encode() + b"\n")
            await self.writer.drain()
        except ConnectionError:
            pass  # turned away: it hears so

    async def hear(self):
        return (await self.reader.readline()).decode().removesuffix("\n")

    def reset(self):
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.close()

    async def close(self):
        self.writer.close()
        await self.writer.wait_closed()


async def admitted():
    """Returns when nobody is left in the listener's queue.

    The kernel writes the table piece by piece: one reading may miss a row, or have it twice.
    """
    name = f"0100007F:{options['port']:04X}"
    while True:
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
        queues = [row[4] for row in rows if row[1] == name and row[3] == "0A"]
        if queues and all(queue.endswith(":00000000") for queue in queues):
            return
        await asyncio.sleep(0)


async def take_turns(one, other, turns, lines, width):
    for turn in range(turns):
        text = f"{turn} " + "x" * width
        for speaker, listener in ((one, other), (other, one)):
            await speaker.say("\n".join([text] * lines))
            for _ in range(lines):
                assert await listener.hear() == f"{speaker.name}: {text}"


async def room():
    rng = random.Random(4)
    stay, leave = options["stay"], options["leave"]
    clients = [await Client().enter(f"n{i}") for i in range(stay + leave)]
    await admitted()
    stayers, leavers = clients[:stay], clients[stay:]
    letters = "abc àéü ☃ 𝄞"
    lines = {
        client.name: ["".join(rng.choices(letters, k=rng.randrange(60))) + "à" for _ in range(10)]
        for client in stayers
    }

    async def speak(client):
        # In parts that respect neither lines nor characters.
        data = "".join(f"{line}\n" for line in lines[client.name]).encode()
        while data:
            n = rng.randrange(1, 200)
            client.writer.write(data[:n])
            data = data[n:]
            await asyncio.sleep(0)

    async def listen(client):
        heard = {other: [] for other in lines if other != client.name}
        left = 10 * len(heard)
        while left > 0:
            name, _, line = (await client.hear()).partition(": ")
            if name in heard:
                heard[name].append(line)
                left -= 1
        return all(heard[other] == lines[other] for other in heard)

    async def go(client):
        client.writer.write(b"half a line")
        await asyncio.sleep(0)
        client.reset()

    told = await asyncio.gather(
        *map(listen, stayers), *map(speak, stayers), *map(go, leavers), return_exceptions=True
    )
    for client in stayers:
        await client.close()
    return [result if result in (None, True, False) else repr(result) for result in told[:stay]]


async def slow():
    one, other = await Client().enter("one"), await Client().enter("other")
    mute = await Client().enter("mute", rcvbuf=2048)
    await admitted()
    mute.writer.transport.pause_reading()
    print(json.dumps(mute.port), flush=True)
    # Until the test says that it is gone: the buffers of the kernel are of no certain size.
    while not select.select([sys.stdin], [], [], 0)[0]:
        await take_turns(one, other, 1, 20, 990)
    for client in (one, other):
        await client.close()
    mute.reset()
    return True


async def flood():
    one, other = await Client().enter("one"), await Client().enter("other")
    loud = await Client().enter("loud")
    await admitted()
    done = asyncio.Event()

    async def shout():
        lines = b"/name loud\n" * 10_000  # which nobody hears, but the server has to read
        while not done.is_set():
            loud.writer.write(lines)
            await loud.writer.drain()

    shouting = asyncio.create_task(shout())
    await take_turns(one, other, 40, 1, 100)
    done.set()
    await shouting
    for client in (one, other, loud):
        await client.close()
    return True


async def many():
    clients = [await Client().enter(f"n{i}") for i in range(options["clients"])]
    await admitted()
    speaker, others = clients[0], clients[1:]
    await speaker.say("all")

    async def hears(client):
        try:
            return await client.hear() == "n0: all"
        except ConnectionError:
            return False

    heard = await asyncio.gather(*map(hears, others))
    await others[0].say("and back")
    assert await speaker.hear() == "n1: and back"
    for client in clients:
        client.writer.close()
    return heard.count(True)


print(json.dumps(asyncio.run(globals()[options["scene"]]())))
