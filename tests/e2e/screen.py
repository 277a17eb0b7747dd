#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The screen of load while it runs: on a terminal it is drawn in place, and
elsewhere there is a line an interval."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from documents import document
from program import Server, run, wait_for
from terminal import Terminal

UDPMILL = os.path.abspath(sys.argv.pop(1))
QUICK = ("-t", "600ms", "-O", "100ms", "-i", "100ms", "--rate", "2k")
SIZES = ((80, 24), (200, 50), (40, 10))
LINE = re.compile(r" +\d+\.\d s  sent +[\d.]+( [kM])?/s .*answered .*")


class Screen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.echo = Server(UDPMILL, "--service", "echo", "127.0.0.1:0")
        cls.title = f"udpmill load {cls.echo.address}, "[:39]

    @classmethod
    def tearDownClass(cls):
        cls.echo.stop()

    def load(self, *options, **terminal):
        return Terminal([UDPMILL, "load", self.echo.address, *options],
                        **terminal)

    def test_is_drawn_in_place_and_stays_above_the_report(self):
        for columns, rows in SIZES:
            with self.subTest(columns=columns, rows=rows):
                t = self.load(*QUICK, columns=columns, rows=rows,
                              all_of_it=True)
                self.assertEqual(t.finish()[0], 0)
                seen = t.rows()
                text = "\n".join(seen)
                # It was drawn several times, and is there once.
                self.assertGreater(t.text().count("round trip"), 1)
                self.assertEqual(text.count(self.title), 1, text)
                block = seen[:seen.index("")]
                self.assertLess(len(block), rows)
                for row in block:
                    self.assertLess(len(row), columns)
                for label in "time", "sent", "answered", "lost":
                    self.assertEqual(
                        sum(row.startswith(f"  {label} ") for row in block), 1,
                        text)
                self.assertLess(text.index("round trip"),
                                text.index("Measured over"))
                self.assertIn("loss", text)

    def test_uses_plain_escapes(self):
        t = self.load(*QUICK)
        t.finish()
        self.assertLessEqual(t.escapes(), set("AKm"))
        self.assertIn("A", t.escapes())
        self.assertEqual(t.before, t.after)
        t = self.load(*QUICK, env={"NO_COLOR": "1"})
        t.finish()
        self.assertEqual(t.escapes(), set("AK"))

    def test_is_of_ascii_where_the_locale_is(self):
        t = self.load(*QUICK, env={"LC_ALL": "C"})
        t.finish()
        self.assertTrue(t.raw.isascii())
        self.assertIn("====", t.text())
        t = self.load(*QUICK)
        t.finish()
        self.assertIn("\u2501", t.text())
        self.assertIn("\u2588", t.text())

    def test_a_dumb_terminal_gets_lines(self):
        t = self.load(*QUICK, env={"TERM": "dumb"})
        t.finish()
        self.assertEqual(t.escapes(), set())
        for line in t.text().splitlines():
            self.assertRegex(line, LINE)

    def test_a_pipe_gets_lines(self):
        r = run(UDPMILL, "load", self.echo.address, *QUICK)
        lines = r.stderr.splitlines()
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertRegex(line, LINE)

    def test_quiet_shows_nothing(self):
        t = self.load(*QUICK, "-q")
        code, out = t.finish()
        self.assertEqual((code, t.raw), (0, b""))
        self.assertIn("Measured over", out)

    def test_a_file_that_is_the_terminal_gets_lines_beside_it(self):
        t = self.load(*QUICK, "--csv", "-", all_of_it=True)
        t.finish()
        self.assertNotIn("A", t.escapes())

    def test_an_interrupt_leaves_the_terminal_as_it_was(self):
        t = self.load("-t", "60s", "-i", "100ms", "-J", "--rate", "1k")
        t.wait_for("round trip")
        t.type(b"\x03")
        code, out = t.finish()
        self.assertEqual(code, 0)
        self.assertTrue(document(out)["interrupted"])
        self.assertEqual(t.before, t.after)
        self.assertIn(self.title, "\n".join(t.rows()))

    def test_a_continue_after_the_end_is_no_resume(self):
        # As timeout(1) does it.
        t = self.load("-t", "60s", "-i", "100ms", "--rate", "1k")
        t.wait_for("round trip")
        t.process.send_signal(signal.SIGTERM)
        t.process.send_signal(signal.SIGCONT)
        self.assertEqual(t.finish()[0], 0)
        text = "\n".join(t.rows())
        self.assertEqual(text.count(self.title), 1, text)

    def test_is_drawn_anew_below_what_a_shell_printed(self):
        t = self.load("-t", "60s", "-i", "100ms", "--rate", "1k")
        t.wait_for("round trip")
        t.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, t.process.pid, os.WSTOPPED)
        while t.read(0):
            pass
        drawn = t.text().count("round trip")
        t.process.send_signal(signal.SIGCONT)
        wait_for(lambda: t.read(0.1) and
                 t.text().count("round trip") > drawn + 1)
        t.process.send_signal(signal.SIGTERM)
        t.finish()
        text = "\n".join(t.rows())
        self.assertEqual(text.count(self.title), 2, text)

    def test_names_losses_by_cause_as_they_are_known(self):
        with Server(UDPMILL, "--service", "echo", "127.0.0.1:0", "--rcvbuf",
                    "1") as s:
            t = Terminal([UDPMILL, "load", s.address, "--flood", "-t", "60s",
                          "-i", "100ms"])
            t.wait_for("server_socket ")
            t.wait_for(" so far, ")
            t.process.send_signal(signal.SIGTERM)
            t.finish()
        self.assertRegex(t.text(), r"lost .*so far, [\d.e+-]+ %")

    def test_a_ramp_shows_its_step(self):
        t = self.load("--ramp", "500:2k:60s:3", "-t", "60s", "-i", "100ms")
        t.wait_for("step 1 of 3")
        t.wait_for(" planned")
        t.wait_for("s left")
        t.process.send_signal(signal.SIGINT)
        t.finish()

    def test_a_search_shows_how_long_it_may_take(self):
        t = self.load("--find-capacity", "-t", "150ms", "-O", "10ms")
        t.wait_for("about ")
        t.wait_for("trial      2, at ")
        t.process.send_signal(signal.SIGINT)
        t.finish()
        rows = t.rows()
        # Lines of trials stay, above what is drawn again.
        trial = next(i for i, row in enumerate(rows)
                     if row.startswith("  1 20.0 k/s  sent "))
        title = next(i for i, row in enumerate(rows) if self.title in row)
        self.assertLess(trial, title)
        self.assertEqual(sum(self.title in row for row in rows), 1)

    def test_stages_show_their_part(self):
        t = self.load("--stages", "-t", "400ms", "-O", "50ms", "-i", "20ms")
        code, out = t.finish()
        if code == 3:
            self.skipTest(t.text())
        self.assertIn("4 of 4, with time stamps", t.text())
        self.assertIn("s left", t.text())
        self.assertIn("Stage", out)


