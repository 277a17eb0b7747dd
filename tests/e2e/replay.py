#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --pcap: captures, written here byte by byte, are replayed."""

import os
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

from documents import document
from program import Server, is_static, run

UDPMILL = sys.argv.pop(1)
ETHERNET, RAW = 1, 101


def missing():
    """Why this suite cannot run here, or None."""
    r = run(UDPMILL, "load", "127.0.0.1:9", "--pcap", "/dev/null")
    return r.stderr.strip() if r.returncode == 3 else None


def ipv4(payload, source=("10.0.0.1", 1000), to=("10.0.0.2", 2000), flags=0):
    udp = struct.pack("!4H", source[1], to[1], 8 + len(payload), 0) + payload
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, flags, 64,
                       17, 0, socket.inet_aton(source[0]),
                       socket.inet_aton(to[0])) + udp


def ipv6(payload, source=("fd00::1", 1000), to=("fd00::2", 2000)):
    udp = struct.pack("!4H", source[1], to[1], 8 + len(payload), 0) + payload
    return (struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) +
            socket.inet_pton(socket.AF_INET6, source[0]) +
            socket.inet_pton(socket.AF_INET6, to[0]) + udp)


def ethernet(packet):
    kind = 0x0800 if packet[0] >> 4 == 4 else 0x86dd
    return bytes(12) + struct.pack("!H", kind) + packet


def pcap(packets, link=RAW, snap=65535):
    """A capture of pairs of seconds and a packet's bytes, in microseconds."""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link)
    for at, data in packets:
        at = round((1700000000 + at) * 1e6)
        out += struct.pack("<IIII", at // 10**6, at % 10**6,
                           min(snap, len(data)), len(data)) + data[:snap]
    return out


def pcapng(packets, link=RAW):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", 12 + len(body))
        return struct.pack("<I", kind) + size + body + size

    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    out += block(1, struct.pack("<HHI", link, 0, 65535))
    for at, data in packets:
        at = round((1700000000 + at) * 1e6)
        out += block(6, struct.pack("<IIIII", 0, at >> 32, at & 0xffffffff,
                                    len(data), len(data)) + data)
    return out


class Peer:
    """Records what arrives, and when, and answers nothing, or always the same.
    """

    def __init__(self, answer=None):
        self.answer = answer
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.taken = []  # time, source, payload
        self.thread = threading.Thread(target=self.take)

    def take(self):
        while True:
            data, source = self.socket.recvfrom(65536)
            if source == self.own:
                return
            self.taken.append((time.monotonic(), source, data))
            if self.answer is not None:
                self.socket.sendto(self.answer, source)

    def __enter__(self):
        self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.bind(("127.0.0.1", 0))
        self.own = self.out.getsockname()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.finish()
        self.socket.close()
        self.out.close()

    def finish(self):
        """Wait until everything that was sent before has been received."""
        if self.thread.is_alive():
            self.out.sendto(b"", self.socket.getsockname())
            self.thread.join(30)

    def flows(self):
        """The payloads in order, in one list for each source."""
        self.finish()
        flows = {}
        for _, source, data in self.taken:
            flows.setdefault(source, []).append(data)
        return sorted(flows.values())


