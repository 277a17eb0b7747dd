#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""As failures.py, for load --engine kernel: the call that sends fails, for a
while or for ever."""

import sys

from documents import document
from failures import IN_A_ROW, UDPMILL, Run, rules

sys.argv.insert(1, UDPMILL)  # for the lab, which takes it from there

# pylint: disable=wrong-import-position
from balance import Balance  # noqa: E402
from frames_lab import make, serve, start  # noqa: E402
from namespaces import GRO, NAMES, set_offload  # noqa: E402


def make_with_gro():
    make()
    set_offload(1, GRO, True)


def load(address, error, *more):
    """Its start makes fewer calls than 500."""
    return Run(rules(("bpf",), error, 500, *more), "load", address, "-J", "-q",
               "--engine", "kernel", "--netns", NAMES[0], "--rate", "5k",
               "--count", "5000").end()


class Kernel(Balance):
    def test_a_launch_that_always_fails_ends_the_run(self):
        for error, failed in (("EPERM", IN_A_ROW), ("ENOSYS", 1),
                              ("EINTR", IN_A_ROW)):
            with self.subTest(error=error), serve("--service", "echo") as s:
                r = load(s.address, error)
                self.assertEqual((r.failed, r.code), (failed, 3), r)
                self.assertEqual(len(r.said), 1, r)
                self.assertIn("BPF_PROG_TEST_RUN",
                              document(r.out)["halted"])

    def test_a_failure_that_passes_loses_and_repeats_nothing(self):
        for error, times in ("EPERM", 1), ("ENOMEM", 5), ("EINTR", 9):
            with self.subTest(error=error), serve("--service", "echo") as s:
                r = load(s.address, error, times)
                self.assertEqual((r.failed, r.code), (times, 0), r)
                ledger = document(r.out)["ledger"]
                self.assertEqual(ledger["sent"], 5000, r)
                self.assertEqual(ledger["answered"], 5000, r)


if __name__ == "__main__":
    start("kernel", ("BPF", "SYS_ADMIN"), make_with_gro)
