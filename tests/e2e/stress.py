#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --stress: how the stack handles rare traffic, and how that is reported.
On loopback as any user; tests that need raw sockets, and counters that nobody
else changes, run in network namespaces, as root."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from documents import document
from namespaces import HOSTS, NAMES, inside, reason_to_skip, remove_lab
from program import Server, run

UDPMILL = sys.argv.pop(1)
STRESSES = ("sizes", "bursts", "churn", "unreachable", "checksum", "length",
            "fragments", "extensions")
FORGED = STRESSES[4:]
UDP_NO_CHECK6_RX = 102  # from <linux/udp.h>
# Root gives up its privileges.
ANYBODY = () if os.geteuid() else (
    "setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all",
    "--bounding-set=-all")


def stress(address, *arguments, names=STRESSES, prefix=(), seconds="20m"):
    """It ends when it is done, long before the time is over."""
    r = run(UDPMILL, "load", address, "--stress=" + ",".join(names), "-J",
            "-t", seconds, *arguments, timeout=1300, prefix=prefix)
    return r, document(r.stdout) if r.stdout else None


def rows(report):
    return {(row["stress"], row["case"]): row
            for row in report["stress"]["rows"]}


class Echo:
    """An echo that is not ours: `answer` returns what to send for a datagram.
    """

    def __init__(self, answer=lambda data: data, host="127.0.0.1",
                 options=()):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        for option in options:
            self.socket.setsockopt(*option)
        self.socket.bind((host, 0))
        self.answer = answer
        port = self.socket.getsockname()[1]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            data, peer = self.socket.recvfrom(65536)
            if peer == self.socket.getsockname():
                return
            answer = self.answer(data)
            if answer is not None:
                self.socket.sendto(answer, peer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class Case(unittest.TestCase):
    def assertVerdicts(self, report, verdict, but=()):
        for key, row in rows(report).items():
            if key not in but:
                self.assertEqual(row["verdict"], verdict, row)

    def assertAsExpected(self, r, report, but=()):
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertVerdicts(report, "as_expected", but)


class Loopback(Case):
    def setUp(self):
        if ANYBODY and not shutil.which(ANYBODY[0]):
            self.skipTest("setpriv is not installed (Debian: util-linux)")
        self.server = Server(UDPMILL, "127.0.0.1:0", "[::1]:0", "--service",
                             "echo")
        self.addCleanup(self.server.stop)

    def test_only_forged_packets_need_privileges(self):
        for address in self.server.addresses:
            with self.subTest(address=address):
                r, report = stress(address, prefix=ANYBODY)
                self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                for (name, _), row in rows(report).items():
                    if row["verdict"] != "skipped":
                        self.assertNotIn(name, FORGED)
                        self.assertNotIn("fragments", row["case"])
                        self.assertEqual(row["verdict"], "as_expected", row)
                    elif name == "extensions" and "[" not in address:
                        self.assertIn("IPv4", row["why"])
                    else:
                        self.assertEqual(row["why"], "needs CAP_NET_RAW")

    def test_every_size_comes_back(self):
        for address, most in zip(self.server.addresses, (65507, 65527)):
            r, report = stress(address, names=["sizes"], prefix=ANYBODY)
            self.assertEqual(r.returncode, 0, r.stdout)
            row = rows(report)["sizes", "every size"]
            self.assertEqual(row["verdict"], "as_expected", row)
            self.assertGreater(row["datagrams"], most)
            self.assertEqual(row["answered"], row["datagrams"])
            self.assertEqual(row["ledger"]["unexplained"], 0)

    def test_works_with_each_service(self):
        for service in "reflect", "length", "discard":
            with self.subTest(service=service), Server(
                    UDPMILL, "127.0.0.1:0", "--service", service) as s:
                r, report = stress(s.address, names=STRESSES[1:3],
                                   prefix=ANYBODY)
                silent = {("bursts", "into the smallest buffer")} \
                    if service == "discard" else ()
                self.assertAsExpected(r, report, but=silent)

    def test_all_drops_of_a_small_buffer_are_explained(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo", "--rcvbuf",
                    "4k") as s:
            r, report = stress(s.address, names=["bursts"], prefix=ANYBODY)
        self.assertAsExpected(r, report)
        dropped = [row["ledger"]["dropped"] for row in rows(report).values()]
        self.assertGreater(dropped[0]["server_socket"], 0)
        self.assertGreater(dropped[1]["client_socket"], 0)

    def test_the_same_seed_sends_the_same_packets(self):
        names = ["churn", "unreachable", *FORGED]
        for address in self.server.addresses:
            same, again, other = [
                stress(address, "--seed", seed, names=names)[1]["stress"]
                for seed in ("1", "1", "2")]
            self.assertEqual(same["digest"], again["digest"])
            self.assertEqual([r.get("digest") for r in same["rows"]],
                             [r.get("digest") for r in again["rows"]])
            for one, two in zip(same["rows"], other["rows"]):
                # Without a payload, nothing depends on the seed.
                if one["verdict"] != "skipped" and one["case"] not in (
                        "a packet of 0 bytes", "a header too long"):
                    self.assertNotEqual(one["digest"], two["digest"], one)

    def test_the_table_is_printed(self):
        r = run(UDPMILL, "load", "--stress=list")
        self.assertEqual(r.returncode, 0)
        for name in STRESSES:
            self.assertIn(f"\n{name} ", "\n" + r.stdout)
        self.assertLessEqual(max(map(len, r.stdout.splitlines())), 80)

    def test_the_report_fits_80_columns(self):
        r = run(UDPMILL, "load", self.server.address, "--stress", "-t", "3s",
                timeout=60)
        self.assertLessEqual(max(map(len, r.stdout.splitlines())), 80)
        for name in STRESSES:
            self.assertRegex(r.stdout, f"(?m)^{name} ")

    def test_bad_arguments_are_reported_in_one_line(self):
        for arguments in (("--stress=foo",), ("--stress=sizes,foo",),
                          ("--stress=",), ("--stress=,",),
                          ("--stress", "--flood"), ("--stress", "-l", "64"),
                          ("--stress", "--timeout", "1s"),
                          ("--stress", "-P", "3"), ("--stress", "--stages"),
                          ("--stress", "--rate", "1k"),
                          ("--stress", "--count", "3"),
                          ("--stress", "--flow-lifetime", "1s"),
                          ("--stress", "--source-ports", "2000-3000"),
                          ("--stress", "--dont-fragment")):
            with self.subTest(arguments=arguments):
                r = run(UDPMILL, "load", self.server.address, *arguments)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertRegex(
                    r.stderr, r"\Audpmill load: [^\n]*--stress[^\n]*\n\Z")

    def test_time_limits_the_whole_run(self):
        start = time.monotonic()
        r, report = stress(self.server.address, seconds="300ms")
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(r.returncode, 0, r.stdout)
        self.assertEqual(rows(report)["sizes", "every size"]["verdict"],
                         "cut")

    def begin(self):
        """Start a run, and wait until its first case is done."""
        p = subprocess.Popen(
            [UDPMILL, "load", self.server.address, "-J",
             "--stress=bursts,churn,unreachable"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.stderr.close)
        self.assertIn("bursts", p.stderr.readline())
        return p

    def test_a_signal_ends_the_run_but_not_the_report(self):
        p = self.begin()
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        report = document(out)
        self.assertEqual(p.returncode, 0, err)
        self.assertTrue(report["interrupted"])
        self.assertGreater(len(report["stress"]["rows"]), 0)
        self.assertNotIn(("unreachable", "a closed port"),
                         rows(report))

    def test_an_absent_peer_is_reported(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
            r, _ = stress(f"127.0.0.1:{port}")
            self.assertEqual(r.returncode, 4)
            self.assertIn("no reply", r.stderr)
        r, _ = stress(f"127.0.0.1:{port}")
        self.assertEqual(r.returncode, 4)
        self.assertIn("nobody listens", r.stderr)

    def test_a_server_that_ends_is_reported(self):
        p = self.begin()
        self.server.process.kill()
        out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 4, out + err)
        self.assertIn("the server ended", err)
        self.assertTrue(document(out)["stress"]["server_gone"])

    def test_a_sink_that_is_gone_is_reported(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % s.getsockname()[1]
        r, report = stress(address, "--expect", "none", names=["bursts"],
                           seconds="300ms")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("the server ended", r.stderr)
        self.assertTrue(report["stress"]["server_gone"])

    def test_a_wrong_answer_fails_the_run(self):
        def flip(data):
            return data if len(data) != 64 else data[:-1] + bytes(
                [data[-1] ^ 1])

        with Echo(flip) as peer:
            r, report = stress(peer.address, names=["bursts"])
        row = rows(report)["bursts", "twice the peer's buffer"]
        self.assertEqual((r.returncode, row["verdict"]), (1, "failed"))
        self.assertGreater(row["wrong"], 0)


# The changes of error and fragment counters in some cases.
V4 = {
    ("checksum", "right"): {},
    ("checksum", "wrong, short"): {"UdpInCsumErrors": 64, "UdpInErrors": 64},
    ("checksum", "wrong, long"): {"UdpInCsumErrors": 64, "UdpInErrors": 64},
    ("checksum", "zero"): {},
    ("length", "more than there is"): {"UdpInErrors": 64},
    ("length", "less than there is"): {},
    ("length", "0"): {"UdpInErrors": 64},
    ("fragments", "in order"): {"IpReasmReqds": 256, "IpReasmOKs": 64},
    ("fragments", "shuffled"): {"IpReasmReqds": 256, "IpReasmOKs": 64},
    ("fragments", "some of them twice"): {"IpReasmReqds": 448,
                                          "IpReasmOKs": 64},
    ("fragments", "one missing"): {"IpReasmReqds": 64, "IpReasmFails": 16,
                                   "IpExtReasmOverlaps": 16},
}
V6 = {
    ("checksum", "right"): {},
    ("checksum", "wrong, long"): {"Udp6InCsumErrors": 64, "Udp6InErrors": 64},
    ("checksum", "zero"): {"Udp6InCsumErrors": 64, "Udp6InErrors": 64},
    ("length", "IP says more"): {"Ip6InTruncatedPkts": 64},
    ("fragments", "in order"): {"Ip6ReasmReqds": 256, "Ip6ReasmOKs": 64},
    ("fragments", "overlapping"): {"Ip6ReasmReqds": 80, "Ip6ReasmFails": 32},
    ("extensions", "hop-by-hop, padding"): {},
    ("extensions", "hop-by-hop, unknown, drop"): {"Ip6InHdrErrors": 64},
    ("extensions", "routing 0, none left"): {},
}


class Lab(Case):
    @classmethod
    def setUpClass(cls):
        why = reason_to_skip()
        if why:
            raise unittest.SkipTest(why)

    @classmethod
    def tearDownClass(cls):
        remove_lab()

    def assertMoved(self, report, side, wanted):
        for key, counters in wanted.items():
            row = rows(report)[key]
            moved = {name: n for name, n in row["kernel"][side].items()
                     if not name.startswith(("Icmp", "softnet"))
                     and ("Err" in name or "Reasm" in name
                          or "Trunc" in name)}
            self.assertEqual(moved, counters, row)

    def test_ipv4_from_one_namespace_to_another(self):
        with Server(UDPMILL, f"{HOSTS[1]}:0", "--service", "echo",
                    prefix=inside(1)) as s:
            r, report = stress(s.address, "--netns", NAMES[0],
                               names=STRESSES[1:])
        self.assertAsExpected(r, report, but={("extensions", "")})
        self.assertMoved(report, "server", V4)

    def test_sizes_above_the_mtu_are_fragmented_and_reassembled(self):
        with Server(UDPMILL, f"{HOSTS[1]}:0", "--service", "echo",
                    prefix=inside(1)) as s:
            r, report = stress(s.address, "--netns", NAMES[0],
                               names=["sizes"])
        self.assertAsExpected(r, report)
        for row in rows(report).values():
            for side in "client", "server":
                self.assertGreaterEqual(row["kernel"][side]["IpReasmOKs"],
                                        0.97 * row["datagrams"])

    def test_ipv6_within_a_namespace(self):
        for service in "echo", "discard":
            with self.subTest(service=service), Server(
                    UDPMILL, "[::1]:0", "--service", service,
                    prefix=inside(0)) as s:
                r, report = stress(s.address, names=FORGED,
                                   prefix=inside(0))
                self.assertAsExpected(r, report)
                self.assertMoved(report, "client", V6)
                if service == "discard":
                    row = rows(report)["length", "correct"]
                    self.assertEqual(row["delivered"], 64)

    def test_an_icmp_error_does_not_end_a_flow(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                    prefix=inside(0)) as s:
            r, report = stress(s.address, names=["unreachable"],
                               prefix=inside(0))
        self.assertAsExpected(r, report)
        table = rows(report)
        row = table["unreachable", "forged, at a working flow"]
        self.assertEqual((row["answered"], row["reported"]), (500, 2000))
        row = table["unreachable", "a closed port"]
        self.assertEqual(row["reported"], 5000)

    def test_a_consenting_peer_gets_no_forged_packets(self):
        with Server(UDPMILL, f"{HOSTS[1]}:0", "--service", "echo",
                    prefix=inside(1)) as s:
            r, report = stress(s.address, "--peer-consents",
                               names=STRESSES[2:], prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout)
        for name, case in rows(report):
            if name != "churn":
                row = rows(report)[name, case]
                self.assertEqual(row["verdict"], "skipped", row)

    def test_accepting_packets_that_must_be_dropped_fails(self):
        with Echo(host="::1", options=[
                (socket.IPPROTO_UDP, UDP_NO_CHECK6_RX, 1)]) as peer:
            r, report = stress(peer.address, names=["checksum"])
        row = rows(report)["checksum", "zero"]
        self.assertEqual((r.returncode, row["verdict"]), (1, "failed"))
        self.assertEqual(row["answered"], 64)
        self.assertVerdicts(report, "as_expected", but={("checksum", "zero")})


if __name__ == "__main__":
    unittest.main()
