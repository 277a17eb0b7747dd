#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb load against a real server: the ledger must balance."""

import signal
import socket
import subprocess
import sys
import threading
import unittest

import balance
from documents import document
from program import (BACKENDS, Server, many_descriptors, missing, run, stop,
                     udp_sockets, wait_for)

UDPMILL = sys.argv.pop(1)


def load(address, *arguments, seconds="300ms"):
    return balance.load(UDPMILL, address, *arguments, seconds=seconds,
                        warm_up="50ms")


class Load(balance.Balance):
    def test_balances_for_each_backend_and_service(self):
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            for service in "echo", "length", "discard", "reflect":
                with self.subTest(backend=backend, service=service):
                    if why:
                        self.skipTest(why)
                    with Server(UDPMILL, "127.0.0.1:0", "--backend", backend,
                                "--service", service) as s:
                        self.assertBalances(*load(s.address))

    def test_balances_singly_and_with_odd_train_lengths(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for train in "off", "1", "7", "63", "64":
                with self.subTest(train=train):
                    self.assertBalances(*load(s.address, "--train", train))

    def test_a_train_shorter_than_requested_is_reported(self):
        cases = (
                (["-l", "1400"], "--train 64 becomes 46: one send holds"),
                (["--rate", "1k", "--burst", "8"], "becomes 8: no more may"),
                (["--window", "10"], "becomes 10: no more may be sent"),
                (["-l", "40000"], "becomes off: one send holds no more"),
                ([], None))
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for options, said in cases:
                with self.subTest(options=options):
                    r, _ = load(s.address, "--train", "64", *options,
                                seconds="50ms")
                    self.assertEqual(r.returncode, 0, r.stderr + r.stdout)
                    self.assertEqual(r.stderr.count("--train"), bool(said))
                    self.assertIn(said or "", r.stderr)

    def test_balances_for_every_length(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for length in "0", "1", "31", "32", "55", "1472", "9000", "65507":
                with self.subTest(length=length):
                    r, report = load(
                        s.address, "-l", length, "--verify",
                        "full" if int(length) >= 32 else "header")
                    self.assertBalances(r, report)
                    self.assertGreater(report["ledger"]["answered"], 0)

    @many_descriptors
    def test_balances_for_many_flows_and_threads(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            self.assertBalances(*load(s.address, "-P", "200", "-T", "3"))

    def test_balances_on_ipv6_and_through_a_wildcard(self):
        with Server(UDPMILL, "[::]:0", "--service", "reflect") as s:
            port = s.address.rsplit(":", 1)[1]
            self.assertBalances(*load(f"[::1]:{port}"))
            self.assertBalances(*load(f"127.0.0.1:{port}"))

    def test_exactly_the_count_is_sent(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for count in 1, 64, 1000, 12345:
                r, report = load(s.address, "--count", str(count), "-T", "2",
                                 seconds="20s")
                self.assertBalances(r, report)
                self.assertEqual(report["ledger"]["sent"], count)

    def test_what_verify_full_cannot_check_is_told(self):
        for service, why in (("discard", "the peer does not reply, so "),
                             ("length", "the peer replies with a text, "),
                             ("echo", None)):
            with self.subTest(service=service), \
                    Server(UDPMILL, "127.0.0.1:0", "--service", service) as s:
                r, report = load(s.address, "--verify", "full", "--count",
                                 "100", seconds="20s")
                self.assertBalances(r, report)
                config = report["config"]
                said = config.get("verify_why_not", "")
                self.assertEqual(config["verify"],
                                 "header" if why else "full")
                self.assertTrue(said.startswith(why) if why else not said)
                self.assertEqual(r.stderr.count(
                    f"--verify full has no effect: {said}\n"),
                    1 if why else 0)

    def test_datagrams_that_overflow_the_server_are_accounted_for(self):
        for gro in "on", "off":
            with self.subTest(gro=gro):
                with Server(UDPMILL, "127.0.0.1:0", "--service", "discard",
                            "--rcvbuf", "64Ki", "--gro", gro,
                            "--workers", "1") as s:
                    # The server sleeps until its queue has overflowed.
                    stop(s.process)
                    port = s.address.rsplit(":", 1)[1]
                    thread = threading.Thread(target=self.go_on_after_drops,
                                              args=[s.process, "local", port])
                    thread.start()
                    r, report = load(s.address, seconds="500ms")
                    thread.join()
                    self.assertBalances(r, report)
                    self.assertGreater(
                        report["ledger"]["dropped"]["server_socket"], 0)
                    self.assertTrue(report["ledger"]["exact"])

    def go_on_after_drops(self, process, side, port):
        """Continue a stopped process once a socket has dropped something."""
        try:
            wait_for(lambda: any(s["drops"] for s in udp_sockets()
                                 if s[side].endswith(":" + port)))
        finally:
            process.send_signal(signal.SIGCONT)

    def test_replies_that_overflow_the_client_are_accounted_for(self):
        """The client sleeps while the server answers several hundred datagrams
        at once, and the client's buffer has room for only a few."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            port = s.address.rsplit(":", 1)[1]
            stop(s.process)
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "-J", "--flood", "--rcvbuf",
                 "4Ki", "-P", "1", "--train", "off", "--count", "1000", "-t",
                 "60s", "-O", "0"], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            wait_for(lambda: sum(u["queued"] for u in udp_sockets()
                                 if u["local"].endswith(":" + port))
                     > 100 * 768)
            stop(p)
            s.process.send_signal(signal.SIGCONT)
            self.go_on_after_drops(p, "remote", port)
            out, err = p.communicate(timeout=60)
        ledger = self.assertBalances(
            subprocess.CompletedProcess(p.args, p.returncode, out, err),
            document(out))
        self.assertGreater(ledger["dropped"]["client_socket"], 0)
        self.assertEqual(ledger["answered"] +
                         ledger["dropped"]["client_socket"], 1000)

    def test_a_flood_of_singles_balances(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo", "--rcvbuf",
                    "64Ki") as s:
            self.assertBalances(*load(s.address, "--flood", "--train", "off"))

    def test_refusals_are_reported_by_name(self):
        with Server(UDPMILL, "127.0.0.1:0", "--allow", "192.0.2.0/24") as s:
            r, report = load(s.address, "-l", "10", "--count", "500")
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(
                report["ledger"]["refused"]["refused_amplification"], 500)
            self.assertEqual(report["ledger"]["unexplained"], 0)

    def test_two_runs_at_once_notice_the_shared_server(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            other = subprocess.Popen(
                [UDPMILL, "load", s.address, "-J", "-t", "1500ms"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            r, report = load(s.address, seconds="500ms")
            other.communicate(timeout=30)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertTrue(report["ledger"]["shared"])
            self.assertIsNone(report["ledger"]["unexplained"])

    def test_without_the_servers_counters_the_ledger_is_the_clients(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                    "--counters", "none") as s:
            r, report = load(s.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertFalse(report["ledger"]["server_seen"])
            self.assertIsNone(report["ledger"]["unexplained"])
            self.assertIsNone(report["delivered"])
            self.assertEqual(report["ledger"]["missing"], 0)

    def test_an_interrupted_run_reports_what_was_measured(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "-J", "-t", "60s", "-i",
                 "100ms"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(5):
                p.stderr.readline()
            p.send_signal(signal.SIGINT)
            out, _ = p.communicate(timeout=30)
            self.assertEqual(p.returncode, 0)
            report = document(out)
            self.assertTrue(report["interrupted"])
            self.assertEqual(report["ledger"]["unexplained"], 0)

    def test_an_absent_peer_is_reported_early(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            free = "127.0.0.1:%d" % s.getsockname()[1]
        r, _ = load(free, seconds="20s")
        self.assertSaid(r, 4, r"\Audpmill load: nobody listens .*\Z")

    def test_a_silent_peer_is_reported_early(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            r, report = load("127.0.0.1:%d" % s.getsockname()[1],
                             "--timeout", "200ms", seconds="20s")
        self.assertSaid(r, 4, "no reply in 1 s")
        self.assertGreater(report["ledger"]["missing"], 0)

    def test_wrong_replies_fail_the_run(self):
        def lie(peer):
            while True:
                data, address = peer.recvfrom(65536)
                if address == peer.getsockname():
                    return
                damaged = bytearray(data)
                damaged[20] ^= 1
                peer.sendto(data, address)
                peer.sendto(data, address)
                peer.sendto(bytes(damaged), address)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            thread = threading.Thread(target=lie, args=[s])
            thread.start()
            r, report = load("127.0.0.1:%d" % s.getsockname()[1], "--train",
                             "off", "--count", "100", "--window", "4")
            s.sendto(b"", s.getsockname())
            thread.join()
        self.assertEqual(r.returncode, 1)
        self.assertEqual(report["ledger"]["answered"], 100)
        self.assertEqual(report["ledger"]["duplicate"], 100)
        self.assertEqual(report["ledger"]["corrupt"], 100)

    def test_stale_replies_are_told_apart(self):
        def old(peer):
            first = None
            while True:
                data, address = peer.recvfrom(65536)
                if address == peer.getsockname():
                    return
                first = first or data
                peer.sendto(data, address)
                if first != data:
                    peer.sendto(first, address)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % s.getsockname()[1]
            thread = threading.Thread(target=old, args=[s])
            thread.start()
            one = ("--train", "off", "--count", "10", "-P", "1")
            load(address, *one, "--seed", "1")
            r, report = load(address, *one, "--seed", "2")
            s.sendto(b"", s.getsockname())
            thread.join()
        self.assertGreater(report["ledger"]["stale"], 0)
        self.assertEqual(report["ledger"]["answered"], 10)

    def test_json_has_all_fields_of_the_schema(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, report = load(s.address, "-i", "100ms")
        for key in ("schema version argv config environment seconds sent "
                    "answered delivered ledger latency_ns cpu "
                    "intervals").split():
            self.assertIn(key, report)
        self.assertEqual(report["schema"], "udpmill.load/1")
        self.assertGreater(report["latency_ns"]["count"], 0)
        self.assertLessEqual(report["latency_ns"]["p50"],
                             report["latency_ns"]["p99"])
        self.assertIntervals(report)
        self.assertGreater(report["cpu"]["machine_ns_per_datagram"], 0)

    def test_another_host_is_not_loaded_without_consent(self):
        r, _ = load("192.0.2.1:1060")
        self.assertEqual(r.returncode, 2)
        self.assertRegex(r.stderr, r"\A[^\n]*--peer-consents[^\n]*\n\Z")

    def test_bad_arguments_are_reported_in_one_line(self):
        peer = "127.0.0.1:1060"
        cases = [
            (), ("127.0.0.1",), ("127.0.0.1:0",), ("0.0.0.0:1",),
            ("224.0.0.1:1",), (peer, peer), (peer, "-l", "65508"),
            (peer, "-l", "x"), (peer, "-P", "0"), (peer, "-T", "0"),
            (peer, "-T", "3", "-P", "2"), (peer, "--train", "513"),
            (peer, "--window", "0"), (peer, "--verify", "some"),
            (peer, "--expect", "thanks"), (peer, "-t", "0"),
            (peer, "-i", "0"), (peer, "-O", "x"), (peer, "--seed", "0"),
            (peer, "-B", "::1"), (peer, "--cpus", "x"),
            (peer, "--rcvbuf", "x"), (peer, "--gro", "x"),
        ]
        for arguments in cases:
            with self.subTest(arguments=arguments):
                r = run(UDPMILL, "load", *arguments)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
                self.assertEqual(r.stdout, "")


if __name__ == "__main__":
    unittest.main()
