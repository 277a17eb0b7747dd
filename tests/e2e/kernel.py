#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --engine kernel: frames that a BPF program makes, over a veth pair.

Needs root, network namespaces and Linux 5.18; exits with 77 without them.
"""

import ctypes
import functools
import os
import platform
import re
import signal
import socket
import struct
import subprocess
import time

import balance
from frames_lab import HOSTS6, UDPMILL, Frames, load_by, make, serve, start
from namespaces import (GRO, HOSTS, NAMES, entered, inside, ip, remove_lab,
                        set_offload)
from program import run

SYS_BPF = {"x86_64": 321, "aarch64": 280}.get(platform.machine())

load = functools.partial(load_by, "kernel")


def make_with_gro():
    make()
    set_offload(1, GRO, True)


def bpf(command, layout, *fields):
    libc = ctypes.CDLL(None, use_errno=True)
    attribute = ctypes.create_string_buffer(struct.pack(layout, *fields), 128)
    r = libc.syscall(SYS_BPF, command, attribute, 128)
    if r < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return r


def redirecting(source, target):
    """Attach to a device an XDP program that redirects all that comes to
    another one. Returns the link's descriptor. bpf(2), linux/bpf.h."""
    program = ctypes.create_string_buffer(
        struct.pack("<BBhi", 0xb7, 1, 0, target)    # r1 = target
        + struct.pack("<BBhi", 0xb7, 2, 0, 0)       # r2 = 0
        + struct.pack("<BBhi", 0x85, 0, 0, 23)      # call bpf_redirect
        + struct.pack("<BBhi", 0x95, 0, 0, 0))      # exit
    licence = ctypes.create_string_buffer(b"MIT")
    # BPF_PROG_LOAD of BPF_PROG_TYPE_XDP; BPF_LINK_CREATE for BPF_XDP
    fd = bpf(5, "IIQQ", 6, 4, ctypes.addressof(program),
             ctypes.addressof(licence))
    link = bpf(28, "IIII", fd, source, 37, 0)
    os.close(fd)
    return link


def launchers():
    """How many BPF programs of this engine the kernel has."""
    libc, found, last = ctypes.CDLL(None), 0, 0
    while True:
        attribute = ctypes.create_string_buffer(struct.pack("III", last, 0, 0),
                                                128)
        if libc.syscall(SYS_BPF, 11, attribute, 12):  # BPF_PROG_GET_NEXT_ID
            return found
        last = struct.unpack_from("I", attribute, 4)[0]
        attribute = ctypes.create_string_buffer(struct.pack("III", last, 0, 0),
                                                128)
        fd = libc.syscall(SYS_BPF, 13, attribute, 12)  # _GET_FD_BY_ID
        if fd < 0:
            continue
        info = ctypes.create_string_buffer(256)
        attribute = ctypes.create_string_buffer(
            struct.pack("IIQ", fd, 256, ctypes.addressof(info)), 128)
        libc.syscall(SYS_BPF, 15, attribute, 16)  # BPF_OBJ_GET_INFO_BY_FD
        os.close(fd)
        found += info.raw[64:80].startswith(b"launch_v")


