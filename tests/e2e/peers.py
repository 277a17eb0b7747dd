#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb load with misbehaving peers, and the files that it writes."""

import csv
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import balance
from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)


def load(address, *arguments, seconds="500ms"):
    return balance.load(UDPMILL, address, *arguments, seconds=seconds,
                        warm_up="100ms")


class Peers(balance.Balance):
    @classmethod
    def setUpClass(cls):
        cls.echo = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")

    @classmethod
    def tearDownClass(cls):
        cls.echo.stop()

    def balanced(self, *arguments, **more):
        r, report = load(self.echo.address, *arguments, **more)
        self.assertBalances(r, report, faults=("corrupt", "duplicate", "stale"))
        return report

    def test_an_old_file_is_kept_if_nothing_was_sent(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = (os.path.join(folder, n) for n in ("old", "new"))
            with open(old, "w") as f:
                f.write("precious")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.bind(("127.0.0.1", 0))
                free = f"127.0.0.1:{s.getsockname()[1]}"
            r = run(UDPMILL, "load", free, "--csv", old, "--histogram", new)
            self.assertEqual(r.returncode, 4, r.stderr)
            with open(old) as f:
                self.assertEqual(f.read(), "precious")
            self.assertFalse(os.path.exists(new))

    def test_an_ipv4_address_may_be_written_as_ipv6(self):
        mapped = "[::ffff:127.0.0.1]"
        peer = mapped + ":" + self.echo.address.rsplit(":", 1)[1]
        for options in [], ["-B", mapped], ["-6"], ["--stages"]:
            r, report = load(peer, *options, seconds="50ms")
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(report["config"]["remote"], self.echo.address)

    def test_a_full_device_is_reported_as_such(self):
        r, _ = load(self.echo.address, "-i", "100ms", "--csv", "/dev/full")
        self.assertEqual(r.returncode, 3)
        self.assertIn("No space left", r.stderr)

    def test_a_server_that_ends_fails_the_run(self):
        for options in ["--rate", "5k"], ["--window", "64"]:
            with self.subTest(options=options):
                server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")
                p = subprocess.Popen(
                    [UDPMILL, "load", server.address, "-J", "-t", "60s", "-i",
                     "100ms", *options],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                p.stderr.readline()
                server.process.kill()
                out, err = p.communicate(timeout=50)
                server.wait()
                self.assertEqual(p.returncode, 4, err)
                self.assertIn("the server ended", err)
                self.assertTrue(document(out)["ledger"]["server_gone"])

    def test_replies_of_a_distant_peer_are_waited_for(self):
        """Half a second away, and its counters cannot be seen: nothing happens
        for a long time."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            s.settimeout(10)
            timers = []

            def echo():
                while len(timers) < 10:
                    timers.append(threading.Timer(0.5, s.sendto,
                                                  s.recvfrom(2048)))
                    timers[-1].start()

            server = threading.Thread(target=echo)
            server.start()
            r, report = load("127.0.0.1:%d" % s.getsockname()[1], "--rate",
                             "100", "--count", "10", seconds="10s")
            server.join()
            for timer in timers:
                timer.join()
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(report["ledger"]["answered"], 10, report["ledger"])

    def test_one_flow_is_not_limited_by_in_flight(self):
        for options in (["-P", "1", "--in-flight", "64"],
                        ["-P", "4", "-T", "4", "--in-flight", "256"]):
            report = self.balanced(*options, "--count", "20000", seconds="60s")
            self.assertEqual(report["ledger"]["answered"], 20000)

    def test_a_run_with_an_unreachable_rate_ends_in_time(self):
        r, report = load(self.echo.address, "--rate", "1G")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertGreater(report["pacing"]["not_sent"], 1e8)

    def test_lost_texts_do_not_close_the_window(self):
        """The server does not answer the first window."""
        program = ("import socket; s=socket.socket(2,2); "
                   "s.bind(('127.0.0.1',0)); print(s.getsockname()[1], "
                   "flush=True); n=0\n"
                   "while 1:\n d,a=s.recvfrom(65536); n+=1\n"
                   " if not 100<=n<164:"
                   " s.sendto(b'Your data was %d bytes'%len(d),a)")
        with subprocess.Popen([sys.executable, "-c", program],
                              stdout=subprocess.PIPE) as server:
            try:
                r, report = load(
                    f"127.0.0.1:{int(server.stdout.readline())}", "--expect",
                    "text", "-P", "1", "--train", "off", "--window", "64",
                    "-l", "64", "--count", "12000", seconds="60s")
            finally:
                server.kill()
        ledger = report["ledger"]
        # All are sent, although the window was once full of datagrams without
        # replies.
        self.assertEqual((ledger["sent"], ledger["missing"]), (12000, 64))
        # Replies to the rest of those written off did arrive.
        self.assertEqual(
            ledger["written_off"] - ledger["written_off_answered"], 64)

    def test_a_peer_that_does_not_answer_fails_the_run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            peer = f"127.0.0.1:{silent.getsockname()[1]}"
            r, _ = load(peer, "--rate", "1k")
            self.assertEqual(r.returncode, 4, r.stderr)
            self.assertIn("not one reply came", r.stderr)
            r, _ = load(peer, "--rate", "1k", "--expect", "none")
            self.assertEqual(r.returncode, 0, r.stderr)

    def test_an_ordinary_server_is_not_flooded_by_a_closed_loop(self):
        program = ("import socket; s=socket.socket(2,2); "
                   "s.bind(('127.0.0.1',0)); print(s.getsockname()[1], "
                   "flush=True)\n"
                   "while 1: d,a=s.recvfrom(65536); s.sendto(d,a)")
        with subprocess.Popen([sys.executable, "-c", program],
                              stdout=subprocess.PIPE) as server:
            try:
                peer = f"127.0.0.1:{int(server.stdout.readline())}"
                for options in [], ["--train", "off"], ["-l", "9000"]:
                    with self.subTest(options=options):
                        r, report = load(peer, *options)
                        self.assertEqual(r.returncode, 0, r.stderr)
                        self.assertEqual(report["ledger"]["missing"], 0)
            finally:
                server.kill()

    def report_and_csv(self):
        """One run's report, and the rows of its intervals."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "intervals.csv")
            report = self.balanced("--rate", "2k", "-i", "100ms", "--csv",
                                   path)
            with open(path) as f:
                return report, list(csv.DictReader(f))

    def test_intervals_are_written_as_csv(self):
        report, rows = self.report_and_csv()
        self.assertEqual(len(rows), len(report["intervals"]))
        self.assertEqual([int(row["sent"]) for row in rows],
                         [i["sent"] for i in report["intervals"]])
        self.assertEqual(list(rows[0])[:12], [
            "start_s", "seconds", "omitted", "sent", "answered", "sent_bytes",
            "answered_bytes", "sent_per_second", "answered_per_second", "lost",
            "jitter_ns", "trains_refused"], "programs read these by place")
        self.assertEqual(rows[0]["omitted"], "1")
        self.assertEqual(rows[-1]["omitted"], "0")

    def test_each_interval_has_a_latency_of_its_own(self):
        report, rows = self.report_and_csv()
        for interval, row in zip(report["intervals"], rows, strict=True):
            latency = interval["latency_ns"]
            self.assertEqual(int(row["latency_count"]), latency["count"])
            if latency["count"]:
                for key in "min", "p50", "p90", "p99", "p999", "max":
                    self.assertEqual(int(row[f"latency_{key}_ns"]),
                                     latency[key])
                self.assertLessEqual(latency["p50"], latency["p99"])
            self.assertAlmostEqual(interval["planned_per_second"], 2000, 3)
            self.assertIsNone(interval["step"])
        self.assertIsNone(report["steps"])
        # A reply may be counted an interval before its latency, or after it.
        all_of_them = sum(i["latency_ns"]["count"] for i in report["intervals"])
        self.assertLessEqual(all_of_them, report["ledger"]["answered"])
        self.assertGreater(all_of_them, report["ledger"]["answered"] / 2)

    def test_each_step_of_a_ramp_is_reported(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "steps.csv")
            report = self.balanced("--ramp", "500:2k:900ms:3", "-t", "1200ms",
                                   "--csv-steps", path)
            with open(path) as f:
                rows = list(csv.DictReader(f))
        steps = report["steps"]
        # On a busy host, one may be noticed together with the next.
        numbers = [s["step"] for s in steps]
        self.assertEqual(numbers, sorted(set(numbers) & {1, 2, 3, 4}))
        self.assertEqual(numbers[0], 1)
        for step, row in zip(steps, rows, strict=True):
            self.assertEqual(step["rate_first"],
                             [500, 1250, 2000, 2000][step["step"] - 1])
            self.assertFalse(step["omitted"])
            self.assertEqual(row["step"], str(step["step"]))
            self.assertEqual(int(row["sent"]), step["sent"])
            self.assertEqual(float(row["rate_last"]), step["rate_last"])
            self.assertGreater(step["latency_ns"]["count"], 0)
        # One begins where the one before has ended.
        for before, step in zip(steps, steps[1:]):
            self.assertAlmostEqual(before["start_s"] + before["seconds"],
                                   step["start_s"], 6)

    def test_steps_need_a_ramp_and_a_file_of_their_own(self):
        for options, said in (
                ([], "the steps of --ramp"),
                (["--ramp", "1:2:1s", "--csv", "-"], "give one of them a name")):
            r = run(UDPMILL, "load", self.echo.address, "--csv-steps", "-",
                    *options)
            self.assertEqual((r.returncode, r.stdout), (2, ""))
            self.assertIn(said, r.stderr)

    def test_each_output_needs_a_file_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            path, link, old = (os.path.join(folder, n) for n in "abc")
            with open(old, "w") as f:
                f.write("precious")
            os.symlink(old, link)
            for first, second in (path, path), (old, link):
                r = run(UDPMILL, "load", self.echo.address, "--csv", first,
                        "--histogram", second)
                self.assertEqual((r.returncode, r.stdout), (2, ""))
                self.assertEqual(r.stderr, f"udpmill load: --histogram: "
                                 f"{second}: --csv writes to this file, too; "
                                 "name another\n")
            self.assertFalse(os.path.exists(path))
            with open(old) as f:
                self.assertEqual(f.read(), "precious")

    def test_the_histogram_has_hdrhistograms_format(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "latency.hgrm")
            report = self.balanced("--rate", "5k", "--histogram", path)
            with open(path) as f:
                lines = f.read().splitlines()
            rows = [line.split() for line in lines[2:]
                    if line and not line.startswith("#")]
            self.assertEqual(int(rows[-1][2]), report["latency_ns"]["count"])
            shares = [float(row[1]) for row in rows]
            self.assertEqual(shares, sorted(shares))
            self.assertEqual((shares[0], shares[-1]), (0, 1))
            median = next(row for row in rows if float(row[1]) == 0.5)
            self.assertAlmostEqual(float(median[0]),
                                   report["latency_ns"]["p50"] / 1e3, 2)
            path += ".json"
            report = self.balanced("--rate", "5k", "--histogram", path)
            with open(path) as f:
                histogram = document(f.read())
            self.assertEqual(
                sum(n for _, n in histogram["values_and_counts"]),
                report["latency_ns"]["count"])

    def test_against_explains_how_to_load_other_servers(self):
        for kind in "echo", "discard", "dns", "text", "other":
            r = run(UDPMILL, "load", "--against", kind)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertIn("udpmill load HOST:", r.stdout)
            self.assertLessEqual(max(map(len, r.stdout.split("\n"))), 80)


if __name__ == "__main__":
    unittest.main()
