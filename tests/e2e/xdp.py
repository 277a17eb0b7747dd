#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --backend xdp on one end of a veth, clients on the other.

Needs root and network namespaces; exits with 77 without them, and without
AF_XDP."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import unittest

from forbid import FORBID
from namespaces import (HOSTS, NAMES, NETWORK, entered, inside, introduce, ip,
                        main, make_lab, remove_lab)
from program import Server, missing, run, wait_for

UDPMILL = sys.argv.pop(1)
PORT = 7007
HERE = f"{HOSTS[1]}:{PORT}"
V6 = "2001:db8::1", "2001:db8::2"
BROADCAST = socket.inet_ntoa(struct.pack("!I", NETWORK + 3))
REPLY_TTL = 191
IP_RECVTTL = 12


def serve(*arguments, address=HERE):
    return Server(UDPMILL, address, "--service", "echo", "--backend", "xdp",
                  *arguments, prefix=inside(1))


def refused(*arguments, prefix=()):
    """The exit code and the line of a serve that must not start."""
    r = run(UDPMILL, "serve", "--time", "1ms", *arguments,
            prefix=(*inside(1), *prefix))
    return r.returncode, r.stderr


def link():
    return subprocess.run(["ip", "-n", NAMES[1], "link", "show", "veth0"],
                          check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def load(*arguments, address=HERE):
    r = run(UDPMILL, "load", address, "--peer-consents", "-J", *arguments,
            prefix=inside(0))
    assert r.returncode == 0, r.stdout + r.stderr
    return json.loads(r.stdout)


def station_of(side):
    """The link address of a side's device."""
    with entered(side), socket.socket(socket.AF_PACKET,
                                      socket.SOCK_RAW) as s:
        s.bind(("veth0", 0))
        return s.getsockname()[4]


def made(station, source):
    """A frame for the server with a datagram: b"odd" from a station (None: the
    right one) and a source."""
    udp = struct.pack("!HHHH", 40000, PORT, 11, 0) + b"odd"
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64,
                       socket.IPPROTO_UDP, 0, socket.inet_aton(source),
                       socket.inet_aton(HOSTS[1]))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    check = struct.pack("!H", ~(total + (total >> 16)) & 0xffff)
    return (station_of(1) + (station or station_of(0)) + b"\x08\x00" +
            head[:10] + check + head[12:] + udp)


def client():
    with entered(0):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    return s


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
    def check_balance(self, report, server, stack=0):
        ledger = report["ledger"]
        counters = server.counters()
        self.assertGreater(ledger["sent"], 0)
        self.assertEqual(ledger["answered"], ledger["sent"])
        self.assertEqual(ledger["unexplained"], 0)
        self.assertEqual(counters["answered_datagrams"], ledger["sent"])
        self.assertEqual(counters.get("xdp_stack_datagrams", 0), stack)
        for name in ("xdp_rx_strange", "xdp_invalid_descriptors",
                     "xdp_checksum_errors"):
            self.assertNotIn(name, counters)

    def test_a_load_balances(self):
        for mode in "native", "generic":
            with self.subTest(mode=mode):
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
            with self.subTest(mode=mode):
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