@unittest.skipIf(missing(), missing())
class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, data):
        path = os.path.join(self.folder.name, "capture")
        with open(path, "wb") as f:
            f.write(data)
        return path

    def load(self, address, capture, *arguments, code=0):
        r = run(UDPMILL, "load", address, "-J", "--pcap",
                self.write(capture), *arguments)
        self.assertEqual(r.returncode, code, r.stderr)
        return document(r.stdout)

    def flows_of(self, capture, *arguments):
        with Peer() as peer:
            self.load(peer.address, capture, "--expect", "none", *arguments)
            return peer.flows()

    def test_payloads_arrive_unchanged_and_in_order_in_each_flow(self):
        packets, expected = [], {}
        for i in range(300):
            port = 1000 + i * 7 % 5
            payload = bytes([i % 256]) * (i * 37 % 1400)
            packets.append((i / 3000, ipv4(payload, ("10.0.0.1", port))))
            expected.setdefault(port, []).append(payload)
        for threads in "1", "3":
            with self.subTest(threads=threads):
                self.assertEqual(self.flows_of(pcap(packets), "-T", threads),
                                 sorted(expected.values()))

    def test_both_formats_and_families_are_read(self):
        packets = [(0, ipv4(b"four")), (0.01, ipv6(b"six"))]
        framed = [(at, ethernet(p)) for at, p in packets]
        for name, data in (("pcap", pcap(packets)),
                           ("ethernet", pcap(framed, ETHERNET)),
                           ("pcapng", pcapng(packets))):
            with self.subTest(name=name):
                self.assertEqual(self.flows_of(data), [[b"four"], [b"six"]])

    def test_packets_that_cannot_be_sent_are_counted(self):
        packets = [(0, ipv4(b"one")), (0.01, ipv4(b"two", flags=0x2000)),
                   (0.02, b"\x50" + bytes(30)), (0.03, ipv4(bytes(200))),
                   (0.04, ipv4(b"x")[:25]), (0.05, ipv4(b""))]
        with Peer() as peer:
            report = self.load(peer.address, pcap(packets, snap=100),
                               "--expect", "none")
            self.assertEqual(peer.flows(), [[b"one", b""]])
        capture = report["config"]["capture"]
        self.assertEqual(capture["packets"], 6)
        self.assertEqual(capture["datagrams"], 2)
        self.assertEqual(capture["flows"], 1)
        self.assertEqual(capture["left_out"],
                         {"not_udp": 1, "fragments": 1, "cut_short": 1,
                          "damaged": 1})
        self.assertIsNone(capture["damage"])

    def test_flows_are_folded(self):
        packets = [(i / 1000, ipv4(b"%d" % i, ("10.0.0.1", 1000 + i)))
                   for i in range(10)]
        flows = self.flows_of(pcap(packets), "-P", "3")
        self.assertEqual(flows, [[b"0", b"3", b"6", b"9"],
                                 [b"1", b"4", b"7"], [b"2", b"5", b"8"]])

    def test_times_are_kept_and_divided_by_the_speed(self):
        """None arrives before its time, counted from before the run, and the
        run takes no longer than that, apart from the lag that it reports."""
        capture = pcap([(i / 20, ipv4(b"x")) for i in range(21)])
        for speed, seconds in ("1", 1), ("2", 0.5), ("0.5", 2), ("max", 0):
            with self.subTest(speed=speed), Peer() as peer:
                start = time.monotonic()
                report = self.load(peer.address, capture, "--expect", "none",
                                   "--speed", speed)
                self.assertEqual(len(peer.flows()[0]), 21)
                for i, (at, _, _) in enumerate(peer.taken):
                    self.assertGreaterEqual(at - start, i / 20 * seconds)
                self.assertEqual(report["sent"]["datagrams"], 21)
                self.assertEqual(report["pacing"]["due"], 21)
                lag = report["pacing"]["lag_ns"]
                self.assertEqual(lag["count"], 0 if speed == "max" else 21)
                if speed == "max":
                    continue
                # No datagram leaves in the very nanosecond it is due.
                self.assertGreater(lag["max"], 0)
                self.assertLessEqual(report["seconds"],
                                     seconds + lag["max"] / 1e9 + 1e-6)

    def test_a_closed_loop_sends_it_over_and_over(self):
        packets = [(i, ipv4(b"%d" % i * (i + 1))) for i in range(3)]
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            report = self.load(s.address, pcap(packets), "--speed", "replies",
                               "--count", "3000", "-O", "0s")
        ledger = report["ledger"]
        self.assertEqual((ledger["sent"], ledger["answered"]), (3000, 3000))
        self.assertEqual(ledger["bytes"]["sent"], 1000 * (1 + 2 + 3))
        self.assertEqual(report["config"]["mode"], "window")
        self.assertEqual(report["config"]["capture"]["speed"], "replies")

    def test_a_flood_sends_it_over_and_over_if_no_reply_is_expected(self):
        packets = [(i, ipv4(b"%d" % i)) for i in range(3)]
        flows = self.flows_of(pcap(packets), "--speed", "replies", "--count",
                              "7")
        self.assertEqual(flows, [[b"0", b"1", b"2", b"0", b"1", b"2", b"0"]])

    def test_a_capture_out_of_order_is_sent_by_its_times(self):
        packets = [(0.02, ipv4(b"c")), (0, ipv4(b"a")), (0.01, ipv4(b"b"))]
        self.assertEqual(self.flows_of(pcap(packets)), [[b"a", b"b", b"c"]])

    def test_a_count_or_a_time_ends_it_early(self):
        capture = pcap([(i / 10, ipv4(b"%d" % i)) for i in range(600)])
        self.assertEqual(self.flows_of(capture, "--count", "2"),
                         [[b"0", b"1"]])
        flows = self.flows_of(capture, "-t", "250ms")
        self.assertEqual(flows[0][:3], [b"0", b"1", b"2"])
        self.assertLess(len(flows[0]), 30)

    def test_the_ledger_balances(self):
        capture = pcap([(i / 20000, ipv4(bytes(i % 1200),
                                         ("10.0.0.1", 1000 + i % 50)))
                        for i in range(4000)])
        for service, key in (("echo", "answered"), ("length", "answered"),
                             ("discard", "absorbed")):
            for speed in "1", "max":
                with self.subTest(service=service, speed=speed):
                    with Server(UDPMILL, "127.0.0.1:0", "--service",
                                service) as s:
                        report = self.load(s.address, capture, "--speed",
                                           speed)
                    self.assertEqual(
                        report["config"]["expect"],
                        "none" if service == "discard" else "any")
                    ledger = report["ledger"]
                    self.assertEqual(ledger["sent"], 4000)
                    self.assertEqual(ledger["unexplained"], 0, ledger)
                    self.assertEqual(ledger["corrupt"], 0, ledger)
                    self.assertGreater(ledger[key], 0, ledger)

    def test_latency_is_reported_if_everything_is_answered(self):
        capture = pcap([(i / 1000, ipv4(b"%d" % i)) for i in range(100)])
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            report = self.load(s.address, capture)
        self.assertEqual(report["ledger"]["answered"], 100)
        self.assertEqual(report["latency_ns"]["count"], 100)

    def test_replies_may_be_of_any_length(self):
        capture = pcap([(i / 1000, ipv4(b"question")) for i in range(20)])
        for answer in b"", b"an answer that is longer":
            with self.subTest(answer=answer), Peer(answer) as peer:
                ledger = self.load(peer.address, capture)["ledger"]
                self.assertEqual(ledger["answered"], 20)
                self.assertEqual(ledger["corrupt"], 0)

    def test_the_intact_beginning_of_a_damaged_file_is_sent(self):
        whole = pcap([(0, ipv4(b"one")), (0.01, ipv4(b"two"))])
        with Peer() as peer:
            report = self.load(peer.address, whole[:-2], "--expect", "none")
            self.assertEqual(peer.flows(), [[b"one"]])
        self.assertIn("trunc", report["config"]["capture"]["damage"])

    def test_datagrams_the_kernel_refuses_do_not_stop_the_rest(self):
        # More bytes than fit into an IPv4 datagram, with IPv6.
        packets = [(0, ipv4(b"one")), (0.01, ipv6(bytes(65520))),
                   (0.02, ipv6(b"two"))]
        self.assertEqual(self.flows_of(pcap(packets)), [[b"one"], [b"two"]])

    def test_the_report_fits_80_columns(self):
        path = self.write(pcap([(0, ipv4(b"one")), (0, b"\x50"),
                                (0.5, ipv4(b"two"))]))
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--pcap", path, "--speed",
                    "10")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("a capture, 2 datagrams in 1 flow over 0.50 s, at "
                      "speed 10\n", r.stdout)
        self.assertIn("left out: 1 not UDP\n", r.stdout)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_a_printed_scenario_makes_the_same_replay(self):
        path = self.write(pcap([(i / 1000, ipv4(b"%d" % i))
                                for i in range(10)]))
        with Peer() as peer:
            printed = run(UDPMILL, "load", peer.address, "--pcap", path,
                          "--speed", "2", "--expect", "none",
                          "--print-scenario")
            self.assertEqual(printed.returncode, 0, printed.stderr)
            scenario = os.path.join(self.folder.name, "scenario")
            with open(scenario, "w", encoding="utf-8") as f:
                f.write(printed.stdout)
            again = run(UDPMILL, "load", "--scenario", scenario,
                        "--print-scenario")
            self.assertEqual(again.stdout, printed.stdout, again.stderr)
            r = run(UDPMILL, "load", "--scenario", scenario)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(len(peer.flows()[0]), 10)

    def assertRefused(self, *arguments, why):
        r = run(UDPMILL, "load", "127.0.0.1:1060", *arguments)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
        self.assertIn(why, r.stderr)
        self.assertEqual(r.stdout, "")

    def test_contradictory_options_are_refused(self):
        for options in (("--rate", "5k"), ("--bitrate", "1M"),
                        ("--ramp", "1:2:3s"), ("--burst", "3"),
                        ("--flood",), ("--window", "4"), ("--length", "9"),
                        ("--in-flight", "5"),
                        ("--payload", "x"), ("--content", "random"),
                        ("--verify", "full"), ("--find-capacity",),
                        ("--train", "8"), ("--stages",)):
            with self.subTest(options=options):
                self.assertRefused("--pcap", "none", *options,
                                   why=options[0])

    def test_nonsensical_values_are_refused(self):
        for speed in "0", "-1", "nan", "inf", "x", "2x", "":
            with self.subTest(speed=speed):
                self.assertRefused("--pcap", "none", "--speed", speed,
                                   why="--speed")
        self.assertRefused("--speed", "2", why="--pcap")
        packets = [(0, ipv4(b"one"))]
        self.assertRefused("--pcap", self.write(pcap(packets)), "-T", "2",
                           why="--threads")

    def test_libpcap_is_only_loaded_for_a_capture(self):
        if is_static(UDPMILL):
            self.skipTest("libpcap is a part of this program")
        for name in "libpcap.so.0.8", "libpcap.so.1":
            with open(os.path.join(self.folder.name, name), "w"):
                pass
        env = {**os.environ, "LD_LIBRARY_PATH": self.folder.name}
        r = run(UDPMILL, "load", "--help", env=env)
        self.assertEqual(r.returncode, 0, r.stderr)
        capture = self.write(pcap([(0, ipv4(b"one"))]))
        r = run(UDPMILL, "load", "127.0.0.1:9", "--pcap", capture, env=env)
        self.assertEqual(r.returncode, 3)
        self.assertRegex(r.stderr, r"\Audpmill load: --pcap: [^\n]*"
                         r"install libpcap \(Debian: libpcap0\.8\)\n\Z")

    def test_files_without_a_datagram_are_refused(self):
        packets = [(0, b"\x50"), (0, ipv4(b"x", flags=0x2000))]
        for data, why in ((pcap(packets), "1 not UDP, 1 fragments"),
                          (pcap([]), "of 0 packets"),
                          (pcap(packets, link=147), "link type"),
                          (b"no capture at all, but long enough", "capture"),
                          (b"", "")):
            with self.subTest(why=why):
                self.assertRefused("--pcap", self.write(data), why=why)
        self.assertRefused("--pcap", "/none/of/this", why="/none/of/this")


if __name__ == "__main__":
    unittest.main()
