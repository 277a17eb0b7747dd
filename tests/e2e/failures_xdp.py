#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""As failures.py, for load --engine xdp: the call that sends fails, for a while
or for ever."""

import sys
import unittest

from documents import document
from failures import IN_A_ROW, UDPMILL, Run, rules

sys.argv.insert(1, UDPMILL)  # for the lab, which takes it from there

# pylint: disable=wrong-import-position
from engine_xdp_lab import start  # noqa: E402
from frames_lab import serve  # noqa: E402
from namespaces import NAMES  # noqa: E402


def load(address, error, *more):
    return Run(rules(("sendto",), error, *more), "load", address, "-J", "-q",
               "--engine", "xdp", "--netns", NAMES[0], "-t", "300ms").end()


class Xdp(unittest.TestCase):
    def test_a_send_that_always_fails_ends_the_run(self):
        for error in "EPERM", "ENOSYS":
            with self.subTest(error=error), serve("--service", "echo") as s:
                r = load(s.address, error, 200)
                self.assertLess(r.failed, 4 * IN_A_ROW, r)
                self.assertEqual(r.code, 3, r)
                self.assertEqual(len(r.said), 1, r)
                self.assertTrue(document(r.out)["halted"])

    def test_a_failure_that_passes_loses_and_repeats_nothing(self):
        for error, times in (("EPERM", 1), ("ENOMEM", 5), ("ENOBUFS", 7),
                             ("EAGAIN", 9), ("EINTR", 3)):
            with self.subTest(error=error), serve("--service", "echo") as s:
                r = load(s.address, error, 200, times)
                self.assertEqual(r.code, 0, r)
                self.assertEqual(r.failed, times, r)
                ledger = document(r.out)["ledger"]
                self.assertEqual(ledger["answered"], ledger["sent"], r)
                self.assertEqual(ledger["duplicate"], 0, r)


if __name__ == "__main__":
    start()