@unittest.skipIf(not shutil.which("tmux"), "install tmux")
class Tmux(unittest.TestCase):
    """A terminal of others, which wraps lines anew when it becomes narrower."""

    def tmux(self, *command):
        return subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", *command],
            check=True, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "screen"}).stdout

    def pane(self):
        return self.tmux("capture-pane", "-p", "-S", "-", "-t", "load")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.folder = folder.name
        self.addCleanup(folder.cleanup)
        self.echo = Server(UDPMILL, "--service", "echo", "127.0.0.1:0")
        self.addCleanup(self.echo.stop)

    def load(self, columns, rows, seconds):
        self.socket = f"{self.folder}/{columns}"
        self.addCleanup(subprocess.run,
                        ["tmux", "-S", self.socket, "kill-server"])
        # What comes after it keeps the pane.
        self.tmux("new-session", "-d", "-s", "load", "-x", str(columns), "-y",
                  str(rows), f"echo before; {UDPMILL} load {self.echo.address} "
                  f"--rate 2k -t {seconds} -i 100ms; echo over; read _")
        wait_for(lambda: "p99 " in self.pane())

    def once(self, text):
        pane = self.pane()
        self.assertEqual(pane.count(text), 1, pane)

    def test_shows_a_run_and_its_report(self):
        for columns, rows in SIZES:
            with self.subTest(columns=columns, rows=rows):
                self.load(columns, rows, "800ms")
                self.once("round trip p50")
                wait_for(lambda: "\nover" in self.pane())
                self.once("Measured over")
                self.once("answered/s ")
                self.assertTrue(self.pane().startswith("before\n"))

    def test_is_still_one_when_it_is_made_narrower_and_wider(self):
        self.load(100, 24, "60s")
        for columns in 60, 40, 120:
            self.tmux("resize-window", "-t", "load", "-x", str(columns))
            # Drawn again for that width: the bar of time shows it.
            width = max(1, columns - 1 - 15 - (12 if columns < 57 else 22))
            wait_for(lambda: re.search(
                rf"time +[\u2501\u2500]{{{width}}}  ", self.pane()))
            self.once("answered/s ")
            self.once("  lost ")
        self.tmux("send-keys", "-t", "load", "C-c")
        wait_for(lambda: "\nover" in self.pane())
        self.once("Measured over")
        self.assertTrue(self.pane().startswith("before\n"))


if __name__ == "__main__":
    unittest.main()
