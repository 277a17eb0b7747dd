#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Deliberate damage on the way: load finds exactly as much as was done.

A man in the middle, on loopback, forwards each reply changed in any way that a
test wants. Checksums do not stop it, because it sends datagrams of its own."""

import random
import select
import socket
import sys
import threading
import unittest

from documents import document
from program import Server, run, split

UDPMILL = sys.argv.pop(1)
HEADER, RECEIVE = 32, 24  # bytes of a probe, and of what reflect adds
FAULTS = "corrupt", "stale", "duplicate", "reordered", "late"


class Middle:
    """Stands between clients and a server. `reply` is called with the number of
    a reply and its bytes, and returns what the client gets instead; `request`
    does the same for what the server gets."""

    def __init__(self, server, reply=None, request=None):
        self.reply = reply or (lambda number, data: [data])
        self.request = request or (lambda number, data: [data])
        self.server = split(server)
        self.front = self.open()
        self.front.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.front.getsockname()[1]
        self.backs, self.clients = {}, {}
        self.requests = self.replies = 0
        self.ending, self.end = socket.socketpair()
        self.thread = threading.Thread(target=self.work)

    @staticmethod
    def open():
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        return s

    def back(self, client):
        """The socket to the server that stands for this client."""
        if client not in self.backs:
            s = self.backs[client] = self.open()
            s.connect(self.server)
            self.clients[s] = client
        return self.backs[client]

    def there(self):
        data, client = self.front.recvfrom(65536)
        for one in self.request(self.requests, data):
            self.back(client).send(one)
        self.requests += 1

    def home(self, back):
        data = back.recv(65536)
        for one in self.reply(self.replies, data):
            self.front.sendto(one, self.clients[back])
        self.replies += 1

    def work(self):
        while True:
            ready, _, _ = select.select(
                [self.ending, self.front, *self.clients], [], [])
            for s in ready:
                if s is self.ending:
                    return
                self.there() if s is self.front else self.home(s)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.send(b"x")
        self.thread.join()
        for s in self.front, self.ending, self.end, *self.clients:
            s.close()


def flipped(data, bit):
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def flip_from(first):
    """Flip each bit from that byte on, one per reply."""
    return lambda number, data: [flipped(data, 8 * first + number)]


class Damage(unittest.TestCase):
    def setUp(self):
        self.server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")
        self.addCleanup(self.server.stop)

    def load(self, address, count, *arguments):
        """The window is wide, because a damaged reply does not open it."""
        return run(UDPMILL, "load", address, "-J", "-P", "1", "--train", "off",
                   "-O", "0", "-l", "64", "--window", "300", "--count",
                   str(count), *arguments)

    def assertFound(self, middle, count, *arguments, code=0, answered=None,
                    **faults):
        """The report has exactly these numbers of each fault, and the rest is
        sound."""
        with middle:
            r = self.load(middle.address, count, *arguments)
        self.assertTrue(r.stdout, r.stderr)
        ledger = document(r.stdout)["ledger"]
        self.assertEqual({name: ledger[name] for name in FAULTS},
                         {**dict.fromkeys(FAULTS, 0), **faults}, ledger)
        self.assertEqual(ledger["sent"], count)
        self.assertEqual(ledger["answered"],
                         count - faults.get("corrupt", 0)
                         if answered is None else answered)
        self.assertEqual(r.returncode, code, r.stderr)

    def between(self, **how):
        return Middle(self.server.address, **how)

    def another(self, service):
        server = Server(UDPMILL, "127.0.0.1:0", "--service", service)
        self.addCleanup(server.stop)
        return server.address

    def test_no_damage_is_found_without_damage(self):
        for verify in "header", "full":
            with self.subTest(verify=verify):
                self.assertFound(self.between(), 1000, "--verify", verify)

    def test_every_flipped_header_bit_is_found(self):
        for service in "echo", "reflect":
            address = self.another(service)
            for verify in "header", "full":
                with self.subTest(service=service, verify=verify):
                    self.assertFound(
                        Middle(address, reply=flip_from(0)), 8 * HEADER,
                        "--verify", verify, corrupt=8 * HEADER, code=1)

    def test_flipped_payload_bits_are_found_by_verify_full_only(self):
        bits = 8 * (64 - HEADER)
        for service in "echo", "reflect":
            address = self.another(service)
            with self.subTest(service=service):
                self.assertFound(Middle(address, reply=flip_from(HEADER)),
                                 bits, "--verify", "header")
                self.assertFound(Middle(address, reply=flip_from(HEADER)),
                                 bits, "--verify", "full", corrupt=bits,
                                 code=1)

    def test_every_flipped_bit_of_a_text_is_found(self):
        text = len("Your data was 64 bytes")
        self.assertFound(
            Middle(self.another("length"), reply=flip_from(0)), 8 * text,
            "--expect", "text", corrupt=8 * text, code=1)

    def test_a_few_flipped_bits_among_many_replies_are_found(self):
        def seldom(number, data):
            return [flipped(data, 8 * 40) if number and number % 100 == 0
                    else data]

        self.assertFound(self.between(reply=seldom), 2001, "--verify", "full",
                         corrupt=20, code=1)

    def test_a_bit_flipped_in_a_request_is_found(self):
        def there(number, data):
            return [flipped(data, 8 * (HEADER if number % 2 else 20) + 3)]

        self.assertFound(self.between(request=there), 100, "--verify", "full",
                         corrupt=100, code=1)
        self.assertFound(self.between(request=there), 100, corrupt=50, code=1)

    def test_flipped_bits_are_found_in_any_size(self):
        def last(number, data):
            return [flipped(data, 8 * len(data) - 1)
                    if number and number % 10 == 0 else data]

        self.assertFound(self.between(reply=last), 1001, "-l", "33-9000",
                         "--verify", "full", corrupt=100, code=1)

    def test_every_truncated_length_is_found(self):
        for service in "echo", "reflect":
            with self.subTest(service=service):
                self.assertFound(
                    Middle(self.another(service), reply=lambda number, data:
                           [data[:number]]), 64, corrupt=64, code=1)

    def test_an_extra_byte_is_found(self):
        for content in "zeros", "random":
            with self.subTest(content=content):
                self.assertFound(
                    self.between(reply=lambda number, data: [data + b"\0"]),
                    100, "--content", content, corrupt=100, code=1)

    def test_truncated_unnumbered_replies_are_found(self):
        def shorter(number, data):
            return [data[:-1] if number and number % 10 == 0 else data]

        self.assertFound(self.between(reply=shorter), 101, "-l", "16",
                         corrupt=10, code=1)

    def test_immediate_and_late_duplicates_are_found(self):
        old = []

        def later(number, data):
            old.append(data)
            return [data, old[-30]] if len(old) >= 30 else [data]

        self.assertFound(
            self.between(reply=lambda number, data: [data] * 3), 500,
            duplicate=1000)
        self.assertFound(self.between(reply=later), 500, duplicate=471)

    def test_reordered_replies_are_found(self):
        held = []

        def swap(number, data):
            held.append(data)
            return [held.pop(), held.pop()] if number % 2 else []

        self.assertFound(self.between(reply=swap), 500, reordered=250)

    def test_replies_of_an_earlier_run_are_found(self):
        old = []

        def keep(number, data):
            old.append(data)
            return [data]

        def both(number, data):
            return [old[number], data]

        self.assertFound(self.between(reply=keep), 200, "--seed", "1")
        self.assertFound(self.between(reply=both), 200, "--seed", "2",
                         stale=200)

    def test_an_old_reply_in_place_of_a_new_one_is_found(self):
        old = []

        def keep(number, data):
            old.append(data)
            return [data]

        def instead(number, data):
            return [old[number] if number % 10 == 5 else data]

        self.assertFound(self.between(reply=keep), 200, "--seed", "1")
        self.assertFound(self.between(reply=instead), 200, "--seed", "2",
                         stale=20, answered=180)

    def test_replies_of_another_flow_are_found(self):
        """With the right run and number, but to the wrong socket."""
        last = {}

        def cross(number, data):
            flow = data[8:12]
            other = next((last[f] for f in last if f != flow), None)
            last[flow] = data
            if other:
                self.crossed += 1
            return [data, other] if other else [data]

        self.crossed = 0
        middle = self.between(reply=cross)
        with middle:
            r = self.load(middle.address, 400, "-P", "4",
                          "--window", "8")
        ledger = document(r.stdout)["ledger"]
        self.assertGreater(self.crossed, 0)
        self.assertEqual(ledger["stale"], self.crossed)
        self.assertEqual(ledger["answered"], 400)

    def test_a_reply_to_a_number_never_sent_is_found(self):
        """With the right run, flow and check, but a number that is 2^63 higher.
        """
        def ahead(number, data):
            return [data] if number % 10 else [data, self.forge(data)]

        self.assertFound(self.between(reply=ahead), 100, answered=100,
                         corrupt=10, code=1)

    @staticmethod
    def forge(data):
        """A probe with another number, and its check as in core/probe.h."""
        def fold(h, x, shift, factor):
            return (h ^ x ^ h >> shift) * factor % 2 ** 64

        number = lambda a, b: int.from_bytes(data[a:b], "big")
        sequence = number(16, 24) | 1 << 63
        h = number(4, 12) * 0x9e3779b97f4a7c15 % 2 ** 64
        h = fold(h, sequence ^ len(data) << 44, 32, 0xff51afd7ed558ccd)
        h = fold(h, number(24, 32) ^ number(0, 4) << 32, 33,
                 0xc4ceb9fe1a85ec53)
        return (data[:12] + (h >> 32).to_bytes(4, "big")
                + sequence.to_bytes(8, "big") + data[24:])

    def test_all_kinds_of_damage_at_once_are_found(self):
        draw, old = random.Random(1), []
        done = dict.fromkeys(["corrupt", "stale", "duplicate"], 0)

        def keep(number, data):
            old.append(data)
            return [data]

        def all_kinds(number, data):
            kind = draw.choice(["corrupt", "cut", "stale", "duplicate"]
                               + 12 * ["none"])
            out = {"corrupt": [flipped(data, draw.randrange(512))],
                   "cut": [data[:draw.randrange(64)]],
                   "stale": [data, old[number]],
                   "duplicate": [data, data], "none": [data]}
            if kind != "none":
                done["corrupt" if kind == "cut" else kind] += 1
            return out[kind]

        self.assertFound(self.between(reply=keep), 1000, "--seed", "1")
        with self.between(reply=all_kinds) as middle:
            r = self.load(middle.address, 1000, "--verify", "full", "--seed",
                          "2")
        ledger = document(r.stdout)["ledger"]
        self.assertEqual({name: ledger[name] for name in done}, done)
        self.assertGreater(min(done.values()), 20, done)
        self.assertEqual(ledger["answered"], 1000 - done["corrupt"])
        self.assertEqual(r.returncode, 1)

    def test_a_peer_that_only_sends_damaged_replies_counts_as_present(self):
        with self.between(reply=lambda number, data:
                          [flipped(data, 3)]) as middle:
            r = run(UDPMILL, "load", middle.address, "-J", "--train", "off",
                    "-t", "1300ms", "-O", "0")
        self.assertEqual(r.returncode, 1, r.stderr)
        ledger = document(r.stdout)["ledger"]
        self.assertEqual(ledger["answered"], 0)
        self.assertEqual(ledger["corrupt"], ledger["sent"])

    def test_the_text_report_names_the_damage(self):
        with self.between(reply=lambda number, data:
                          [flipped(data, 3), data, data]) as middle:
            r = run(UDPMILL, "load", middle.address, "--train", "off",
                    "--count", "10", "-P", "1", "-O", "0")
        self.assertRegex(r.stdout, r"(?m)^  corrupt replies +10$")
        self.assertRegex(r.stdout, r"(?m)^  duplicate replies +10$")
        self.assertEqual(r.returncode, 1)


if __name__ == "__main__":
    unittest.main()
