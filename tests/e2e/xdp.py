#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --backend xdp on one end of a veth, clients on the other: traffic.

Needs root and network namespaces; exits with 77 without them, and without
AF_XDP."""

import os
import re
import socket
import struct
import subprocess
import unittest

from namespaces import HOSTS, NAMES, entered, introduce, ip
from xdp_lab import (PORT, client, load, serve, set_mtu, start,
                     whole_checksums)

V6 = "2001:db8::1", "2001:db8::2"
REPLY_TTL = 191
IP_RECVTTL = 12


def ping(host):
    """An ICMP echo request, as ping(8) sends it. The reply's payload."""
    with entered(0), socket.socket(socket.AF_INET, socket.SOCK_DGRAM,
                                   socket.IPPROTO_ICMP) as s:
        s.settimeout(5)
        s.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, 1) + b"ping", (host, 0))
        return s.recv(100)[8:]


def allow_ping():
    for name in NAMES:
        subprocess.run(["ip", "netns", "exec", name, "sh", "-c",
                        "echo 0 2147483647 > "
                        "/proc/sys/net/ipv4/ping_group_range"], check=True)


class Traffic(unittest.TestCase):
    def check_stack(self, server, datagrams):
        """So many took the way by the kernel's stack. In generic mode, each
        whole checksum looks like a train's with a probability of 1 in 65536;
        in no run do more than ten."""
        chance = 10 if "xdp_mode=generic " in server.out else 0
        by_stack = server.counters().get("xdp_stack_datagrams", 0)
        self.assertIn(by_stack - datagrams, range(chance + 1))

    def check_balance(self, report, server, stack=0):
        ledger = report["ledger"]
        counters = server.counters()
        self.assertGreater(ledger["sent"], 0)
        self.assertEqual(ledger["answered"], ledger["sent"])
        self.assertEqual(ledger["unexplained"], 0)
        self.assertEqual(counters["answered_datagrams"], ledger["sent"])
        self.check_stack(server, stack)
        for name in ("xdp_rx_strange", "xdp_invalid_descriptors",
                     "xdp_checksum_errors"):
            self.assertNotIn(name, counters)

    def test_a_load_balances(self):
        for mode in "native", "generic":
            with self.subTest(mode=mode), whole_checksums():
                with serve("--xdp-mode", mode) as s:
                    report = load("--count", "5000", "--train", "off",
                                  "--window", "64")
                self.check_balance(report, s)
                self.assertIn(f"xdp_mode={mode} ", s.out)
                obtained = report["environment"]["server"]["config"]["xdp"]
                self.assertEqual(obtained["mode"], mode)
                self.assertEqual(obtained["device"], "veth0")

    def test_trains_are_taken_apart_by_the_device(self):
        with serve() as s:
            report = load("--count", "5000", "-l", "1400", "--window", "64")
        self.check_balance(report, s)

    def test_what_may_be_a_train_goes_by_the_stack_in_generic_mode(self):
        """A frame does not tell which of them were joined."""
        for train in "off", "11":
            with self.subTest(train=train), serve("--xdp-mode",
                                                  "generic") as s:
                report = load("--count", "5500", "--train", train, "--window",
                              "66")
            self.check_balance(report, s, stack=5500)

    def test_datagrams_of_every_size_are_answered(self):
        with serve() as s, client() as c:
            for n in (*range(0, 40), 1400, 1471, 1472, 1473, 9000, 65507):
                data = os.urandom(n)
                c.sendto(data, (HOSTS[1], PORT))
                self.assertEqual(c.recv(70000), data, n)
        self.assertEqual(s.counters()["answered_datagrams"], 46)
        # Those that are longer than the MTU come as fragments.
        self.assertEqual(s.counters()["xdp_stack_datagrams"], 3)

    def test_fragments_balance_too(self):
        with serve() as s:
            report = load("--count", "500", "-l", "4000", "--train", "off",
                          "--window", "16")
        self.check_balance(report, s, stack=report["ledger"]["sent"])

    def test_a_large_mtu_takes_several_frames(self):
        release = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
        set_mtu(9000)
        self.addCleanup(set_mtu, 1500)
        for mode in "native", "generic":
            with self.subTest(mode=mode), whole_checksums():
                with serve("--xdp-mode", mode) as s, client() as c:
                    if release < (6, 6):
                        self.assertIn("xdp_multi_buffer=off ", s.out)
                        self.skipTest("Linux 6.6 is the first with this")
                    for n in 0, 3797, 3798, 3799, 4054, 4055, 8900, 8972:
                        data = os.urandom(n)
                        c.sendto(data, (HOSTS[1], PORT))
                        self.assertEqual(c.recv(70000), data, n)
                self.assertIn("xdp_multi_buffer=on ", s.out)
                self.check_stack(s, 0)
                with serve("--xdp-mode", mode) as s:
                    report = load("--count", "20000", "-l", "8900", "--train",
                                  "off", "--window", "64", "--verify", "full")
                self.check_balance(report, s)

    def test_a_shorter_answer_takes_fewer_frames(self):
        set_mtu(9000)
        self.addCleanup(set_mtu, 1500)
        with serve("--service", "length") as s, client() as c:
            # More than there are frames.
            for _ in range(6000):
                c.sendto(bytes(8900), (HOSTS[1], PORT))
                self.assertEqual(c.recv(100), b"Your data was 8900 bytes")
        self.assertEqual(s.counters()["answered_datagrams"], 6000)

    def test_ipv6_and_a_wildcard(self):
        for side, host in enumerate(reversed(V6)):
            ip("-n", NAMES[side], "address", "replace", f"{host}/64", "dev",
               "veth0", "nodad")
        for listen in f"[{V6[0]}]:{PORT}", f"[::]:{PORT}":
            with self.subTest(listen=listen):
                with serve("--device", "veth0", address=listen) as s:
                    report = load("--count", "2000", "--train", "off",
                                  "--window", "64",
                                  address=f"[{V6[0]}]:{PORT}")
                self.check_balance(report, s)
        with serve("--device", "veth0", address=f"[::]:{PORT}") as s:
            report = load("--count", "2000", "--train", "off", "--window",
                          "64")
        self.check_balance(report, s)

    def test_replies_carry_the_mark_and_are_not_answered(self):
        with serve("--service", "echo") as s, client() as c:
            c.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            c.sendto(b"x", (HOSTS[1], PORT))
            _, control, _, _ = c.recvmsg(100, 100)
            self.assertEqual(struct.unpack("i", control[0][2])[0], REPLY_TTL)
            c.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, REPLY_TTL)
            c.sendto(b"y", (HOSTS[1], PORT))
            c.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 64)
            c.sendto(b"z", (HOSTS[1], PORT))
            self.assertEqual(c.recv(100), b"z")
        self.assertEqual(s.counters()["refused_udpmill_reply"], 1)

    def test_other_traffic_goes_to_the_stack(self):
        allow_ping()
        with entered(1):
            other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with serve() as s, other, client() as c:
            other.bind((HOSTS[1], PORT + 1))
            other.settimeout(5)
            c.sendto(b"other", (HOSTS[1], PORT + 1))
            self.assertEqual(other.recv(100), b"other")
            self.assertEqual(ping(HOSTS[1]), b"ping")
            # ARP: asked anew.
            subprocess.run(["ip", "-n", NAMES[0], "neighbour", "delete",
                            HOSTS[1], "dev", "veth0"],
                           stderr=subprocess.DEVNULL)
            c.sendto(b"x", (HOSTS[1], PORT))
            self.assertEqual(c.recv(100), b"x")
            # From the server's own host, past no device.
            with entered(1), socket.socket(socket.AF_INET,
                                           socket.SOCK_DGRAM) as near:
                near.settimeout(5)
                near.sendto(b"near", (HOSTS[1], PORT))
                self.assertEqual(near.recv(100), b"near")
        self.assertEqual(s.counters()["rx_datagrams"], 2)
        self.assertEqual(s.counters()["xdp_stack_datagrams"], 1)

    def test_drops_of_a_slow_server_are_explained(self):
        introduce()
        for mode in "native", "generic":
            with self.subTest(mode=mode), whole_checksums():
                with serve("--burn", "10000", "--xdp-mode", mode) as s:
                    report = load("--flood", "--count", "100000", "--train",
                                  "off")
                ledger = report["ledger"]
                self.assertGreater(ledger["dropped"]["server_ring"], 0)
                self.assertEqual(ledger["unexplained"], 0)
                counters = s.counters()
                self.assertEqual(
                    ledger["dropped"]["server_ring"],
                    counters.get("xdp_rx_dropped", 0) +
                    counters.get("xdp_rx_ring_full", 0))

    def test_a_damaged_datagram_is_dropped_and_counted(self):
        data = b"damaged!"
        udp = struct.pack("!HHHH", 40000, PORT, 8 + len(data), 0x1234) + data
        with serve() as s, client() as c:
            with entered(0), socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                           socket.IPPROTO_UDP) as raw:
                raw.sendto(udp, (HOSTS[1], 0))
            c.sendto(b"x", (HOSTS[1], PORT))
            self.assertEqual(c.recv(100), b"x")
        self.assertEqual(s.counters()["rx_datagrams"], 1)
        self.assertEqual(s.counters()["xdp_checksum_errors"], 1)


if __name__ == "__main__":
    start()
