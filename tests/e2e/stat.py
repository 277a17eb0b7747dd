#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb stat against a running server. Others may run on this host, so
servers are named by PID, except if a new folder of segments serves as well."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

import exposition
from documents import document
from program import Server, ask, run

UDPMILL = sys.argv.pop(1)


class Forged:
    """A copy of a server's segment with other contents, which seems to be live
    because of its lock."""

    HEADER = struct.Struct("=8sIIQQQi10I")

    def __init__(self, pid):
        with open(f"/dev/shm/udpmill.{pid}", "rb") as f:
            self.data = bytearray(f.read())
        header = self.HEADER.unpack_from(self.data)
        self.counter_offset, _, self.counter_stride = header[11:14]
        self.worker_offset, _, self.worker_stride = header[14:17]
        names = self.data[self.counter_offset:self.worker_offset]
        self.index = lambda name: (
            names.index(name.encode() + b"\0") // self.counter_stride)

    def help(self, name, text):
        at = self.counter_offset + self.index(name) * self.counter_stride + 56
        self.data[at:at + 192] = text.encode().ljust(192, b"\0")

    def value(self, name, worker, value):
        at = self.worker_offset + worker * self.worker_stride
        struct.pack_into("=Q", self.data, at + self.index(name) * 8, value)

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(self.data)
        self.file.flush()
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self.file.name

    def __exit__(self, *_):
        self.file.close()


class Stat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(UDPMILL, "127.0.0.1:0", "--workers", "2")
        for _ in range(5):
            ask(cls.server.address, b"This is my message")
        cls.pid = str(cls.server.pid)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def stat(self, *arguments):
        return run(UDPMILL, "stat", *arguments)

    def test_shows_a_table(self):
        r = self.stat(self.pid)
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertIn(f"pid {self.pid}: length by ", r.stdout)
        self.assertIn(self.server.address, r.stdout)
        self.assertRegex(r.stdout, r"\n  rx_datagrams +5 datagrams\n")
        self.assertNotIn("refused", r.stdout)
        self.assertNotIn("\033", r.stdout)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_shows_zeros_when_asked(self):
        r = self.stat(self.pid, "--all")
        self.assertRegex(r.stdout, r"\n  refused_low_port +0 datagrams\n")

    def test_a_gauge_that_is_equal_in_all_workers_is_shown_once(self):
        report = document(self.stat(self.pid, "-J").stdout)
        for name, unit in ("socket_gro", "flag"), ("socket_rcvbuf_bytes",
                                                   "bytes"):
            of_each = report["workers"][0][name]
            self.assertRegex(self.stat(self.pid).stdout.replace(" ", ""),
                             rf"\n{name}{of_each}{unit}each\n")

    def test_a_gauge_that_differs_is_shown_by_its_bounds(self):
        forged = Forged(self.pid)
        forged.value("socket_queue_bytes", 0, 1280)
        forged.value("socket_queue_bytes", 1, 99)
        with forged as path:
            self.assertRegex(self.stat(path).stdout,
                             r"\n  socket_queue_bytes +99\.\.1 280 bytes each\n")

    def test_a_gauge_of_one_worker_is_its_value(self):
        with Server(UDPMILL, "0", "--workers", "1") as s:
            self.assertRegex(self.stat(str(s.pid)).stdout,
                             r"\n  socket_rcvbuf_bytes +[\d ]+ bytes\n")

    def test_shows_each_worker(self):
        r = self.stat(self.pid, "--workers")
        self.assertIn("\nworker 0\n", r.stdout)
        self.assertIn("\nworker 1\n", r.stdout)

    def test_reads_a_given_file(self):
        r = self.stat(f"/dev/shm/udpmill.{self.pid}", "-J")
        self.assertEqual(document(r.stdout)["about"]["pid"], int(self.pid))

    def test_json_adds_up(self):
        report = document(self.stat(self.pid, "--json").stdout)
        self.assertEqual(report["schema"], "udpmill.stat/1")
        self.assertEqual(report["about"]["config"]["service"], "length")
        self.assertEqual(report["totals"]["answered_datagrams"], 5)
        self.assertEqual(len(report["workers"]), 2)
        for name, total in report["totals"].items():
            self.assertEqual(total, sum(w[name] for w in report["workers"]))

    def test_openmetrics_is_well_formed(self):
        families = exposition.parse(self.stat(self.pid, "--openmetrics").stdout)
        answered = families["udpmill_answered_datagrams"]
        self.assertEqual(answered.kind, "counter")
        self.assertEqual(sum(answered.samples.values()), 5)
        self.assertEqual({dict(labels)["worker"]
                          for _, labels in answered.samples}, {"0", "1"})
        self.assertEqual(families["udpmill_socket_gro"].kind, "gauge")
        ((name, labels),) = families["udpmill_server"].samples
        self.assertEqual(name, "udpmill_server_info")
        self.assertEqual(dict(labels)["pid"], self.pid)
        self.assertIn("node_netstat_Udp_InDatagrams", families)

    def test_openmetrics_escapes_what_a_counter_means(self):
        forged = Forged(self.pid)
        forged.help("rx_bytes", 'a "quote" and a \\')
        with forged as path:
            self.assertIn('\n# HELP udpmill_rx_bytes a \\"quote\\" and a \\\\\n',
                          self.stat(path, "--openmetrics").stdout)

    def figures(self, text):
        """The counters in a text report, one on each line."""
        return {name: int(value.replace(" ", "")) for name, value in re.findall(
            r"(?m)^  (\w+) +(\d[\d ]*) ", text)}

    def test_a_watch_shows_cpu_time_as_a_share_of_a_cpu(self):
        with Server(UDPMILL, "0", "--workers", "1", "--spin") as s:
            r = self.stat(str(s.pid), "--watch=300ms", "-n2")
        first, second = r.stdout.split("udpmill serve, ")[1:]
        self.assertNotIn("%", first)
        before, after = map(self.figures, (first, second))
        rate = re.search(r"(?m)^  published .* times +(\S+)/s$", second)[1]
        seconds = (after["published"] - before.get("published", 0)) / float(
            rate)
        parts = re.findall(r"(?m)^  (cpu_\w+ns) .* ns +([\d.]+) % of a CPU$",
                           second)
        self.assertLessEqual({name for name, _ in parts},
                             {"cpu_user_ns", "cpu_system_ns"})
        self.assertTrue(parts, second)
        for name, part in parts:
            spent = (after[name] - before.get(name, 0)) / 1e9
            self.assertAlmostEqual(float(part), 100 * spent / seconds,
                                   delta=0.06 + float(part) / 50)
        self.assertRegex(second, r"\n  recv_calls .* calls +\S+ ?[kM]?/s\n")
        for line in second.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_a_watch_redraws_only_if_the_terminal_can(self):
        for term, redraws in ("xterm", True), ("dumb", False):
            try:
                control, terminal = pty.openpty()
            except OSError as e:
                self.skipTest(f"no pseudo terminal here: {e}")
            r = subprocess.run(
                [UDPMILL, "stat", self.pid, "--watch=1ms", "-n1"],
                stdout=terminal, env=dict(os.environ, TERM=term), timeout=30)
            os.close(terminal)
            self.assertEqual(r.returncode, 0)
            self.assertEqual("\033" in os.read(control, 65536).decode(),
                             redraws)
            os.close(control)

    def test_a_time_mistaken_for_a_server_is_explained(self):
        for arguments in ("--watch", "500ms"), ("2", "-w"):
            r = self.stat(*arguments)
            time = arguments[arguments[0] == "--watch"]
            self.assertEqual(r.returncode, 2)
            self.assertRegex(r.stderr, rf"\A[^\n]*write --watch={time}\n\Z")

    def test_reports_lost_output_once(self):
        for arguments in ([], ["-J"], ["--openmetrics"], ["--list"],
                          ["--list", "-J"], ["--describe"],
                          ["--describe", "-J"], ["--watch=1ms"]):
            who = [] if "--list" in arguments else [self.pid]
            with open("/dev/full", "w") as full:
                r = subprocess.run(
                    [UDPMILL, "stat", *who, *arguments], stdout=full,
                    stderr=subprocess.PIPE, text=True, timeout=30)
            self.assertEqual(r.returncode, 3)
            self.assertEqual(r.stderr, "udpmill stat: writing standard output:"
                             " No space left on device\n")

    def test_watches_as_often_as_asked(self):
        r = self.stat(self.pid, "--watch=50ms", "--count", "3", "-J")
        reports = [document(line) for line in r.stdout.splitlines()]
        self.assertEqual(len(reports), 3)
        self.assertNotIn("before", reports[0])
        self.assertIn("before", reports[2])
        self.assertGreater(reports[2]["seconds"], 0.04)

    def test_a_watch_ended_by_a_signal_succeeds(self):
        p = subprocess.Popen([UDPMILL, "stat", self.pid, "--watch=10ms"],
                             stdout=subprocess.PIPE)
        p.stdout.readline()
        p.send_signal(signal.SIGINT)
        p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0)

    def test_a_watch_ends_with_the_server(self):
        s = Server(UDPMILL, "0")
        p = subprocess.Popen([UDPMILL, "stat", str(s.pid), "--watch=10ms"],
                             stdout=subprocess.PIPE)
        p.stdout.readline()
        s.stop()
        p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0)

    def test_lists_running_servers(self):
        r = self.stat("--list")
        self.assertRegex(r.stdout, rf"pid {self.pid} +length +\w+ +"
                         + self.server.address)

    def test_lists_running_servers_as_json(self):
        report = document(self.stat("--list", "-J").stdout)
        self.assertEqual(report["schema"], "udpmill.list/1")
        own, = (s for s in report["servers"] if s["pid"] == int(self.pid))
        self.assertEqual(own["endpoints"], [self.server.address])
        self.assertEqual(own["config"]["workers"], 2)

    def test_describes_every_counter_as_json(self):
        report = document(self.stat(self.pid, "--describe", "-J").stdout)
        self.assertEqual(report["schema"], "udpmill.describe/1")
        about = {c["name"]: c for c in report["counters"]}
        self.assertEqual(list(about), list(document(
            self.stat(self.pid, "-J").stdout)["totals"]))
        self.assertEqual(about["socket_gro"]["kind"], "gauge")
        self.assertEqual(about["rx_bytes"]["unit"], "bytes")
        self.assertIn("harmless", about["refused_low_port"]["help"])

    def test_does_not_choose_among_several_servers(self):
        with Server(UDPMILL, "0"):
            r = self.stat()
            self.assertEqual(r.returncode, 2)
            self.assertIn("choose one by its pid", r.stderr)
            self.assertIn(f"pid {self.pid} ", r.stderr)

    def test_describes_every_counter(self):
        text = self.stat(self.pid, "--describe").stdout
        self.assertIn("refused_low_port, datagrams\n", text)
        self.assertIn("harmless", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_errors_are_reported_in_one_line(self):
        with tempfile.NamedTemporaryFile() as other:
            other.write(b"no segment")
            other.flush()
            cases = [
                (4, (str(os.getpid()),)), (4, ("/no/such/file",)),
                (2, (other.name,)), (2, ("/dev/null",)), (2, ("1", "2")),
                (2, ("--watch=x",)), (2, ("--count", "0")),
                (2, ("--count", "3")),
                (2, ("--openmetrics", "--watch")),
                (2, ("--openmetrics", "--json")), (2, ("--list", "--watch")),
                (2, ("--list", "--openmetrics")), (2, ("--list", "-a")),
                (2, ("--list", "--describe")), (2, ("--list", self.pid)),
                (2, ("--describe", "--watch")), (2, ("--clean", "--list")),
                (2, ("--clean", self.pid)), (2, ("--clean", "-J")),
                (2, ("--describe", "--openmetrics")),
                (2, ("--describe", "--workers")),
            ]
            for code, arguments in cases:
                with self.subTest(arguments=arguments):
                    r = self.stat(*arguments)
                    self.assertEqual(r.returncode, code, r.stderr)
                    self.assertRegex(r.stderr,
                                     r"\Audpmill stat: [^\n]*\n\Z")
                    self.assertEqual(r.stdout, "")

    def kill(self, *arguments):
        """Start a server and kill it. Returns its path in the registry."""
        s = Server(UDPMILL, "0", *arguments)
        s.process.kill()
        s.wait()
        path = f"/dev/shm/udpmill.{s.pid}"
        self.addCleanup(lambda: os.path.lexists(path) and os.unlink(path))
        return path

    def test_clean_removes_only_segments_of_killed_servers(self):
        with tempfile.TemporaryDirectory() as folder:
            there = os.path.join(folder, "counters")
            left = [self.kill(), self.kill("--counters", there)]
            said = self.stat("--list").stdout
            as_json = document(self.stat("--list", "-J").stdout)["left"]
            r = self.stat("--clean")
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            for path in left:
                self.assertIn(f" is gone, but left {path} behind\n", said)
                self.assertIn(path, as_json)
                self.assertIn(f"removed {path}\n", r.stdout)
                self.assertFalse(os.path.lexists(path))
            self.assertEqual(os.listdir(folder), ["counters"])
        self.assertNotIn(f"udpmill.{self.pid}\n", said + r.stdout)
        self.assertEqual(self.stat(self.pid).returncode, 0)

    def test_a_stale_segment_is_recognised(self):
        path = self.kill()
        r = self.stat(path)
        self.assertEqual(r.returncode, 4)
        self.assertIn("left over", r.stderr)
        self.assertNotIn(f"pid {path.split('.')[1]} length",
                         self.stat("--list").stdout)


if __name__ == "__main__":
    unittest.main()
