#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --flow-lifetime: flows come and go, and nothing is lost uncounted with
the sockets that are closed.

In a network namespace of its own, so that nobody else moves its counters, and
between two. Needs root; exits 77 without.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import balance
from namespaces import HOSTS, NAMES, inside, main
from program import DESCRIPTORS, Server, descriptors, many_descriptors, run

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


def serve(*arguments, side=CLIENT):
    host = "127.0.0.1" if side == CLIENT else HOSTS[side]
    return Server(UDPMILL, f"{host}:0", *arguments, prefix=inside(side))


class Case(balance.Balance):
    def load(self, address, *arguments, code=0, seconds="600ms"):
        r, report = balance.load(UDPMILL, address, "--netns", NAMES[CLIENT],
                                 *arguments, seconds=seconds)
        if descriptors < DESCRIPTORS and "limit of open files" in r.stderr:
            self.skipTest(r.stderr.strip())
        self.assertBalances(r, report, code, ("corrupt", "stale", "duplicate"))
        self.assertNotIn("keeps its socket", r.stderr)
        return report

    def assertAllAnswered(self, report):
        ledger = report["ledger"]
        self.assertEqual(ledger["sent"], ledger["answered"], ledger)

    def assertRenewed(self, report):
        """Each flow more than once, if not as often as a machine could that
        does nothing else."""
        self.assertGreater(report["flows_opened"],
                           2 * report["config"]["flows"])


class Modes(Case):
    def test_a_closed_loop_loses_nothing(self):
        for options in (["-P", "8"], ["-P", "1"], ["-P", "1", "--spin"],
                        ["-P", "1", "--train", "off", "--window", "1"],
                        ["-P", "40", "-T", "3"],
                        ["-P", "8", "--window", "64", "--train", "off"],
                        ["-P", "3", "-l", "imix"]):
            with self.subTest(options=options), \
                    serve("--service", "echo") as s:
                report = self.load(s.address, "--flow-lifetime", "50ms",
                                   *options)
                self.assertRenewed(report)
                self.assertAllAnswered(report)

    def test_a_thousand_flows(self):
        with serve("--service", "echo") as s:
            for options in [], ["--rate", "20k"], ["--window", "8"]:
                with self.subTest(options=options):
                    report = self.load(s.address, "--flow-lifetime", "200ms",
                                       "-P", "1000", *options)
                    self.assertGreater(report["flows_opened"], 1500)
            self.load(s.address, "--flow-lifetime", "200ms", "-P", "1000",
                      "--flood", "-l", "1400")

    def test_replies_are_taken_while_a_flood_goes_on(self):
        with serve("--service", "echo") as s:
            report = self.load(s.address, "--flood", "--train", "off", "-P",
                               "4", "--flow-lifetime", "20ms")
        self.assertRenewed(report)
        self.assertLess(report["latency_ns"]["p99"], 400e6)

    def test_an_open_loop_keeps_its_plan(self):
        with serve("--service", "reflect") as s:
            for options, random in (
                    (["-P", "16"], 0),
                    (["--spacing", "poisson"], 5 * 10000 ** 0.5),
                    (["--train", "8", "-P", "4"], 0)):
                with self.subTest(options=options):
                    report = self.load(s.address, "--rate", "20k", "--count",
                                       "10000", "--flow-lifetime", "50ms",
                                       "--seed", "7", *options, seconds="60s")
                    self.assertRenewed(report)
                    self.assertAllAnswered(report)
                    self.assertKept(report, random)

    def test_replies_without_a_number_are_told_apart_by_their_sockets(self):
        with serve() as s:
            for options in (["-P", "4"], ["-P", "4", "-l", "32-1472"],
                            ["-P", "1", "--rate", "5k"]):
                with self.subTest(options=options):
                    report = self.load(s.address, "--flow-lifetime", "50ms",
                                       *options)
                    self.assertEqual(report["config"]["expect"], "text")
                    self.assertAllAnswered(report)
                    self.assertGreater(report["latency_ns"]["count"], 0)

    def test_every_backend_takes_it(self):
        for backend in "recvfrom", "mmsg", "uring":
            with self.subTest(backend=backend), \
                    serve("--service", "echo", "--backend", backend) as s:
                self.assertRenewed(self.load(s.address, "--flow-lifetime",
                                             "50ms"))

    def test_a_count_is_met(self):
        with serve("--service", "echo") as s:
            report = self.load(s.address, "--flow-lifetime", "20ms", "--rate",
                               "20k", "--count", "3456", seconds="20s")
        self.assertEqual(report["ledger"]["answered"], 3456)


