#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Suites that are killed leave nothing in /dev/shm (tests/own-shm)."""

import os
import signal
import subprocess
import sys
import unittest

OWN_SHM, UDPMILL = sys.argv[1:3]
MINE = ("unshare", "--mount", "--propagation", "slave")


def can_mount():
    return subprocess.run(
        [*MINE, "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"], check=False,
        capture_output=True).returncode == 0


class OwnShm(unittest.TestCase):
    def killed(self, *command):
        """Kill a server that runs by the command. Returns its segment's
        path."""
        read, write = os.pipe()
        with subprocess.Popen(
                [*command, UDPMILL, "serve", "127.0.0.1:0", "--ready-fd",
                 str(write)], pass_fds=[write], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as p:
            os.close(write)
            with open(read, encoding="ascii") as f:
                self.assertIn("127.0.0.1:", f.readline())
            p.send_signal(signal.SIGKILL)
        self.assertEqual(p.returncode, -signal.SIGKILL)
        return f"/dev/shm/udpmill.{p.pid}"

    def test_a_killed_server_leaves_a_segment(self):
        path = self.killed()
        self.assertTrue(os.path.exists(path))
        os.unlink(path)

    @unittest.skipUnless(can_mount(), "nothing can be mounted here")
    def test_but_none_by_own_shm(self):
        self.assertFalse(os.path.exists(self.killed(OWN_SHM)))

    def test_the_command_and_its_result_are_as_without(self):
        r = subprocess.run(
            [OWN_SHM, "sh", "-c", 'echo "$@"; touch /dev/shm/x.$$; rm '
             "/dev/shm/x.$$; exit 7", "sh", "a b", "c"], check=False,
            capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stdout, r.stderr),
                         (7, "a b c\n", ""))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
