#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the verb load sends: how much, how long, and when. The ledger must
balance in every case. Rates are tested as counts: everything that is planned
leaves, and not before its time, however late this machine makes it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import balance
from documents import document
from program import CPU, Server, many_descriptors, run, stop

UDPMILL = sys.argv.pop(1)


def load(address, *arguments, seconds="500ms", warm_up="100ms"):
    return balance.load(UDPMILL, address, *arguments, seconds=seconds,
                        warm_up=warm_up)


class Workload(balance.Balance):
    @classmethod
    def setUpClass(cls):
        cls.echo = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")

    @classmethod
    def tearDownClass(cls):
        cls.echo.stop()

    def balanced(self, *arguments, service="echo", server=None,
                 host="127.0.0.1", **more):
        """Make a run that must balance, by default with a new server: it has
        nothing left to do or to publish from an earlier run."""
        with contextlib.ExitStack() as stack:
            if not server:
                server = stack.enter_context(
                    Server(UDPMILL, f"{host}:0", "--service", service))
            r, report = load(server.address, *arguments, **more)
            self.assertBalances(r, report, faults=(
                "corrupt", "duplicate", "stale"))
            return report

    def kept(self, *arguments, count=None, random=0, **more):
        """Make a run whose plan must be kept: until `count` datagrams have left
        if it is given, else for some time."""
        if count:
            arguments += ("--count", str(count))
        report = self.balanced(*arguments, warm_up="0",
                               seconds="60s" if count else "500ms", **more)
        self.assertKept(report, random)
        return report

    def test_a_rate_is_met(self):
        for options, count in (
                (["--rate", "5k"], 2500), (["--rate", "2k/flow", "-P", "4"],
                                           4000),
                (["--rate", "20k", "-P", "16", "-T", "3"], 5000),
                (["--rate", "300", "-P", "1"], 150)):
            with self.subTest(options=options):
                self.kept(*options, count=count)
                self.kept(*options)

    def test_a_delayed_sender_reports_it_and_sends_all(self):
        p = subprocess.Popen(
            [UDPMILL, "load", self.echo.address, "-J", "-t", "60s", "-O", "0",
             "--rate", "1k", "-P", "1", "-i", "50ms"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stderr.readline()
        stop(p)
        time.sleep(0.5)
        p.send_signal(signal.SIGCONT)
        # The first line was printed before; the second interval may have begun.
        for _ in range(4):
            p.stderr.readline()
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0, err)
        report = document(out)
        self.assertKept(report)
        for name in "lag_ns", "latency_ns":
            late = (report["pacing"] if name == "lag_ns" else report)[name]
            self.assertGreater(late["max"], 0.49e9)

    def test_a_bitrate_counts_the_payload(self):
        report = self.kept("-b", "8M", "-l", "1000", count=500)
        self.assertAlmostEqual(report["pacing"]["rate_first"], 1000)
        self.assertEqual(report["sent"]["bytes"], 500 * 1000)
        report = self.balanced("-b", "8M/flow", "-P", "3", "-l", "1000")
        self.assertAlmostEqual(report["pacing"]["rate_first"], 3000)

    def test_a_rate_may_have_a_fraction_and_be_below_one(self):
        """With few departures, too, their times and number are as planned."""
        for options, count in (
                (["--rate", "3"], 4), (["-b", "10k", "-l", "1340"], 2),
                (["--rate", "0.5"], 2), (["--rate", "2.5"], 4),
                (["--rate", "0.25/flow", "-P", "8", "-T", "2"], 4),
                (["--ramp", "0.5:4.5:1s"], 4), (["-b", "1"], 1)):
            with self.subTest(options=options):
                self.kept(*options, count=count)

    def test_datagrams_not_due_yet_are_reported(self):
        r = run(UDPMILL, "load", self.echo.address, "-t", "100ms", "-O", "0",
                "--rate", "0.001", "--spacing", "poisson", "--seed", "1")
        self.assertEqual(r.returncode, 1, r.stderr)
        self.assertIn("nothing was due in that time", r.stderr)

    def test_a_plan_with_nothing_due_is_refused(self):
        """Before anything is sent: the peer receives nothing."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for rate in "--rate=0.001", "--bitrate=1", "--ramp=0.1:0.2:1s":
                with self.subTest(rate=rate):
                    r = run(UDPMILL, "load", s.address, "-t", "500ms", rate)
                    self.assertEqual(r.returncode, 2, r.stdout + r.stderr)
                    self.assertRegex(r.stderr, r": nothing is due in .*\n\Z")
            s.stop()
            self.assertNotIn("rx_datagrams", s.counters())

    def test_random_departures_have_the_right_mean(self):
        report = self.kept("--rate", "20k", "--spacing", "poisson", "--seed",
                           "7", count=5000, random=5 * 5000 ** 0.5)
        self.assertEqual(report["pacing"]["spacing"], "poisson")

    def test_bursts_leave_whole(self):
        for options in (["--burst", "10"], ["--train", "16"],
                        ["--burst", "40", "--train", "16"],
                        ["--burst", "200", "-l", "1400", "--train", "64"]):
            with self.subTest(options=options):
                self.kept("--rate", "20k", *options, count=3200)
                report = self.kept("--rate", "20k", *options)
                self.assertEqual(
                    report["ledger"]["sent"] % report["pacing"]["burst"], 0)

    def test_a_ramp_is_followed(self):
        report = self.kept("--ramp", "1k:21k:200ms", count=2200)
        self.assertAlmostEqual(report["pacing"]["rate_first"], 1000)
        # At the mean of both rates, and none before it is due.
        self.assertGreater(report["seconds"], 0.1999)
        report = self.kept("--ramp", "20k:1k:200ms:5", count=2100)
        self.assertAlmostEqual(report["pacing"]["rate_first"], 20000)
        self.assertGreater(report["seconds"], 0.1989)

    def test_a_count_ends_an_open_loop(self):
        report = self.balanced("--rate", "10k", "--count", "1234")
        self.assertEqual(report["ledger"]["sent"], 1234)

    def test_a_run_by_count_is_measured_to_its_end(self):
        """Not to the time when the end is noticed, up to 20 ms later, except if
        the last datagram was late."""
        report = self.kept("--count", "2000", "--rate", "10k", "-P", "1")
        late = max(report["pacing"]["lag_ns"]["max"],
                   report["latency_ns"]["max"])
        self.assertGreaterEqual(report["seconds"], 0.1999)
        self.assertLessEqual(report["seconds"], 0.1999 + late / 1e9 + 1e-6)

    @many_descriptors
    def test_every_reply_has_its_latency(self):
        for options in ["-P", "1000"], ["-P", "8"], ["--rate", "20k"]:
            with self.subTest(options=options):
                report = self.balanced("-O", "0", *options)
                self.assertEqual(report["latency_ns"]["count"],
                                 report["ledger"]["answered"])

    def test_latency_counts_from_the_planned_time(self):
        report = self.balanced("--rate", "5k")
        self.assertGreater(report["latency_ns"]["count"], 0)
        self.assertGreaterEqual(report["latency_ns"]["max"],
                                report["pacing"]["lag_ns"]["p50"])

    def test_sizes_may_vary_with_and_without_trains(self):
        """Uses each of the table's 1024 entries once or twice, as a datagram or
        as a train: then their mean is exact to the byte."""
        for length in ("imix", "32-9000", "100:3,1400:1", "0-31", "20-40",
                       "64:1,8000:1"):
            for train, count in ("64", 1024 * 64), ("off", 2048):
                with self.subTest(length=length, train=train):
                    report = self.balanced(
                        "-l", length, "--train", train, "--count", str(count),
                        seconds="60s", warm_up="0")
                    # The mean is printed with six decimals.
                    self.assertAlmostEqual(
                        report["sent"]["bytes"],
                        report["config"]["length"] * count, delta=0.1)

    def test_payloads_of_any_size_are_checked(self):
        for length in "32-9000", "1400", "65507":
            with self.subTest(length=length):
                self.balanced("-l", length, "--verify", "full")

    def test_texts_of_any_size_are_checked(self):
        self.balanced("-l", "32-1472", service="length")
        self.balanced("-l", "32-1472", "--rate", "5k", service="length")

    def test_sizes_are_read_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sizes")
            with open(path, "w") as f:
                f.write("# bytes weight\n64 1\n\n128 1 # as often\n")
            report = self.balanced("-l", "@" + path)
            self.assertEqual(report["config"]["length"], 96)
            with open(path, "a") as f:
                f.write("70000 1\n")
            r, _ = load(self.echo.address, "-l", "@" + path)
            self.assertEqual(r.returncode, 2)
            self.assertIn(path + ":5: 70000 bytes do not fit", r.stderr)

    def test_imix_on_ipv6_allows_for_its_headers(self):
        report = self.balanced("-l", "imix", host="[::1]")
        self.assertEqual(report["config"]["length_most"], 1452)

    def test_content_is_as_requested(self):
        for kind in "zeros", "text", "random":
            self.balanced("--content", kind, "--verify", "full", "-l", "500")

    def test_a_seed_makes_the_same_run(self):
        first, second = (self.balanced(
            "-l", "32-1472", "--seed", "9", "--count", "500", "--train", "off",
            "-P", "1", seconds="60s") for _ in range(2))
        self.assertEqual(first["ledger"]["sent"], 500)
        self.assertEqual(first["config"]["length"], second["config"]["length"])

    def test_a_capacity_is_found(self):
        r = run(UDPMILL, "load", self.echo.address, "-J", "--find-capacity",
                "-t", "30ms", "-O", "10ms", "--loss", "1%", "--cpus",
                str(CPU))
        report = document(r.stdout)
        self.assertEqual(report["schema"], "udpmill.capacity/1")
        trials = report["trials"]
        self.assertEqual([t for t in trials if t["ledger"]], [])
        self.assertEqual(r.returncode, 0, r.stderr)
        found = report["capacity"]
        self.assertTrue(any(t["rate"] == found and t["outcome"] == "carried"
                            for t in trials))
        self.assertFalse(found > report["above"] > 0)
        self.assertEqual(r.stderr.count("/s  sent "), len(trials))

    def test_the_capacity_of_an_unseen_silent_peer_is_not_guessed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            r = run(UDPMILL, "load", f"127.0.0.1:{silent.getsockname()[1]}",
                    "--find-capacity", "-t", "50ms", "-O", "10ms")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("cannot be measured from here", r.stderr)

    def test_source_addresses_are_used_in_turn(self):
        report = self.balanced("-B", "127.0.0.2-127.0.0.5", "-P", "9")
        self.assertIn(report["config"]["local"].rsplit(":", 1)[0],
                      [f"127.0.0.{n}" for n in range(2, 6)])
        # Below the kernel's ephemeral ports, at an address that nobody uses.
        report = self.balanced("-B", "127.0.0.77", "--source-ports",
                               "20100-20103", "-P", "1")
        self.assertEqual(report["config"]["local"], "127.0.0.77:20100")

    def test_marks_reach_a_server_that_reads_them(self):
        for address in "127.0.0.1:0", "[::1]:0":
            with self.subTest(address=address):
                with Server(UDPMILL, address, "--service", "echo", "--marks",
                            "on") as s:
                    report = self.balanced("--dscp", "af41", "--ecn", "ect0",
                                           "--ttl", "7", server=s)
                marks = report["marks"]
                self.assertEqual(marks["dscp"], 34)
                for kept in "dscp_kept_low", "dscp_kept_high", "ecn_kept":
                    self.assertEqual(marks[kept], marks["datagrams"], marks)
                self.assertEqual((marks["ttl"], marks["ttl_kept"]), (7, True))
        self.assertIsNone(self.balanced("--dscp", "ef")["marks"])

    @many_descriptors
    def test_many_flows_share_the_datagrams_in_flight(self):
        r = self.balanced("-P", "2000")
        self.assertEqual(r["config"]["in_flight"], 16 * r["config"]["window"])
        self.assertEqual(r["ledger"]["dropped"]["server_socket"], 0)
        r = self.balanced("-P", "100", "--window", "128")
        self.assertEqual(r["config"]["in_flight"], 0)

    def test_in_flight_limits_all_flows_together(self):
        for options in ([], ["--window", "128"], ["-T", "2"],
                        ["--train", "off"]):
            with self.subTest(options=options):
                report = self.balanced("-P", "4", "--in-flight", "256",
                                       *options)
                self.assertEqual(report["config"]["in_flight"], 256)

    def test_a_run_that_ends_in_its_warm_up_counts_what_it_sent(self):
        self.balanced()
        report = self.balanced("--count", "1000", "-O", "5s")
        self.assertEqual(report["sent"]["datagrams"], 1000)
        # The last of them may arrive after the window has ended.
        for what in "delivered", "answered":
            self.assertLessEqual(report[what]["datagrams"], 1000)
        self.assertEqual(report["latency_ns"]["count"], 1000)

    def test_reflect_separates_both_directions(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "reflect") as s:
            report = self.balanced("--rate", "5k", server=s)
        ways, whole = report["one_way_ns"], report["latency_ns"]
        self.assertEqual(ways["there"]["count"], whole["count"])
        self.assertAlmostEqual(ways["there"]["mean"] + ways["back"]["mean"],
                               whole["mean"], delta=1)
        self.assertIsNone(self.balanced()["one_way_ns"])

    def test_unnumbered_replies_have_latency_if_all_arrived(self):
        for options in [], ["--rate", "5k"], ["--train", "off"]:
            with self.subTest(options=options):
                report = self.balanced(*options, service="length")
                ledger, latency = report["ledger"], report["latency_ns"]
                self.assertEqual(ledger["sent"], ledger["answered"])
                self.assertGreater(latency["count"], 0)
                self.assertLess(latency["max"], 1e9)

    def test_a_payload_is_sent_unchanged(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "query")
            with open(path, "wb") as f:
                f.write(b"a question")
            report = self.balanced("--payload", path)
            self.assertEqual(report["config"]["length"], 10)
            self.assertGreater(report["ledger"]["answered"], 0)
            # Whatever the reply is: this server answers with text.
            report = self.balanced("--payload", path, "--rate", "2k",
                                   service="length")
            self.assertGreater(report["ledger"]["answered"], 0)
            r, _ = load(self.echo.address, "--payload", path, "-l", "64")
            self.assertEqual(r.returncode, 2)
            with open(path, "wb") as f:
                f.write(bytes(70000))
            r, _ = load(self.echo.address, "--payload", path)
            self.assertIn("holds more than 65507", r.stderr)

    def test_refuses_bad_usage_with_one_line(self):
        cases = (
            (["--rate", "0"], "a rate from 0.001 to 10G datagrams a second"),
            (["--rate", "0.0009"], "a rate from 0.001"),
            (["--rate", "1000000000000"], "to 10G datagrams a second"),
            (["--rate", "9G/flow"], "is 72.0 G datagrams a second in total"),
            (["--ramp", "0.0001:1k:1s"], "a rate from 0.001"),
            (["-b", "0"], "a rate from 0.001 to 100T bits a second"),
            (["-b", "0.1", "-l", "1472"], "use 0.001 to 10G"),
            (["-b", "100T", "-l", "32"], "is 391 G datagrams a second in total"),
            (["-b", "8k", "-l", "0"], "datagrams of 0 bytes carry no bits"),
            (["--rate", "10k/second"], "neither a number nor /flow"),
            (["--rate", "1k", "--ramp", "1:2:1s"], "one of them"),
            (["--rate", "1k", "--find-capacity"], "one of them"),
            (["--loss", "1%"], "needs --find-capacity"),
            (["--find-capacity", "--loss", "110%"], "is not a share"),
            (["--rate", "1k", "--flood"], "one of them"),
            (["--rate", "1k", "-b", "1M"], "one of them"),
            (["--rate", "1k", "--window", "3"], "does not wait for replies"),
            (["--flood", "--window", "64"], "one of them"),
            (["-l", "16", "--verify", "full"], "no room for a number"),
            (["--histogram", "/nonexistent/x"], "No such file"),
            (["--histogram", ""], "No such file"),
            (["--burst", "3"], "need --rate"),
            (["--ramp", "1k:2k"], "try 10k:1M:30s"),
            (["--spacing", "odd", "--rate", "1"], "neither even nor poisson"),
            (["-l", "100-50"], "write 50-100"),
            (["-l", "imixx"], "try 64"),
            (["-l", "64:0"], "not a weight"),
            (["-l", "64:1,100:100000"], "less than 1/1024"),
            (["-l", "@/nonexistent"], "No such file"),
            (["-l", "16-64", "--verify", "full"], "no room for a number"),
            (["--csv", "/nonexistent/a"], "No such file"),
            (["--csv", "-", "-J"], "both write to standard output"),
            (["--dscp", "64"], "not a code point"),
            (["--ecn", "yes"], "choose not-ect"),
            (["--ttl", "0"], "from 1 to 255"),
            (["--ttl", "150"], "another server's reply"),
            (["--ttl", "254"], "another server's reply"),
            (["--source-ports", "5-4"], "not a range of ports"),
            (["--source-ports", "5000-5001"], "8 flows need more than these 2 ports"),
            (["-B", "127.0.0.9-127.0.0.2"], "not a range of at most"),
            (["--against", "quic"], "choose echo, discard, dns, text or other"),
            (["--payload", "/nonexistent"], "No such file"),
            (["--payload", __file__, "--content", "text"], "--content"),
            (["--rate", "1k", "--in-flight", "3"], "needs a closed loop"),
            (["--find-capacity", "--in-flight", "3"], "needs a closed loop"),
            (["--flood", "--in-flight", "3"], "needs a closed loop"),
            (["--verify", "full", "--expect", "any"], "needs --expect probes"),
            (["--verify", "full", "--expect", "none"], "needs --expect probes"),
            (["--content", "noise"], "choose random, zeros or text"),
        )
        for options, said in cases:
            with self.subTest(options=options):
                r = run(UDPMILL, "load", self.echo.address, *options)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertIn(said, r.stderr)
                self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
                self.assertEqual(r.stdout, "")


if __name__ == "__main__":
    unittest.main()