class Kernel(Frames):
    engine = "kernel"

    def test_a_flood_balances(self):
        for host in HOSTS[1], HOSTS6[1]:
            for service in "discard", "echo":
                with self.subTest(host=host, service=service), \
                        serve("--service", service, host=host) as s:
                    r, report = load(s.address)
                    ledger = self.assertBalances(r, report, faults=())
                    self.assertEqual(ledger["corrupt"], 0)
                    self.assertEqual(report["config"]["engine"], "kernel")

    def test_what_a_full_ring_of_the_server_drops_counts_once(self):
        """Its frames are dropped in the thread that sends them."""
        r = run(UDPMILL, "serve", "--backend", "xdp", "0", "--time", "1ms")
        if "this build" in r.stderr:
            self.skipTest(r.stderr.strip())
        with serve("--service", "echo", "--backend", "xdp", "--workers", "1",
                   "--burn", "3000") as s:
            r, report = load(s.address)
        self.assertBalances(r, report, faults=())

    def test_what_another_device_drops_is_not_counted(self):
        """The receiver's program redirects to it, in the thread that sends."""
        if not SYS_BPF:
            self.skipTest("the number of bpf(2) is not known here")
        ip("-n", NAMES[1], "link", "add", "full", "type", "veth", "peer",
           "name", "deaf")
        self.addCleanup(ip, "-n", NAMES[1], "link", "delete", "full")
        ip("-n", NAMES[1], "link", "set", "full", "up")
        with serve("--service", "discard") as s:
            with entered(1):
                link = redirecting(*map(socket.if_nametoindex,
                                        ("veth0", "full")))
            self.addCleanup(os.close, link)
            r, report = load(s.address, "--rate", "20k", "--peer-consents")
        ledger = self.assertBalances(r, report)
        self.assertEqual(ledger["dropped"]["transmit"], 0, ledger["dropped"])
        self.assertEqual(ledger["dropped"]["device"], ledger["sent"])

    def test_every_reply_of_an_open_loop_is_right(self):
        for host in HOSTS[1], HOSTS6[1]:
            for service, length in (("echo", "64"), ("reflect", "1400"),
                                    ("echo", "33")):
                with self.subTest(host=host, service=service), \
                        serve("--service", service, host=host) as s:
                    r, report = load(s.address, "--rate", "2k", "-l", length,
                                     "--flows", "5")
                    ledger = self.assertBalances(r, report)
                    self.assertGreater(ledger["answered"], 100)
                    self.assertGreater(report["latency_ns"]["p50"], 0)
                    self.assertLess(report["latency_ns"]["p50"], 10**9)

    def test_few_descriptors_are_named_before_anything_is_sent(self):
        """Each thread has programs and maps of its own."""
        def limited(n):
            return "sh", "-c", f'ulimit -n {n}; exec "$@"', "sh"

        many = "--threads", "4", "--flows", "4", "--rate", "2k"
        with serve("--service", "echo") as s:
            r, _ = load(s.address, *many, prefix=limited(60))
            self.assertRefused(r, 2, r"4 threads take up to \d+ descriptors.*"
                               "ulimit -Hn.*raise it or use fewer flows and")
            enough = re.search(r"up to (\d+)", r.stderr)[1]
            r, report = load(s.address, *many, prefix=limited(enough))
            self.assertBalances(r, report)
            r, _ = load(s.address, "--flows", "1", prefix=limited(16))
            self.assertRefused(r, 2, r"1 flow and 1 thread .*; raise it$")

    def test_a_count_is_exact_and_threads_share_it(self):
        with serve("--service", "discard") as s:
            r, report = load(s.address, "--count", "10007", "--threads", "3",
                             "--flows", "7", seconds="20s")
        self.assertEqual(self.assertBalances(r, report)["sent"], 10007)

    def test_flows_have_the_ports_that_were_asked_for(self):
        with entered(1), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((HOSTS[1], 0))
            s.settimeout(20)
            address = f"{HOSTS[1]}:{s.getsockname()[1]}"
            r, report = load(
                address, "--peer-consents", "--i-own", "veth0", "--expect",
                "none", "--count", "9", "--flows", "3", "--source-ports",
                "20001-20003", "-O", "0", netns=None, prefix=inside(0))
            self.assertEqual(r.returncode, 0, r.stderr)
            came = [s.recvfrom(100) for _ in range(9)]
        self.assertEqual([source for _, source in came],
                         [(HOSTS[0], 20001 + n % 3) for n in range(9)])
        for n, (data, _) in enumerate(came):
            magic, number, _, sequence = struct.unpack(">4s4xIIQ", data[:24])
            self.assertEqual((magic, number, sequence),
                             (b"uml1", n % 3, n // 3))

    def test_wherever_it_may_not_send_it_says_so(self):
        self.assertConfined()

    def test_the_owner_of_the_network_may(self):
        self.assertOwnerMay()

    def test_a_veth_that_only_leads_to_a_bridge_is_no_lab(self):
        """The server's namespace is not at the other end."""
        third = f"{NAMES[0]}-m"
        ip("netns", "add", third)
        self.addCleanup(ip, "netns", "delete", third)
        ip("-n", third, "link", "add", "bridge", "type", "bridge")
        for side, name in enumerate(NAMES):
            ip("-n", name, "link", "add", "port", "type", "veth", "peer",
               "name", f"port{side}", "netns", third)
            ip("-n", third, "link", "set", f"port{side}", "master", "bridge",
               "up")
            ip("-n", name, "address", "add", f"192.0.2.{side + 1}/24", "dev",
               "port")
            ip("-n", name, "link", "set", "port", "up")
        ip("-n", third, "link", "set", "bridge", "up")
        with serve("--service", "echo", host="192.0.2.2") as s:
            r, _ = load(s.address)
            self.assertRefused(r, 2, "port does not lead .* --i-own port if")
        # A server that cannot be seen is nowhere.
        with serve("--service", "echo", "--counters", "none") as s:
            r, _ = load(s.address, "--peer-consents", "-q", netns=None,
                        prefix=inside(0))
            self.assertEqual(r.returncode, 2, r.stderr)
            self.assertIn("veth0 does not lead straight", r.stderr)

    def test_contradictions_are_refused(self):
        for arguments in (
                ["--window", "8"], ["--train", "8"], ["--verify", "full"],
                ["--length", "1-100"], ["--length", "16"],
                ["--length", "4000"], ["--flow-lifetime", "1s"],
                ["--payload", __file__],
                ["--rate", "1k", "--burst", "4"]):
            with self.subTest(arguments=arguments):
                r, _ = load(f"{HOSTS[1]}:7", *arguments)
                self.assertRefused(r, 2, "kernel")
        r, _ = load(f"{HOSTS[1]}:7", "--length", "1-100")
        self.assertRefused(r, 2, "use --length 64, or --engine xdp")
        with serve("--service", "length") as s:
            r, _ = load(s.address)
            self.assertRefused(r, 2, "echo, reflect")
        with serve("--service", "echo") as s:
            r, _ = load(s.address, "--length", "1473")
            self.assertRefused(r, 2, "at most 1472 bytes on veth0")
        r, _ = balance.load(UDPMILL, "127.0.0.1:7", "--i-own", "veth0")
        self.assertRefused(r, 2, "--engine xdp or kernel")

    def test_a_device_that_takes_no_frames_is_named(self):
        set_offload(1, GRO, False)
        self.addCleanup(set_offload, 1, GRO, True)
        with serve("--service", "echo") as s:
            r, _ = load(s.address)
        self.assertEqual(r.returncode, 3)
        self.assertRegex(r.stderr, "only if its peer has GRO or a "
                         "native XDP program;.*ethtool -K veth0")

    def test_a_device_that_takes_no_frames_is_told_without_a_server_too(self):
        """Where the server cannot be seen, the first call tells it."""
        set_offload(1, GRO, False)
        self.addCleanup(set_offload, 1, GRO, True)
        with serve("--service", "echo", "--counters", "none") as s:
            r, _ = load(s.address, "--peer-consents", "--i-own", "veth0",
                        netns=None, prefix=inside(0))
        self.assertEqual(r.returncode, 3, r.stderr)
        self.assertRegex(r.stderr, "does not take frames: .*GRO or a native.*"
                         "ethtool -K DEVICE gro on")

    def test_a_generic_xdp_program_does_not_make_a_device_take_frames(self):
        r = run(UDPMILL, "serve", "--backend", "xdp", "0", "--time", "1ms")
        if "this build" in r.stderr:
            self.skipTest(r.stderr.strip())
        set_offload(1, GRO, False)
        self.addCleanup(set_offload, 1, GRO, True)
        with serve("--service", "echo", "--backend", "xdp", "--xdp-mode",
                   "generic") as s:
            r, _ = load(s.address)
        self.assertEqual(r.returncode, 3, r.stderr)
        self.assertRegex(r.stderr, "--engine: .*ethtool -K veth0 gro on")

    def test_the_report_fits_80_columns(self):
        with serve("--service", "echo", host=HOSTS6[1]) as s:
            r = run(UDPMILL, "load", s.address, "--engine", "kernel",
                    "--netns", NAMES[0], "--rate", "1k", "-t", "100ms", "-q")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn(f"netns={NAMES[0]}\n  rcvbuf=", r.stdout)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_a_device_that_is_deleted_is_named_as_the_reason(self):
        ready, write = os.pipe()
        self.addCleanup(make_with_gro)
        with serve("--service", "discard") as s:
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "--engine", "kernel", "--netns",
                 NAMES[0], "--rate", "2k", "-q", "-t", "20s", "--ready-fd",
                 str(write)], pass_fds=[write], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            os.close(write)
            with os.fdopen(ready) as lines:
                lines.read()
            ip("-n", NAMES[0], "link", "delete", "veth0")
            out, err = p.communicate(timeout=60)
        remove_lab()
        self.assertEqual(p.returncode, 3, err)
        self.assertIn("No such device", err)
        self.assertRegex(out, r"unexplained +0 ")

    def test_without_a_capability_nothing_is_sent(self):
        for denied in "bpf,-sys_admin", "sys_admin":
            with self.subTest(denied=denied), \
                    serve("--service", "echo") as s:
                r, _ = load(s.address, "--peer-consents", "--i-own", "veth0",
                            netns=None, prefix=(
                                *inside(0), "setpriv",
                                f"--bounding-set=-{denied}"))
                self.assertEqual(r.returncode, 3, r.stderr)
                self.assertIn("CAP_", r.stderr)

    def test_nothing_is_left_of_a_run_that_is_killed(self):
        if not SYS_BPF:
            self.skipTest("the number of bpf(2) is not known here")
        before = launchers()
        ready, write = os.pipe()
        with serve("--service", "discard") as s, subprocess.Popen(
                [UDPMILL, "load", s.address, "--netns", NAMES[0], "--engine",
                 "kernel", "-t", "60s", "--ready-fd", str(write), "-q"],
                pass_fds=[write], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL) as p, os.fdopen(ready) as told:
            os.close(write)
            self.assertEqual(told.readline().strip(), s.address)
            self.assertGreater(launchers(), before)
            with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
                self.assertRegex(f.read(), r"CapEff:\s+0{16}\n")
            p.send_signal(signal.SIGKILL)
            p.wait()
        for _ in range(1000):
            if launchers() == before:
                return
            time.sleep(0.01)
        self.fail(f"{launchers() - before} programs are left")


if __name__ == "__main__":
    start("kernel", ("BPF", "SYS_ADMIN"), make_with_gro)
