#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A statically linked udpmill: it needs no libraries, and does its work."""

import os
import shutil
import sys
import tempfile
import unittest

from documents import document
from program import BACKENDS, Server, is_static, run

UDPMILL = sys.argv.pop(1)


class Static(unittest.TestCase):
    def test_it_asks_for_no_libraries(self):
        self.assertFalse(is_static(sys.executable))
        self.assertTrue(is_static(UDPMILL))

    def test_each_backend_echoes(self):
        for backend in BACKENDS:
            with self.subTest(backend=backend):
                self.echo(backend)

    def echo(self, backend):
        try:
            server = Server(UDPMILL, "0", "--service", "echo", "--backend",
                            backend, "--workers", "1")
        except RuntimeError as e:
            if backend == "uring" and "ended with 3" in str(e):
                self.skipTest(str(e))
            raise
        with server:
            r = run(UDPMILL, "load", server.address, "--count", "1000",
                    "--omit", "0", "-J", "-q")
        self.assertEqual(r.returncode, 0, r.stderr)
        ledger = document(r.stdout)["ledger"]
        self.assertEqual(ledger["sent"], 1000)
        self.assertEqual(ledger["unexplained"], 0)
        self.assertEqual(server.code, 0, server.err)

    def test_it_runs_where_there_are_no_files(self):
        if os.geteuid() != 0:
            self.skipTest("only root may change the root directory")
        with tempfile.TemporaryDirectory() as root:
            shutil.copy(UDPMILL, os.path.join(root, "udpmill"))
            r = run("/udpmill", "send", "127.0.0.1:9", "-4", "x",
                    preexec_fn=lambda: (os.chroot(root), os.chdir("/")))
        self.assertNotIn("loading", r.stderr)
        self.assertIn("127.0.0.1:9", r.stdout + r.stderr)


if __name__ == "__main__":
    unittest.main()
