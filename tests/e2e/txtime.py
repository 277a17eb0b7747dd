#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --kernel-pacing=txtime: refused if nobody would keep the times, and used
if the kernel has fq. Needs root; exits with 77 without it."""

import subprocess
import sys
import unittest

from documents import document
from namespaces import HOSTS, NAMES, inside, main
from program import Server, run

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


class Txtime(unittest.TestCase):
    def load(self, address, *arguments):
        return run(UDPMILL, "load", address, "--netns", NAMES[CLIENT],
                   "--kernel-pacing=txtime", *arguments)

    def refused(self, code, why, address, *arguments):
        r = self.load(address, *arguments)
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertIn(why, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)

    def test_without_a_qdisc_that_can_it_says_which_one_and_where(self):
        for device, address in (("lo", "127.0.0.1:7"), ("lo", "[::1]:7"),
                                ("lo", HOSTS[CLIENT] + ":7"),
                                ("veth0", HOSTS[SERVER] + ":7")):
            with self.subTest(address=address):
                self.refused(
                    3, "needs the fq or etf queueing discipline on "
                    f"{device}; run sudo tc qdisc replace dev {device} root fq",
                    address, "--rate", "1k")

    def test_the_device_may_be_given(self):
        self.refused(3, "discipline on veth0;", HOSTS[SERVER] + ":7",
                     "--rate", "1k", "--device", "veth0")
        self.refused(3, "finding the device that leads to the peer: "
                     "No such device",
                     "127.0.0.1:7", "--rate", "1k", "--device", "none0")

    def test_a_peer_without_a_route_is_reported(self):
        self.refused(3, "finding the device that leads to the peer", "203.0.113.1:7",
                     "--rate", "1k")

    def test_it_needs_a_plan(self):
        for options in [], ["--flood"], ["--window", "8"]:
            with self.subTest(options=options):
                self.refused(2, "needs --rate, --bitrate, --ramp",
                             "127.0.0.1:7", *options)
        self.refused(2, "cannot be combined with --kernel-pacing=txtime",
                     "127.0.0.1:7", "--stages")
        self.refused(2, "cannot be combined with --kernel-pacing=txtime",
                     "127.0.0.1:7", "--pcap", "/dev/null")

    def test_a_scenario_may_set_it_on_any_line(self):
        r = self.load("127.0.0.1:7", "--rate", "1k", "--print-scenario")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("kernel-pacing = txtime", r.stdout)

    def test_a_rate_that_is_not_kept_is_reported(self):
        for device, host, side in (("lo", "127.0.0.1", CLIENT),
                                   ("veth0", HOSTS[SERVER], SERVER)):
            with self.subTest(device=device), \
                    Server(UDPMILL, host + ":0", "--service", "echo",
                           prefix=inside(side)) as s:
                r = run(UDPMILL, "load", s.address, "--netns", NAMES[CLIENT],
                        "--kernel-pacing", "100M", "-t", "50ms", "-O", "0")
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertIn(f"--kernel-pacing has no effect: {device} has "
                              "no queueing discipline fq", r.stderr)

    def test_fq_gets_departure_times(self):
        words = ["tc", "-n", NAMES[CLIENT], "qdisc", "replace", "dev",
                 "veth0", "root", "fq"]
        r = run(*words)
        if r.returncode:
            self.skipTest(f"{' '.join(words)}: {r.stderr.strip()}")
        self.addCleanup(subprocess.run, ["tc", "-n", NAMES[CLIENT], "qdisc",
                                         "delete", "dev", "veth0", "root"])
        with Server(UDPMILL, HOSTS[SERVER] + ":0", "--service", "echo",
                    prefix=inside(SERVER)) as s:
            r = self.load(s.address, "--rate", "10k", "-t", "500ms", "-J")
        report = document(r.stdout)
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.assertEqual(report["pacing"]["timed_by"], "fq")


if __name__ == "__main__":
    main()
