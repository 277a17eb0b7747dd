#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ledger of a full backlog: the queue of packets that a CPU has yet to
receive. All namespaces share it, and suites beside this one would lose theirs,
so it runs alone. Needs root; exits with 77 without it."""

import os
import unittest

from accounts import CLIENT, SERVER, Case, serve
from namespaces import introduce, inside, main
from program import run

# Counters of the whole host, which others may change meanwhile.
WHOLE_HOST = {"backlog", "neighbour"}

# Ahead of everything else that wants to run on its CPU.
FIRST = ("chrt", "--fifo", "1")


def write(side, path, text):
    """Change a setting of a device in a namespace."""
    r = run("sh", "-c", f"echo {text} > {path}", prefix=inside(side))
    if r.returncode:
        raise unittest.SkipTest(f"{path}: {r.stderr.strip()}")


class Backlog(Case):
    def setUp(self):
        introduce()

    def need_a_sender_that_goes_on(self):
        """A backlog only fills if nothing delays its sender: give it priority.
        """
        if not {0, 1} <= os.sched_getaffinity(0):
            self.skipTest("a backlog of another CPU takes CPUs 0 and 1")
        r = run(*FIRST, "true")
        if r.returncode:
            self.skipTest("no real-time priority here: " + r.stderr.strip())

    def test_drops_of_a_full_backlog_on_loopback(self):
        self.need_a_sender_that_goes_on()
        path = "/sys/class/net/lo/queues/rx-0/rps_cpus"
        write(CLIENT, path, "2")
        self.addCleanup(write, CLIENT, path, "0")
        # Trains are sent quickly and taken apart slowly.
        with serve("--service", "discard", "--gro", "off", side=CLIENT,
                   host="127.0.0.1") as s:
            ledger = self.load(s.address, "--cpus", "0", prefix=FIRST)
        self.assertLost(ledger["request"], "backlog", "server_socket")

    def test_a_full_backlog_behind_a_veth_refuses_sends(self):
        self.need_a_sender_that_goes_on()
        path = "/sys/class/net/veth0/queues/rx-0/rps_cpus"
        write(SERVER, path, "2")
        self.addCleanup(write, SERVER, path, "0")
        with serve("--service", "discard", "--gro", "off") as s:
            ledger = self.load(s.address, "--cpus", "0", prefix=FIRST)
        kernel = ledger["kernel"]
        self.assertGreater(kernel["client"]["device_tx_dropped"], 0)
        self.assertGreater(kernel["server"]["device_rx_dropped"], 0)
        self.assertNotIn("backlog", ledger["request"]["dropped"])
        self.assertNotIn("device", ledger["request"]["dropped"])
        # Nor are those of others counted, although three counters changed.
        self.assertLessEqual(set(ledger["shared_counters"]), WHOLE_HOST)


if __name__ == "__main__":
    main()
