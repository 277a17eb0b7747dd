#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The plugin counts what a Linux kernel does, and its clock agrees.

Arguments: the guest's init, and the directory of the plugin. The kernel is the
one that UDPMILL_TEST_KERNEL names, or else this host's newest; exits 77 if there
is none, or no QEMU.
"""

import pathlib
import sys
import tempfile
import unittest

import booting
import counts
from udpmill_perf.guest import cpio

INIT, PLUGINS = sys.argv[1:3]
COUNT = 2000   # as in guest.c
FEW = 200   # of tens of millions: those between a mark and a look at the clock
A_FAULT = 30   # instructions that it may leave in its block
ALONE, IN_TURNS, FAULTS = range(3)


def boot(folder):
    """Text of the results, and path of the counts."""
    init = cpio.file("init", pathlib.Path(INIT).read_bytes(), 0o755)
    emulator, there = booting.start(
        KERNEL.image, folder, cpio.archive([init]), PLUGINS)
    if emulator.wait(500):
        raise AssertionError(f"QEMU ended with {emulator.returncode}")
    return pathlib.Path(there["results"]).read_text(), there["counts"]


class Kernel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as name:
            results, path = boot(pathlib.Path(name))
            _, cls.workloads = counts.read(path)
        cls.times = [[int(time) for time in line.split()]
                     for line in results.splitlines()]

    def test_all_is_there(self):
        self.assertEqual([w.done for w in self.workloads], [True] * 3)
        self.assertEqual([len(times) for times in self.times], [2] * 3)

    def test_the_clock_agrees_but_for_faults(self):
        for number, workload in enumerate(self.workloads):
            for window, time in zip(workload.windows, self.times[number]):
                faults = window * COUNT if number == FAULTS else 0
                counts_of = workload.windows[window]
                more = (counts_of.instructions() + counts_of.iterations()
                        - time)
                with self.subTest(workload=number, window=window):
                    self.assertGreaterEqual(more, 0)
                    self.assertLess(more, FEW + A_FAULT * faults)

    def test_the_second_window_has_twice_the_work(self):
        first, second = self.workloads[ALONE].windows.values()
        self.assertAlmostEqual(
            second.instructions() / first.instructions(), 2, delta=0.02)

    def test_user_and_kernel_are_told_apart(self):
        window = self.workloads[ALONE].windows[1]
        user = sum(r.instructions * r.executions for r in window.rows
                   if not r.address >> 63)
        # Two calls of a C library, and a loop, each time.
        self.assertGreater(user, 10 * COUNT)
        self.assertLess(user, window.instructions() / 20)

    def test_two_that_take_turns_are_two_tasks(self):
        for number, window in self.workloads[IN_TURNS].windows.items():
            with self.subTest(window=number):
                self.assertAlmostEqual(
                    window.switches, 2 * number * COUNT, delta=100)
                both = sorted((window.instructions(task)
                               for task in window.tasks()), reverse=True)[:2]
                self.assertAlmostEqual(both[0] / both[1], 1, delta=0.1)
                self.assertGreater(sum(both), 0.95 * window.instructions())

    def test_a_cleared_page_is_a_string_instruction(self):
        """The pages that are touched, by 512 words or 4096 bytes each."""
        alone = self.workloads[ALONE].windows[1].iterations()
        faults = self.workloads[FAULTS].windows[1].iterations()
        self.assertGreaterEqual(faults - alone, 512 * COUNT)


if __name__ == "__main__":
    KERNEL = booting.or_skip()
    del sys.argv[1:3]
    unittest.main()
