#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --flow-lifetime: flows come and go, and nothing is lost uncounted with
the sockets that are closed.

In a network namespace of its own, so that nobody else moves its counters, and
between two. Needs root; exits 77 without.
"""

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import balance
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
        """A run that lasts until its flows have been replaced so many times,
        as their ports tell, and until this holds of what it says."""
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
        report = self.balanced(r, json.loads(out) if out else None)
        self.assertTrue(report["interrupted"])
        self.assertEqual(report["config"]["flows"], flows)
        # One socket more has asked whether the server is met there.
        self.assertGreaterEqual(report["flows_opened"] + 1, len(seen))
        return report

    def assertAllAnswered(self, report):
        """But for what the host's own queue for each CPU dropped, which other
        programs fill as well."""
        ledger = report["ledger"]
        self.assertEqual(ledger["sent"] - ledger["dropped"]["backlog"],
                         ledger["answered"], ledger)


# So that a flow that is over is kept until its replies have come, however late
# those are on a busy host: there are sockets for it.
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

    def test_replies_are_taken_while_a_flood_goes_on(self):
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

    def test_replies_without_a_number_are_told_apart_by_their_sockets(self):
        with serve() as s:
            for flows, options in ((4, []), (4, ["-l", "32-1472"]),
                                   (1, ["--rate", "5k"])):
                with self.subTest(flows=flows, options=options):
                    report = self.renew(s, *KEPT, *options, flows=flows)
                    self.assertEqual(report["config"]["expect"], "text")
                    self.assertAllAnswered(report)
                    self.assertGreater(report["latency_ns"]["count"], 0)

    def test_every_backend_takes_it(self):
        for backend in "recvfrom", "mmsg", "uring":
            with self.subTest(backend=backend), \
                    serve("--service", "echo", "--backend", backend) as s:
                self.renew(s, "--flow-lifetime", "50ms")

    def test_a_count_is_met(self):
        with serve("--service", "echo") as s:
            report = self.load(s.address, *KEPT, "--rate", "20k", "--count",
                               "10000", seconds="60s")
        self.assertEqual(report["ledger"]["sent"], 10000)
        self.assertAllAnswered(report)
        self.assertKept(report)


class Losses(Case):
    """What the sockets that are gone have dropped is in the ledger."""

    def drop(self, server, remote, *arguments, **more):
        """Until one of the sockets that have this peer, or none, has dropped
        something."""
        def dropped(_):
            return any(u["drops"] for u in udp_sockets(server.pid)
                       if (u["remote"] == server.address) == remote)

        report = self.renew(server, "--flow-lifetime", "50ms", *arguments,
                            until=dropped, **more)
        return report["ledger"]["dropped"]

    def test_a_server_that_does_not_keep_up(self):
        for service, flows, options in (("echo", 8, ["--flood"]),
                                        ("echo", 100, ["--flood"]),
                                        ("echo", 8, ["--window", "4096"]),
                                        ("discard", 8, ["--flood"])):
            with self.subTest(service=service, flows=flows, options=options), \
                    serve("--service", service, "--rcvbuf", "16Ki",
                          "--workers", "1") as s:
                dropped = self.drop(s, False, *options, flows=flows)
                self.assertGreater(dropped["server_socket"], 0)

    def test_a_server_of_recvfrom_that_does_not_keep_up(self):
        with serve("--service", "echo", "--backend", "recvfrom", "--rcvbuf",
                   "16Ki", "--workers", "1") as s:
            self.renew(s, "--flow-lifetime", "50ms", "--flood")

    def test_a_client_that_does_not_keep_up(self):
        """Its drops lie in sockets that are closed before the end."""
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
    def test_a_server_that_was_stopped_answers_flows_that_are_over(self):
        """It goes on when flows that it has not answered are over."""
        with serve("--service", "echo", "--rcvbuf", "8Mi") as s:
            def go_on(_):
                s.process.send_signal(signal.SIGCONT)
                return True

            stop(s.process)
            report = self.renew(s, *KEPT, "--rate", "200", until=go_on)
        self.assertAllAnswered(report)


class Ports(Case):
    def peers_of(self, *options, until):
        """The source ports that a server of ours sees, in their order, until
        this holds of them; and how many the report says there were."""
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
        return seen, json.loads(out)["flows_opened"]

    def test_each_flow_has_a_port_of_its_own(self):
        _, opened = self.peers_of(until=lambda seen: len(set(seen)) > 6)
        self.assertGreater(opened, 6)

    def test_ports_that_were_said_are_gone_through(self):
        seen, opened = self.peers_of("--source-ports", "21000-21029",
                                     until=lambda seen: len(set(seen)) > 6)
        # Each was the next one, whether or not it was sent from.
        self.assertLessEqual(set(seen),
                             set(range(21000, 21000 + min(opened, 30))))

    def test_ports_come_again(self):
        every = set(range(21100, 21115))
        seen, opened = self.peers_of("--source-ports", "21100-21114",
                                     until=lambda seen: set(seen) == every)
        self.assertEqual(set(seen), every)

    def test_a_port_that_is_taken_is_said_once(self):
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

    def test_what_is_no_lifetime(self):
        self.refused("0", why="--flow-lifetime")
        self.refused("soon", why="--flow-lifetime")
        self.refused("999us", why="less than 1ms")

    def test_what_it_does_not_go_with(self):
        self.refused("1s", "--stages", why="cannot be combined with --flow-lifetime")
        self.refused("1s", "--pcap", "/dev/null",
                     why="cannot be combined with --flow-lifetime")
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
