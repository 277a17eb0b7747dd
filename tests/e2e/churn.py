#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --flow-lifetime: flows come and go, and whatever is lost with the
sockets that are closed is counted.

In a network namespace of its own, so that nobody else changes its counters, and
between two namespaces. Needs root; exits with 77 without it.
"""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import balance
from documents import document
from namespaces import HOSTS, NAMES, inside, main
from program import (DESCRIPTORS, Server, descriptors, many_descriptors, run,
                     stop, udp_sockets, wait_for)

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


def serve(*arguments, side=CLIENT):
    host = "127.0.0.1" if side == CLIENT else HOSTS[side]
    return Server(UDPMILL, f"{host}:0", *arguments, prefix=inside(side))


class Case(balance.Balance):
    def load(self, address, *arguments, code=0, seconds="600ms"):
        r, report = balance.load(UDPMILL, address, "--netns", NAMES[CLIENT],
                                 *arguments, seconds=seconds)
        return self.balanced(r, report, code)

    def balanced(self, r, report, code=0):
        if descriptors < DESCRIPTORS and "limit of open files" in r.stderr:
            self.skipTest(r.stderr.strip())
        self.assertBalances(r, report, code, ("corrupt", "stale", "duplicate"))
        self.assertNotIn("keeps its socket", r.stderr)
        return report

    def renew(self, server, *arguments, flows=8, times=4, until=None):
        """Run until the flows have been replaced this many times, as their
        ports show, and the condition holds for the output."""
        with tempfile.TemporaryFile("w+") as told:
            p = subprocess.Popen(
                [UDPMILL, "load", server.address, "-J", "-t", "200s", "-O",
                 "0", "-i", "50ms", "--netns", NAMES[CLIENT], "-P", str(flows),
                 *arguments], stdout=subprocess.PIPE, stderr=told, text=True)
            seen = set()

            def said():
                told.seek(0)
                return told.read()

            def is_renewed():
                seen.update(u["local"] for u in udp_sockets(server.pid)
                            if u["remote"] == server.address)
                return p.poll() is not None or (
                    len(seen) > times * flows and (not until or until(said())))

            try:
                wait_for(is_renewed)
                p.send_signal(signal.SIGINT)
                out = p.communicate(timeout=60)[0]
            finally:
                p.kill()
            r = subprocess.CompletedProcess([], p.returncode, out, said())
        report = self.balanced(r, document(out) if out else None)
        self.assertTrue(report["interrupted"])
        self.assertEqual(report["config"]["flows"], flows)
        # One more socket was used to check that the server is there.
        self.assertGreaterEqual(report["flows_opened"] + 1, len(seen))
        return report

    def assertAllAnswered(self, report):
        """Except for drops in the host's per-CPU queues, which other programs
        fill as well."""
        ledger = report["ledger"]
        self.assertEqual(ledger["sent"] - ledger["dropped"]["backlog"],
                         ledger["answered"], ledger)


# A retired flow is kept until its replies have arrived, however late that is on
# a busy host; there are enough sockets for that.
KEPT = ("--flow-lifetime", "200ms", "--timeout", "10s")


class Modes(Case):
    def test_a_closed_loop_loses_nothing(self):
        for flows, options in (
                (8, []), (1, []), (1, ["--spin"]),
                (1, ["--train", "off", "--window", "1"]),
                (16, ["-T", "3"]), (8, ["--window", "64", "--train", "off"]),
                (3, ["-l", "imix"])):
            with self.subTest(flows=flows, options=options), \
                    serve("--service", "echo") as s:
                self.assertAllAnswered(self.renew(s, *KEPT, *options,
                                                  flows=flows))

    def test_a_thousand_flows(self):
        with serve("--service", "echo") as s:
            for options in [], ["--rate", "20k"], ["--window", "8"]:
                with self.subTest(options=options):
                    self.renew(s, "--flow-lifetime", "200ms", *options,
                               flows=1000, times=1.5)
            self.load(s.address, "--flow-lifetime", "200ms", "-P", "1000",
                      "--flood", "-l", "1400")

    def test_a_flood_also_receives_replies(self):
        with serve("--service", "echo") as s:
            self.renew(s, "--flood", "--train", "off", "--flow-lifetime",
                       "20ms", flows=4,
                       until=lambda said: re.search(r"answered +[1-9]", said))

    def test_an_open_loop_keeps_its_plan(self):
        with serve("--service", "reflect") as s:
            for flows, options in ((16, []), (8, ["--spacing", "poisson"]),
                                   (4, ["--train", "8"])):
                with self.subTest(flows=flows, options=options):
                    report = self.renew(s, "--rate", "20k", "--seed", "7",
                                        *KEPT, *options, flows=flows)
                    self.assertAllAnswered(report)
                    random = 5 * report["pacing"]["planned"] ** 0.5
                    self.assertKept(report, random if flows == 8 else 0)

    def test_unnumbered_replies_are_told_apart_by_socket(self):
        with serve() as s:
            for flows, options in ((4, []), (4, ["-l", "32-1472"]),
                                   (1, ["--rate", "5k"])):
                with self.subTest(flows=flows, options=options):
                    report = self.renew(s, *KEPT, *options, flows=flows)
                    self.assertEqual(report["config"]["expect"], "text")
                    self.assertAllAnswered(report)
                    # Unknown if one was lost, as the host's queues may do:
                    # there is no number to tell which.
                    ledger = report["ledger"]
                    self.assertEqual(report["latency_ns"]["count"] > 0,
                                     ledger["sent"] == ledger["answered"])

    def test_every_backend_works(self):
        for backend in "recvfrom", "mmsg", "uring":
            with self.subTest(backend=backend), \
                    serve("--service", "echo", "--backend", backend) as s:
                self.renew(s, "--flow-lifetime", "50ms")

    def test_exactly_the_count_is_sent(self):
        with serve("--service", "echo") as s:
            report = self.load(s.address, *KEPT, "--rate", "20k", "--count",
                               "10000", seconds="60s")
        self.assertEqual(report["ledger"]["sent"], 10000)
        self.assertAllAnswered(report)
        self.assertKept(report)


class Losses(Case):
    """Drops of sockets that are already closed are in the ledger."""

    def drop(self, server, remote, *arguments, **more):
        """Wait until a socket with this peer, or without one, has dropped
        something."""
        def dropped(_):
            return any(u["drops"] for u in udp_sockets(server.pid)
                       if (u["remote"] == server.address) == remote)

        report = self.renew(server, "--flow-lifetime", "50ms", *arguments,
                            until=dropped, **more)
        return report["ledger"]["dropped"]

    def test_drops_of_a_slow_server_are_counted(self):
        for service, flows, options in (("echo", 8, ["--flood"]),
                                        ("echo", 100, ["--flood"]),
                                        ("echo", 8, ["--window", "4096"]),
                                        ("discard", 8, ["--flood"])):
            with self.subTest(service=service, flows=flows, options=options), \
                    serve("--service", service, "--rcvbuf", "16Ki",
                          "--workers", "1") as s:
                dropped = self.drop(s, False, *options, flows=flows)
                self.assertGreater(dropped["server_socket"], 0)

    def test_drops_of_a_slow_recvfrom_server_are_counted(self):
        with serve("--service", "echo", "--backend", "recvfrom", "--rcvbuf",
                   "16Ki", "--workers", "1") as s:
            self.renew(s, "--flow-lifetime", "50ms", "--flood")

    def test_drops_of_a_slow_client_are_counted(self):
        """Its drops are in sockets that are closed before the end."""
        for flows, options in (8, []), (8, ["--train", "off"]), (100, []):
            with self.subTest(flows=flows, options=options), \
                    serve("--service", "echo") as s:
                dropped = self.drop(s, True, "--flood", "--rcvbuf", "4Ki",
                                    *options, flows=flows)
                self.assertGreater(dropped["client_socket"], 0)

    def test_between_two_namespaces(self):
        for options in ([], ["--flood"], ["--rate", "20k", "-P", "100"],
                        ["--flood", "--rcvbuf", "4Ki"],
                        ["-P", "1000", "--window", "2", "--train", "off"]):
            with self.subTest(options=options), \
                    serve("--service", "echo", side=SERVER) as s:
                self.load(s.address, "--flow-lifetime", "150ms", *options)

    @many_descriptors
    def test_a_stopped_server_answers_retired_flows_later(self):
        """It is continued after flows that it has not answered are retired."""
        with serve("--service", "echo", "--rcvbuf", "8Mi") as s:
            def go_on(_):
                s.process.send_signal(signal.SIGCONT)
                return True

            stop(s.process)
            report = self.renew(s, *KEPT, "--rate", "200", until=go_on)
        self.assertAllAnswered(report)


class Ports(Case):
    def peers_of(self, *options, until):
        """The source ports that our server sees, in order, until the condition
        holds for them; and how many flows the report says there were."""
        seen = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            s.settimeout(0.2)
            p = subprocess.Popen(
                [UDPMILL, "load", "127.0.0.1:%d" % s.getsockname()[1], "-O",
                 "0", "-t", "60s", "--rate", "500", "-P", "2", "-J",
                 "--flow-lifetime", "100ms", *options],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while p.poll() is None:
                try:
                    data, peer = s.recvfrom(2048)
                except TimeoutError:
                    continue
                s.sendto(data, peer)
                seen.append(peer[1])
                if until(seen):
                    p.send_signal(signal.SIGINT)
                    until = lambda _: False
            out, self.error = (text.decode() for text in p.communicate())
            self.assertEqual(p.returncode, 0, self.error)
        return seen, document(out)["flows_opened"]

    def test_each_flow_has_its_own_port(self):
        _, opened = self.peers_of(until=lambda seen: len(set(seen)) > 6)
        self.assertGreater(opened, 6)

    def test_given_ports_are_used_in_turn(self):
        seen, opened = self.peers_of("--source-ports", "21000-21029",
                                     until=lambda seen: len(set(seen)) > 6)
        # Ports are taken in order, whether or not anything was sent from them.
        self.assertLessEqual(set(seen),
                             set(range(21000, 21000 + min(opened, 30))))

    def test_ports_are_used_again(self):
        every = set(range(21100, 21115))
        seen, opened = self.peers_of("--source-ports", "21100-21114",
                                     until=lambda seen: set(seen) == every)
        self.assertEqual(set(seen), every)

    def test_a_port_in_use_is_reported_once(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 21205))
            seen, _ = self.peers_of(
                "--source-ports", "21200-21229",
                until=lambda seen: max(seen) > 21205)
        self.assertNotIn(21205, seen)
        self.assertEqual(self.error.count("keeps its socket"), 1)
        self.assertIn("21205", self.error)


class Usage(unittest.TestCase):
    def refused(self, *options, why, prefix=()):
        r = run(UDPMILL, "load", "127.0.0.1:9", "--flow-lifetime", *options,
                prefix=prefix)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertIn(why, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)

    def test_invalid_lifetimes_are_refused(self):
        self.refused("0", why="--flow-lifetime")
        self.refused("soon", why="--flow-lifetime")
        self.refused("999us", why="less than 1ms")

    def test_contradictory_options_are_refused(self):
        self.refused("1s", "--stages", why="cannot be combined with --flow-lifetime")
        self.refused("1s", "--pcap", "/dev/null",
                     why="cannot be combined with --flow-lifetime")
        self.refused("1s", "--bind", "127.0.0.1:2000", "-P", "1",
                     why="cannot both have port 2000")

    def test_too_few_ports_are_refused(self):
        self.refused("100ms", "--source-ports", "20000-20009",
                     why="up to 53 sockets at once")

    @many_descriptors
    def test_too_few_open_files_are_refused(self):
        self.refused("10ms", "-P", "20", why="the limit of open files is 500",
                     prefix=("prlimit", "--nofile=500:500"))

    def test_a_scenario_may_set_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as f:
            f.write("peer = 127.0.0.1:9\nflow-lifetime = 250ms\n")
            f.flush()
            r = run(UDPMILL, "load", "--scenario", f.name, "--print-scenario")
        self.assertIn("flow-lifetime = 250ms", r.stdout)


if __name__ == "__main__":
    main()
