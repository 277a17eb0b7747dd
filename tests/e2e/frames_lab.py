# SPDX-License-Identifier: MIT
"""What the suites of engines that send frames share: a veth pair with a server
on one end, and load on the other."""

import os
import sys

import balance
from namespaces import (HOSTS, NAMES, inside, introduce, ip, make_lab,
                        reason_to_skip, remove_lab)
from program import Server, run, run_unless

UDPMILL = os.path.abspath(sys.argv.pop(1))
HOSTS6 = ["fd00:75::1", "fd00:75::2"]


def make():
    make_lab()
    for name, host in zip(NAMES, HOSTS6):
        ip("-n", name, "address", "add", f"{host}/64", "dev", "veth0", "nodad")
    introduce()


def serve(*arguments, host=HOSTS[1], **more):
    return Server(UDPMILL, f"[{host}]:0" if ":" in host else f"{host}:0",
                  *arguments, prefix=inside(1), **more)


def load_by(engine, address, *arguments, netns=NAMES[0], prefix=(), **more):
    return balance.load(
        UDPMILL, address, "--engine", engine,
        *(["--netns", netns] if netns else []), *arguments, prefix=prefix,
        **more)


def why_not(engine, lacking):
    """Why this engine cannot run here, or None. lacking: words, of which a
    message has one if it tells that the system lacks something."""
    r = run(UDPMILL, "load", "--help")
    if engine not in r.stdout.split("--engine", 1)[1].split("--", 1)[0]:
        return "this build has no XDP (meson: -Dxdp)"
    with serve("--service", "discard") as s:
        r, _ = load_by(engine, s.address, "--count", "1")
    if r.returncode == 3 and any(word in r.stderr for word in lacking):
        return r.stderr.strip()
    return None


def start(engine, lacking, make_it=make):
    """The main program of a suite."""
    why = reason_to_skip(make_it)
    try:
        run_unless(why or why_not(engine, lacking))
    finally:
        remove_lab()


class Frames(balance.Balance):
    """Of a suite. engine: its name."""
    engine = None

    def assertRefused(self, r, code, pattern):
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
        self.assertRegex(r.stderr, pattern)

    def assertConfined(self):
        """Frames go only where they may."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, _ = load_by(self.engine, s.address, netns=None)
            self.assertRefused(r, 2, "the loopback device lo does not take; .*lab")
        with serve("--service", "echo") as s:
            there = dict(netns=None, prefix=inside(0))
            r, _ = load_by(self.engine, s.address, **there)
            self.assertRefused(r, 2, "consent")
            r, _ = load_by(self.engine, s.address, "--i-own", "eth7")
            self.assertRefused(r, 2, 'leave by veth0, and not by "eth7"; '
                               "give --i-own veth0")
            r, _ = load_by(self.engine, s.address, "--i-own", "veth0", **there)
            self.assertRefused(r, 2, "consent")

    def assertOwnerMay(self):
        with serve("--service", "echo") as s:
            r, report = load_by(
                self.engine, s.address, "--peer-consents", "--i-own", "veth0",
                "--rate", "1k", netns=None, prefix=inside(0))
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertGreater(report["ledger"]["answered"], 50)
