#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many segments one send carries: what this kernel takes, at both ends."""

import os
import re
import sys
import unittest

from balance import Balance, load
from program import BACKENDS, Server, missing, run

UDPMILL = sys.argv.pop(1)


def refusing():
    """How to start a program whose kernel takes 64 at most."""
    library = os.environ.get("UDPMILL_PRELOAD")
    if not library:
        raise unittest.SkipTest("no library that refuses trains was built")
    return "env", f"LD_PRELOAD={library}"


def server(*options, service="echo", **more):
    return Server(UDPMILL, "127.0.0.1:0", "--service", service, *options,
                  **more)


class Trains(Balance):
    def setUp(self):
        self.most = self.limit()

    def limit(self):
        with server() as s:
            _, report = load(UDPMILL, s.address, "--count", "1")
        return report["config"]["segments_max"]

    def newer_kernel(self):
        if self.most < 128:
            self.skipTest(f"this kernel takes {self.most} segments, not 128")

    def counters(self, s):
        text = run(UDPMILL, "stat", str(s.pid)).stdout
        return {name: int(value.replace(" ", "")) for name, value in
                re.findall(r"^  (\w+) +([\d ]+\d) ", text, re.M)}

    def test_of_128_go_out_and_come_back(self):
        self.newer_kernel()
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            with self.subTest(backend=backend):
                if why:
                    self.skipTest(why)
                with server("--backend", backend) as s:
                    r, report = load(UDPMILL, s.address, "--count", "12800",
                                     "--verify", "full", seconds="60s")
                    self.assertBalances(r, report)
                    counters = self.counters(s)
                self.assertEqual(report["config"]["train"], self.most)
                self.assertEqual(report["sends"]["trains_refused"], 0)
                self.assertEqual(counters["socket_segments_max"], self.most)
                if backend != "recvfrom":
                    self.assertGreater(counters["rx_trains_of_128"], 0)

    def test_of_128_are_absorbed(self):
        self.newer_kernel()
        with server(service="discard") as s:
            self.assertBalances(*load(UDPMILL, s.address, "--train", "128"))

    def test_of_mixed_sizes_balance(self):
        self.newer_kernel()
        with server(service="reflect") as s:
            self.assertBalances(
                *load(UDPMILL, s.address, "-l", "32:9,600:1", "-P", "2"))

    def test_a_server_joins_replies_to_shorter_ones(self):
        with server() as s:
            self.assertBalances(*load(UDPMILL, s.address, "--train", "64"))

    def test_more_than_the_kernel_takes_is_reported(self):
        with server() as s:
            r, report = load(UDPMILL, s.address, "--train", "512")
        self.assertEqual(report["config"]["train"], self.most)
        if self.most < 512:
            self.assertIn(f"--train 512 becomes {self.most}: this kernel takes "
                          "no more in one send", r.stderr)

    def test_a_server_without_trains_says_so(self):
        with server("--trains", "off") as s:
            self.assertBalances(*load(UDPMILL, s.address))
            self.assertEqual(self.counters(s)["socket_segments_max"], 1)

    def test_an_older_kernel_of_the_client_is_noticed(self):
        with server() as s:
            r, report = load(UDPMILL, s.address, prefix=refusing())
            self.assertBalances(r, report)
        self.assertEqual(report["config"]["segments_max"], 64)
        self.assertEqual(report["config"]["train"], 64)
        self.assertEqual(report["sends"]["trains_refused"], 0)

    def test_an_older_kernel_of_the_server_is_noticed(self):
        with server("--backend", "mmsg", prefix=refusing()) as s:
            self.assertBalances(*load(UDPMILL, s.address))
            counters = self.counters(s)
        self.assertEqual(counters["socket_segments_max"], 64)
        self.assertNotIn("gso_refused", counters)


if __name__ == "__main__":
    unittest.main()
