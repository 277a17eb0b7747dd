#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers that are set against each other by one forged datagram answer it
once, and then there is silence.

CVE-2024-2169: two services that answer each other's replies do so forever.
Tested for all services, with and without counters, with IPv4, IPv6 and both, on
one host and on two, at a host's own addresses, and with two users. Also tested
is what the protection is based on: the TTL of every reply, and that none of our
clients is mistaken for a server.

Needs root, network namespaces and raw sockets; exits with 77 without them.
"""

import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import unittest

from documents import document
from namespaces import HOSTS, NAMES, entered, forge, ip, main
from program import BACKENDS, Server, missing, run, split

UDPMILL = sys.argv.pop(1)
REPLY_TTL = 191
IP_RECVTTL = 12  # Python has no name for it
SERVICES = ("echo", "length", "reflect", "discard")
HOSTS6 = ("fd00:198:18::1", "fd00:198:18::2")
LOCAL = ("10.9.9.1", "10.9.9.2")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
REFUSALS = ("refused_udpmill_reply", "refused_own_text", "refused_reply",
            "refused_not_probe")


def probe(length):
    """A probe as load sends it (core/probe.h): each service except discard
    answers it."""
    magic, sums = 0x756d6c31, (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53)
    h = (length << 44) * sums[0] % 2**64
    h = (h ^ magic << 32 ^ h >> 33) * sums[1] % 2**64
    return struct.pack("!IIII", magic, 0, 0, h >> 32) + bytes(length - 16)


QUESTION = probe(64)


def setUpModule():
    for name, host in zip(NAMES, HOSTS6):
        ip("-n", name, "address", "add", f"{host}/64", "dev", "veth0", "nodad")
    # The host has all addresses of this network (AnyIP). With IPv6 this would
    # only work for receiving.
    ip("-n", NAMES[0], "route", "add", "local", "10.9.9.0/24", "dev", "lo")


def join(host, address):
    return f"[{host}]:{split(address)[1]}" if ":" in host else \
        f"{host}:{split(address)[1]}"


def client(side, host, *bind):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with entered(side):
        s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(10)
    s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    if bind:
        s.bind(bind)
    return s


class Target:
    """A server with one worker, and how many requests, forged datagrams and
    replies it should have received."""

    def __init__(self, side, listen, service, *options, prefix=(),
                 program=UDPMILL):
        self.side, self.service = side, service
        with entered(side):
            self.server = Server(program, listen, "--service", service,
                                 "--workers", "1", *options, prefix=prefix)
        self.asked = self.forged = self.replies = 0

    def at(self, host):
        return join(host, self.server.address)

    def ask(self, host, side=None):
        """Send a request, and wait for the reply: then everything that arrived
        before has been handled."""
        if self.service == "discard":
            return
        with client(self.side if side is None else side, host) as s:
            s.sendto(QUESTION, split(self.at(host)))
            s.recv(100)
        self.asked += 1

    def counters(self):
        self.server.stop()
        return self.server.counters()


class Loops(unittest.TestCase):
    def setUp(self):
        self.targets = []

    def tearDown(self):
        for t in self.targets:
            t.server.process.send_signal(signal.SIGKILL)
            t.server.wait()

    def serve(self, *arguments, **more):
        self.targets.append(Target(*arguments, **more))
        return self.targets[-1]

    def set_at(self, a, host_a, b, host_b):
        """Send a datagram to a that seems to come from b. The three rounds of
        requests that follow are more than the six bounces of a loop of two
        would need."""
        forge(a.side, b.at(host_b), a.at(host_a), QUESTION)
        a.forged += 1
        b.replies += a.service != "discard"
        for _ in range(3):
            a.ask(host_a if a.side == b.side else self.near[a.side])
            b.ask(host_b if a.side == b.side else self.near[b.side])

    def assertSilent(self):
        """Nothing arrived except what was sent, and one reply to each forged
        datagram, and those were refused by name."""
        for t in self.targets:
            t.server.process.send_signal(signal.SIGTERM)
        for t in self.targets:
            counted = t.counters()
            what = f"{t.service} at {t.server.addresses}: {counted}"
            came = counted.get("rx_datagrams", 0) - t.asked
            self.assertGreaterEqual(came, t.forged, what)
            self.assertLessEqual(came, t.forged + t.replies, what)
            refused = sum(counted.get(name, 0) for name in REFUSALS)
            if t.service == "discard":
                self.assertEqual(counted["absorbed_datagrams"], came, what)
                self.assertNotIn("answered_datagrams", counted)
                continue
            self.assertEqual(counted["answered_datagrams"],
                             t.asked + t.forged, what)
            self.assertEqual(refused, came - t.forged, what)
            if t.replies:
                self.assertGreater(refused, 0, what)
            if t.replies and t.service == "echo":
                self.assertIn("refused_udpmill_reply", counted, what)

    def all_pairs(self, listen, hosts):
        """Set every service against every other and itself, with and without
        counters, or on both sides. listen and hosts are given for each side."""
        for number, here in enumerate(listen):
            for service in SERVICES:
                self.serve(here[0], here[1], service, *(
                    ("--counters", "none") if number % 2 else ()))
        self.near = {side: hosts[side] for side, _ in listen}
        # Let neighbours learn each other's addresses before anything is
        # counted.
        for t in self.targets:
            for side, host in self.near.items():
                if side != t.side:
                    t.ask(self.near[t.side], side)
        for a in self.targets:
            for b in self.targets:
                self.set_at(a, hosts[a.side], b, hosts[b.side])
        self.assertSilent()

    def on_one_host(self, listen, host):
        self.all_pairs([(0, listen), (0, listen)], {0: host})

    def on_two_hosts(self, listen, hosts):
        self.all_pairs([(0, listen[0]), (1, listen[1])], dict(enumerate(hosts)))

    def test_on_loopback(self):
        self.on_one_host("127.0.0.1:0", "127.0.0.1")

    def test_on_loopback_with_ipv6(self):
        self.on_one_host("[::1]:0", "::1")

    def test_at_an_address_of_this_host(self):
        self.on_one_host(f"{HOSTS[0]}:0", HOSTS[0])

    def test_at_an_ipv6_address_of_this_host(self):
        self.on_one_host(f"[{HOSTS6[0]}]:0", HOSTS6[0])

    def test_at_the_ipv4_wildcard(self):
        self.on_one_host("*:0", HOSTS[0])

    def test_at_the_ipv6_wildcard(self):
        self.on_one_host("[::]:0", HOSTS6[0])

    def test_at_the_dual_stack_wildcard_with_ipv4(self):
        self.on_one_host("[::]:0", HOSTS[0])

    def test_on_two_hosts(self):
        self.on_two_hosts([f"{host}:0" for host in HOSTS], HOSTS)

    def test_on_two_hosts_with_ipv6(self):
        self.on_two_hosts([f"[{host}]:0" for host in HOSTS6], HOSTS6)

    def test_on_two_hosts_at_the_dual_stack_wildcard_with_ipv4(self):
        self.on_two_hosts(["[::]:0"] * 2, HOSTS)

    def test_on_two_hosts_at_the_dual_stack_wildcard_with_ipv6(self):
        self.on_two_hosts(["[::]:0"] * 2, HOSTS6)

    def test_one_server_and_itself_at_addresses_of_no_interface(self):
        for listen, source in (("*:0", LOCAL[1]), ("[::]:0", LOCAL[1]),
                               (f"{LOCAL[0]}:0", LOCAL[0])):
            for service in SERVICES:
                t = self.serve(0, listen, service)
                self.set_at(t, LOCAL[0], t, source)
        self.assertSilent()

    def test_one_server_and_itself_by_a_frame_from_another_host(self):
        """With IPv6; IPv4 drops a frame from outside that has one of the host's
        own addresses as its source."""
        for listen in f"[{HOSTS6[0]}]:0", "[::]:0":
            t = self.serve(0, listen, "echo")
            t.ask(HOSTS6[0], 1)
            forge(1, t.at(HOSTS6[0]), t.at(HOSTS6[0]), QUESTION)
            t.forged += 1
            t.replies += 1
            for _ in range(3):
                t.ask(HOSTS6[0], 1)
                t.ask(HOSTS6[0])
        self.assertSilent()

    def test_three_servers(self):
        """On two hosts, with two families and two backends."""
        self.near = dict(enumerate(HOSTS))
        for side, backend in ((0, "recvfrom"), (1, "mmsg"), (0, "mmsg")):
            self.serve(side, "[::]:0", "echo", "--backend", backend)
        a, b, c = self.targets
        a.ask(HOSTS[0], 1)
        b.ask(HOSTS[1], 0)
        for one, other in ((a, b), (b, c), (c, a), (b, a), (c, b), (a, c)):
            self.set_at(one, HOSTS[one.side], other, HOSTS[other.side])
        self.assertSilent()

    def test_every_backend(self):
        for backend in BACKENDS:
            with self.subTest(backend=backend):
                why = missing(UDPMILL, backend)
                if why:
                    self.skipTest(why)
                a, b = (self.serve(0, "127.0.0.1:0", "echo", "--backend",
                                   backend) for _ in range(2))
                self.set_at(a, "127.0.0.1", b, "127.0.0.1")
        self.assertSilent()

    def test_servers_of_two_users_with_unreadable_counters(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            program = shutil.copy(UDPMILL, folder)
            closed = os.path.join(folder, "closed")
            os.mkdir(closed, 0o700)
            masked = ("sh", "-c", 'umask 077; exec "$0" "$@"')
            a = self.serve(0, "127.0.0.1:0", "echo", program=program,
                           prefix=masked)
            b = self.serve(0, "127.0.0.1:0", "echo", program=program,
                           prefix=NOBODY + masked)
            c = self.serve(0, "127.0.0.1:0", "echo", "--counters",
                           os.path.join(closed, "counters"))
            for one, other in ((a, b), (b, a), (b, c), (c, b)):
                self.set_at(one, "127.0.0.1", other, "127.0.0.1")
            self.assertSilent()

    def test_servers_without_counters(self):
        a, b = (self.serve(0, "127.0.0.1:0", "echo", "--counters", "none")
                for _ in range(2))
        self.set_at(a, "127.0.0.1", b, "127.0.0.1")
        self.assertSilent()

    def test_servers_whose_counters_were_deleted(self):
        with tempfile.TemporaryDirectory() as folder:
            a, b = (self.serve(0, "127.0.0.1:0", "echo", "--counters",
                               os.path.join(folder, name)) for name in "ab")
            for name in "ab":
                os.unlink(os.path.join(folder, name))
            self.set_at(a, "127.0.0.1", b, "127.0.0.1")
            self.assertSilent()


class Rules(unittest.TestCase):
    """Further promises of udpmill-serve(1), LOOPS and SAFETY."""

    def test_each_reply_has_the_mark(self):
        cases = (("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1"),
                 ("*:0", "127.0.0.1"), ("[::]:0", "127.0.0.1"),
                 ("[::]:0", "::1"))
        for backend in BACKENDS:
            if missing(UDPMILL, backend):
                continue
            with entered(0), Server(
                    UDPMILL, *dict.fromkeys(listen for listen, _ in cases),
                    "--service", "echo", "--backend", backend, "--workers",
                    "1") as s:
                bound = dict(zip(dict.fromkeys(c[0] for c in cases),
                                 s.addresses))
                for listen, host in cases:
                    with self.subTest(backend=backend, listen=listen,
                                      host=host), client(0, host) as c:
                        c.sendto(b"x", split(join(host, bound[listen])))
                        told = c.recvmsg(10, 100)[1]
                        self.assertEqual(
                            [int.from_bytes(data, sys.byteorder)
                             for *_, data in told], [REPLY_TTL])

    def test_marked_datagrams_are_never_answered(self):
        with entered(0), Server(UDPMILL, "[::]:0", "--service", "echo",
                                "--workers", "1", "--allow", "0.0.0.0/0",
                                "--allow", "::/0") as s:
            for number, (host, ttl) in enumerate((
                    ("127.0.0.1", 129), ("127.0.0.1", REPLY_TTL),
                    ("::1", 129), ("::1", REPLY_TTL))):
                forge(0, join(host, f"x:{20000 + number}"),
                      join(host, s.address), b"x", ttl)
            for host in "127.0.0.1", "::1":
                with client(0, host) as c:
                    for ttl in 1, 64, 128, 255:
                        c.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
                        if host == "::1":
                            c.setsockopt(socket.IPPROTO_IPV6,
                                         socket.IPV6_UNICAST_HOPS, ttl)
                        c.sendto(b"x", split(join(host, s.address)))
                        self.assertEqual(c.recv(10), b"x")
        self.assertEqual(s.counters()["refused_udpmill_reply"], 4)
        self.assertEqual(s.counters()["answered_datagrams"], 8)

    def test_low_ports_are_not_answered(self):
        with entered(0), Server(UDPMILL, "127.0.0.1:0", "--workers",
                                "1") as s:
            forge(0, "127.0.0.1:7", s.address, bytes(100))
            with client(0, "127.0.0.1") as c:
                c.sendto(bytes(100), split(s.address))
                c.recv(100)
        self.assertEqual(s.counters()["refused_low_port"], 1)
        self.assertEqual(s.counters()["answered_datagrams"], 1)

    def test_echo_answers_no_server_port_off_loopback(self):
        with entered(0), Server(UDPMILL, f"{HOSTS[0]}:0", "--service", "echo",
                                "--workers", "1") as s:
            forge(0, f"{HOSTS[1]}:7007", s.address, b"x")
            with client(0, HOSTS[0]) as c:
                c.sendto(b"x", split(s.address))
                c.recv(10)
        self.assertEqual(s.counters()["refused_not_ephemeral"], 1)
        self.assertEqual(s.counters()["answered_datagrams"], 1)


class Clients(unittest.TestCase):
    """Our clients are answered whatever the host's default TTL is."""

    defaults = ("ipv4/ip_default_ttl", "ipv6/conf/lo/hop_limit",
                "ipv6/conf/all/hop_limit")

    def put(self, values):
        with entered(0):
            before = []
            for name, value in zip(self.defaults, values):
                with open(f"/proc/sys/net/{name}", "r+",
                          encoding="ascii") as f:
                    before.append(f.read().strip())
                    f.seek(0)
                    f.write(str(value))
        return before

    def test_a_default_ttl_in_the_range_of_the_mark_is_not_used(self):
        self.addCleanup(self.put, self.put((150, 191, 191)))
        with entered(0), Server(UDPMILL, "[::]:0", "--service", "echo",
                                "--marks", "on", "--allow", "127.0.0.1",
                                "--allow", "::1") as s:
            for host in "127.0.0.1", "::1":
                with self.subTest(host=host):
                    r = run(UDPMILL, "load", join(host, s.address), "-J",
                            "--count", "1000")
                    self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                    marks = document(r.stdout)["marks"]
                    self.assertEqual((marks["ttl"], marks["ttl_kept"]),
                                     (64, True))
            for host in "127.0.0.1", "::1", "::ffff:127.0.0.1":
                with self.subTest(host=host):
                    r = run(UDPMILL, "send", join(host, s.address), "hello")
                    self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertNotIn("refused_udpmill_reply", s.counters())


if __name__ == "__main__":
    main()
