#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb load to ports where nobody listens, or no longer does: every mode
reports it with exit code 4 and one sentence. A server that is restarted, and a
single error, end nothing.

The runs are few and mostly idle, so they run side by side."""

import os
import pathlib
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import balance
from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)

# Each mode that sends, with peers that answer and peers that do not.
MODES = {
    "closed loop": ("--train", "off"),
    "closed loop of trains": (),
    "closed loop of many flows": ("-P", "20"),
    "closed loop of short flows": ("--flow-lifetime", "100ms", "-P", "4"),
    "closed loop, spinning": ("--spin", "-P", "2"),
    "closed loop, spinning for a time": ("--spin=50us", "-P", "2"),
    "closed loop, texts": ("--expect", "text"),
    "closed loop, anything": ("--expect", "any", "-l", "20"),
    "flood": ("--flood",),
    "flood one by one": ("--flood", "--train", "off"),
    "flood of a sink": ("--flood", "--expect", "none"),
    "open loop": ("--rate", "1k"),
    "open loop into a sink": ("--rate", "1k", "--expect", "none"),
    "open loop, slow": ("--rate", "8", "--expect", "none"),
    "ramp": ("--ramp", "500:2k:1s"),
    "payload": ("--payload", "PAYLOAD", "--rate", "100"),
    "capture": ("--pcap", "PCAP"),
}


def write_pcap(path):
    """Half a minute of datagrams, one every 10 ms."""
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 60, 1, 0, 64, 17, 0,
                     socket.inet_aton("10.0.0.1"),
                     socket.inet_aton("10.0.0.2"))
    udp = struct.pack("!HHHH", 5000, 6000, 40, 0) + bytes(32)
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for i in range(3000):
            f.write(struct.pack("<IIII", i // 100, i % 100 * 10000, 60, 60))
            f.write(ip + udp)


def free_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % s.getsockname()[1]


def no_ports():
    """How many datagrams arrived for ports where nobody listens (proc(5),
    /proc/net/snmp)."""
    names, values = (line.split() for line in pathlib.Path(
        "/proc/net/snmp").read_text().splitlines() if line.startswith("Udp:"))
    return int(values[names.index("NoPorts")])


class Peer:
    """A peer that answers or only receives. It ends some time after the first
    datagram, when the client knows that it is there, and may come back."""

    def __init__(self, answers, ends_after=0.7, absent=None):
        self.answers = answers
        self.ends_after = ends_after
        self.absent = absent
        self.port = 0
        self.came_back = False
        self.listen()
        self.address = f"127.0.0.1:{self.port}"

    def listen(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.port))
        self.port = self.socket.getsockname()[1]
        self.socket.settimeout(0.02)
        self.first = None
        self.taken = 0
        self.over = False
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def answer(self, data):
        if self.answers == "text":
            return b"Your data was %d bytes" % len(data)
        return data

    def take(self):
        try:
            data, client = self.socket.recvfrom(65536)
        except TimeoutError:
            return
        self.first = self.first or time.monotonic()
        self.taken += 1
        if self.answers:
            self.socket.sendto(self.answer(data), client)

    def work(self):
        while not self.over:
            self.take()
            if self.taken > 3 and \
                    time.monotonic() - self.first > self.ends_after:
                break
        self.socket.close()
        if self.absent and not self.over:
            self.await_refusal()
            time.sleep(self.absent)
            self.ends_after = 1000
            self.absent = None
            self.taken = 0
            self.came_back = True
            self.listen()

    def await_refusal(self):
        """Wait until something has arrived for a port where nobody listens."""
        before, deadline = no_ports(), time.monotonic() + 10
        while no_ports() == before and time.monotonic() < deadline:
            time.sleep(0.01)

    def is_back(self):
        """Whether it gets datagrams, after it was away."""
        return self.came_back and self.taken > 3

    def end(self):
        self.over = True
        self.thread.join()


class Closed(balance.Balance):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.pcap = os.path.join(cls.folder.name, "load.pcap")
        cls.payload = os.path.join(cls.folder.name, "payload")
        write_pcap(cls.pcap)
        with open(cls.payload, "wb") as f:
            f.write(b"x" * 100)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def load(self, address, *arguments):
        files = {"PCAP": self.pcap, "PAYLOAD": self.payload}
        r = run(UDPMILL, "load", address, "-O", "100ms", "-t", "20s",
                *(files.get(a, a) for a in arguments))
        if "libpcap" in r.stderr:
            self.skipTest(r.stderr.strip())
        return r

    def side_by_side(self, function, cases, at_once=6):
        """Call the function for each case, this many at once."""
        gate = threading.Semaphore(at_once)
        results = {}

        def one(name, case):
            with gate:
                try:
                    results[name] = function(name, case)
                except unittest.SkipTest as why:
                    results[name] = why

        threads = [threading.Thread(target=one, args=item)
                   for item in cases.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(results), set(cases))
        return results

    def each(self, function, check, cases=MODES, at_once=6):
        for name, r in self.side_by_side(function, cases, at_once).items():
            with self.subTest(name):
                if isinstance(r, unittest.SkipTest):
                    self.skipTest(str(r))
                check(r)

    def test_nobody_listens_from_the_start(self):
        def closed(_, arguments):
            return self.load(free_address(), "-J", *arguments)

        def check(r):
            self.assertEqual(r.returncode, 4, r.stderr)
            self.assertSaid(r, 4, r"\Audpmill load: nobody listens at 127.*\Z")
            report = document(r.stdout)
            self.assertGreater(report["ledger"]["sent"], 0)
            self.assertGreater(report["refusals"]["count"], 0)
            self.assertTrue(report["refusals"]["at_the_end"])
            # The run was to take 20 s.
            self.assertLess(report["refusals"]["last_s"], 10)

        self.each(closed, check)

    def test_the_server_stops_listening(self):
        def dying(name, arguments):
            sink = "none" in arguments
            text = "text" in arguments
            peer = Peer("text" if text else not sink)
            try:
                return self.load(peer.address, "-J", *arguments)
            finally:
                peer.end()

        def check(r):
            self.assertSaid(r, 4,
                            r"\Audpmill load: 127.* nobody listens any more")
            report = document(r.stdout)
            refusals = report["refusals"]
            self.assertGreater(refusals["count"], 0)
            self.assertGreater(refusals["first_s"], 0.2)
            self.assertGreaterEqual(
                refusals["last_s"] - refusals["first_s"], 0.99)
            self.assertLess(refusals["last_s"], 15)
            self.assertTrue(refusals["at_the_end"])
            self.assertGreater(len(report["intervals"]), 0)

        self.each(dying, check)

    def test_the_text_report_says_the_same(self):
        peer = Peer(False)
        r = self.load(peer.address, "--flood", "--expect", "none")
        peer.end()
        self.assertSaid(r, 4,
                        r"nobody listens any more \(.* from \d+\.\d s to")
        self.assertRegex(r.stdout, r"refused \(ICMP port unreachable\) +[\d ]+"
                         r"\n +from \d+\.\d s to \d+\.\d s of the run\n")

    def test_a_run_that_ends_by_count_reports_it_too(self):
        for options in ("--flood",), ("--rate", "1k"), ("--window", "64"):
            with self.subTest(options=options):
                r = self.load(free_address(), "-J", "--count", "64", *options)
                self.assertEqual(r.returncode, 4, r.stderr)
                report = document(r.stdout)
                self.assertGreater(report["refusals"]["count"], 0)

    def test_a_server_may_be_restarted(self):
        cases = {"closed loop": ("--train", "off", "--window", "4"),
                 "open loop": ("--rate", "500"),
                 "sink": ("--rate", "500", "--expect", "none"),
                 "flood": ("--flood", "--expect", "none", "--train", "off")}

        def restarted(_, arguments):
            """Goes on for some intervals when the peer is there again, and
            would go on."""
            peer = Peer("none" not in arguments, 0.5, 0.1)
            p = subprocess.Popen(
                [UDPMILL, "load", peer.address, "-J", "-t", "60s", "-i",
                 "100ms", *arguments], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            try:
                said, more = [p.stderr.readline()], 10
                while said[-1] and more > 0:
                    said.append(p.stderr.readline())
                    more -= peer.is_back()
                p.send_signal(signal.SIGINT)
                out, err = p.communicate(timeout=60)
            finally:
                p.kill()
                peer.end()
            return subprocess.CompletedProcess([], p.returncode, out,
                                               "".join(said) + err)

        def check(r):
            self.assertEqual(r.returncode, 0, r.stderr)
            report = document(r.stdout)
            self.assertGreater(report["refusals"]["count"], 0)
            self.assertFalse(report["refusals"]["at_the_end"])

        # One after another, because refusals are counted for the whole host.
        self.each(restarted, check, cases, at_once=1)

    def test_find_capacity_reports_both_cases(self):
        r = self.load(free_address(), "--find-capacity", "--expect", "none")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("nobody listens at", r.stderr)
        peer = Peer(True)
        r = run(UDPMILL, "load", peer.address, "--find-capacity", "-t", "2s",
                "-O", "0")
        peer.end()
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("nobody listens any more", r.stderr)

    def test_stages_and_stress_report_it(self):
        for options in ("--stages",), ("--stress=sizes",):
            with self.subTest(options=options):
                r = run(UDPMILL, "load", free_address(), *options)
                self.assertEqual(r.returncode, 4, r.stderr)
                self.assertIn("nobody listens", r.stderr)

    def test_a_server_dies_after_consenting(self):
        key = os.path.join(self.folder.name, "key")
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write(secrets.token_hex(32))
        for service in "echo", "discard":
            try:
                server = Server(UDPMILL, "127.0.0.1:0", "--service", service,
                                "--key", key, "--counters", "none")
            except RuntimeError as why:
                self.skipTest(str(why))
            with self.subTest(service=service):
                expect = "none" if service == "discard" else "probes"
                p = subprocess.Popen(
                    [UDPMILL, "load", server.address, "-J", "-t", "20s",
                     "-i", "200ms", "--key", key, "--rate", "1k", "--expect",
                     expect], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                # The consent, and a few intervals.
                for _ in range(4):
                    p.stderr.readline()
                server.process.kill()
                out, err = p.communicate(timeout=30)
                server.wait()
                self.assertEqual(p.returncode, 4, err)
                self.assertIn(b"nobody listens any more", err)
                self.assertGreater(document(out)["refusals"]["count"], 0)


if __name__ == "__main__":
    unittest.main()
