#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ending by signals: SIGHUP, which is sent when a terminal is closed, works
like SIGTERM, unless it is ignored, as under nohup."""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from documents import document
from program import Server, ask, run, split, wait_for

UDPMILL = sys.argv.pop(1)
LIBC = ctypes.CDLL(None)
F_SETPIPE_SZ = 1031  # Python has a name for it since 3.10


class HangUp(unittest.TestCase):
    def wait_for(self, p, path):
        while p.poll() is None and not os.path.exists(path):
            time.sleep(0.01)

    def serve(self, folder, prefix=(), **more):
        ready = os.path.join(folder, "ready")
        p = subprocess.Popen(
            [*prefix, UDPMILL, "serve", "127.0.0.1:0", "--ready-file", ready,
             "--time", "20s"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.wait_for(p, ready)
        return p

    def test_serve_reports_and_leaves_no_segment(self):
        for signals in ([signal.SIGHUP], [signal.SIGHUP, signal.SIGHUP],
                        [signal.SIGTERM, signal.SIGHUP]):
            with tempfile.TemporaryDirectory() as folder:
                p = self.serve(folder)
                for number in signals:
                    p.send_signal(number)
                out, err = p.communicate(timeout=30)
            self.assertEqual(p.returncode, 0, err)
            self.assertIn("Counters, summed", out)
            self.assertFalse(os.path.exists(f"/dev/shm/udpmill.{p.pid}"))

    def signal_and_await(self, process, number):
        """Send a signal, and wait until the process has handled it and sleeps
        again, or has ended: its worker may not yet have been blocked."""
        def is_taken():
            with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
                fields = dict(line.split(":", 1) for line in f)
            pending = int(fields["ShdPnd"], 16) | int(fields["SigPnd"], 16)
            return not pending and fields["State"].split()[0] in "SZ"

        process.send_signal(number)
        wait_for(is_taken)

    def told_to_end(self, *signals):
        """How many of 80 datagrams are answered if the server is told to end
        while its worker blocks, because nobody reads what it prints."""
        s = Server(UDPMILL, "127.0.0.1:0", "--verbose", "-J", "--workers", "1",
                   "--backend", "recvfrom", "--batch", "1")
        fcntl.fcntl(s.process.stderr, F_SETPIPE_SZ, 4096)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as c:
            for _ in range(80):
                c.sendto(b"x" * 1000, split(s.address))
        for number in signals:
            self.signal_and_await(s.process, number)
        self.assertEqual(s.wait(), 0)
        return document(s.out)["counters"]["answered_datagrams"]

    def test_a_second_signal_ends_it_at_once(self):
        for first, second in ((signal.SIGINT, signal.SIGINT),
                              (signal.SIGTERM, signal.SIGINT)):
            self.assertLess(self.told_to_end(first, second), 20)

    def test_a_second_hangup_does_not_end_it_at_once(self):
        for signals in ((signal.SIGINT, signal.SIGHUP),
                        (signal.SIGHUP, signal.SIGHUP)):
            self.assertEqual(self.told_to_end(*signals), 80)

    def test_serve_under_nohup_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            p = self.serve(folder, prefix=["nohup"])
            with open(os.path.join(folder, "ready")) as f:
                address = f.read().strip()
            p.send_signal(signal.SIGHUP)
            for _ in range(3):
                self.assertEqual(ask(address, b""), b"Your data was 0 bytes")
                time.sleep(0.06)
            self.assertIsNone(p.poll())
            p.terminate()
            p.communicate(timeout=30)
            self.assertEqual(p.returncode, 0)

    def started(self, *arguments, prefix=()):
        """Start a program, and wait for its first line on standard error."""
        p = subprocess.Popen(
            [*prefix, UDPMILL, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        p.stderr.readline()
        return p

    def test_load_reports(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for mode in (["--time", "20s", "-i", "10ms", "--omit", "0"],
                         ["--stress", "--time", "60s"]):
                p = self.started("load", s.address, "-J", *mode)
                p.send_signal(signal.SIGHUP)
                p.send_signal(signal.SIGHUP)
                out, err = p.communicate(timeout=30)
                self.assertEqual(p.returncode, 0, err)
                self.assertIn("schema", document(out))

    def test_load_still_reports_if_signalled_twice(self):
        """Like timeout(1), which signals the program and then its group."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for number in signal.SIGINT, signal.SIGTERM:
                p = self.started("load", s.address, "-J", "--time", "20s",
                                 "-i", "10ms", "--omit", "0")
                # On a busy machine, the second signal might arrive so late that
                # it counts as another. So both are pending, one for the process
                # and one for its first thread, until the process continues.
                p.send_signal(signal.SIGSTOP)
                p.send_signal(number)
                LIBC.tgkill(p.pid, p.pid, number)
                p.send_signal(signal.SIGCONT)
                out, err = p.communicate(timeout=30)
                self.assertEqual(p.returncode, 0, err)
                self.assertIn("schema", document(out))

    def test_load_stages_reports(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "--stages", "--time", "20s",
                 "-J"], stdout=subprocess.PIPE)
            # Once the server has received something, the load is running.
            while self.received(s.pid) == 0 and p.poll() is None:
                time.sleep(0.01)
            p.send_signal(signal.SIGHUP)
            out, _ = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0)
        self.assertIn("schema", document(out))

    def received(self, pid):
        r = run(UDPMILL, "stat", str(pid), "-J")
        return document(r.stdout)["totals"]["rx_datagrams"]

    def test_load_under_nohup_goes_on(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            p = self.started("load", s.address, "--time", "300ms", "-i",
                             "10ms", "--omit", "0", "-J", prefix=["nohup"])
            p.send_signal(signal.SIGHUP)
            out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0, err)
        self.assertGreater(document(out)["seconds"], 0.29)

    def test_stat_watch_ends(self):
        with Server(UDPMILL, "127.0.0.1:0") as s:
            p = subprocess.Popen([UDPMILL, "stat", str(s.pid), "--watch=20s",
                                  "-J"], stdout=subprocess.PIPE)
            p.stdout.readline()
            p.send_signal(signal.SIGHUP)
            p.stdout.read()
            self.assertEqual(p.wait(timeout=10), 0)


if __name__ == "__main__":
    unittest.main()
