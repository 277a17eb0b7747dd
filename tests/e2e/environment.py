#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The main task of each verb in an environment unlike a developer's terminal:
no locale or an unknown one, no TZ, HOME or PATH, a strict umask, closed
standard input, one CPU, few descriptors. First one at a time, then all at once.
"""

import os
import sys
import tempfile
import unittest

from documents import document
from program import Server, ask, run
from query import write_key

UDPMILL = os.path.abspath(sys.argv.pop(1))
CPU = min(os.sched_getaffinity(0))


def shell(before="", after="", command='"$@"'):
    return ["/bin/sh", "-c", f"{before}exec {command}{after}", "sh"]


# The prefixes of a command that runs in each.
PLACES = {
    "no environment": ["/usr/bin/env", "-i"],
    "LC_ALL=C": ["/usr/bin/env", "LC_ALL=C"],
    "unknown locale": ["/usr/bin/env", "LC_ALL=xx_XX.none", "LANG=?"],
    "no PATH": ["/usr/bin/env", "-u", "PATH"],
    "no TZ, no HOME": ["/usr/bin/env", "-u", "TZ", "-u", "HOME"],
    "umask": shell("umask 077; "),
    "closed input": shell(after=" <&-"),
    "one CPU": shell(command=f'taskset -c {CPU} "$@"'),
    "few descriptors": shell("ulimit -n 64; "),
    "all at once": shell(
        "umask 077; ulimit -n 64; ",
        command=f'taskset -c {CPU} env -i LC_ALL=xx "$@"', after=" <&-"),
}


class Environment(unittest.TestCase):
    def each(self):
        for name, prefix in PLACES.items():
            yield name, prefix

    def done(self, prefix, *arguments, code=0):
        r = run(UDPMILL, *arguments, prefix=prefix)
        self.assertEqual(r.returncode, code, (arguments, r.stderr))
        return r

    def serve_and_ask(self, prefix):
        with Server(UDPMILL, "127.0.0.1:0", "[::1]:0", "--service", "echo",
                    prefix=prefix) as s:
            self.assertEqual(ask(s.address, b"hello"), b"hello")
            self.done(prefix, "send", s.address, "hello")
            self.done(prefix, "stat", str(s.pid))
            self.done(prefix, "stat", str(s.pid), "-J")
            self.done(prefix, "stat", "--list")
            self.assertIn(s.address, self.done(
                [], "stat", str(s.pid)).stdout)
            self.load(prefix, s)
        self.assertEqual(s.code, 0, s.err)

    def load(self, prefix, server):
        # By count, because on a busy machine nothing may be sent for a moment.
        r = self.done(prefix, "load", server.address, "--count", "200",
                      "--omit", "0", "-J")
        report = document(r.stdout)
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.done(prefix, "load", server.address, "--count", "20", "--omit",
                  "0", "--rate", "1k")
        # On a busy machine, the kernel takes a while to switch its time stamps
        # on.
        self.done(prefix, "load", server.address, "--stages", "--time", "4s",
                  "--count", "60000", "--omit", "0")
        self.done(prefix, "load", server.address, "--print-scenario")
        self.done(prefix, "load", server.address, "--stress=churn", "--time",
                  "100ms")

    def test_serve_send_stat_and_load(self):
        for name, prefix in self.each():
            with self.subTest(name):
                self.serve_and_ask(prefix)

    def test_with_a_key(self):
        prefix = PLACES["all at once"]
        with tempfile.TemporaryDirectory() as folder:
            key = os.path.join(folder, "key")
            write_key(key)
            trial = run(UDPMILL, "serve", "0", "--key", key, "--time", "1ms")
            if trial.returncode == 3:
                self.skipTest(trial.stderr.strip())
            with Server(UDPMILL, "127.0.0.1:0", "--service", "echo", "--key",
                        key, prefix=prefix) as s:
                self.done(prefix, "load", s.address, "--count", "200",
                          "--omit", "0", "--key", key)

    def test_files_obey_the_umask(self):
        prefix = PLACES["umask"]
        with tempfile.TemporaryDirectory() as folder:
            csv, ready = (os.path.join(folder, n) for n in ("csv", "ready"))
            with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                        "--ready-file", ready, prefix=prefix) as s:
                self.done(prefix, "load", s.address, "--time", "50ms", "-i",
                          "10ms", "--omit", "0", "--csv", csv)
            for path in csv, ready:
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_too_few_descriptors_are_named(self):
        prefix = PLACES["few descriptors"]
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--flows", "100", "--time",
                    "50ms", prefix=prefix)
            self.assertIn(r.returncode, (2, 3), r.stderr)
            self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
        r = run(UDPMILL, "serve", "127.0.0.1:0", "--workers", "100", "--time",
                "1ms", prefix=prefix)
        self.assertEqual(r.returncode, 3, r.stderr)
        self.assertIn("Too many open files", r.stderr)

    def test_help_and_usage(self):
        for name, prefix in self.each():
            with self.subTest(name):
                for verb in [], ["serve"], ["load"]:
                    self.done(prefix, *verb, "--help")
                    self.done(prefix, *verb, "--version")
                self.done(prefix, "load", code=2)

    def test_perf(self):
        r = run(UDPMILL, "perf", "doctor", prefix=PLACES["all at once"])
        self.assertNotIn("Traceback", r.stderr)
        self.assertRegex(r.stdout + r.stderr, "instruction|python")


if __name__ == "__main__":
    unittest.main()
