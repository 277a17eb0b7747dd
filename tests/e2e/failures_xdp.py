#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""As failures.py, for load --engine xdp and serve --backend xdp: the call that
sends fails, for a while or for ever."""

import json
import signal
import socket
import sys
import unittest

from documents import document
from failures import IN_A_ROW, LATER, UDPMILL, Run, rules

sys.argv.insert(1, UDPMILL)  # for the lab, which takes it from there

# pylint: disable=wrong-import-position
from engine_xdp_lab import start  # noqa: E402
from frames_lab import serve  # noqa: E402
from namespaces import HOSTS, NAMES, entered, inside  # noqa: E402
from program import run, split, wait_for  # noqa: E402


def received(pid):
    said = run(UDPMILL, "stat", str(pid), "-J").stdout
    return json.loads(said)["totals"]["rx_datagrams"]


def load(address, error, *more):
    return Run(rules(("sendto",), error, *more), "load", address, "-J", "-q",
               "--engine", "xdp", "--netns", NAMES[0], "-t", "300ms").end()


class Xdp(unittest.TestCase):
    def test_a_send_that_always_fails_ends_the_run(self):
        for error in "EPERM", "ENOSYS", "EINTR":
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

    def test_a_server_whose_calls_are_interrupted_for_ever_still_ends(self):
        r = Run(rules(("sendto", "recvfrom"), "EINTR", LATER), "serve",
                f"{HOSTS[1]}:0", "--backend", "xdp", "--service", "echo",
                "-J", ready=True, prefix=inside(1))
        with entered(0), socket.socket(socket.AF_INET,
                                       socket.SOCK_DGRAM) as c:
            self.addCleanup(r.process.kill)
            c.sendto(b"x", split(r.ready[0]))
            wait_for(lambda: received(r.process.pid))
        r.end(signal.SIGTERM)
        self.assertEqual((r.code, r.said), (0, []), r)
        self.assertGreater(r.failed, 0, r)


if __name__ == "__main__":
    start()
