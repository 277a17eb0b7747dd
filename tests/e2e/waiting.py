# SPDX-License-Identifier: MIT
"""How both sides wait for datagrams: by sleeping, spinning, or polling the
device."""
import re
import socket
import sys
import unittest

from balance import Balance, load
from documents import document
from forbid import forbidding
from program import Server, ask, each_backend

UDPMILL = sys.argv.pop(1)

SO_BUSY_POLL, SO_PREFER_BUSY_POLL, SO_BUSY_POLL_BUDGET = 46, 69, 70


class Waiting(Balance):
    def test_spins_and_answers_and_ends(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--spin",
                        "--backend", backend) as s:
                self.assertEqual(ask(s.address, b"x"),
                                 b"Your data was 1 bytes")
            self.assertEqual(s.code, 0, s.err)
            self.assertIn("spin=on", s.out)
            s = Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--spin",
                       "--backend", backend, "--time", "200ms")
            self.assertEqual(s.wait(), 0)
            s = Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--spin",
                       "--backend", backend, "--count", "1")
            ask(s.address, b"x")
            self.assertEqual(s.wait(), 0)

    def test_spins_only_when_asked_to(self):
        calls = {}
        for options in ("--spin",), ():
            s = Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--backend",
                       "mmsg", "--time", "300ms", "--json", *options)
            self.assertEqual(s.wait(), 0)
            report = document(s.out)
            self.assertEqual(report["config"]["spin"], bool(options))
            calls[options] = report["counters"]["recv_calls"]
        self.assertLess(calls[()], 20)
        self.assertGreater(calls["--spin",], 100)

    def test_spins_for_a_time_and_then_sleeps(self):
        for backend in each_backend(self, UDPMILL):
            s = Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--spin=50",
                       "--backend", backend, "--json")
            with s:
                for _ in range(3):
                    ask(s.address, b"x")
            self.assertEqual(s.code, 0, s.err)
            report = document(s.out)
            self.assertTrue(report["config"]["spin"])
            self.assertEqual(report["config"]["spin_us"], 50)
            counters = report["counters"]
            # It polls before, between and after these, at most once each.
            self.assertLessEqual(counters["spins_failed"]
                                 + counters["spins_succeeded"], 4)

    def test_a_spinning_generator_counts_the_same(self):
        pingpong = "--window", "1", "-P", "1", "--train", "off"
        for spin, limit in ("--spin", None), ("--spin=50", 50):
            for options in pingpong, ("--rate", "5k"), ("-P", "20"):
                with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
                    r, report = load(UDPMILL, s.address, spin, *options)
                self.assertBalances(r, report, faults=(
                    "corrupt", "duplicate", "stale"))
                self.assertTrue(report["config"]["spin"])
                self.assertEqual(report["config"].get("spin_us"), limit)
                self.assertEqual("spins" in report, limit is not None)

    def poll_the_device(self, *prefix):
        """Whether each option was granted: time, preference, budget."""
        s = Server(UDPMILL, "127.0.0.1:0", "--time", "1ms", "--busy-poll",
                   "70us", "--prefer-busy-poll", "--busy-poll-budget", "64",
                   prefix=prefix)
        self.assertEqual(s.wait(), 0)
        for line in s.out.splitlines():
            self.assertLessEqual(len(line), 80, line)
        said = {key: value for key, value in re.findall(r"(\S+)=(\S+)", s.out)}
        granted = (said["busy_poll_us"] == "70",
                   said["prefer_busy_poll"] == "on",
                   said["busy_poll_budget"] == "64")
        self.assertNotEqual(all(granted), "  note: " in s.out, s.out)
        self.assertNotEqual(all(granted), "CAP_NET_ADMIN" in s.out, s.out)
        return granted

    def test_polls_the_device(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            for option in SO_BUSY_POLL, SO_PREFER_BUSY_POLL:
                try:
                    own.setsockopt(socket.SOL_SOCKET, option, 70)
                except OSError as e:
                    self.skipTest(f"it is forbidden here: {e}")
        self.assertEqual(self.poll_the_device(), (True, True, True))

    def test_continues_if_busy_polling_is_forbidden(self):
        self.assertEqual(self.poll_the_device(*forbidding(
            self, SO_BUSY_POLL, SO_BUSY_POLL_BUDGET)), (False,) * 3)
        forbidden = self.poll_the_device(*forbidding(
            self, SO_PREFER_BUSY_POLL, SO_PREFER_BUSY_POLL))
        self.assertFalse(forbidden[1])

    def test_a_generator_says_what_polling_it_obtained(self):
        options = "--busy-poll", "70us", "--prefer-busy-poll"
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, report = load(UDPMILL, s.address, *options)
            denied, refused = load(UDPMILL, s.address, *options, prefix=(
                forbidding(self, SO_BUSY_POLL, SO_BUSY_POLL_BUDGET)))
        self.assertEqual(set(report["config"]["busy_poll"]),
                         {"us", "prefer", "budget"})
        got = refused["config"]["busy_poll"]
        self.assertNotEqual(got["us"], 70)
        self.assertFalse(got["prefer"])
        self.assertIn("SO_PREFER_BUSY_POLL was refused; run with CAP_NET_ADMIN",
                      denied.stderr)


if __name__ == "__main__":
    unittest.main()