class Device(unittest.TestCase):
    def test_the_server_ends_with_its_device(self):
        self.addCleanup(make_lab)
        s = serve("--time", "20s")
        ip("-n", NAMES[1], "link", "set", "veth0", "down")
        ip("-n", NAMES[1], "link", "set", "veth0", "up")
        with client() as c:
            c.sendto(b"again", (HOSTS[1], PORT))
            self.assertEqual(c.recv(100), b"again")
        ip("-n", NAMES[1], "link", "delete", "veth0")
        self.addCleanup(remove_lab)
        self.assertEqual(s.wait(), 3, s.err)
        self.assertIn("No such device", s.err)
        self.assertEqual(s.err.count("\n"), 1, s.err)

    def test_frames_of_odd_stations_go_to_the_stack(self):
        with entered(0), socket.socket(socket.AF_PACKET,
                                       socket.SOCK_RAW) as wire:
            wire.bind(("veth0", 0))
            with serve() as s, client() as c:
                for station, source in (
                        (b"\xff" * 6, HOSTS[0]), (bytes(6), HOSTS[0]),
                        (None, HOSTS[1]), (None, BROADCAST)):
                    wire.send(made(station, source))
                    c.sendto(b"x", (HOSTS[1], PORT))
                    self.assertEqual(c.recv(100), b"x")
        counters = s.counters()
        # The stack finds the stations by ARP. It drops our own address, and,
        # here or when it sends, that of a broadcast.
        self.assertEqual(counters["answered_datagrams"], 4 + 2)
        self.assertIn(counters["xdp_stack_datagrams"], (2, 3))

    def test_the_program_is_gone_when_the_server_ends(self):
        with serve():
            self.assertIn("xdp", link())
        self.assertNotIn("xdp", link())

    def test_the_program_is_gone_when_the_server_is_killed(self):
        s = serve()
        self.assertIn("xdp", link())
        s.process.kill()
        s.wait()
        self.assertEqual(s.code, -signal.SIGKILL)
        wait_for(lambda: "xdp" not in link())
        with serve(), client() as c:
            c.sendto(b"again", (HOSTS[1], PORT))
            self.assertEqual(c.recv(100), b"again")

    def test_a_second_server_is_refused(self):
        with serve():
            code, err = refused(f"{HOSTS[1]}:7008", "--backend", "xdp")
            self.assertEqual(code, 3, err)
            self.assertIn("veth0 has an XDP program already", err)
            self.assertEqual(err.count("\n"), 1)
        self.assertNotIn("xdp", link())

    def test_what_cannot_be_is_refused_in_a_line(self):
        for arguments, words in (
                (["127.0.0.1:7007", "--backend", "xdp"], "loopback"),
                (["198.51.100.9:7007", "--backend", "xdp"],
                 "no device has the address"),
                ([f"*:{PORT}", "--backend", "xdp"], "--device"),
                ([HERE, "--backend", "xdp", "--device", "nowhere"],
                 'no device "nowhere"'),
                ([HERE, "--backend", "xdp", "--workers", "2"], "1 queue"),
                ([HERE, f"{HOSTS[1]}:7008", "--backend", "xdp"],
                 "one address"),
                ([HERE, "--device", "veth0"], "--backend xdp"),
                ([HERE, "--xdp-mode", "native"], "--backend xdp"),
                ([HERE, "--backend", "xdp", "--xdp-mode", "fast"],
                 "native or generic")):
            with self.subTest(arguments=arguments):
                code, err = refused(*arguments)
                self.assertEqual(code, 2, err)
                self.assertIn(words, err)

    def test_missing_privileges_are_named(self):
        code, err = refused(HERE, "--backend", "xdp", prefix=(
            "setpriv", "--bounding-set", "-all"))
        self.assertEqual(code, 3, err)
        self.assertIn("CAP_NET_RAW", err)
        self.assertEqual(err.count("\n"), 1)
        code, err = refused(HERE, "--backend", "xdp", prefix=(
            "setpriv", "--bounding-set", "-all,+net_raw"))
        self.assertEqual(code, 3, err)
        self.assertIn("CAP_BPF", err)
        self.assertNotIn("xdp", link())

    def test_devices_that_cannot_be_read_are_no_mistake_of_the_user(self):
        ioctl = {"x86_64": "16", "aarch64": "29"}.get(os.uname().machine)
        if not ioctl:
            self.skipTest("the number of ioctl is not known here")
        # Whatever its request is.
        code, err = refused(HERE, "--backend", "xdp", prefix=(
            sys.executable, "-c", FORBID, ioctl, "0", str(2**32 - 1)))
        self.assertEqual(code, 3, err)
        self.assertIn("cannot be read: Operation not permitted", err)

    def test_privileges_are_given_up(self):
        def held(task):
            with open(f"/proc/{s.pid}/task/{task}/status",
                      encoding="ascii") as status:
                return "CapPrm:\t0000000000000000" not in status.read()

        with serve() as s:
            # The last one to give them up says before that it is ready.
            wait_for(lambda: not any(map(
                held, os.listdir(f"/proc/{s.pid}/task"))))

    def test_two_workers_have_two_queues(self):
        def queues(n):
            return [subprocess.run(
                ["ip", "netns", "exec", name, "ethtool", "-L", "veth0", "rx",
                 str(n), "tx", str(n)], stderr=subprocess.PIPE,
                text=True) for name in NAMES]

        if not shutil.which("ethtool"):
            self.skipTest("ethtool is not installed")
        for r in queues(2):
            if r.returncode:
                self.skipTest("no second queue: " + r.stderr.strip())
        # The kernel gives a queue up a little after its socket was closed.
        self.addCleanup(wait_for, lambda: not any(
            r.returncode for r in queues(1)))
        with serve("--workers", "2") as s:
            report = load("--count", "5000", "--train", "off", "--flows",
                          "16", "--window", "16")
        self.assertEqual(report["ledger"]["answered"],
                         report["ledger"]["sent"])


if __name__ == "__main__":
    why = missing(UDPMILL, "xdp")
    if why:
        print("skipped:", why)
        sys.exit(77)
    main()
