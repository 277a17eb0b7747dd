#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`serve --connected`: a socket for each peer, and no datagram lost, whoever
comes, goes, or only seems to come."""

import contextlib
import resource
import socket
import struct
import subprocess
import sys
import unittest

from balance import Balance, load
from program import (Server, ask, assert_refused, run, split, udp_sockets,
                     wait_for)

UDPMILL = sys.argv.pop(1)

# The kernel's connect sets address and port one after the other: in between, a
# datagram of the same host may come by the wrong socket, out of order.
FAULTS = ("corrupt", "duplicate", "stale")
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def limited(descriptors):
    return ("sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh")


class Connected(Balance):
    def serve(self, *options, at="127.0.0.1:0", prefix=()):
        try:
            return Server(UDPMILL, at, "--connected", *options, prefix=prefix)
        except RuntimeError as e:
            if "descriptors are allowed" in str(e):
                self.skipTest(str(e))
            raise

    def assertServes(self, options, *arguments, at="127.0.0.1:0", host=None,
                     prefix=(), **more):
        with self.serve(*options, at=at, prefix=prefix) as s:
            address = f"{host}:{split(s.address)[1]}" if host else s.address
            r, report = load(UDPMILL, address, *arguments, **more)
            if "limit of open files" in r.stderr:
                self.skipTest(r.stderr.strip())
            self.assertBalances(r, report, faults=FAULTS)
        self.assertEqual(s.code, 0, s.err)
        c = s.counters()
        self.assertEqual(c.get("truncated_datagrams", 0), 0)
        self.assertEqual(c["connected_opened"], c["connected_closed"])
        self.assertEqual(report["ledger"]["reordered"] > 0
                         and not c.get("connected_strays"), False)
        return c

    def test_flows_get_their_sockets(self):
        for service in "echo", "discard", "length", "reflect":
            for workers in "1", "3":
                with self.subTest(service=service, workers=workers):
                    c = self.assertServes(
                        ("--service", service, "--workers", workers),
                        "--flows", "24")
                    self.assertEqual(c["connected_opened"], 24)
                    self.assertGreater(c["connected_datagrams"],
                                       c["rx_datagrams"] / 2)

    def test_every_address_is_served(self):
        for at, host in (("[::1]:0", None), ("*:0", "127.0.0.1"),
                         ("*:0", "198.51.100.1"), ("[::]:0", "[::1]"),
                         ("[::]:0", "127.0.0.1")):
            with self.subTest(at=at, host=host):
                c = self.assertServes(("--service", "echo"), at=at, host=host)
                self.assertGreater(c["connected_datagrams"], 0)

    def test_a_wildcard_replies_from_the_address_that_was_asked(self):
        with self.serve(at="*:0") as s:
            port = split(s.address)[1]
            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.settimeout(5)
                client.bind(("127.0.0.1", 0))
                client.connect(("127.9.9.9", port))
                for _ in range(5):
                    client.send(b"x")
                    self.assertEqual(client.recv(99), b"Your data was 1 bytes")

    def test_flows_come_and_go(self):
        for extra in (), ("--train", "off"):
            with self.subTest(extra=extra):
                c = self.assertServes(
                    ("--service", "echo", "--connected-idle", "100ms"),
                    "--flows", "50", "--flow-lifetime", "50ms", *extra,
                    seconds="2s")
                self.assertGreater(c["connected_opened"], 100)

    def test_ten_thousand_flows(self):
        if HARD < 10600:
            self.skipTest(f"only {HARD} descriptors are allowed")
        c = self.assertServes(("--service", "echo", "--workers", "1"),
                              "--flows", "10000", seconds="3s")
        self.assertGreater(c["connected_opened"], 1000)

    def test_what_a_socket_drops_is_explained(self):
        c = self.assertServes(
            ("--service", "discard", "--workers", "1", "--burn", "2000"),
            "--flows", "4", "--length", "1400", seconds="1s")
        self.assertGreater(c.get("socket_drops", 0), 0)

    def test_few_descriptors_are_enough(self):
        c = self.assertServes(
            ("--service", "echo", "--workers", "1"), "--flows", "300",
            prefix=limited(120))
        self.assertLessEqual(c["connected_opened"], 60)
        self.assertGreater(c["connected_full"], 0)

    def test_too_few_descriptors_are_reported(self):
        r = run(UDPMILL, "serve", "127.0.0.1:0", "--connected", "--workers",
                "8", prefix=limited(100))
        self.assertEqual(r.returncode, 3, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill serve: --connected: 100 desc"
                                   r"[^\n]*ulimit -Hn[^\n]*\n\Z")

    def test_a_flood_of_new_sources_takes_no_more_than_the_limit(self):
        """Each source is another address; most of them never come again."""
        with self.serve("--workers", "1", "--connected-idle", "100ms",
                        prefix=limited(120)) as s:
            to = split(s.address)
            with socket.socket(type=socket.SOCK_DGRAM) as honest:
                honest.settimeout(5)
                honest.connect(to)
                for i in range(3000):
                    with socket.socket(type=socket.SOCK_DGRAM) as forged:
                        forged.bind((f"127.1.{i >> 8}.{i & 255}", 0))
                        forged.sendto(b"x" * 30, to)
                    if i % 50 == 0:
                        honest.send(b"123")
                        self.assertEqual(honest.recv(99),
                                         b"Your data was 3 bytes")
        c = s.counters()
        self.assertEqual((s.code, c["rx_datagrams"]), (0, 3060))
        self.assertEqual(c["answered_datagrams"], 3060)
        self.assertGreater(c["connected_full"], 0)

    def test_idle_sockets_are_closed_and_opened_again(self):
        with self.serve("--connected-idle", "100ms", "--workers", "1") as s:
            to = split(s.address)

            def sockets():
                return sum(one["local"] == s.address
                           for one in udp_sockets(s.pid))

            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.settimeout(5)
                client.connect(to)
                for _ in range(3):
                    client.send(b"x")
                    client.recv(99)
                    wait_for(lambda: sockets() > 1)
                    wait_for(lambda: sockets() == 1)
        self.assertEqual(s.counters()["connected_opened"], 3)

    def test_refused_sources_get_no_socket(self):
        with self.serve() as s:
            for _ in range(3):
                with socket.socket(type=socket.SOCK_DGRAM) as client:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR,
                                      1)
                    client.bind(("127.0.0.1", 1900))
                    client.sendto(b"x", split(s.address))
            self.assertEqual(ask(s.address, b""), b"Your data was 0 bytes")
        c = s.counters()
        self.assertEqual(c["refused_reflector_port"], 3)
        self.assertEqual(c["connected_opened"], 1)

    def test_forged_sources_without_a_route_keep_nobody_waiting(self):
        subprocess.run(["ip", "route", "replace", "unreachable",
                        "203.0.113.0/24"], check=True)
        self.addCleanup(subprocess.run, ["ip", "route", "delete",
                                         "unreachable", "203.0.113.0/24"])
        with self.serve("--service", "echo", "--workers", "1") as s, \
                contextlib.ExitStack() as clients, \
                socket.socket(type=socket.SOCK_RAW,
                              proto=socket.IPPROTO_RAW) as forger:
            host, port = split(s.address)
            # A port for each, because two may be received at once. What comes
            # while a socket cannot be connected is answered, too.
            for source in range(40000, 40020):
                packet = struct.pack(
                    "!BBHHHBBH4s4sHHHH", 0x45, 0, 28, 0, 0, 64,
                    socket.IPPROTO_UDP, 0, socket.inet_aton("203.0.113.1"),
                    socket.inet_aton(host), source, port, 8, 0)
                forger.sendto(packet, (host, 0))
                # Open until the end, so that each has a port of its own.
                client = clients.enter_context(
                    socket.socket(type=socket.SOCK_DGRAM))
                client.settimeout(5)
                client.connect(split(s.address))
                client.send(b"")
                client.recv(100)
        c = s.counters()
        self.assertEqual((c["rx_datagrams"], c["answered_datagrams"]), (40, 20))
        # What came to a socket before it was connected opens none.
        strays = c.get("connected_strays", 0)
        self.assertEqual(c["connected_opened"] + c["connected_failed"] + strays,
                         40)
        self.assertLessEqual(c["connected_opened"], 20)
        self.assertLessEqual(c["connected_failed"], 20)

    def test_queued_datagrams_are_answered_before_the_end(self):
        with self.serve("--workers", "1") as s:
            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.settimeout(5)
                client.connect(split(s.address))
                client.send(b"x")
                client.recv(99)
                for _ in range(200):
                    client.send(b"x")
                s.stop()
                for _ in range(200):
                    client.recv(99)
        self.assertEqual(s.counters()["answered_datagrams"], 201)

    def test_what_contradicts_is_refused_in_one_line(self):
        for arguments, right in (
                (("--connected", "--backend", "recvfrom"),
                 "leave out --backend"),
                (("--connected", "--steer", "hash"), "leave out --steer"),
                (("--connected-idle", "1s"), "needs --connected"),
                (("--connected", "--connected-idle", "1ms"), "try 30s")):
            with self.subTest(arguments=arguments):
                assert_refused(self, run(UDPMILL, "serve", "0", *arguments),
                               "serve", right)


if __name__ == "__main__":
    unittest.main()
