#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the verb load reports about loss and jitter, and --max-loss, with peers
that answer only some datagrams, or late."""

import collections
import csv
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from documents import document
from program import Server, before_others, run, wait_for

UDPMILL = sys.argv.pop(1)


class Peer:
    """Answers one in every so many datagrams, each after one of the delays in
    turn, and none of the first ones."""

    def __init__(self, every=2, delays=(0,), first=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.every, self.delays, self.first = every, delays, first
        # By the client's port, which a later flow may get again, and the
        # number of the flow.
        self.answered = collections.Counter()
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()

    def answer(self):
        taken = 0
        while True:
            data, client = self.socket.recvfrom(65536)
            if data == b"end":
                return
            taken += 1
            if taken > self.first and taken % self.every == 0:
                time.sleep(self.delays[taken % len(self.delays)])
                # Before the client may know.
                self.answered[client[1], data[8:12]] += 1
                self.socket.sendto(data, client)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        host, port = self.address.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"end", (host, int(port)))
        self.thread.join()
        self.socket.close()


def load(address, *options):
    r = run(UDPMILL, "load", address, "-J", "-t", "400ms", "-O", "100ms",
            *options)
    return r, document(r.stdout)


def load_until(condition, address, *options):
    """Make a run that lasts until the condition holds for the lines printed so
    far."""
    with tempfile.TemporaryFile("w+") as told:
        p = subprocess.Popen(
            [UDPMILL, "load", address, "-J", "-t", "200s", "-O", "0",
             *options], stdout=subprocess.PIPE, stderr=told, text=True)

        def said():
            told.seek(0)
            return told.read().splitlines()

        try:
            wait_for(lambda: p.poll() is not None or condition(said()))
            p.send_signal(signal.SIGINT)
            out = p.communicate(timeout=60)[0]
        finally:
            p.kill()
        return said(), document(out)


def is_prompt(report):
    """No reply was as late as 200 ms, after which intervals report it as lost.
    """
    return report["latency_ns"]["max"] < 100e6


PACED = ("--rate", "500", "-P", "1", "-i", "100ms")


class Loss(unittest.TestCase):
    def test_loss_to_an_unseen_peer_fails_a_run_only_by_max_loss(self):
        for options, code in (((), 0), (("--max-loss", "0.6"), 0),
                              (("--max-loss", "1%"), 1)):
            with self.subTest(options=options), Peer() as peer:
                r, report = load(peer.address, *PACED, "--count", "200", "-t",
                                 "60s", *options)
                loss = report["loss"]
                self.assertEqual(r.returncode, code, r.stderr)
                self.assertEqual(loss["lost"], report["ledger"]["missing"])
                self.assertEqual(loss["share"], 0.5)
                self.assertEqual(
                    loss["borne"], (code == 0) if options else None)
                self.assertEqual("more than --max-loss" in r.stderr,
                                 code == 1)

    def test_loss_to_a_seen_peer_is_neither_answered_nor_absorbed(self):
        for service in "echo", "discard":
            with Server(UDPMILL, "127.0.0.1:0", "--service", service) as s:
                r, report = load(s.address, "--rate", "1k", "--max-loss", "0")
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertEqual(report["loss"]["lost"], 0)
        with Server(UDPMILL, "127.0.0.1:0", "--allow", "192.0.2.0/24") as s:
            r, report = load(s.address, "-l", "10", "--count", "500",
                             "--max-loss", "99%")
            self.assertEqual(r.returncode, 1, r.stderr)
            self.assertEqual(report["loss"]["share"], 1)

    def test_max_loss_works_in_a_closed_loop_and_with_stages(self):
        with Peer() as peer:
            for mode in (["--window", "8", "--train", "off", "-P", "1"],
                         ["--stages"]):
                with self.subTest(mode=mode):
                    r, report = load(peer.address, *mode, "--max-loss", "9%")
                    self.assertEqual(r.returncode, 1, r.stderr)
                    self.assertFalse(report["loss"]["borne"])
                    r, report = load(peer.address, *mode, "--max-loss", "95%")
                    self.assertEqual(r.returncode, 0, r.stderr)
                    self.assertTrue(report["loss"]["borne"])

    def test_loss_is_reported_in_each_interval(self):
        """The first 20 are lost, as the first reply shows. Two intervals
        without loss follow."""
        with tempfile.TemporaryDirectory() as folder, \
                Peer(every=1, first=20) as peer:
            path = os.path.join(folder, "csv")
            said, report = load_until(
                lambda said: any("/s lost" in line for line in said[:-2]),
                peer.address, *PACED, "--csv", path)
            with open(path) as f:
                rows = list(csv.DictReader(f))
        lost = [i["lost"] for i in report["intervals"]]
        self.assertEqual(lost, [int(row["lost"]) for row in rows])
        self.assertEqual(report["loss"]["lost"], 20)
        self.assertEqual([n > 0 for n in lost],
                         ["/s lost" in line for line in said
                          if "  sent " in line])
        if is_prompt(report):
            self.assertEqual(sum(lost), 20)

    def test_intervals_without_loss_report_none(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, report = load(s.address, "--rate", "500", "-i", "100ms", "-O",
                             "0")
            if is_prompt(report):
                self.assertEqual({i["lost"] for i in report["intervals"]}, {0})
                self.assertNotIn("lost", r.stderr)
            self.assertEqual(report["loss"]["lost"], 0)
        with Server(UDPMILL, "127.0.0.1:0", "--service", "discard") as s:
            r, report = load(s.address, "--rate", "500")
            self.assertEqual({i["lost"] for i in report["intervals"]}, {None})

    def test_max_loss_is_refused_if_loss_cannot_be_known(self):
        with Server(UDPMILL, "127.0.0.1:0", "--counters", "none") as s:
            for options, said in (
                    (["--expect", "none"], "a loss would not show"),
                    (["--find-capacity"], "use --loss"),
                    (["--stress"], "combined with --max-loss"),
                    (["--max-loss", "1"], "is not a share"),
                    (["--max-loss", "-1%"], "is not a share"),
                    (["--max-loss", "x"], "is not a share")):
                with self.subTest(options=options):
                    r = run(UDPMILL, "load", s.address, "--max-loss", "1%",
                            *options)
                    self.assertEqual(r.returncode, 2, r.stderr)
                    self.assertIn(said, r.stderr)
                    self.assertEqual(r.stderr.count("\n"), 1, r.stderr)

    def test_a_scenario_may_set_max_loss(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--max-loss", "0.25%",
                    "--print-scenario")
            self.assertIn("max-loss = 0.25%\n", r.stdout)


class Jitter(unittest.TestCase):
    @before_others()
    def test_jitter_is_the_difference_of_round_trips(self):
        """Every second reply is 10 ms later than the others, so consecutive
        ones differ by at least that."""
        with Peer(every=1, delays=(0, 0.01)) as peer:
            r, report = load(peer.address, "--rate", "40", "-P", "1", "-i",
                             "250ms", "--spacing", "even")
        self.assertEqual(r.returncode, 0, r.stderr)
        jitter, variation = report["jitter_ns"], report["delay_variation_ns"]
        self.assertEqual(jitter["flows"], 1)
        self.assertEqual(jitter["mean"], jitter["max"])
        # After 16 round trips, RFC 3550's estimate has reached 64 % of it.
        self.assertGreater(jitter["mean"], 4e6)
        self.assertGreater(jitter["difference_mean"], 8e6)
        self.assertGreater(variation["round_trip"]["p99"], 8e6)
        latency = report["latency_ns"]
        for name in "p50", "p99", "p999", "max":
            self.assertEqual(variation["round_trip"][name],
                             latency[name] - latency["min"])
        # Null for an interval without two round trips to compare.
        said = [row["jitter_ns"] for row in report["intervals"]
                if row["jitter_ns"] is not None]
        self.assertGreater(said[-1], 5e6)

    def test_jitter_is_in_the_text_and_in_csv(self):
        with tempfile.TemporaryDirectory() as folder, \
                Server(UDPMILL, "127.0.0.1:0", "--service", "reflect") as s:
            path = os.path.join(folder, "csv")
            r = run(UDPMILL, "load", s.address, "-t", "300ms", "--rate", "1k",
                    "--csv", path)
            with open(path) as f:
                rows = list(csv.DictReader(f))
            _, report = load(s.address, "--rate", "1k")
        self.assertRegex(r.stdout, r"\n  jitter +mean .* max .* of 8 flows\n")
        self.assertRegex(r.stdout, r"\n  above min +p50 .* p99 .* max ")
        # Empty for an interval without two round trips to compare.
        said = [row["jitter_ns"] for row in rows if row["jitter_ns"]]
        self.assertGreater(float(said[-1]), 0)
        for way in "round_trip", "there", "back":
            self.assertGreater(report["delay_variation_ns"][way]["p99"], 0)

    def test_jitter_includes_retired_flows(self):
        with Peer(every=1) as peer:
            def answered():
                """The flows that have at least two round trips to compare."""
                return sum(n > 1 for n in list(peer.answered.values()))

            _, report = load_until(
                lambda _: answered() > 12, peer.address, "--rate", "500",
                "-P", "4", "--flow-lifetime", "100ms", "--timeout", "10s")
            self.assertEqual(report["jitter_ns"]["flows"], answered())

    def test_jitter_is_left_out_for_unnumbered_replies(self):
        with Peer() as peer:
            _, report = load(peer.address, *PACED, "-l", "16")
        self.assertIsNone(report["jitter_ns"])


if __name__ == "__main__":
    unittest.main()
