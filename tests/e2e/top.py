#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb top, in terminals of several sizes. Others may run on this host, so
servers are named unless the suite has a /dev/shm of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import unittest

from pane import Pane, lacking, missing
from program import Server, run
from shm import copy, path_of, put_live

UDPMILL = os.path.abspath(sys.argv.pop(1))
WITHOUT = missing(UDPMILL)
STRANGER = 64321
GRAPH = "[▁▂▃▄▅▆▇█]"


def others():
    """Servers that are not ours."""
    r = run(UDPMILL, "stat", "--list", "-J")
    return json.loads(r.stdout)["servers"]


def colours(text):
    """The parameters of escapes that set a colour, except the default one."""
    found = set()
    for parameters in re.findall(r"\033\[([\d;]*)m", text):
        found |= {n for n in parameters.split(";")
                  if re.fullmatch(r"[349][0-8]|10[0-7]", n)}
    return found


def socket_of_low_port():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for port in range(1023, 600, -1):
        try:
            s.bind(("127.0.0.1", port))
            return s
        except PermissionError as e:
            s.close()
            raise unittest.SkipTest("no port below 1024 is permitted") from e
        except OSError:
            continue
    raise unittest.SkipTest("no port below 1024 is free")


@unittest.skipIf(lacking(UDPMILL), "this build has no top")
class Refused(unittest.TestCase):
    def refused(self, code, says, *arguments):
        r = run(UDPMILL, "top", *arguments)
        self.assertEqual((r.returncode, r.stdout), (code, ""))
        self.assertRegex(r.stderr, rf"\Audpmill top: [^\n]*{says}[^\n]*\n\Z")

    def test_a_pipe_is_told_of_stat(self):
        self.refused(2, 'standard output is not a terminal; use "udpmill stat"')

    def test_bad_arguments(self):
        self.refused(2, 'there is no "x"; choose pid, address', "--sort=x")
        self.refused(2, '"1ms" is not a time from 100ms to 1h', "-i1ms")
        self.refused(2, '"nobody" is not a server; give a pid, an address',
                     "nobody")
        self.refused(2, "more than 64 servers", *map(str, range(1, 66)))


@unittest.skipIf(WITHOUT, WITHOUT)
class Terminals(unittest.TestCase):
    def refused(self, code, says, *arguments, **env):
        with Pane(UDPMILL, "top", *arguments, **env) as pane:
            got, err = pane.ended()
            self.assertEqual(got, code, err)
            self.assertRegex(err, rf"\Audpmill top: [^\n]*{says}[^\n]*\n\Z")
            self.assertEqual(pane.read("before"), pane.read("after"))

    def test_a_terminal_that_cannot_is_told(self):
        self.refused(2, 'TERM=dumb.*"udpmill stat"', TERM="dumb")
        self.refused(2, 'TERM is not set.*"udpmill stat"', TERM=None)
        self.refused(3, '"nonesuch" is not in this host\'s terminfo',
                     TERM="nonesuch")

    def test_a_pid_without_a_server_is_an_error(self):
        self.refused(4, f"no server with pid {os.getpid()}", str(os.getpid()))

    def test_a_file_that_is_no_segment_is_an_error(self):
        self.refused(2, "is not a counter segment", "/etc/passwd")
        self.refused(4, "No such file", "/nonesuch/file")


