#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --backend xdp and its device: what it takes from it, and what becomes of
both.

Needs root and network namespaces; exits with 77 without them, and without
AF_XDP."""

import ctypes
import errno
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import unittest

from forbid import FORBID
from namespaces import (HOSTS, NAMES, NETWORK, entered, ip, make_lab,
                        remove_lab)
from program import wait_for
from xdp_lab import HERE, PORT, client, link, load, refused, serve, start

BROADCAST = socket.inet_ntoa(struct.pack("!I", NETWORK + 3))


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


class Holder:
    """A context with an AF_XDP socket that has the server's queue."""

    # Of <linux/if_xdp.h>.
    AF_XDP, SOL_XDP = 44, 283
    RX_RING, UMEM_REG, FILL_RING, COMPLETION_RING = 2, 4, 5, 6
    FRAMES, FRAME_BYTES = 64, 4096

    def __enter__(self):
        with entered(1):
            self.socket = s = socket.socket(self.AF_XDP, socket.SOCK_RAW)
            device = socket.if_nametoindex("veth0")
        self.area = mmap.mmap(-1, self.FRAMES * self.FRAME_BYTES)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self.area))
        address = struct.pack("=HHIII", self.AF_XDP, 0, device, 0, 0)
        try:
            s.setsockopt(self.SOL_XDP, self.UMEM_REG, struct.pack(
                "=QQIIII", begin, len(self.area), self.FRAME_BYTES, 0, 0, 0))
            for ring in self.FILL_RING, self.COMPLETION_RING, self.RX_RING:
                s.setsockopt(self.SOL_XDP, ring, self.FRAMES)
            # The kernel gives up the queue of a closed socket a little later.
            wait_for(lambda: self.bound(address))
        except BaseException:
            s.close()
            raise

    def bound(self, address):
        """False if the queue is still in use."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.bind(self.socket.fileno(), address, len(address)) == 0:
            return True
        error = ctypes.get_errno()
        if error != errno.EBUSY:
            raise OSError(error, os.strerror(error))
        return False

    def __exit__(self, *_):
        self.socket.close()


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

    def test_a_queue_that_another_socket_has_is_refused_soon(self):
        with Holder():
            code, err = refused(HERE, "--backend", "xdp")
            self.assertEqual(code, 3, err)
            self.assertRegex(err, r"\Audpmill serve: .*queue 0 of veth0.* busy; "
                             "it has been in use for 2 s: end the program that "
                             r"has it \(ss --xdp tells\), or use another device"
                             r"\n\Z")
        # The kernel gives it up a little after the socket was closed.
        code, err = refused(HERE, "--backend", "xdp")
        self.assertEqual(code, 0, err)

    def test_what_cannot_be_is_refused_in_a_line(self):
        for arguments, words in (
                (["127.0.0.1:7007", "--backend", "xdp"], "loopback"),
                (["198.51.100.9:7007", "--backend", "xdp"],
                 "no device has the address"),
                ([f"*:{PORT}", "--backend", "xdp"],
                 "serves one device; give an address of it, or --device NAME"),
                ([HERE, "--backend", "xdp", "--device", "nowhere"],
                 'no device "nowhere"'),
                ([HERE, "--backend", "xdp", "--workers", "2"],
                 "1 queue, and each worker needs one (ethtool -L); use "
                 "--workers 1"),
                ([HERE, f"{HOSTS[1]}:7008", "--backend", "xdp"],
                 "one address"),
                ([HERE, "--device", "veth0"],
                 "--backend xdp; give that, or leave it out"),
                ([HERE, "--xdp-mode", "native"],
                 "--backend xdp; give that, or leave it out"),
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

    def test_missing_descriptors_are_named(self):
        started = 0
        for most in range(8, 64):
            code, err = refused(HERE, "--backend", "xdp", prefix=(
                "prlimit", f"--nofile={most}:{most}"))
            if code == 0:
                started += 1
                continue
            self.assertEqual((code, started), (3, 0), err)
            self.assertIn("raise ulimit -n", err)
            self.assertEqual(err.count("\n"), 1)
        self.assertGreater(started, 0)

    def test_an_address_that_is_removed_is_not_served(self):
        def is_answered():
            c.send(b"x")
            try:
                return c.recv(100) == b"x"
            except socket.timeout:
                return False

        own = f"{HOSTS[1]}/30"
        ip("-n", NAMES[0], "neighbour", "replace", HOSTS[1], "lladdr",
           station_of(1).hex(":"), "nud", "permanent", "dev", "veth0")
        self.addCleanup(ip, "-n", NAMES[0], "neighbour", "delete", HOSTS[1],
                        "dev", "veth0")
        with serve() as s, client() as c:
            c.settimeout(0.2)
            c.connect((HOSTS[1], PORT))
            self.assertTrue(is_answered())
            ip("-n", NAMES[1], "address", "delete", own, "dev", "veth0")
            wait_for(lambda: not is_answered())
            ip("-n", NAMES[1], "address", "add", own, "dev", "veth0")
            wait_for(is_answered)
        self.assertIn("no longer this host's", s.err)
        self.assertEqual(s.err.count("\n"), 1, s.err)

    def test_broadcast_addresses_of_other_devices_are_no_sources(self):
        ip("-n", NAMES[1], "link", "add", "other", "type", "veth")
        self.addCleanup(ip, "-n", NAMES[1], "link", "delete", "other")
        ip("-n", NAMES[1], "address", "add", "203.0.113.1/24", "dev", "other")
        ip("-n", NAMES[1], "link", "set", "other", "up")
        ip("-n", NAMES[1], "route", "replace", "default", "dev", "veth0")
        with entered(0), socket.socket(socket.AF_PACKET,
                                       socket.SOCK_RAW) as wire:
            wire.bind(("veth0", 0))
            with serve() as s, client() as c:
                for source in "203.0.113.255", "203.0.113.1":
                    wire.send(made(None, source))
                c.sendto(b"x", (HOSTS[1], PORT))
                self.assertEqual(c.recv(100), b"x")
        self.assertEqual(s.counters()["answered_datagrams"], 1)

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
        with serve("--workers", "2"):
            report = load("--count", "5000", "--train", "off", "--flows",
                          "16", "--window", "16")
        self.assertEqual(report["ledger"]["answered"],
                         report["ledger"]["sent"])


if __name__ == "__main__":
    start()
