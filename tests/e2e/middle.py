# SPDX-License-Identifier: MIT
"""A man in the middle for the e2e suites: forwards datagrams from one address
to another, with a socket for each client, and back.

    middle.py LISTEN TARGET DELAY KEEP [as-client]

DELAY is in seconds, in each direction. Of 5 queries, or replies to them, KEEP
are forwarded; all other datagrams are. With as-client, what goes to TARGET has
the client's own address as its source, which needs CAP_NET_RAW; replies then
find their own way.
"""

import heapq
import select
import socket
import struct
import sys
import time

from program import split
from query import BYTES

EVERY = 5


def forged(source, target, data):
    udp = struct.pack("!HHHH", source[1], target[1], 8 + len(data), 0) + data
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0,
                       socket.inet_aton(source[0]),
                       socket.inet_aton(target[0])) + udp


class Middle:
    def __init__(self, listen, target, delay, keep):
        self.target, self.delay, self.keep = target, delay, keep
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(listen)
        self.clients = {}  # address -> socket
        self.queue = []    # (time, number, what to do)
        self.number = 0
        self.seen = [0, 0]

    def dropped(self, data, back):
        """Whether to drop this one: evenly, not at random, so that KEEP of five
        remain."""
        if len(data) != BYTES or data[:3] != b"uml":
            return False
        n = self.seen[back]
        self.seen[back] += 1
        return (n + 1) * self.keep // EVERY == n * self.keep // EVERY

    def later(self, action):
        heapq.heappush(self.queue, (time.monotonic() + self.delay,
                                    self.number, action))
        self.number += 1

    def back_socket(self, client):
        if client not in self.clients:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect(self.target)
            self.clients[client] = s
        return self.clients[client]

    def take(self, ready):
        if ready is self.front:
            data, client = self.front.recvfrom(65536)
            if not self.dropped(data, 0):
                self.later(lambda: self.back_socket(client).send(data))
            return
        data = ready.recv(65536)
        client = next(c for c, s in self.clients.items() if s is ready)
        if not self.dropped(data, 1):
            self.later(lambda: self.front.sendto(data, client))

    def run(self):
        print("ready", flush=True)
        while True:
            wait = None
            if self.queue:
                wait = max(0, self.queue[0][0] - time.monotonic())
            for ready in select.select(
                    [self.front, *self.clients.values()], [], [], wait)[0]:
                try:
                    self.take(ready)
                except OSError:
                    pass  # the other side is not there at the moment
            while self.queue and self.queue[0][0] <= time.monotonic():
                try:
                    heapq.heappop(self.queue)[2]()
                except OSError:
                    pass


def spoof(listen, target):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind(listen)
    print("ready", flush=True)
    while True:
        data, client = front.recvfrom(65536)
        raw.sendto(forged(client, target, data), (target[0], 0))


if __name__ == "__main__":
    ends = split(sys.argv[1]), split(sys.argv[2])
    if sys.argv[5:]:
        spoof(*ends)
    Middle(*ends, float(sys.argv[3]), int(sys.argv[4])).run()