@unittest.skipIf(WITHOUT, WITHOUT)
class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")
        cls.address, cls.pid = cls.server.address, str(cls.server.pid)
        cls.load = subprocess.Popen(
            [UDPMILL, "load", cls.address, "--rate", "500", "--time", "600s",
             "--flows", "1"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.row = rf"^ *{cls.pid} .*echo/\w+ +[1-9]"

    @classmethod
    def tearDownClass(cls):
        cls.load.terminate()
        cls.load.wait(timeout=60)
        cls.server.stop()

    def top(self, *arguments, which=None, **more):
        pane = Pane(UDPMILL, "top", which or self.pid, *arguments, **more)
        self.addCleanup(pane.__exit__)
        return pane

    def test_fits_80x24(self):
        pane = self.top()
        text = pane.wait(self.row)
        self.assertRegex(text, rf" {self.address} .* [1-9]\d?\d?% ")
        self.assertRegex(text, r"(?m)^ +PID ADDRESS .* RX/s .* DROP/s  AGE$")
        self.assertIn("Nothing was dropped or refused.", text)
        self.assertRegex(text, r"(?m)^ WORKER .*RX/s$")
        self.assertRegex(text, rf"(?m)^in .*{GRAPH} [\d.]+(/s| k/s)")
        self.assertTrue(text.splitlines()[23].startswith("q quit  h help"))

    def test_fits_200x50_and_40x10_and_is_resized(self):
        pane = self.top(columns=200, rows=50)
        text = pane.wait(r"^in .*peak [1-9]")
        self.assertRegex(text, r"REFUS/s +CPU% +QUEUE +AGE +RX/s, newest right")
        pane.resize(40, 10)
        text = pane.wait_until(
            lambda text: "q quit" in text.splitlines()[-1], "10 rows")
        self.assertNotIn("SERVICE", text)
        self.assertIn(f"{self.pid} {self.address}", text)
        pane.resize(80, 24)
        pane.wait(self.row)
        pane.wait(r"^ WORKER ")
        pane.resize(10, 3)
        pane.wait("^too small$")

    def test_has_colours_unless_told_not_to(self):
        pane = self.top(TERM="screen-256color")
        pane.wait(self.row)
        self.assertTrue(colours(pane.text("-e")))
        pane = self.top(TERM="screen-256color", NO_COLOR="1")
        pane.wait(self.row)
        self.assertEqual(colours(pane.text("-e")), set())

    def test_draws_graphs_in_ascii_without_utf8(self):
        pane = self.top(LC_ALL="C")
        pane.wait(self.row)
        text = pane.wait(r"^in .*#")
        self.assertTrue(text.isascii())

    def test_keys(self):
        pane = self.top()
        pane.wait(self.row)
        pane.press("h")
        pane.wait("Any key goes back")
        pane.press("x")
        pane.wait(self.row)
        pane.press("p")
        pane.wait("PAUSED")
        pane.press("p")
        pane.press("d", "2", "0", "0", "m", "s")
        pane.wait("Interval .*: 200ms_")
        pane.press("Enter")
        pane.wait("every 200ms ")
        pane.press("+", "-", "-")
        pane.wait("every 100ms ")
        pane.press("d", "9", "9", "h", "Enter")
        pane.wait('"99h" is not a time from 100ms to 1h')
        pane.press("q")
        self.assertEqual(pane.ended(), (0, ""))

    def test_several_servers_are_sorted(self):
        def order():
            return [int(pid) for pid in re.findall(
                r"^ *(\d+) 127\.0\.0\.1:\d+ ", pane.text(), re.M)]

        with Server(UDPMILL, "0") as a, Server(UDPMILL, "0") as b:
            pids = sorted([a.pid, b.pid, self.server.pid])
            pane = self.top("--sort=pid", *map(str, pids), "-i100ms")
            pane.wait_until(lambda text: order() == pids, "by pid")
            pane.press("r")
            pane.wait_until(lambda text: order() == pids[::-1], "reversed")
            # By address, service, workers, and rate.
            pane.press("s", "s", "s", "s")
            pane.wait_until(lambda text: order()[:1] ==
                            [self.server.pid],
                            "by rate")
            pane.press("Home", "Down")
            pane.wait_until(lambda text: len(order()) == 3 and
                            f", pid {order()[1]}," in text,
                            "the selected one's panel")
            pane.press("Enter")
            pane.wait_until(lambda text: len(order()) == 1, "the panel only")
            pane.press("w")
            pane.wait_until(lambda text: "WORKER " not in text and
                            len(order()) == 3, "the servers only")

    def test_shows_drops_by_cause(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            with socket_of_low_port() as client:
                pane = self.top("-i100ms", which=str(s.pid),
                                TERM="screen-256color")
                host, port = s.address.split(":")
                # The first interval has none to compare with.
                pane.wait(rf"^ *{s.pid} .*echo/\w+ +0 ")
                for _ in range(5):
                    client.sendto(b"x" * 40, (host, int(port)))
                pane.wait(r"^refused_low_port +\S+ +5 datagrams")
                pane.wait(r"^refused +▁*[▂▃▄▅▆▇█]")

    def test_a_server_that_comes_is_noticed_and_one_that_ends_is_marked(self):
        pane = self.top("-i100ms", which="127.0.0.1:9")
        pane.wait("^  None of the named servers runs")
        with Server(UDPMILL, "127.0.0.1:0") as s:
            pane = self.top("-i100ms", which=s.address)
            pane.wait(f"^ *{s.pid} ")
            s.process.kill()
            s.wait()
            pane.wait(f"^ *{s.pid} .* ended ")
            pane.wait("^  None of the named servers runs")
            with Server(UDPMILL, s.address) as again:
                pane.wait(f"^ *{again.pid} ")

    def test_without_servers_says_how_to_start_one(self):
        if len(others()) > 1:
            self.skipTest("other servers run on this host")
        self.server.process.send_signal(signal.SIGSTOP)
        os.rename(path_of(self.pid), path_of(self.pid) + ".aside")
        try:
            pane = Pane(UDPMILL, "top")
            self.addCleanup(pane.__exit__)
            pane.wait("udpmill serve 0")
        finally:
            os.rename(path_of(self.pid) + ".aside", path_of(self.pid))
            self.server.process.send_signal(signal.SIGCONT)
        pane.wait(f"^ *{self.pid} ")

    def test_the_terminal_is_restored(self):
        for end in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, "q", "C-c"):
            with self.subTest(end=end):
                pane = self.top()
                pane.wait(self.row)
                if isinstance(end, str):
                    pane.press(end)
                else:
                    os.kill(pane.pid(), end)
                self.assertEqual(pane.ended(), (0, ""))
                self.assertEqual(pane.read("before"), pane.read("after"))
                self.assertEqual(pane.text().strip(), "this was here before")

    def test_can_be_stopped_and_resumed(self):
        pane = Pane("sh", "-c", "exec sh -i 2>/dev/tty", PS1="READY>")
        self.addCleanup(pane.__exit__)
        pane.wait("READY>")
        pane.press(f"{UDPMILL} top {self.pid}", "Enter")
        pane.wait(self.row)
        pane.press("C-z")
        pane.wait("Stopped")
        pane.press("stty -a", "Enter")
        pane.wait(r"\bicanon\b")
        self.assertRegex(pane.text(), r" echo\b")
        pane.press("fg", "Enter")
        text = pane.wait(self.row)
        self.assertNotIn("READY", text)
        pane.press("q")
        pane.wait("READY>$")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files away")
    def test_what_strangers_claim_is_not_shown(self):
        if len(others()) > 1:
            self.skipTest("other servers run on this host")
        data = copy(self.server.pid, PID=1)
        loud = data.replace(b"echo\0", b"\033[2J\0", 1)
        self.assertNotEqual(data, loud)
        with put_live(path_of(1), data) as f, put_live(path_of(2), loud):
            self.addCleanup(os.unlink, path_of(1))
            self.addCleanup(os.unlink, path_of(2))
            os.chown(f.name, STRANGER, STRANGER)
            pane = Pane(UDPMILL, "top")
            self.addCleanup(pane.__exit__)
            text = pane.wait(self.row)
            self.assertIn("segments left out: 1;", text)
            self.assertIn("1 server, ", text)


if __name__ == "__main__":
    unittest.main()
