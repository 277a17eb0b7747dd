#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --engine: the ledger balances with each engine, nothing that was sent
changes on its way, and an engine that is not right for the traffic is refused.
Needs root for queueing disciplines; without it, those tests are skipped."""

import re
import signal
import socket
import subprocess
import sys
import unittest

import balance
from documents import document
from program import Server, disturbed, run, stop

UDPMILL = sys.argv.pop(1)
ENGINES = "mmsg", "uring", "zerocopy", "splice"
HOSTS = "127.0.0.1", "[::1]"
# What the kernel of this host may lack, or the build.
LACKS = re.compile("cannot run here|this build does not support")


class Case(balance.Balance):
    def load(self, address, engine, *arguments, code=0, seconds="300ms",
             faults=balance.FAULTS, **more):
        r, report = balance.load(UDPMILL, address, "--engine", engine,
                                 *arguments, seconds=seconds, **more)
        if LACKS.search(r.stderr):
            self.skipTest(r.stderr.strip())
        self.assertBalances(r, report, code, faults)
        self.assertEqual(report["config"]["engine"], engine)
        copies = report["sends"]["zerocopy"]
        self.assertEqual(copies is None, engine == "mmsg")
        if copies:
            self.assertLessEqual(copies["copied"], copies["sends"])
        return report

    def refused(self, address, engine, *arguments):
        """One line of standard error, from a run that must be refused."""
        r = run(UDPMILL, "load", address, "-q", "-t", "100ms", "--engine",
                engine, *arguments)
        if LACKS.search(r.stderr):
            self.skipTest(r.stderr.strip())
        self.assertEqual((r.returncode, r.stdout), (2, ""), r.stderr)
        said = [line for line in r.stderr.splitlines()
                if "LOADING ANOTHER HOST" not in line]
        self.assertEqual(len(said), 1, r.stderr)
        return said[0]


class Ledger(Case):
    def each(self, service, *cases, engines=ENGINES):
        for host in HOSTS:
            for engine in engines:
                for arguments in cases:
                    with self.subTest(host=host, engine=engine,
                                      arguments=arguments), \
                            Server(UDPMILL, f"{host}:0", "--service",
                                   service) as s:
                        self.load(s.address, engine, *arguments)

    def test_echo_of_trains_and_of_lone_datagrams(self):
        self.each("echo", (), ("--train", "off"),
                  ("-l", "1400", "--verify", "full"))

    def test_mixed_lengths(self):
        self.each("echo", ("-l", "32-9000", "--verify", "full"),
                  ("-l", "65507", "--train", "off"))

    def test_flows_that_come_and_go(self):
        churn = "--flow-lifetime", "20ms", "-l", "1400", "--verify", "full"
        self.each("echo", churn, (*churn, "--train", "off"))

    def test_many_flows_and_threads(self):
        self.each("echo", ("-P", "100", "-T", "2", "-l", "500"))

    def test_a_flood_that_nobody_answers(self):
        self.each("discard", (), ("--train", "off"), ("-l", "1400"),
                  engines=("mmsg", "uring", "zerocopy"))

    def test_an_open_loop(self):
        self.each("echo", ("--rate", "20k", "-l", "1400"))
        self.each("discard", ("--rate", "20k", "--flow-lifetime", "20ms"),
                  engines=("mmsg", "uring", "zerocopy"))

    def test_empty_datagrams(self):
        self.each("echo", ("-l", "0", "--expect", "any"),
                  engines=("mmsg", "uring", "zerocopy"))

    def test_several_runs_with_the_same_sockets(self):
        """Each run has new threads, and a ring belongs to a thread."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--find-capacity", "-J", "-q",
                    "--engine", "uring", "-t", "50ms")
        if LACKS.search(r.stderr):
            self.skipTest(r.stderr.strip())
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertGreater(len(document(r.stdout)["trials"]), 1)


class Slow(Case):
    """A server that is stopped for a while, so that its buffers are full of
    what was sent long ago, while the generator goes on."""

    def stopped(self, engine, *arguments, rcvbuf="1Mi"):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo", "--rcvbuf",
                    rcvbuf) as s:
            steps = ((0.2, stop, s.process),
                     (1.2, s.process.send_signal, signal.SIGCONT))
            with disturbed(*steps) as (also, more):
                report = self.load(
                    s.address, engine, *arguments, *also, "--verify", "full",
                    "--timeout", "10ms", seconds="2s", code=0,
                    faults=("corrupt", "duplicate", "stale"), **more)
        return report

    def test_what_waits_for_a_stopped_server_does_not_change(self):
        for engine in ENGINES:
            for rcvbuf in "16Ki", "1Mi", "4Mi":
                for arguments in ("-l", "1400"), ("--train", "off"):
                    with self.subTest(engine=engine, rcvbuf=rcvbuf,
                                      arguments=arguments):
                        self.stopped(engine, *arguments, rcvbuf=rcvbuf)

    def test_an_open_loop_goes_round_all_slots(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                report = self.stopped(engine, "--rate", "20k", "-l", "600")
                if engine == "splice":
                    self.assertGreater(
                        report["sends"]["zerocopy"]["slots_renewed"], 1000)


class Refusal(Case):
    def test_splice_needs_replies_with_numbers(self):
        for service, arguments in (("discard", ()), ("length", ()),
                                   ("echo", ("-l", "16"))):
            with self.subTest(service=service), \
                    Server(UDPMILL, "127.0.0.1:0", "--service", service) as s:
                said = self.refused(s.address, "splice", *arguments)
                self.assertRegex(said, "replies .*; use mmsg")

    def test_splice_needs_a_path_that_duplicates_nothing(self):
        said = self.refused("198.51.100.7:9", "splice", "--expect", "probes",
                            "--peer-consents")
        self.assertRegex(said, "loopback .*; use zerocopy or mmsg")

    def test_splice_needs_a_device_without_a_queue(self):
        made = subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root",
                               "pfifo"],
                              stderr=subprocess.PIPE, text=True)
        if made.returncode:
            self.skipTest(made.stderr.strip())
        try:
            with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
                said = self.refused(s.address, "splice")
                self.assertRegex(said, "queueing discipline; use mmsg")
        finally:
            subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"],
                           check=True)

    def test_departures_by_the_kernel_need_an_engine_that_tells_it(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run(UDPMILL, "load", s.address, "--engine", "splice",
                    "--rate", "1k", "--txtime")
        self.assertEqual(r.returncode, 2, r.stderr)


class Absent(Case):
    def test_a_peer_that_is_gone_is_noticed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % s.getsockname()[1]
        for engine in ENGINES:
            with self.subTest(engine=engine):
                r = run(UDPMILL, "load", address, "-q", "-t", "5s", "--expect",
                        "probes", "--engine", engine)
                if LACKS.search(r.stderr):
                    self.skipTest(r.stderr.strip())
                self.assertEqual(r.returncode, 4, r.stderr)


if __name__ == "__main__":
    unittest.main()
