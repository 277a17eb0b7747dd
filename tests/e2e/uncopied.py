#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`serve --copy`: what is not copied is still counted and answered."""

import os
import socket
import sys
import tempfile
import unittest

from balance import Balance, load
from program import (BACKENDS, Server, ask, assert_refused, missing, run,
                     split)
from query import Reply, seal, write_key

UDPMILL = sys.argv.pop(1)


class Copy(Balance):
    def each(self, *copies):
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            for copy in copies:
                with self.subTest(backend=backend, copy=copy):
                    if why:
                        self.skipTest(why)
                    yield "--backend", backend, "--copy", copy

    def assertLoads(self, options, *arguments):
        with Server(UDPMILL, "127.0.0.1:0", *options) as s:
            r, report = load(UDPMILL, s.address, *arguments, seconds="100ms")
            ledger = self.assertBalances(r, report)
        self.assertEqual(s.code, 0, s.err)
        counters = s.counters()
        self.assertNotIn("truncated_datagrams", counters)
        return ledger, counters

    def test_what_is_discarded_unread_is_counted_to_the_byte(self):
        for options in self.each("none", "header"):
            for size in "0", "1400", "65507", "1-9000":
                ledger, counters = self.assertLoads(
                    ("--service", "discard", *options), "--length", size)
                self.assertEqual(counters["rx_datagrams"],
                                 ledger["absorbed"])
                if size.isdigit():
                    self.assertEqual(counters.get("rx_bytes", 0),
                                     ledger["absorbed"] * int(size))

    def test_lengths_are_told_unread(self):
        for options in self.each("none", "header"):
            with Server(UDPMILL, "127.0.0.1:0", *options) as s:
                for n in 0, 20, 26, 1400, 65507:
                    self.assertEqual(ask(s.address, b"x" * n),
                                     b"Your data was %d bytes" % n)
            self.assertLoads(options, "--length", "1400")

    def test_texts_of_the_service_are_refused(self):
        for options in self.each("none", "header"):
            with Server(UDPMILL, "127.0.0.1:0", *options) as s:
                with socket.socket(type=socket.SOCK_DGRAM) as client:
                    client.sendto(b"Your data was 7 bytes", split(s.address))
                self.assertEqual(ask(s.address, b""), b"Your data was 0 bytes")
            self.assertEqual(s.counters()["refused_own_text"], 1)

    def test_queries_are_read(self):
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "key")
            secret = write_key(path)
            trial = run(UDPMILL, "serve", "127.0.0.1:0", "--key", path,
                        "--time", "1ms")
            if trial.returncode == 3:
                self.skipTest(trial.stderr.strip())
            for options in self.each("header"):
                with Server(UDPMILL, "127.0.0.1:0", "--service", "discard",
                            "--key", path, *options) as s:
                    question = seal(secret, here=("127.0.0.1", 0),
                                    there=split(s.address))
                    self.assertTrue(Reply(secret, ask(s.address, question)))
                self.assertEqual(s.counters()["query_answered_datagrams"], 1)

    def test_what_cannot_work_is_refused_in_one_line(self):
        for arguments, right in (
                (("--service", "echo", "--copy", "none"), "--copy all"),
                (("--service", "reflect", "--copy", "header"), "--copy all"),
                (("--service", "discard", "--copy", "none", "-v"),
                 "leave out --verbose"),
                (("--copy", "some"), "header")):
            with self.subTest(arguments=arguments):
                assert_refused(self, run(UDPMILL, "serve", "0", *arguments),
                               "serve", right)


if __name__ == "__main__":
    unittest.main()
