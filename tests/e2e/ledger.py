#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ledger: deliberate losses are found, under the name of the place where
they happened, and nothing is left unexplained.

In two network namespaces, so that nobody else changes their counters. Needs
root; exits with 77 without it. For a lack of memory, see tests/count/ledger.py,
because UDP's limit (net.ipv4.udp_mem) is the whole host's.
"""

import socket
import struct
import subprocess
import sys
import unittest

from accounts import CLIENT, SERVER, UDPMILL, Case, serve
from namespaces import NAMES, introduce, ip, inside, main
from program import disturbed, missing, run, split


def tc(side, *words):
    """Run tc; skip the test if the kernel lacks the discipline or filter."""
    r = run("tc", "-n", NAMES[side], *words)
    if r.returncode:
        raise unittest.SkipTest(f"tc {' '.join(words)}: {r.stderr.strip()}")


# Counters of the whole host, which others may change meanwhile.
WHOLE_HOST = {"backlog", "neighbour"}

# Ahead of everything else that wants to run on its CPU.
FIRST = ("chrt", "--fifo", "1")


class Sockets(Case):
    def test_drops_of_a_small_buffer_under_a_flood(self):
        with serve("--service", "discard", "--rcvbuf", "64Ki", "--workers",
                   "1") as s:
            ledger = self.load(s.address)
        self.assertLost(ledger["request"], "server_socket")
        self.assertTrue(ledger["exact"])

    def test_drops_of_a_slow_client_are_counted(self):
        with serve("--service", "echo") as s:
            ledger = self.load(s.address, "--flood", "--rcvbuf", "16Ki")
        self.assertIn("client_socket", ledger["reply"]["dropped"])
        self.assertLost(ledger["reply"], "client_socket")

    def test_mixed_sizes_give_bounds(self):
        with serve("--service", "discard", "--rcvbuf", "64Ki", "--workers",
                   "1") as s:
            ledger = self.load(s.address, "-l", "imix")
        bounds = ledger["dropped_bounds"]["server_socket"]
        self.assertGreater(ledger["dropped"]["server_socket"],
                           bounds["datagrams_low"])
        self.assertLess(ledger["dropped"]["server_socket"],
                        bounds["datagrams_high"])
        self.assertFalse(ledger["exact"])

class Queues(Case):
    def setUp(self):
        introduce()

    def shape(self, side, *how):
        tc(side, "qdisc", "replace", "dev", "veth0", "root", *how)
        # If it is replaced twice, the first of these has already deleted it.
        self.addCleanup(run, "tc", "-n", NAMES[side], "qdisc", "delete", "dev",
                        "veth0", "root")

    def test_replies_dropped_by_a_queueing_discipline(self):
        self.shape(SERVER, "tbf", "rate", "100kbit", "burst", "70kb", "limit",
                   "30kb")
        for train in "64", "off":
            with self.subTest(train=train), serve("--service", "echo") as s:
                ledger = self.load(s.address, "--flood", "--train", train,
                                   "--count", "20000", seconds="20s")
                self.assertLost(ledger["reply"], "qdisc")
                self.assertTrue(ledger["kernel"]["server"]["qdisc_drops"])

    def test_a_send_refused_and_repeated_is_not_a_loss(self):
        self.shape(CLIENT, "tbf", "rate", "50mbit", "burst", "70kb", "limit",
                   "20kb")
        for train in "64", "off":
            with self.subTest(train=train), \
                    serve("--service", "discard") as s:
                ledger = self.load(s.address, "--flood", "--train", train)
                self.assertLost(ledger["request"])
                self.assertLessEqual(set(ledger["shared_counters"]),
                                     WHOLE_HOST)
                # Sent singly, they may be no faster than the discipline.
                if train != "off":
                    self.assertGreater(
                        ledger["kernel"]["client"]["qdisc_drops"], 0)

    def test_a_send_refused_is_repeated_and_changes_no_other(self):
        self.shape(CLIENT, "tbf", "rate", "200mbit", "burst", "64kb", "limit",
                   "200kb")
        for engine, train in (("zerocopy", "off"), ("uring", "16"),
                              ("uring", "off")):
            with self.subTest(engine=engine), \
                    serve("--service", "echo") as s:
                why = missing(UDPMILL, "uring")
                if engine == "uring" and why:
                    self.skipTest(why)
                ledger = self.load(s.address, "--engine", engine, "--flood",
                                   "--train", train, "-l", "1200", "-P", "1",
                                   seconds="1s")
                self.assertLost(ledger["request"])
                self.assertLost(ledger["reply"])
                drops = ledger["kernel"]["client"]["qdisc_drops"]
                self.assertGreater(drops, 0)
                # Those of which no refusal told.
                if engine == "uring" and train == "off":
                    self.assertLess(ledger["dropped_bounds"]["qdisc"]["skbs"],
                                    drops / 2)

    def test_datagrams_held_by_a_queue_are_waited_for(self):
        with serve("--service", "discard") as s:
            # One train every half second: everything else has long arrived.
            self.shape(CLIENT, "tbf", "rate", "100kbit", "burst", "70kb",
                       "limit", "25kb")
            ledger = self.load(s.address, "--flood")
        self.assertLost(ledger["request"])

    def test_datagrams_held_for_too_long_are_named(self):
        self.shape(CLIENT, "tbf", "rate", "100kbit", "burst", "70kb",
                   "limit", "400kb")
        with serve("--service", "discard") as s:
            ledger = self.load(s.address, "--flood")
        self.assertLost(ledger["request"], "still_queued")


BAD_CHECKSUM = """
import socket, sys
packet = bytes.fromhex(sys.argv[1])
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
    for _ in range(500):
        s.sendto(packet, (sys.argv[2], 0))
