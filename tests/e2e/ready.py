#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How serve and load report that they are ready, by --ready-file and --ready-fd:
in time, all at once, and never by something that an earlier server has left."""

import os
import stat
import subprocess
import sys
import tempfile
import unittest

from program import Server, ask, run

UDPMILL = sys.argv.pop(1)


class Ready(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "ready")

    def assertRefused(self, *arguments, says="", **more):
        with self.subTest(arguments=arguments):
            r = run(UDPMILL, "serve", "0", *arguments, **more)
            self.assertEqual((r.returncode, r.stdout), (2, ""), r.stderr)
            self.assertRegex(r.stderr, r"\Audpmill serve: [^\n]*\n\Z")
            self.assertIn(says, r.stderr)

    def test_the_file_appears_with_the_addresses_once_they_answer(self):
        os.umask(0o022)
        with Server(UDPMILL, "0", "0", "--ready-file", self.path) as s:
            with open(self.path) as f:
                self.assertEqual(f.read().split(), s.addresses)
            for address in s.addresses:
                ask(address, b"x")
            self.assertEqual(os.listdir(self.folder), ["ready"])
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o644)

    def test_a_closed_descriptor_is_refused_at_once(self):
        self.assertRefused("--ready-fd", "99", says="99 is not open")

    def test_a_read_only_descriptor_is_refused(self):
        with open("/dev/null") as f:
            self.assertRefused("--ready-fd", str(f.fileno()),
                               says="not open for writing",
                               pass_fds=[f.fileno()])

    def test_descriptors_of_the_program_itself_are_refused(self):
        for fd in "0", "1", "2", "-1":
            self.assertRefused("--ready-fd", fd,
                               says="is not a number from 3 to")

    def test_a_file_that_cannot_be_made_is_refused_at_once(self):
        for path in "/nonexistent/x", "/dev/null/x", self.path + "/x":
            self.assertRefused("--ready-file", path, says="in a directory")
        self.assertRefused("--ready-file=", says="no file is named")

    def test_something_other_than_a_file_is_not_replaced(self):
        pipe = os.path.join(self.folder, "pipe")
        link = os.path.join(self.folder, "link")
        os.mkfifo(pipe)
        os.symlink("/dev/null", link)
        for path in self.folder, pipe, link:
            self.assertRefused("--ready-file", path, says="not a regular file")
        self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))
        self.assertTrue(os.path.islink(link))

    def test_an_earlier_servers_file_is_removed_if_the_server_fails(self):
        with open(self.path, "w") as f:
            f.write("127.0.0.1:9\n")
        with Server(UDPMILL, "127.0.0.1:0") as s:
            r = run(UDPMILL, "serve", s.address, "--ready-file", self.path)
        self.assertEqual(r.returncode, 3)
        self.assertEqual(os.listdir(self.folder), [])

    def test_bad_usage_leaves_the_file_alone(self):
        with open(self.path, "w") as f:
            f.write("precious")
        self.assertRefused("--ready-file", self.path, "--cpus", "9999")
        self.assertRefused("--ready-file", self.path, "--ready-fd", "99")
        with open(self.path) as f:
            self.assertEqual(f.read(), "precious")
        self.assertEqual(os.listdir(self.folder), ["ready"])

    def test_the_file_is_never_seen_incomplete(self):
        p = subprocess.Popen([UDPMILL, "serve", *["0"] * 9, "--workers", "1",
                              "--ready-file", self.path, "--time", "20s"],
                             stdout=subprocess.DEVNULL)
        while not os.path.exists(self.path) and p.poll() is None:
            pass
        with open(self.path) as f:
            seen = f.read()
        p.terminate()
        self.assertEqual(p.wait(timeout=30), 0)
        self.assertRegex(seen, r"\A(127\.0\.0\.1:\d+\n){9}\Z")

    def test_a_full_descriptor_ends_the_server(self):
        with open("/dev/full", "w") as full:
            r = run(UDPMILL, "serve", "0", "--ready-fd", str(full.fileno()),
                    pass_fds=[full.fileno()])
        self.assertEqual(r.returncode, 3)
        self.assertRegex(r.stderr, r"\Audpmill serve: --ready-fd: \d+: "
                         r"No space left[^\n]*\n\Z")

    def load_ready(self, *arguments):
        """What load writes, and its exit code."""
        read, write = os.pipe()
        with subprocess.Popen(
                [UDPMILL, "load", *arguments, "--ready-fd", str(write)],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                pass_fds=[write]) as p, open(read) as said:
            os.close(write)
            text = said.read()
            running = p.poll() is None
            p.terminate()
            p.communicate(timeout=60)
        return text, running

    def test_load_says_when_it_begins(self):
        with Server(UDPMILL, "--service", "echo", "0") as s:
            for kind in [], ["--stages"], ["--find-capacity"]:
                with self.subTest(kind=kind):
                    text, running = self.load_ready(
                        s.address, "--time", "30s", *kind)
                    self.assertEqual((text, running), (s.address + "\n", True))

    def test_load_that_cannot_begin_says_nothing(self):
        text, _ = self.load_ready("127.0.0.1:9", "--bind", "192.0.2.1")
        self.assertEqual(text, "")

    def test_load_refuses_a_bad_descriptor(self):
        with open("/dev/null") as f:
            for fd in "99", "1", str(f.fileno()):
                r = run(UDPMILL, "load", "127.0.0.1:9", "--ready-fd", fd,
                        pass_fds=[f.fileno()])
                self.assertEqual((r.returncode, r.stdout), (2, ""))
                self.assertRegex(
                    r.stderr, r"\Audpmill load: --ready-fd: [^\n]*\n\Z")

    def test_a_full_descriptor_ends_the_load(self):
        with open("/dev/full", "w") as full:
            r = run(UDPMILL, "load", "127.0.0.1:9", "--ready-fd",
                    str(full.fileno()), pass_fds=[full.fileno()])
        self.assertEqual(r.returncode, 3)
        self.assertIn("No space left", r.stderr)


if __name__ == "__main__":
    unittest.main()
