#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --count-windows, which perf count uses: windows that begin and end by
count; and serve --burn-rounds, which makes a server slower by count."""

import json
import sys
import unittest

from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)
WARM, N = 300, 2000
# Datagrams that a turn may take at most: a window of each flow and its
# replies.
TURN = 20000


class Windows(unittest.TestCase):
    def load(self, server, *options, code=0):
        r = run(UDPMILL, "load", server.address, "-J", "-q",
                "--count-windows", f"{WARM},{N}", *options)
        self.assertEqual(r.returncode, code, r.stderr)
        return document(r.stdout), r.stderr

    def assertMarked(self, report, by):
        marks = report["count_marks"]
        self.assertEqual(len(marks), 3)
        due = WARM
        for number, mark in enumerate(marks):
            self.assertGreaterEqual(mark[by], due, marks)
            self.assertLessEqual(mark[by], due + TURN, marks)
            self.assertLessEqual(mark["answered"], mark["sent"])
            due = mark[by] + (number + 1) * N
        self.assertGreaterEqual(report["ledger"]["sent"], marks[2]["sent"])
        self.assertEqual(report["ledger"]["unexplained"], 0)
        # Neither a warm-up nor an interval was begun by the clock.
        self.assertEqual(report["config"]["omit_s"], 0)
        self.assertLessEqual(len(report["intervals"]), 1)

    def test_marks_follow_the_replies(self):
        with Server(UDPMILL, "0", "--service", "echo") as s:
            for options in ((), ("--train", "off"), ("-P", "1"),
                            ("-P", "1", "--train", "off", "--window", "1"),
                            ("--window", "3", "--train", "off", "--spin"),
                            ("--flood",), ("--rate", "50k"),
                            ("-l", "imix"), ("-T", "1")):
                with self.subTest(options=options):
                    report, _ = self.load(s, *options)
                    self.assertMarked(report, "answered")

    def test_a_ping_pong_is_marked_soon(self):
        """With one CPU, exactly; else a reply may come while the thread looks
        whether any is left, up to a quarter of a window."""
        with Server(UDPMILL, "0", "--service", "echo") as s:
            report, _ = self.load(s, "-P", "1", "--train", "off",
                                  "--window", "1")
        marks, due = report["count_marks"], WARM
        for number, mark in enumerate(marks):
            self.assertLessEqual(due, mark["answered"])
            self.assertLessEqual(mark["answered"], due + N // 4 + 1)
            due = mark["answered"] + (number + 1) * N
        self.assertGreaterEqual(report["ledger"]["sent"], marks[2]["sent"])

    def test_marks_follow_the_sends_where_nobody_answers(self):
        with Server(UDPMILL, "0", "--service", "discard") as s:
            for options in (), ("--train", "off"), ("--rate", "50k"):
                with self.subTest(options=options):
                    report, _ = self.load(s, *options)
                    self.assertMarked(report, "sent")

    def test_a_run_that_ends_before_its_windows_fails(self):
        with Server(UDPMILL, "0", "--service", "echo") as s:
            report, said = self.load(s, "--rate", "1k", "--time", "500ms",
                                     code=3)
        self.assertLess(len(report["count_marks"]), 3)
        self.assertRegex(said, r"\Audpmill load: --count-windows: [^\n]*"
                         r"[012] of 3 marks; use a longer --time[^\n]*\n\Z")

    def test_other_runs_have_no_marks(self):
        with Server(UDPMILL, "0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "-J", "-q", "--count", "10",
                    "-O", "0")
        self.assertNotIn("count_marks", document(r.stdout))

    def assertRefused(self, *options, says):
        with self.subTest(options=options):
            r = run(UDPMILL, "load", "127.0.0.1:9", *options)
            self.assertEqual((r.returncode, r.stdout), (2, ""), r.stderr)
            self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
            self.assertIn(says, r.stderr)

    def test_what_does_not_fit_is_refused(self):
        for option in (("-T", "2"), ("--omit", "1s"), ("--interval", "1s"),
                       ("--count", "9"), ("--flow-lifetime", "1s"),
                       ("--stages",), ("--stress",), ("--find-capacity",),
                       ("--pcap", "x")):
            self.assertRefused("--count-windows", "1,1", *option,
                               says="--count-windows")

    def test_only_two_numbers_are_windows(self):
        for text in ("1", "1,", ",1", "0,1", "1,0", "1,2,3", "a,b", "-1,1",
                     "1, 1", "9" * 30 + ",1", "1,2000000000000"):
            self.assertRefused("--count-windows=" + text,
                               says="is not two numbers")


class Burn(unittest.TestCase):
    def test_rounds_are_told(self):
        with Server(UDPMILL, "0", "--service", "echo", "-J",
                    "--burn-rounds", "12") as s:
            r = run(UDPMILL, "load", s.address, "--count", "100", "-O", "0")
            self.assertEqual(r.returncode, 0, r.stderr)
        options, _ = json.JSONDecoder().raw_decode(s.out)
        self.assertIn('"burn_rounds": 12', json.dumps(options))

    def test_rounds_that_cannot_be_are_refused(self):
        for options in (("--burn-rounds", "0"), ("--burn-rounds", "30001"),
                        ("--burn-rounds", "x"),
                        ("--burn-rounds", "5", "--burn", "5")):
            with self.subTest(options=options):
                r = run(UDPMILL, "serve", "0", *options)
                self.assertEqual((r.returncode, r.stdout), (2, ""))
                self.assertIn("--burn", r.stderr)
                self.assertEqual(r.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
