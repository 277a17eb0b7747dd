# SPDX-License-Identifier: MIT
"""Keyed queries, written and read anew from what src/core/query.h says is on
the wire: for the e2e suites."""

import hashlib
import os
import socket
import struct
import sys

BYTES = 1200
HELLO, SNAPSHOT = 1, 2
PURPOSE = b"udpmill queries, version 1"
HEAD = struct.Struct("!4sBBH16sIHHQQQII")


def write_key(path, secret=None, mode=0o600):
    """A key file. Returns the secret in it."""
    secret = secret or os.urandom(32)
    with open(path, "w") as f:
        f.write(secret.hex() + "\n")
    os.chmod(path, mode)
    return secret


def mac(secret, data):
    key = hashlib.blake2b(secret, digest_size=32, key=PURPOSE).digest()
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def seal(secret, kind=HELLO, magic=b"umlC", nonce=b"n" * 16, part=0,
         generation=0, version=1):
    head = HEAD.pack(magic, version, kind, 0, nonce, 7, part, 0, 0, generation,
                     0, 0, 0)
    data = head + bytes(BYTES - 32 - len(head))
    return data + mac(secret, data)


def reply(secret, request):
    """The yes to a HELLO."""
    head = list(HEAD.unpack_from(request))
    body = b"".join(bytes([len(t)]) + t for t in (b"0", b"echo", b"python"))
    head[0], head[3], head[-2] = b"umlc", len(body), 1
    data = HEAD.pack(*head) + body
    data += bytes(BYTES - 32 - len(data))
    return data + mac(secret, data)


def serve(host, port, secret, yeses):
    """An echo that consents so many times, and then takes the queries in."""
    secret, yeses = bytes.fromhex(secret), int(yeses)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((host, int(port)))
        print("ready", flush=True)
        while True:
            data, peer = s.recvfrom(65536)
            if data[:4] == b"umlC":
                yeses -= 1
                if yeses < 0:
                    continue
                data = reply(secret, data)
            s.sendto(data, peer)


class Reply:
    def __init__(self, secret, data):
        assert len(data) == BYTES, len(data)
        assert mac(secret, data[:-32]) == data[-32:], "its MAC is wrong"
        (magic, _, self.kind, used, self.nonce, self.run, self.part,
         self.parts, self.server, self.generation, self.published,
         self.workers, _) = HEAD.unpack_from(data)
        assert magic == b"umlc", magic
        self.body = data[HEAD.size:HEAD.size + used]

    def texts(self):
        body, texts = self.body, []
        while body:
            texts.append(body[1:1 + body[0]].decode())
            body = body[1 + body[0]:]
        return texts

    def counters(self):
        body, table = self.body, {}
        while body:
            name = body[1:1 + body[0]].decode()
            body = body[1 + body[0]:]
            table[name] = struct.unpack_from("!Q", body)[0]
            body = body[8:]
        return table


if __name__ == "__main__":
    serve(*sys.argv[1:])
