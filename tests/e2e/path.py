#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/lab: every path carries datagrams both ways, counts them, and leaves
nothing behind.

Needs root and network namespaces; exits with 77 without them.
"""

import os
import pathlib
import subprocess
import sys
import unittest

from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)
LAB = pathlib.Path(__file__).parents[2] / "tools/lab"
PATHS = ("veth", "bridge", "nft", "vxlan", "macvlan")
HOLD = "env | grep ^LAB_; echo; exec cat >/dev/null"


class Lab:
    """A lab that exists until the end of the with block."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.process = subprocess.Popen(
            [LAB, "run", "--path", self.path, "--", "sh", "-c", HOLD],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.says = {}
        for line in self.process.stdout:
            if line == "\n":
                return self
            name, value = line.strip().split("=", 1)
            self.says[name] = value
        raise RuntimeError(self.process.communicate()[1].strip())

    def __exit__(self, *_):
        self.process.communicate(timeout=30)

    def inside(self, side):
        return "ip", "netns", "exec", self.says[f"LAB_{side}_NETNS"]


class Path(unittest.TestCase):
    def exchange(self, lab, host):
        """Load an echo for a tenth of a second. Returns load's report."""
        with Server(UDPMILL, f"{host}:0", "--service", "echo",
                    prefix=lab.inside("SERVER")) as s:
            r = run(UDPMILL, "load", s.address, "-J", "-t", "100ms", "-O",
                    "50ms", "--peer-consents", prefix=lab.inside("CLIENT"))
        self.assertEqual(r.returncode, 0, r.stderr)
        return document(r.stdout)

    def test_carries_datagrams_both_ways(self):
        for path in PATHS:
            if path == "nft" and not any(
                    os.access(f"{d}/nft", os.X_OK)
                    for d in ("/usr/sbin", "/sbin", "/usr/bin")):
                print("path nft: nft is not installed (Debian: nftables)")
                continue
            with self.subTest(path=path), Lab(path) as lab:
                for host in lab.says["LAB_SERVER"], \
                        f"[{lab.says['LAB_SERVER6']}]":
                    report = self.exchange(lab, host)
                    self.assertGreater(report["ledger"]["answered"], 0)
                    self.assertTrue(report["ledger"]["server_seen"])
                names = {v for k, v in lab.says.items() if "NETNS" in k}
                self.assertEqual(len(names), 2)
            there = set(os.listdir("/run/netns"))
            mine = f"lab-{lab.process.pid}-"
            self.assertFalse({n for n in there if n.startswith(mine)})

    def test_an_unknown_path_is_refused(self):
        r = run(LAB, "run", "--path", "pigeon", "--", "true")
        self.assertEqual(r.returncode, 2)
        self.assertRegex(r.stderr, r"\Alab: [^\n]*pigeon[^\n]*macvlan[^\n]*\n\Z")

    def test_the_lab_returns_the_commands_exit_code(self):
        r = run(LAB, "run", "--path", "bridge", "--", "sh", "-c", "exit 7")
        self.assertEqual(r.returncode, 7, r.stderr)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: network namespaces need root")
        sys.exit(77)
    trial = run(LAB, "run", "--", "true")
    if trial.returncode == 3:
        print("skipped:", trial.stderr.strip())
        sys.exit(77)
    unittest.main()
