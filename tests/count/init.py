#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The guest's init carries out a plan, and tells what failed.

Arguments: the init, and a statically linked udpmill. The kernel is the one that
UDPMILL_TEST_KERNEL names, or else this host's newest; exits 77 if there is none,
or no QEMU.
"""

import json
import pathlib
import struct
import sys
import tempfile
import unittest

import booting
from udpmill_perf.guest import frames, initramfs

INIT, UDPMILL = sys.argv[1:3]
PATIENCE_S = 550
WARM, N = 100, 500
PT_LOAD = 1

SERVE = "server /bin/udpmill serve 127.0.0.1:10600 --ready-file /tmp/ready"
LOAD = "load /bin/udpmill load 127.0.0.1:{port} -q -J --seed 1"
WORKLOAD = "workload {name}\nready /tmp/ready\n{server}\n{load}\nend\n"


def workload(name, server=f"{SERVE} --service echo", port=10600, more=""):
    return WORKLOAD.format(name=name, server=server,
                           load=LOAD.format(port=port) + more)


# Each boot takes a while, so that one plan shows much.
FIFO = "policy server fifo 1\npolicy load fifo 1\n"
GOOD = ("sysctl kernel.sched_rt_runtime_us -1\n"
        "run /bin/udpmill --version\n"
        "policy softirq fifo 2\n"
        "quiet 200\n"
        + workload("echo", server=f"{FIFO}{SERVE} --service echo",
                   more=f" --train off --count-windows {WARM},{N}")
        # Nobody listens there.
        + workload("refused", port=9, more=" --time 300ms")
        # It ends by itself before it is told to.
        + workload("early", more=" --time 300ms", server=f"{SERVE} --service "
                   "echo --count 100")
        + "names\n")
BAD = {
    "server": workload("never", server="server /bin/udpmill serve --nonsense"),
    "module": "module /modules/absent.ko\n",
    "run": "run /bin/udpmill send\n",
    "sysctl": "sysctl net.ipv4.absent 1\n",
}


class Guest:
    """A boot that has been started. init: the file that becomes /init."""

    def __init__(self, plan, init=INIT, seed=1):
        self.folder = tempfile.TemporaryDirectory()
        self.emulator, self.there = booting.start(
            KERNEL.image, pathlib.Path(self.folder.name), initramfs.compose(
                init, {initramfs.UDPMILL: UDPMILL},
                f"udpmill-plan 1\n{plan}off\n", {}), seed=seed)

    def end(self):
        """Waits for it. What it sent, and its console."""
        try:
            code = self.emulator.wait(PATIENCE_S)
        finally:
            self.emulator.kill()
            self.emulator.wait()
        if code:
            raise AssertionError(f"QEMU ended with {code}")
        sent, console = (pathlib.Path(self.there[name]).read_bytes()
                         for name in ("results", "console"))
        self.folder.cleanup()
        return sent, console.decode("utf-8", "replace")


def boot(*plans, **how):
    """Side by side, since the machine has two CPUs or more."""
    return [guest.end() for guest in [Guest(plan, **how) for plan in plans]]


def split(sent):
    return [(tag, body.decode()) for tag, body in frames.split(sent)]


def segments(path):
    """(type, address) of each segment of an ELF file."""
    elf = pathlib.Path(path).read_bytes()
    (at,) = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for place in range(at, at + size * count, size):
        kind, _, _, address = struct.unpack_from("<IIQQ", elf, place)
        yield kind, address


def by_workload(told):
    """Its frames by their tags, by its name."""
    workloads = {}
    for tag, body in told:
        if tag == "begin":
            last = workloads.setdefault(body, {})
        elif workloads:
            last[tag] = body
    return workloads


class Good(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sent, _ = zip(*boot(GOOD, GOOD))
        ((cls.other, _),) = boot(GOOD, seed=2)
        cls.frames = split(cls.sent[0])
        cls.workloads = by_workload(cls.frames)

    def test_the_same_boot_twice_tells_the_same(self):
        self.assertEqual(self.sent[0], self.sent[1])

    def test_another_seed_changes_no_turn(self):
        """Programs of the same priority wait for each other."""
        other = by_workload(split(self.other))
        self.assertNotEqual(self.other, self.sent[0])
        first, second = (json.loads(workloads["echo"]["json"])["count_marks"]
                         for workloads in (self.workloads, other))
        self.assertEqual(first, second)

    def test_its_addresses_are_not_those_of_the_server(self):
        first = min(address for kind, address in segments(INIT)
                    if kind == PT_LOAD)
        self.assertEqual(first, 0x10000000)
        self.assertLess(max(address for kind, address in segments(UDPMILL)
                            if kind == PT_LOAD), first)

    def test_all_is_told_in_order(self):
        tags = [tag for tag, _ in self.frames]
        self.assertEqual(tags, [
            "hello", "quiet",
            "begin", "maps", "server", "load", "json", "end",
            "begin", "maps", "server", "load", "json", "end",
            "begin", "server", "load", "json", "end",
            "kallsyms", "modules", "off"])
        release, version, processor = self.frames[0][1].splitlines()
        self.assertEqual(release, KERNEL.release)
        self.assertTrue(version.startswith("#"))
        self.assertTrue(processor)

    def test_it_waited_until_all_was_quiet(self):
        waited, idle = map(int, self.frames[1][1].split())
        self.assertGreaterEqual(waited, 200)
        self.assertGreaterEqual(idle, 97)

    def test_the_load_balances_between_its_marks(self):
        told = self.workloads["echo"]
        self.assertEqual(told["end"], "echo")
        self.assertEqual(told["server"].splitlines()[0], "0")
        self.assertEqual(told["load"].splitlines()[0], "0")
        report = json.loads(told["json"])
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.assertEqual(report["ledger"]["answered"],
                         report["ledger"]["sent"])
        # The server's counters were seen.
        self.assertEqual(report["environment"]["server"]["service"], "echo")
        marks = [mark["answered"] for mark in report["count_marks"]]
        self.assertEqual(len(marks), 3)
        self.assertGreaterEqual(marks[0], WARM)
        self.assertGreaterEqual(marks[1] - marks[0], N)
        self.assertGreaterEqual(marks[2] - marks[1], 2 * N)

    def test_the_server_is_where_its_program_says(self):
        self.assertRegex(self.workloads["echo"]["maps"],
                         r"(?m)^[0-9a-f]+-[0-9a-f]+ r-xp .* /bin/udpmill$")

    def test_a_load_that_fails_is_told_and_ends_nothing(self):
        told = self.workloads["refused"]
        code, said = told["load"].split("\n", 1)
        self.assertEqual(code, "4")
        self.assertIn("udpmill load: ", said)
        self.assertEqual(told["server"].splitlines()[0], "0")

    def test_a_server_that_ends_early_is_told(self):
        told = self.workloads["early"]
        self.assertEqual(told["server"].splitlines()[0], "0")
        self.assertEqual(told["load"].splitlines()[0], "4")

    def test_names_are_those_of_functions(self):
        lines = dict(self.frames)["kallsyms"].splitlines()
        self.assertGreater(len(lines), 10000)
        for line in lines:
            self.assertRegex(line, r"\A[0-9a-f]{16} [tTwW] \S+(\t\[\w+\])?\Z")
        names = {line.split()[2] for line in lines}
        self.assertIn("udp_sendmsg", names)
        self.assertNotIn("0" * 16, {line.split()[0] for line in lines})


class Bad(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        plans = list(BAD.values())
        ends = [end for i in range(0, len(plans), 2)
                for end in boot(*plans[i:i + 2])]
        cls.ends = dict(zip(BAD, ends))

    def assertTold(self, name, pattern):
        sent, console = self.ends[name]
        tag, body = split(sent)[-1]
        self.assertEqual(tag, "error")
        self.assertRegex(body, pattern)
        self.assertNotIn("\n", body)
        # There, too, for whoever reads only that.
        self.assertIn(f"udpmill-guest-init: {body}", console)

    def test_a_server_that_does_not_start(self):
        self.assertTold("server", r"\Anever: the server ended with exit code "
                        r"2 before it was ready: .*--nonsense")

    def test_a_missing_module(self):
        self.assertTold("module", r"\Amodule /modules/absent\.ko: No such")

    def test_a_preparation_that_fails(self):
        self.assertTold("run", r"\A/bin/udpmill send: ended with exit code 2: "
                        "udpmill send: ")

    def test_a_sysctl_that_is_not_there(self):
        self.assertTold("sysctl", r"\Asysctl net\.ipv4\.absent = 1: No such")


class Crash(unittest.TestCase):
    def test_an_init_that_ends_is_a_panic_and_not_a_hang(self):
        ((sent, console),) = boot("", init=UDPMILL)
        self.assertEqual(sent, b"")
        self.assertIn("Kernel panic - not syncing: Attempted to kill init",
                      console)


if __name__ == "__main__":
    KERNEL = booting.or_skip()
    del sys.argv[1:3]
    unittest.main()
