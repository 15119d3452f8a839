"""Clients of the datagram server, at some addresses of the machine. The argument and the output are
JSON. A connected socket hears nobody but the address that it has asked.
"""

import contextlib
import json
import random
import socket
import sys
import threading

options = json.loads(sys.argv[1])
tally = {"answered": 0, "wrong": []}
lock = threading.Lock()
# The server's receive buffer has room for what all may have on the way with two large ones, and not
# for many more: what comes then is lost, as datagrams are.
large = threading.Semaphore(2)


def connect(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((address, options["port"]))
    sock.settimeout(20)
    return sock


def ask(number):
    rng = random.Random(number)
    addresses = options["addresses"]
    with connect(addresses[number % len(addresses)]) as sock:
        for turn in range(40):
            text = rng.randbytes(rng.choice((0, 1, 1472, 3000, 20000 if turn % 8 == 0 else 8)))
            try:
                with large if len(text) == 20000 else contextlib.nullcontext():
                    sock.send(text)
                    answer = sock.recv(65536)
            except OSError as error:
                tally["wrong"].append(repr(error))
                return
            with lock:
                if answer == text:
                    tally["answered"] += 1
                else:
                    tally["wrong"].append([len(text), len(answer)])


if "burst" in options:
    with connect("127.0.0.1") as sock:
        texts = [b"%d" % i for i in range(options["burst"])]
        for text in texts:
            sock.send(text)
        print("sent", flush=True)
        answers = [sock.recv(100) for _ in texts]
        print(sum(answer == text for answer, text in zip(answers, texts)))
else:
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(options["clients"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(tally))
