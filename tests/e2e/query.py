# SPDX-License-Identifier: MIT
"""Keyed queries for the e2e suites, written and read independently of the
program, from the description in src/core/query.h."""

import hashlib
import os
import socket
import struct
import sys

BYTES = 1200
HELLO, SNAPSHOT = 1, 2
PURPOSE = b"udpmill queries, version 1"
YES, NO = 1, 2
VERSION, OLD_VERSION = 2, 1
HEAD = struct.Struct("!4sBBH16sIHHQQQII16sH16sHB3x")
OLD_HEAD = struct.Struct("!4sBBH16sIHHQQQII")


def write_key(path, secret=None, mode=0o600):
    """Write a key file. Returns the secret in it."""
    secret = secret or os.urandom(32)
    with open(path, "w") as f:
        f.write(secret.hex() + "\n")
    os.chmod(path, mode)
    return secret


def mac(secret, data):
    key = hashlib.blake2b(secret, digest_size=32, key=PURPOSE).digest()
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def host(text):
    """An address as it is in a query: 16 bytes, for IPv4 a v4-mapped one."""
    if ":" in text:
        return socket.inet_pton(socket.AF_INET6, text)
    return bytes(10) + b"\xff\xff" + socket.inet_aton(text)


def finish(secret, data):
    data += bytes(BYTES - 32 - len(data))
    return data + mac(secret, data)


def seal(secret, kind=HELLO, magic=b"umlC", nonce=b"n" * 16, part=0,
         generation=0, version=VERSION, here=("0.0.0.0", 0),
         there=("0.0.0.0", 0)):
    """A query from here to there, each a pair of host and port."""
    head = (magic, version, kind, 0, nonce, 7, part, 0, 0, generation, 0, 0, 0)
    if version == OLD_VERSION:
        return finish(secret, OLD_HEAD.pack(*head))
    return finish(secret, HEAD.pack(*head, host(here[0]), here[1],
                                    host(there[0]), there[1], 0))


def texts(*words):
    return b"".join(bytes([len(w)]) + w for w in words)


def reply(secret, request, counters=()):
    """The consenting reply to a query: to HELLO, or with these counters to
    SNAPSHOT."""
    head = list(HEAD.unpack_from(request))
    body = texts(b"0", b"echo", b"python")
    if head[2] == SNAPSHOT:
        body = b"".join(texts(name.encode()) + struct.pack("!Q", value)
                        for name, value in counters)
        head[7], head[9] = 1, 1
    head[0], head[3], head[11], head[-1] = b"umlc", len(body), 1, YES
    return finish(secret, HEAD.pack(*head) + body)


def old_reply(secret, request):
    """The consenting reply to a HELLO, as in version 1."""
    head = list(OLD_HEAD.unpack_from(request))
    body = texts(b"0", b"echo", b"python")
    head[0], head[3], head[-2] = b"umlc", len(body), 1
    return finish(secret, OLD_HEAD.pack(*head) + body)


def serve(host, port, secret, yeses, *counters):
    """Run an echo that consents this many times, and then ignores queries.
    Counters are given as NAME=VALUE,VALUE...: the first reply has the first
    value, and so on; the last one stays."""
    secret, yeses = bytes.fromhex(secret), int(yeses)
    told = [(name, [int(v) for v in values.split(",")])
            for name, values in (c.split("=") for c in counters)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((host, int(port)))
        print("ready", flush=True)
        while True:
            data, peer = s.recvfrom(65536)
            if data[:4] == b"umlC":
                if data[4] != VERSION:
                    continue
                yeses -= 1
                if yeses < 0:
                    continue
                data = reply(secret, data,
                             [(name, values[0]) for name, values in told])
                if data[5] == SNAPSHOT:
                    told = [(name, values[1:] or values)
                            for name, values in told]
            s.sendto(data, peer)


class Reply:
    def __init__(self, secret, data):
        assert len(data) == BYTES, len(data)
        assert mac(secret, data[:-32]) == data[-32:], "its MAC is wrong"
        self.version = data[4]
        head = OLD_HEAD if self.version == OLD_VERSION else HEAD
        (magic, _, self.kind, used, self.nonce, self.run, self.part,
         self.parts, self.server, self.generation, self.published,
         self.workers, self.sending, *new) = head.unpack_from(data)
        assert magic == b"umlc", magic
        if new:
            self.here = new[0], new[1]
            self.there = new[2], new[3]
            self.verdict = new[4]
        self.body = data[head.size:head.size + used]

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
