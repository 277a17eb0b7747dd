#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the client's own queue still holds when the run ends is waited for if
that helps, and told if not; the server is not accused of it.

In two network namespaces. Needs root; exits 77 without."""

import json
import signal
import subprocess
import sys
import threading
import unittest

from namespaces import HOSTS, NAMES, inside, main
from program import Server, run

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


def serve(*arguments):
    return Server(UDPMILL, f"{HOSTS[SERVER]}:0", *arguments,
                  prefix=inside(SERVER))


def tc(*words):
    """Not every kernel has every discipline."""
    r = run("tc", "-n", NAMES[CLIENT], "qdisc", *words)
    if r.returncode:
        raise unittest.SkipTest(f"tc {' '.join(words)}: {r.stderr.strip()}")


class Queued(unittest.TestCase):
    def setUp(self):
        tc("replace", "dev", "veth0", "root", "tbf", "rate", "1mbit", "burst",
           "10kb", "limit", "4mb")
        self.addCleanup(tc, "delete", "dev", "veth0", "root")

    def start(self, address, *arguments):
        return subprocess.Popen(
            [UDPMILL, "load", address, "--netns", NAMES[CLIENT], "-J", "-O",
             "0", "-i", "100ms", "-l", "1200", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_what_will_have_left_soon_is_waited_for(self):
        """Some 7 s of it."""
        with serve("--service", "discard") as s:
            p = self.start(s.address, "--rate", "100k", "--count", "700")
            out, err = p.communicate(timeout=60)
        ledger = json.loads(out)["ledger"]
        self.assertEqual(p.returncode, 0, err)
        self.assertEqual(ledger["absorbed"], 700, ledger)
        self.assertNotIn(b"not running", err)

    def test_what_is_not_waited_for_is_told(self):
        cases = ((), []), (("--counters", "none"), ["--peer-consents"])
        for options, consent in cases:
            with self.subTest(options=options), \
                    serve("--service", "echo", *options) as s:
                p = self.start(s.address, "-t", "300ms", "--rate", "3k",
                               *consent)
                for _ in range(3):
                    p.stderr.readline()
                # At rest, or about to be: the wait is cut short.
                threading.Timer(0.5, p.send_signal, [signal.SIGINT]).start()
                out, err = p.communicate(timeout=40)
                ledger = json.loads(out)["ledger"]
                self.assertEqual(p.returncode, 0, err)
                self.assertNotIn(b"not running", err)
                self.assertGreater(ledger["queued_here"], 100)
                if consent:
                    self.assertGreater(ledger["missing"], 100)
                else:
                    self.assertGreater(ledger["dropped"]["still_queued"], 100)
                    self.assertEqual(ledger["unexplained"], 0)


if __name__ == "__main__":
    main()
