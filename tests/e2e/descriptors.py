#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every verb with standard input, output or error closed: no output goes into a
socket, a segment or a file, and a run whose report nobody can read does not
succeed."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from documents import document
from program import Server, ask, run

UDPMILL = sys.argv.pop(1)
FLOOR = sys.argv.pop(1)

# The shell's redirection for each, and whether a report can still be read.
CLOSED = {
    "input": ("<&-", True),
    "output": (">&-", False),
    "error": ("2>&-", True),
    "all": ("<&- >&- 2>&-", False),
}
TEXT = (b"udpmill", b"Listening", b"server", b"Measured", b"schema")


def closed(how):
    """The prefix of a command that closes descriptors before it runs."""
    return ["/bin/sh", "-c", f'exec "$@" {how}', "sh"]


class Peer:
    """Echoes each datagram, and keeps a copy."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.socket.settimeout(0.02)
        self.seen = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()
        return self

    def answer(self):
        while True:
            try:
                data, client = self.socket.recvfrom(65536)
            except TimeoutError:
                if self.over.is_set():
                    return
                continue
            self.seen.append(data)
            self.socket.sendto(data, client)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.socket.close()


class Closed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def each(self, names=CLOSED):
        return [CLOSED[name] for name in names]

    def assertEnds(self, r, readable):
        self.assertEqual(r.returncode, 0 if readable else 3,
                         (r.args, r.stderr))

    def load(self, how, *arguments):
        """Check that no datagram that arrived holds a program's output."""
        with Peer() as peer:
            r = run(UDPMILL, "load", peer.address, *arguments,
                    prefix=closed(how))
        self.assertTrue(peer.seen)
        for data in peer.seen:
            for text in TEXT:
                self.assertNotIn(text, data)
        return r, peer

    def test_load(self):
        for how, readable in self.each():
            for form in [], ["-J"]:
                r, peer = self.load(how, "--time", "20ms", "--train", "off",
                                    "--flows", "1", "-l", "64", *form)
                self.assertEnds(r, readable)
                self.assertEqual({len(d) for d in peer.seen}, {64})
                self.assertEqual(bool(r.stdout), readable)

    def test_load_writing_files(self):
        for how, readable in self.each():
            csv = os.path.join(self.folder, "csv")
            histogram = os.path.join(self.folder, "histogram")
            r, _ = self.load(how, "--time", "50ms", "--train", "off", "-i",
                             "10ms", "--csv", csv, "--histogram", histogram)
            self.assertEnds(r, readable)
            with open(csv) as f:
                lines = f.read().splitlines()
            self.assertEqual(
                {line.count(",") for line in lines}, {lines[0].count(",")})
            with open(histogram) as f:
                self.assertRegex(f.read(), r"\A\s+Value .*\n#\[Buckets[^\n]*\n"
                                 r"\Z".replace(".*", r"[\s\S]*"))

    def test_load_writing_a_file_to_stdout(self):
        for option in "--csv", "--histogram":
            r, _ = self.load(">&-", "--time", "50ms", "--train", "off", "-i",
                             "10ms", option, "-")
            self.assertEqual(r.returncode, 3, r.stderr)
            self.assertIn("Bad file descriptor", r.stderr)

    def test_load_stages(self):
        for how, readable in self.each(["output", "all"]):
            for form in [], ["-J"]:
                r, _ = self.load(how, "--stages", "--time", "500ms", "--omit",
                                 "0", "-l", "64", *form)
                self.assertEnds(r, readable)

    def test_load_stress(self):
        for how, readable in self.each(["output", "all"]):
            for form in [], ["-J"]:
                with Server(UDPMILL, "127.0.0.1:0", "--service",
                            "echo") as s:
                    r = run(UDPMILL, "load", s.address, "--stress=churn",
                            "--time", "200ms", *form, prefix=closed(how))
                self.assertEnds(r, readable)

    def test_send(self):
        for how, readable in self.each():
            for form in [], ["-J"]:
                with Peer() as peer:
                    r = run(UDPMILL, "send", peer.address, "hello", *form,
                            prefix=closed(how))
                self.assertEnds(r, readable)
                self.assertEqual(peer.seen, [b"hello"])

    def test_send_without_standard_input(self):
        with Peer() as peer:
            r = run(UDPMILL, "send", peer.address, "-",
                    prefix=closed("<&-"))
        self.assertNotEqual(r.returncode, 0)
        self.assertEqual(peer.seen, [])

    def test_serve(self):
        for how, readable in self.each():
            for form in [], ["-J"]:
                ready = os.path.join(self.folder, "ready")
                segment = os.path.join(self.folder, "segment")
                p = subprocess.Popen(
                    [*closed(how), UDPMILL, "serve", "127.0.0.1:0", "-v",
                     "--ready-file", ready, "--counters", segment, *form],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                while p.poll() is None and not os.path.exists(ready):
                    time.sleep(0.01)
                with open(ready) as f:
                    (address,) = f.read().split()
                self.assertEqual(ask(address, b"hello"),
                                 b"Your data was 5 bytes")
                stat = run(UDPMILL, "stat", segment, "-J")
                p.terminate()
                out, err = p.communicate(timeout=30)
                self.assertEqual(stat.returncode, 0, stat.stderr)
                about = document(stat.stdout)
                self.assertEqual(about["about"]["endpoints"], [address])
                self.assertEqual(p.returncode, 0 if readable else 3, err)
                self.assertEqual(bool(out), readable)
                self.assertEqual(os.listdir(self.folder), ["ready"])
                with open(ready) as f:
                    self.assertEqual(f.read(), address + "\n")
                os.unlink(ready)

    def test_stat(self):
        with Server(UDPMILL, "127.0.0.1:0") as s:
            for how, readable in self.each():
                for form in ([], ["-J"], ["--openmetrics"], ["--describe"],
                             ["--watch=1ms", "-n", "2"]):
                    r = run(UDPMILL, "stat", str(s.pid), *form,
                            prefix=closed(how))
                    self.assertEnds(r, readable)
                for form in ["--list"], ["--list", "-J"]:
                    r = run(UDPMILL, "stat", *form, prefix=closed(how))
                    self.assertEnds(r, readable)

    def test_perf(self):
        r = run(UDPMILL, "perf", "doctor", prefix=closed("<&- >&-"))
        self.assertNotIn("Traceback", r.stderr)
        self.assertNotEqual(r.returncode, 0)

    def test_help(self):
        for how, readable in self.each():
            for arguments in (["--help"], ["--version"], ["serve", "--help"],
                              ["load", "--version"], ["load", "--stress=list"],
                              ["load", "127.0.0.1:9", "--expect", "any",
                               "--print-scenario"]):
                r = run(UDPMILL, *arguments, prefix=closed(how))
                self.assertEnds(r, readable)

    def test_the_floor(self):
        for how in ">&-", "<&- >&-":
            r = run(FLOOR, "mmsg", "echo", "0", prefix=closed(how))
            self.assertEqual(r.returncode, 1)
            self.assertIn("Bad file descriptor", r.stderr)

    def test_help_reports_a_full_disk(self):
        for arguments in ["--help"], ["load", "--help"]:
            r = run(UDPMILL, *arguments, prefix=closed(">/dev/full"))
            self.assertEqual(r.returncode, 3)
            self.assertIn("No space left", r.stderr)

    def test_an_unwritable_report_is_reported_once(self):
        for arguments in (["load", "-J", "-t", "20ms", "--quiet"],
                          ["load", "-J", "--stages", "-t", "20ms"],
                          ["load", "-J", "--stress=churn", "-t", "50ms"],
                          ["load", "-J", "--find-capacity", "-B", "192.0.2.9"],
                          ["send", "-J"]):
            for how in ">/dev/full", ">&-":
                with self.subTest(arguments, how=how), Peer() as peer:
                    r = run(UDPMILL, *arguments, peer.address,
                            prefix=closed(how))
                    self.assertNotEqual(r.returncode, 0)
                    self.assertEqual(r.stderr.count("writing"), 1, r.stderr)

    def test_ready_fd_must_be_open_at_the_start(self):
        for fd in 3, 4, 5, 6, 7:
            r = run(UDPMILL, "serve", "0", "--ready-fd", str(fd),
                    prefix=closed("<&- >&-"))
            self.assertEqual(r.returncode, 2)
            self.assertIn(f"{fd} is not open for writing", r.stderr)


if __name__ == "__main__":
    unittest.main()