"""


class Links(Case):
    """Events on the link in the middle of a run, on the side of the test."""

    def set_link(self, side, state):
        ip("-n", NAMES[side], "link", "set", "veth0", state)

    def test_drops_of_a_link_that_is_down_for_a_while(self):
        for side in CLIENT, SERVER:
            with self.subTest(side=side), serve("--service", "echo") as s, \
                    disturbed((0.1, self.set_link, side, "down"),
                              (0.4, self.set_link, side, "up")) as (ready, fd):
                ledger = self.load(s.address, "--flood", *ready, seconds="2s",
                                   **fd)
                # Which of these it is depends on microseconds.
                self.assertLessEqual(
                    {cause for cause, n in ledger["dropped"].items() if n},
                    {"server_socket", "client_socket", "device", "qdisc",
                     "send_queue", "ip", "send_failed_unreachable"}
                    | WHOLE_HOST)

    def test_drops_for_an_unresolved_neighbour(self):
        def set_arp(state):
            ip("-n", NAMES[SERVER], "link", "set", "veth0", "arp", state)
            if state == "off":
                ip("-n", NAMES[CLIENT], "neighbour", "flush", "all")

        with serve("--service", "discard") as s, \
                disturbed((0.1, set_arp, "off"),
                          (0.4, set_arp, "on")) as (ready, fd):
            ledger = self.load(s.address, *ready, seconds="3s", **fd)
        self.assertIn("neighbour", ledger["request"]["dropped"])


class Arrival(Case):
    def strangers(self, side, address, size):
        """Send 500 datagrams with a wrong checksum."""
        host, port = split(address)
        udp = struct.pack("!HHHH", 40000, port, 8 + size, 0xdead)
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0,
                             socket.inet_aton(host), socket.inet_aton(host))
        subprocess.run([*inside(side), sys.executable, "-c", BAD_CHECKSUM,
                        (header + udp + bytes(size)).hex(), host],
                       check=True)

    def test_checksum_errors_of_others_are_not_counted_as_ours(self):
        # The checksum of short ones is verified before the socket, of long ones
        # after it.
        for size in 20, 500:
            with self.subTest(size=size), \
                    serve("--service", "echo", side=CLIENT,
                          host="127.0.0.1") as s, \
                    disturbed((0, self.strangers, CLIENT, s.address,
                               size)) as (ready, fd):
                ledger = self.load(s.address, *ready, seconds="2s", **fd)
                self.assertLost(ledger["request"])
                self.assertEqual(
                    set(ledger["shared_counters"]) - WHOLE_HOST,
                    {"checksum"})
                self.assertEqual(
                    ledger["kernel"]["client"]["UdpInCsumErrors"], 500)

    def lose_fragments(self, side, match):
        """Redirect matching packets to a device that nobody reads."""
        ip("-n", NAMES[side], "link", "add", "sink0", "type", "veth", "peer",
           "name", "sink1")
        self.addCleanup(ip, "-n", NAMES[side], "link", "delete", "sink0")
        for name in "sink0", "sink1":
            ip("-n", NAMES[side], "link", "set", name, "up")
        tc(side, "qdisc", "add", "dev", "veth0", "ingress")
        self.addCleanup(tc, side, "qdisc", "delete", "dev", "veth0",
                        "ingress")
        tc(side, "filter", "add", "dev", "veth0", "parent", "ffff:",
           "protocol", "ip", "u32", *match.split(), "action", "mirred",
           "egress", "redirect", "dev", "sink0")

    # Matches every fourth datagram (by its identification): its first 1480
    # bytes, or the rest.
    FIRST = "match u16 0x2000 0x3fff at 6 match u16 0 0x0003 at 4"
    SECOND = "match u16 185 0x1fff at 6 match u16 0 0x0003 at 4"

    def test_requests_that_lost_a_fragment(self):
        self.lose_fragments(SERVER, self.SECOND)
        with serve("--service", "discard") as s:
            for length in "2000", "9000":
                ledger = self.load(s.address, "-l", length, "--count", "100",
                                   "--flood")
                self.assertLost(ledger["request"], "reassembly")
                self.assertAlmostEqual(ledger["dropped"]["reassembly"], 25,
                                       delta=8)

    def test_replies_that_lost_a_fragment(self):
        self.lose_fragments(CLIENT, self.FIRST)
        with serve("--service", "echo") as s:
            ledger = self.load(s.address, "-l", "2000", "--count", "100",
                               "--flood")
        self.assertLost(ledger["request"])
        self.assertLost(ledger["reply"], "reassembly")

    def test_lacking_access_to_a_namespace_is_reported(self):
        with serve("--service", "echo") as s:
            r = run("setpriv", "--reuid=65534", "--clear-groups", UDPMILL,
                    "load", s.address, "-t", "200ms", "--peer-consents",
                    prefix=inside(CLIENT))
        if "Permission denied" in r.stderr:
            self.skipTest("nobody may run " + UDPMILL)
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("cannot be read without root", r.stdout)
        self.assertIn("it balances", r.stdout)


if __name__ == "__main__":
    main()