class Losses(Case):
    """What the sockets that are gone have dropped is in the ledger."""

    def test_a_server_that_does_not_keep_up(self):
        for service, options in (("echo", ["--flood"]),
                                 ("echo", ["--flood", "-P", "100"]),
                                 ("echo", ["--window", "4096"]),
                                 ("discard", ["--flood"])):
            with self.subTest(service=service, options=options), \
                    serve("--service", service, "--rcvbuf", "16Ki",
                          "--workers", "1") as s:
                report = self.load(s.address, "--flow-lifetime", "50ms",
                                   *options)
                self.assertRenewed(report)
                self.assertGreater(
                    report["ledger"]["dropped"]["server_socket"], 0)

    def test_a_server_of_recvfrom_that_does_not_keep_up(self):
        with serve("--service", "echo", "--backend", "recvfrom", "--rcvbuf",
                   "16Ki", "--workers", "1") as s:
            self.assertRenewed(self.load(s.address, "--flow-lifetime", "50ms",
                                         "--flood"))

    def test_a_client_that_does_not_keep_up(self):
        """Its drops lie in sockets that are closed before the end."""
        for options in ([], ["--train", "off"], ["-P", "100"]):
            with self.subTest(options=options), \
                    serve("--service", "echo") as s:
                report = self.load(s.address, "--flow-lifetime", "50ms",
                                   "--flood", "--rcvbuf", "4Ki", *options,
                                   seconds="1200ms")
                self.assertRenewed(report)
                self.assertGreater(
                    report["ledger"]["dropped"]["client_socket"], 0)

    def test_between_two_namespaces(self):
        for options in ([], ["--flood"], ["--rate", "20k", "-P", "100"],
                        ["--flood", "--rcvbuf", "4Ki"],
                        ["-P", "1000", "--window", "2", "--train", "off"]):
            with self.subTest(options=options), \
                    serve("--service", "echo", side=SERVER) as s:
                self.load(s.address, "--flow-lifetime", "150ms", *options)

    @many_descriptors
    def test_a_server_that_was_stopped_answers_flows_that_are_over(self):
        with serve("--service", "echo") as s:
            stop = threading.Timer(0.2, os.kill, (s.pid, 19))
            go_on = threading.Timer(0.4, os.kill, (s.pid, 18))
            stop.start(), go_on.start()
            report = self.load(s.address, "--flow-lifetime", "50ms", "--rate",
                               "2k", seconds="800ms")
            stop.join(), go_on.join()
        self.assertAllAnswered(report)


class Ports(Case):
    def peers_of(self, *options):
        """The source ports that a server of ours sees, in their order."""
        seen = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            s.settimeout(0.2)
            p = subprocess.Popen(
                [UDPMILL, "load", "127.0.0.1:%d" % s.getsockname()[1], "-O",
                 "0", "-t", "800ms", "--rate", "500", "-P", "2",
                 "--flow-lifetime", "100ms", *options],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            while p.poll() is None:
                try:
                    data, peer = s.recvfrom(2048)
                except TimeoutError:
                    continue
                s.sendto(data, peer)
                if peer[1] not in seen:
                    seen.append(peer[1])
            self.error = p.stderr.read().decode()
            p.stderr.close()
            self.assertEqual(p.returncode, 0, self.error)
        return seen

    def test_each_flow_has_a_port_of_its_own(self):
        self.assertGreater(len(self.peers_of()), 6)

    def test_ports_that_were_said_are_gone_through(self):
        seen = self.peers_of("--source-ports", "21000-21029")
        self.assertGreater(len(seen), 6)
        self.assertEqual(sorted(seen), list(range(21000, 21000 + len(seen))))
        self.assertLessEqual(max(seen), 21029)

    def test_ports_come_again(self):
        seen = self.peers_of("--source-ports", "21100-21114")
        self.assertEqual(set(seen), set(range(21100, 21115)))

    def test_a_port_that_is_taken_is_said_once(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 21205))
            seen = self.peers_of("--source-ports", "21200-21229")
        self.assertNotIn(21205, seen)
        self.assertIn(21206, seen)
        self.assertEqual(self.error.count("keeps its socket"), 1)
        self.assertIn("21205", self.error)


class Usage(unittest.TestCase):
    def refused(self, *options, why, prefix=()):
        r = run(UDPMILL, "load", "127.0.0.1:9", "--flow-lifetime", *options,
                prefix=prefix)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertIn(why, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)

    def test_what_is_no_lifetime(self):
        self.refused("0", why="--flow-lifetime")
        self.refused("soon", why="--flow-lifetime")
        self.refused("999us", why="less than 1ms")

    def test_what_it_does_not_go_with(self):
        self.refused("1s", "--stages", why="does not go with --flow-lifetime")
        self.refused("1s", "--pcap", "/dev/null",
                     why="does not go with --flow-lifetime")
        self.refused("1s", "--bind", "127.0.0.1:2000", "-P", "1",
                     why="cannot both have port 2000")

    def test_too_few_ports(self):
        self.refused("100ms", "--source-ports", "20000-20009",
                     why="up to 53 sockets at once")

    @many_descriptors
    def test_too_few_open_files(self):
        self.refused("10ms", "-P", "20", why="the limit of open files is 500",
                     prefix=("prlimit", "--nofile=500:500"))

    def test_a_scenario_may_say_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as f:
            f.write("peer = 127.0.0.1:9\nflow-lifetime = 250ms\n")
            f.flush()
            r = run(UDPMILL, "load", "--scenario", f.name, "--print-scenario")
        self.assertIn("flow-lifetime = 250ms", r.stdout)


if __name__ == "__main__":
    main()
