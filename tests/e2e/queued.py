#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""If the client's own queue still holds datagrams when the run ends, load
waits for them if that helps, or reports them; the server is not blamed.

Uses two network namespaces. Needs root; exits with 77 without it."""

import contextlib
import re
import signal
import subprocess
import sys
import unittest

from documents import document
from namespaces import HOSTS, NAMES, inside, main
from program import Server, run, wait_for

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


def serve(*arguments):
    return Server(UDPMILL, f"{HOSTS[SERVER]}:0", *arguments,
                  prefix=inside(SERVER))


def tc(*words):
    """Run tc; skip the test if the kernel lacks the queueing discipline."""
    r = run("tc", "-n", NAMES[CLIENT], "qdisc", *words)
    if r.returncode:
        raise unittest.SkipTest(f"tc {' '.join(words)}: {r.stderr.strip()}")


class Queued(unittest.TestCase):
    @contextlib.contextmanager
    def shaped(self, rate):
        tc("add", "dev", "veth0", "root", "tbf", "rate", rate, "burst", "10kb",
           "limit", "4mb")
        try:
            yield
        finally:
            tc("delete", "dev", "veth0", "root")

    def held(self):
        """The number of packets in the queue."""
        shown = run("tc", "-n", NAMES[CLIENT], "-s", "qdisc", "show", "dev",
                    "veth0", "root").stdout
        return int(re.search(r"backlog \S+ (\d+)p", shown)[1])

    def start(self, address, *arguments):
        return subprocess.Popen(
            [UDPMILL, "load", address, "--netns", NAMES[CLIENT], "-J", "-O",
             "0", "-i", "100ms", "-l", "1200", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_datagrams_that_will_leave_soon_are_waited_for(self):
        """The queue empties within about 7 s."""
        with self.shaped("1mbit"), serve("--service", "discard") as s:
            p = self.start(s.address, "--rate", "100k", "--count", "700")
            out, err = p.communicate(timeout=60)
        ledger = document(out)["ledger"]
        self.assertEqual(p.returncode, 0, err)
        self.assertEqual(ledger["absorbed"], 700, ledger)
        self.assertNotIn(b"not running", err)

    def test_datagrams_not_waited_for_are_reported(self):
        """Each takes the queue more than a second: of 650, it holds 600 for a
        minute."""
        cases = ((), []), (("--counters", "none"), ["--peer-consents"])
        for options, consent in cases:
            with self.subTest(options=options), self.shaped("8kbit"), \
                    serve("--service", "echo", *options) as s:
                p = self.start(s.address, "--rate", "3k", "--count", "700",
                               "-t", "60s", *consent)
                wait_for(lambda: self.held() >= 650)
                # Everything is sent, or about to be: end the wait early.
                p.send_signal(signal.SIGINT)
                out, err = p.communicate(timeout=40)
                ledger = document(out)["ledger"]
                self.assertEqual(p.returncode, 0, err)
                self.assertNotIn(b"not running", err)
                self.assertGreaterEqual(ledger["queued_here"], 600)
                if consent:
                    self.assertGreaterEqual(ledger["missing"], 600)
                else:
                    self.assertGreaterEqual(
                        ledger["dropped"]["still_queued"], 600)
                    self.assertEqual(ledger["unexplained"], 0)


if __name__ == "__main__":
    main()
