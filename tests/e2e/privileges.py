#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The privileges of root are given up once everything is open: checked in
/proc/PID/task of the running program."""

import os
import subprocess
import sys
import tempfile
import time
import unittest

import pane
from program import (BACKENDS, Server, ask, many_descriptors, missing,
                     run)
from query import write_key

UDPMILL = os.path.abspath(sys.argv.pop(1))

BIND_SERVICE, ADMIN, RAW = 1 << 10, 1 << 12, 1 << 13
DAC_OVERRIDE = 1 << 1
SOCKETS = BIND_SERVICE | ADMIN | RAW
NOBODY = 65534

is_root = unittest.skipUnless(
    os.geteuid() == 0 and os.access("/", os.W_OK),
    "not root: there is nothing to give up")


def threads(pid):
    """For each thread: its effective and permitted capabilities, and whether it
    can never gain others."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status") as f:
            status = dict(line.split(":", 1) for line in f)
        found.append((int(status["CapEff"], 16), int(status["CapPrm"], 16),
                      int(status["NoNewPrivs"])))
    return found


class Privileges(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def assertKeeps(self, pid, kept, main=None):
        """No thread keeps more than that; the first one after a moment, since
        it still reports that it is ready."""
        wanted = {(kept, kept, 1)}
        if main is not None:
            wanted.add((main, main, 1))
        for _ in range(500):
            found = set(threads(pid))
            if found == wanted:
                return
            time.sleep(0.01)
        self.assertEqual(found, wanted)

    @is_root
    def test_serve_keeps_none(self):
        for backend in BACKENDS:
            if missing(UDPMILL, backend):
                continue
            with Server(UDPMILL, "127.0.0.1:0", "--backend", backend,
                        "--rcvbuf", "8Mi") as s:
                self.assertKeeps(s.pid, 0)
                self.assertEqual(ask(s.address, b"hello"),
                                 b"Your data was 5 bytes")
            self.assertEqual(s.code, 0, s.err)

    @is_root
    def test_serve_removes_its_counters_from_another_users_folder(self):
        os.chown(self.folder, NOBODY, NOBODY)
        os.chmod(self.folder, 0o755)
        path = os.path.join(self.folder, "counters")
        with Server(UDPMILL, "127.0.0.1:0", "--counters", path) as s:
            self.assertKeeps(s.pid, 0, main=DAC_OVERRIDE)
            self.assertEqual(os.listdir(self.folder), ["counters"])
        self.assertEqual(s.code, 0, s.err)
        self.assertEqual(os.listdir(self.folder), [])

    def running(self, *arguments):
        p = subprocess.Popen(
            [UDPMILL, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(p.communicate)
        self.addCleanup(p.terminate)
        return p

    @is_root
    @many_descriptors
    def test_load_keeps_only_what_its_mode_uses(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for mode, kept in (([], 0),
                               (["--rate", "100"], 0),
                               (["--flow-lifetime", "1s"], SOCKETS),
                               (["--stages"], SOCKETS),
                               (["--stress=bursts"], SOCKETS)):
                with self.subTest(mode=mode):
                    p = self.running("load", s.address, "--time", "20s",
                                     *mode)
                    self.assertKeeps(p.pid, kept)
                    p.terminate()
                    p.wait(timeout=30)

    @is_root
    def test_stat_and_send_keep_none(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "discard") as s:
            for verb in (["stat", str(s.pid), "--watch=20s"],
                         ["send", s.address, "hello"]):
                with self.subTest(verb=verb[0]):
                    self.assertKeeps(self.running(*verb).pid, 0)

    @is_root
    @unittest.skipIf(pane.missing(UDPMILL), "top cannot be tested here")
    def test_top_keeps_none(self):
        with pane.Pane(UDPMILL, "top", "127.0.0.1:9") as terminal:
            terminal.wait("None of the named servers runs")
            self.assertKeeps(terminal.pid(), 0)

    @is_root
    def test_other_users_gain_none(self):
        os.chmod(self.folder, 0o777)
        with Server(UDPMILL, "127.0.0.1:0",
                    prefix=["setpriv", "--reuid", str(NOBODY), "--regid",
                            str(NOBODY), "--clear-groups"]) as s:
            self.assertKeeps(s.pid, 0)

    def test_without_root_no_program_gains_any(self):
        with Server(UDPMILL, "127.0.0.1:0") as s:
            for _ in range(500):
                if {t[2] for t in threads(s.pid)} == {1}:
                    return
                time.sleep(0.01)
        self.fail("no_new_privs is not set")


class Key(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.path = os.path.join(folder.name, "key")
        write_key(self.path)
        trial = run(UDPMILL, "serve", "127.0.0.1:0", "--key", self.path,
                    "--time", "1ms")
        if trial.returncode == 3:
            self.skipTest(trial.stderr.strip())

    def refused(self, path, *words):
        for verb in (["serve", "127.0.0.1:0"], ["load", "127.0.0.1:9"]):
            r = run(UDPMILL, *verb, "--key", path, timeout=10)
            self.assertEqual(r.returncode, 2, r.stderr)
            self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
            for word in words:
                self.assertIn(word, r.stderr)

    @is_root
    def test_another_users_key_is_refused(self):
        os.chown(self.path, NOBODY, NOBODY)
        self.refused(self.path, f"belongs to user {NOBODY}", "chown")

    def test_an_endless_key_is_refused(self):
        self.refused("/dev/zero", "is neither a file nor a pipe")

    def test_a_key_writable_by_others_is_refused(self):
        os.chmod(self.path, 0o622)
        self.refused(self.path, "chmod 600")

    @is_root
    def test_the_users_other_processes_cannot_read_the_key(self):
        os.chown(self.path, NOBODY, NOBODY)
        nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
                  "--clear-groups"]
        with Server(UDPMILL, "127.0.0.1:0", prefix=nobody) as s:
            r = run("cat", f"/proc/{s.pid}/environ", prefix=nobody)
            self.assertEqual(r.returncode, 0, r.stderr)
        with Server(UDPMILL, "127.0.0.1:0", "--key", self.path,
                    prefix=nobody) as s:
            r = run("cat", f"/proc/{s.pid}/environ", prefix=nobody)
            self.assertIn("Permission denied", r.stderr)


if __name__ == "__main__":
    unittest.main()
