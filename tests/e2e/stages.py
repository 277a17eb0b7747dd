#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --stages against a real server: round trips, split by the kernel's time
stamps."""

import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from documents import document
from program import CPU, Server, run

UDPMILL = sys.argv.pop(1)
ROW = ["application_to_qdisc", "qdisc_to_driver", "wire_and_peer",
       "driver_to_application"]

# From <linux/net_tstamp.h>, which Python does not have.
SO_TIMESTAMPING, RX_SOFTWARE, SOFTWARE = 37, 1 << 3, 1 << 4


def stages(address, *arguments, seconds="500ms"):
    r = run(UDPMILL, "load", address, "--stages", "-J", "-t", seconds, "-O",
            "50ms", *arguments)
    return r, document(r.stdout) if r.stdout else None


def total(histogram):
    return histogram["mean"] * histogram["count"]


class Echo:
    """A server that answers this many datagrams, and then no more; `reached` is
    set when the last of them arrives."""

    def __init__(self, answers):
        self.reached = threading.Event()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, args=[answers])
        self.thread.start()

    def serve(self, left):
        while True:
            data, peer = self.socket.recvfrom(65536)
            if not data:
                return
            left -= 1
            if left == 0:
                self.reached.set()
            if left >= 0:
                self.socket.sendto(data, peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class Stages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """The kernel stamps received datagrams while a socket asks for it, and
        starts and stops doing so with some delay. So one socket asks all the
        time."""
        s = cls.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING,
                     RX_SOFTWARE | SOFTWARE)
        gap = start = time.monotonic()
        while time.monotonic() < gap + 0.2 and gap < start + 10:
            s.sendto(b"x", s.getsockname())
            if not s.recvmsg(1, 256)[1]:
                gap = time.monotonic()

    @classmethod
    def tearDownClass(cls):
        cls.socket.close()

    def assertSplit(self, r, report):
        self.assertEqual(r.returncode, 0, r.stderr)
        s = report["stages"]
        probes = s["probes"]
        self.assertGreater(probes["whole"], 0)
        self.assertEqual(probes["sent"], probes["answered"] + probes["lost"])
        self.assertEqual(
            probes["sampled"],
            probes["whole"] + probes["skipped"] + probes["incomplete"])
        # Other work on the machine may delay one by 200 ms.
        self.assertLessEqual(probes["lost"] + probes["skipped"], 2, probes)
        self.assertEqual(probes["incomplete"], 0, probes)
        self.assertEqual(probes["missing"],
                         {"sched": 0, "sent": 0, "received": 0})
        for name in ROW:
            self.assertEqual(s["stages_ns"][name]["count"], probes["whole"])
            self.assertGreater(s["stages_ns"][name]["p50"], 0)
        stamped = s["round_trip_ns"]["stamped"]
        self.assertEqual(stamped["count"], probes["whole"])
        self.assertAlmostEqual(
            sum(total(s["stages_ns"][name]) for name in ROW) / total(stamped),
            1, places=6)
        self.assertAlmostEqual(
            sum(s["stages_ns"][name]["share"] for name in ROW), 1, places=6)

    def test_stages_add_up_for_each_answering_service(self):
        for service in "echo", "length", "reflect":
            with self.subTest(service=service):
                with Server(UDPMILL, "127.0.0.1:0", "--service",
                            service) as s:
                    self.assertSplit(*stages(s.address))

    def test_figures_of_the_report_end_in_one_column(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--stages", "-t", "100ms", "-O",
                    "50ms")
        self.assertEqual(r.returncode, 0, r.stderr)
        rows = r.stdout.split("\nProbes over ")[1].splitlines()[1:-1]
        self.assertTrue(any(row.startswith("  loss ") for row in rows))
        self.assertEqual({len(row) for row in rows}, {57}, r.stdout)

    def test_stages_add_up_with_a_spinning_receive(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, limited = stages(s.address, "--spin=30us")
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(limited["config"]["spin_us"], 30)
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_nvcsw
            r, report = stages(s.address, "--spin")
            after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_nvcsw
        self.assertSplit(r, report)
        self.assertTrue(report["config"]["spin"])
        # It does not sleep, as it would for each reply otherwise.
        self.assertLess(after - before,
                        report["stages"]["probes"]["sent"] / 2)

    def test_stages_add_up_on_ipv6(self):
        with Server(UDPMILL, "[::1]:0", "--service", "echo") as s:
            self.assertSplit(*stages(s.address))

    def test_stages_add_up_for_every_length(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for length in "0", "31", "32", "1472", "65507":
                with self.subTest(length=length):
                    self.assertSplit(*stages(s.address, "-l", length))

    def test_reflect_splits_the_round_trip_at_the_server(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "reflect") as s:
            r, report = stages(s.address)
        self.assertSplit(r, report)
        ns = report["stages"]["stages_ns"]
        self.assertGreater(ns["driver_to_server"]["count"],
                           ns["wire_and_peer"]["count"] * 0.99)
        self.assertGreater(ns["server_to_driver"]["p50"], 0)

    def test_echo_and_unseen_servers_give_no_split_at_the_server(self):
        for options in (("--service", "echo"),
                        ("--service", "reflect", "--counters", "none")):
            with self.subTest(options=options):
                with Server(UDPMILL, "127.0.0.1:0", *options) as s:
                    r, report = stages(s.address)
                self.assertSplit(r, report)
                ns = report["stages"]["stages_ns"]
                self.assertIsNone(ns["driver_to_server"])
                self.assertIsNone(ns["server_to_driver"])

    def test_there_are_no_device_stamps_on_this_host(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            _, report = stages(s.address)
        hardware = report["stages"]["hardware"]
        self.assertFalse(hardware["used"])
        self.assertEqual(hardware["why_not"], "the peer is this host")
        self.assertIsNone(report["stages"]["stages_ns"]["outside_device"])

    def test_exactly_the_count_is_sent(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for count in 1, 10, 5000:
                with self.subTest(count=count):
                    _, report = stages(s.address, "--count", str(count),
                                       seconds="20s")
                    result = report["stages"]
                    self.assertEqual(result["probes"]["sent"], count)
                    self.assertGreaterEqual(
                        result["round_trip_ns"]["plain"]["count"]
                        + result["probes"]["plain_skipped"]
                        + result["probes"]["lost"], count // 5)

    def test_an_absent_peer_is_reported_at_once(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            free = "127.0.0.1:%d" % s.getsockname()[1]
        r, _ = stages(free, seconds="20s")
        self.assertEqual(r.returncode, 4)
        self.assertRegex(r.stderr,
                         r"\Audpmill load: nobody listens [^\n]*\n\Z")

    def test_a_silent_peer_is_reported_early(self):
        start = time.monotonic()
        with Echo(0) as s:
            r, _ = stages(s.address, "--timeout", "200ms",
                          seconds="20s")
        self.assertEqual(r.returncode, 4)
        self.assertRegex(r.stderr, r"\Audpmill load: no reply [^\n]*\n\Z")
        self.assertLess(time.monotonic() - start, 5)

    def test_a_peer_that_falls_silent_is_reported(self):
        # Eight of 20 are sent before the measurement with time stamps begins.
        with Echo(8) as s:
            r, report = stages(s.address, "--count", "20", "-O", "5s",
                               seconds="20s")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill load: no probe [^\n]*\n\Z")
        self.assertEqual(report["stages"]["probes"]["lost"], 12)

    def test_an_interrupted_run_is_reported(self):
        with Echo(1000) as s:
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "--stages", "-J", "-t", "60s",
                 "-O", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertTrue(s.reached.wait(30))
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0, err)
        report = document(out)
        self.assertTrue(report["interrupted"])
        self.assertGreaterEqual(report["stages"]["probes"]["answered"], 999)

    def test_the_report_fits_80_columns(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "reflect") as s:
            r = run(UDPMILL, "load", s.address, "--stages", "-t", "200ms")
        self.assertEqual(r.returncode, 0, r.stderr)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)
        for text in ("application to qdisc", "qdisc to driver",
                     "wire and peer", "driver to server", "server to driver",
                     "driver to application", "round trip", " plain, "):
            self.assertIn(text, r.stdout)
        self.assertNotIn("missing", r.stdout)
        self.assertEqual(r.stderr, "")

    def test_a_pinned_run_names_its_cpu(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, report = stages(s.address, "--cpus", str(CPU))
            text = run(UDPMILL, "load", s.address, "--stages", "-t", "100ms",
                       "--cpus", str(CPU)).stdout
        self.assertSplit(r, report)
        self.assertEqual(report["config"]["cpus"], [CPU])
        self.assertNotIn("not pinned", text)

    def test_socket_options_are_obeyed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.2", 0))
            port = s.getsockname()[1]
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, report = stages(s.address, "-B", "127.0.0.2", "--source-ports",
                               f"{port}-{port}", "--busy-poll", "50us",
                               "--ttl", "3", "--dscp", "ef")
        self.assertSplit(r, report)
        config = report["config"]
        self.assertEqual(config["local"], f"127.0.0.2:{port}")
        self.assertEqual(config["ttl"], 3)
        self.assertEqual(config["dscp"], 46)

    def test_options_that_contradict_stages_are_refused(self):
        for options in (("-P", "2"), ("-P", "2", "-T", "2"), ("--flood",),
                        ("--window", "4"), ("--train", "8"),
                        ("--in-flight", "4"),
                        ("--rate", "100"), ("--find-capacity",),
                        ("--csv", "-"),
                        ("--histogram", "-"), ("-l", "32-64")):
            with self.subTest(options=options):
                r = run(UDPMILL, "load", "127.0.0.1:1060", "--stages",
                        *options)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertRegex(r.stderr,
                                 r"\Audpmill load: --stages [^\n]*\n\Z")
                self.assertEqual(r.stdout, "")


if __name__ == "__main__":
    unittest.main()
