#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""As failures.py, for load's engines other than the first: each of their calls
fails, for a while or for ever."""

import unittest

from documents import document
from failures import (IN_A_ROW, UDPMILL, Run, reason_to_skip, rules,
                      side_by_side)
from program import Server, run_unless


class Engines(unittest.TestCase):
    CALLS = {
        "uring": [("io_uring_enter",)],
        "zerocopy": [("recvmmsg", "recvmsg"), ("sendmmsg", "sendmsg")],
        "splice": [("recvmmsg", "recvmsg"), ("splice",), ("vmsplice",)],
    }
    # These do not wait, so that many interruptions in a row are a failure.
    SENDS = [("sendmmsg", "sendmsg"), ("splice",), ("vmsplice",)]

    @classmethod
    def setUpClass(cls):
        cls.server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def load(self, rules, engine, *options):
        return Run(rules, "load", self.server.address, "-J", "-q", "--engine",
                   engine, *options).end()

    def engines(self):
        """Those that run here, with their calls."""
        runs = {e: c for e, c in self.CALLS.items() if "cannot run here"
                not in self.load([], e, "-t", "10ms").err}
        return [(e, calls) for e in runs for calls in runs[e]]

    def test_a_call_that_always_fails_ends_the_run(self):
        def work(engine, calls, error):
            # The engine's trial at the start makes a few of these calls.
            return self.load(rules(calls, error, 200), engine, "-t", "20s",
                             "--train", "off")

        cases = [(e, c, n) for e, c in self.engines() for n in (
            "EPERM", "ENOSYS", "EINTR") if n != "EINTR" or c in self.SENDS]
        for (engine, calls, error), r in side_by_side(work, cases):
            with self.subTest(engine=engine, calls=calls, error=error):
                self.assertLess(r.failed, 3 * IN_A_ROW, r)
                self.assertEqual(r.code, 3, r)
                self.assertEqual(len(r.said), 1, r)
                self.assertTrue(document(r.out)["halted"])

    def test_a_failure_that_passes_loses_and_repeats_nothing(self):
        def work(engine, calls, error, times):
            return self.load(rules(calls, error, 200, times), engine, "-t",
                             "300ms", "--train", "off")

        cases = [(e, c, n, t) for e, c in self.engines() for n, t in (
            ("EPERM", 1), ("ENOMEM", 5), ("EINTR", 3))]
        for (engine, calls, error, times), r in side_by_side(work, cases):
            with self.subTest(engine=engine, calls=calls, error=error):
                self.assertEqual(r.code, 0, r)
                ledger = document(r.out)["ledger"]
                self.assertEqual(ledger["duplicate"], 0, r)

    def test_an_interrupted_trial_of_an_engine_is_repeated(self):
        if "splice" not in dict(self.engines()):
            self.skipTest("splice cannot run here")
        for call in "splice", "vmsplice":
            r = self.load(rules((call,), "EINTR", 1, 3), "splice", "-t",
                          "100ms")
            with self.subTest(call=call):
                self.assertEqual((r.failed, r.code), (3, 0), r)
            r = self.load(rules((call,), "EINTR"), "splice", "-t", "1s")
            with self.subTest(call=call, times="for ever"):
                self.assertEqual((r.failed, r.code), (IN_A_ROW, 3), r)
                self.assertEqual(len(r.said), 1, r)

    def test_an_engine_that_is_forbidden_says_so(self):
        for engine, call, error in (
                ("uring", "io_uring_setup", "EPERM"),
                ("uring", "io_uring_setup", "ENOSYS"),
                ("splice", "vmsplice", "EPERM"),
                ("zerocopy", "setsockopt", "EPERM")):
            r = self.load(rules((call,), error), engine, "-t", "1s")
            with self.subTest(engine=engine, error=error):
                self.assertEqual(r.code, 3, r)
                self.assertEqual(len(r.said), 1, r)


if __name__ == "__main__":
    run_unless(reason_to_skip())
