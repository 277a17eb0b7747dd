#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The plugin of "udpmill perf count" counts each instruction of the scenarios.

Arguments: "program", which runs them in QEMU's emulation of a program, or
"machine", in that of a machine, where each instruction takes a nanosecond of
the clock; the file to run; the directory of the plugin. Exits 77 without QEMU.
"""

import functools
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import counts

KIND, FILE, PLUGINS = sys.argv[1:4]
QEMU, MAJOR = counts.find(
    {"program": "qemu-x86_64", "machine": "qemu-system-x86_64"}[KIND])
PLUGIN = f"{PLUGINS}/udpmill-count-{2 if MAJOR >= 9 else 1}.so"
ONE_BY_ONE = "-one-insn-per-tb" if MAJOR >= 9 else "-singlestep"

MACHINE = [
    "-machine", "q35", "-icount", "shift=0,sleep=off", "-smp", "1",
    "-m", "64", "-nodefaults", "-no-user-config", "-no-reboot",
    "-display", "none", "-device", "isa-debug-exit,iobase=0xf4"]
NOTHING, LOOPS, STRINGS, CALLS, TASKS, CROSSING, CONFUSED, TOO_FEW, LAST = (
    range(9))
FAULTY = 9

# Executed from one reading of the clock to the next, but not between marks: in
# each scenario, and in some more.
AROUND = 7
MORE = {STRINGS: 1, TASKS: 4}


def command(arguments, results=None, more=()):
    plugin = ["-plugin", ",".join([f"file={PLUGIN}", *arguments])]
    if KIND == "program":
        return [QEMU, *plugin, *more, FILE]
    return [QEMU, *MACHINE, *more, *plugin, "-kernel", FILE,
            "-chardev", f"file,id=results,path={results or os.devnull}",
            "-device", "isa-debugcon,iobase=0xe9,chardev=results"]


def run(directory, more=()):
    """What the plugin wrote, and how long each scenario took by the clock."""
    out, results = directory / "out", directory / "results"
    done = subprocess.run(
        command([f"out={out}"], results, more), text=True,
        capture_output=True, timeout=60)
    if done.returncode != (0 if KIND == "program" else 1) or done.stderr:
        raise AssertionError(f"{done.returncode}: {done.stderr}")
    times = results.read_bytes() if results.exists() else b""
    return out, [t for t, in struct.iter_unpack("<I", times)]


@functools.cache
def once():
    with tempfile.TemporaryDirectory() as name:
        out, times = run(pathlib.Path(name))
        return *counts.read(out), times, out.read_text()


class Counts(unittest.TestCase):
    def setUp(self):
        self.head, self.workloads, self.times, _ = once()
        self.at = counts.symbols(FILE)

    def windows(self, workload):
        self.assertTrue(self.workloads[workload].done)
        windows = self.workloads[workload].windows
        self.assertEqual(list(windows), [1, 2])
        return windows[1], windows[2]

    def assertInstructions(self, workload, first, second):
        self.assertEqual(
            [w.instructions() for w in self.windows(workload)],
            [first, second])

    def test_the_file_says_who_wrote_it(self):
        self.assertRegex(self.head,
                         r"\Audpmill-count 1 api=\d+ target=x86_64\Z")

    def test_a_window_has_the_mark_that_ends_it(self):
        self.assertInstructions(NOTHING, 1, 1)

    def test_loops(self):
        self.assertInstructions(LOOPS, 2002, 4002)

    def test_the_lines_are_sorted_and_none_is_there_twice(self):
        for workload in self.workloads:
            for window in workload.windows.values():
                keys = [row[:3] for row in window.rows]
                self.assertEqual(keys, sorted(set(keys)))

    def test_a_string_instruction_is_one_and_iterates(self):
        self.assertInstructions(STRINGS, 5, 15)
        first, second = self.windows(STRINGS)
        self.assertEqual(first.iterations(), 100)
        self.assertEqual(first.iterations(self.at["copy"]), 100)
        self.assertEqual(second.iterations(self.at["store"]), 50)
        self.assertEqual(second.iterations(self.at["none"]), 0)
        # It ends without a look at the counter.
        self.assertEqual(second.iterations(self.at["differ"]), 20)
        self.assertEqual(second.calls(self.at["differ"]), 1)
        self.assertEqual(second.iterations(), 70)

    def test_calls_are_executions_of_the_first_block(self):
        self.assertInstructions(CALLS, 1 + 3 * 7 + 5 * 7 + 1,
                                1 + 3 * 14 + 5 * 14 + 1)
        for window, calls in zip(self.windows(CALLS), (7, 14)):
            self.assertEqual(window.calls(self.at["called"]), calls)

    def test_tasks_are_told_apart_by_their_stacks(self):
        first, second = self.windows(TASKS)
        self.assertEqual((first.switches, second.switches), (2, 4))
        # Before a switch was seen, nobody knows who runs.
        self.assertEqual(first.tasks(), {0, 1, 2})
        self.assertEqual(second.tasks(), {1, 2})
        self.assertEqual(first.instructions(1), 2 + 1 + 200 + 3 + 3)
        self.assertEqual(second.instructions(1), 2 * (2 + 1 + 1 + 600 + 3 + 3))
        self.assertEqual(second.instructions(2), 1 + 2 * (1 + 3 + 3 + 2) + 1)

    def test_an_instruction_on_two_pages_is_one(self):
        self.assertInstructions(CROSSING, 504, 1004)

    def test_wrong_marks_end_the_workload(self):
        confused, few = self.workloads[CONFUSED], self.workloads[TOO_FEW]
        self.assertEqual((confused.done, few.done), (False, False))
        self.assertEqual((confused.unexpected, few.unexpected), (0x12, 2))
        self.assertEqual((list(confused.windows), list(few.windows)),
                         ([], [1]))

    def test_what_comes_after_is_counted_again(self):
        if KIND == "program":
            self.assertInstructions(LAST, 2002, 4002)

    @unittest.skipIf(KIND == "program", "a program has no such clock")
    def test_the_clock_agrees(self):
        for workload in NOTHING, LOOPS, STRINGS, CALLS, TASKS, CROSSING:
            with self.subTest(workload=workload):
                counted = sum(w.instructions() + w.iterations()
                              for w in self.windows(workload))
                self.assertEqual(
                    counted + AROUND + MORE.get(workload, 0),
                    self.times[workload])

    @unittest.skipIf(KIND == "program", "nothing interrupts a program")
    def test_interrupts_of_a_string_instruction(self):
        _, window = self.windows(LAST)
        ticks = window.calls(self.at["on_timer"])
        self.assertGreaterEqual(ticks, 40)
        self.assertEqual(window.calls(self.at["long_store"]), 1)
        self.assertEqual(window.iterations(self.at["long_store"]), 1000000)
        self.assertEqual(window.iterations(), 1000000 + 5 * ticks)
        self.assertEqual(
            1 + window.instructions() + window.iterations() + AROUND,
            self.times[LAST - 1])

    @unittest.skipIf(KIND == "program", "a fault would end the program")
    def test_a_fault_counts_what_is_left_of_its_block(self):
        """Wrong, and known: five instructions too many in each of ten."""
        first, second = self.windows(FAULTY)
        counted = first.instructions() + second.instructions() + AROUND
        self.assertEqual(counted - self.times[FAULTY - 1], 50)


class Runs(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.directory = pathlib.Path(held.name)

    def test_another_run_writes_the_same(self):
        out, times = run(self.directory)
        self.assertEqual((out.read_text(), times), (once()[-1], once()[-2]))

    @unittest.skipIf(KIND == "program", "that has room for all translations")
    def test_and_one_that_has_to_translate_again(self):
        out, times = run(self.directory, ["-accel", "tcg,tb-size=1"])
        self.assertEqual((out.read_text(), times), (once()[-1], once()[-2]))

    @unittest.skipIf(KIND == "machine", "its firmware would take a minute")
    def test_blocks_of_one_instruction_have_the_same_sums(self):
        """But for a last iteration, which only looks at the counter."""
        def sums(workload):
            return [(w.switches, w.instructions())
                    for w in workload.windows.values()]

        out, _ = run(self.directory, [ONE_BY_ONE])
        self.assertEqual([sums(w) for w in counts.read(out)[1]],
                         [sums(w) for w in once()[1]])

    def refused(self, *arguments):
        done = subprocess.run(
            command(arguments), capture_output=True, text=True, timeout=30,
            stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1)
        line = done.stderr.splitlines()[0]
        self.assertTrue(line.startswith("udpmill-count: "), done.stderr)
        return line

    def test_wrong_arguments_are_refused_in_one_line(self):
        self.assertIn("name a file for the counts by out=FILE",
                      self.refused())
        self.assertIn("not to=here", self.refused("to=here"))
        self.assertIn("cannot write to /no/such/file: No such file",
                      self.refused("out=/no/such/file"))

    @unittest.skipIf(KIND == "program", "a program has no number of CPUs")
    def test_two_cpus_are_refused(self):
        arguments = command([f"out={self.directory / 'out'}"])
        arguments[arguments.index("-smp") + 1] = "2"
        done = subprocess.run(arguments, capture_output=True, text=True,
                              timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("start QEMU by -smp 1", done.stderr)

    def test_counts_that_cannot_be_written_end_the_run(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        done = subprocess.run(command(["out=/dev/full"]), text=True,
                              capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)


if __name__ == "__main__":
    if not QEMU:
        print("QEMU is not installed: qemu-user brings qemu-x86_64, "
              "qemu-system-x86 the emulation of a machine")
        sys.exit(77)
    if not shutil.which("nm"):
        print("nm (binutils) is not installed")
        sys.exit(77)
    del sys.argv[1:4]
    unittest.main()
