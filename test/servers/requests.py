"""Clients that connect, ask and go, again and again until their input ends. Output is JSON.

Nothing may go wrong: whoever is refused, reset or not answered is told of.
"""

import json
import os
import socket
import sys
import threading

port = int(sys.argv[1])
ended = threading.Event()
wrong = []
answered = [0, 0, 0, 0]


def ask(number):
    while not ended.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
                text = os.urandom(100)
                sock.sendall(text)
                sock.shutdown(socket.SHUT_WR)
                answer = b""
                while chunk := sock.recv(4096):
                    answer += chunk
                if answer != text:
                    wrong.append(f"{len(answer)} bytes of {len(text)}")
                answered[number] += 1
        except OSError as error:
            wrong.append(repr(error))
        if number == 0 and answered[0] % 10 == 0:
            print(sum(answered), flush=True)


threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(answered))]
for thread in threads:
    thread.start()
sys.stdin.read()
ended.set()
for thread in threads:
    thread.join()
print(json.dumps({"answered": sum(answered), "wrong": wrong}))
