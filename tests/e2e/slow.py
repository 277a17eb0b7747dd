#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb load over slow paths: a relay in between delays all datagrams. How
long a reply is waited for depends on the round trip, and a run ends when all
that is in flight has arrived.

The runs are mostly idle, so those of a path run at the same time."""

import heapq
import selectors
import socket
import sys
import threading
import time
import unittest

from documents import document
from program import DESCRIPTORS, Server, descriptors, run, split

UDPMILL = sys.argv.pop(1)
AT_ONCE = 12 if descriptors >= DESCRIPTORS else 3


class Relay:
    """Forwards datagrams to an address and back, delayed by a round trip."""

    def __init__(self, address, seconds):
        self.delay = seconds / 2
        self.target = split(address)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.front.getsockname()[1]
        self.ways = selectors.DefaultSelector()
        self.ways.register(self.front, selectors.EVENT_READ, None)
        self.backs = {}
        self.held = []
        self.count = 0
        self.in_flight = self.most = 0  # datagrams of the client
        self.ended = False
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()
        for key in list(self.ways.get_map().values()):
            key.fileobj.close()
        self.ways.close()

    def back(self, client):
        if client not in self.backs:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect(self.target)
            self.ways.register(s, selectors.EVENT_READ, client)
            self.backs[client] = s
        return self.backs[client]

    def hold(self, data, function, *where):
        self.count += 1
        heapq.heappush(self.held, (time.monotonic() + self.delay, self.count,
                                   function, data, where))

    def take(self, key):
        try:
            if key.fileobj is self.front:
                data, client = self.front.recvfrom(65536)
                self.in_flight += 1
                self.most = max(self.most, self.in_flight)
                self.hold(data, self.back(client).send)
            else:
                self.hold(key.fileobj.recv(65536), self.give_back, key.data)
        except OSError:
            pass  # a client that has gone

    def give_back(self, data, client):
        self.in_flight -= 1
        self.front.sendto(data, client)

    def work(self):
        while not self.ended:
            while self.held and self.held[0][0] <= time.monotonic():
                _, _, function, data, where = heapq.heappop(self.held)
                try:
                    function(data, *where)
                except OSError:
                    pass
            wait = self.held[0][0] - time.monotonic() if self.held else 0.05
            for key, _ in self.ways.select(max(0, min(wait, 0.05))):
                self.take(key)


def backlog_drops():
    """What the host's queues, one for each CPU, have dropped. Floods in other
    namespaces fill them, too, and then lone datagrams are lost."""
    with open("/proc/net/softnet_stat", encoding="ascii") as f:
        return sum(int(line.split()[1], 16) for line in f)


def load(address, *arguments):
    r = run(UDPMILL, "load", address, "-J", "-O", "0", "-P", "1", "--train",
            "off", *arguments)
    return r, document(r.stdout) if r.stdout else None


class Slow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.echo = Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                          "--counters", "none")

    @classmethod
    def tearDownClass(cls):
        cls.echo.stop()

    def at(self, cases):
        """Make runs, each given by a round trip and arguments, at the same
        time. Returns, in their order, their reports and the largest numbers of
        datagrams in flight. self.dropped is how many datagrams the host may
        have lost meanwhile."""
        before = backlog_drops()
        results, mosts = [None] * len(cases), [None] * len(cases)
        gate = threading.Semaphore(AT_ONCE)

        def one(i, rtt, arguments):
            with gate, Relay(self.echo.address, rtt) as relay:
                results[i] = load(relay.address, *arguments)
                mosts[i] = relay.most

        threads = [threading.Thread(target=one, args=(i, *case))
                   for i, case in enumerate(cases)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.dropped = backlog_drops() - before
        for (rtt, arguments), (r, _) in zip(cases, results):
            with self.subTest(rtt=rtt, arguments=arguments):
                # 4: all that counts was lost.
                self.assertIn(r.returncode, (0, 4) if self.dropped else (0,),
                              r.stderr)
        return [(report, most) for (_, report), most in zip(results, mosts)]

    def test_the_window_is_respected_and_all_replies_are_received(self):
        paths = (0.3, 0.7, 1.5)
        kinds = ((), ("--expect", "any", "-l", "20"), ("--spin",),
                 ("--window", "4", "--flow-lifetime", "700ms"))
        cases = [(rtt, ("--window", "1", "-t", "3100ms", *kind))
                 for rtt in paths for kind in kinds]
        for (rtt, arguments), (report, most) in zip(cases, self.at(cases)):
            with self.subTest(rtt=rtt, arguments=arguments):
                ledger = report["ledger"]
                window = report["config"]["window"]
                self.assertGreater(ledger["sent"], 0)
                # On a busy machine a reply may come when its flow is over.
                no_ports = ledger["kernel"]["client"]["UdpNoPorts"]
                self.assertLessEqual(
                    ledger["missing"],
                    self.dropped +
                    (no_ports if "--flow-lifetime" in arguments else 0), ledger)
                latency = report["latency_ns"]
                self.assertGreaterEqual(latency["min"], rtt * 1e9)
                # A datagram that is written off is replaced by another.
                self.assertLessEqual(most, window + ledger["written_off"])
                # On a busy machine, a reply may arrive after the wait for it
                # has ended.
                if latency["max"] < (rtt + 0.2) * 1e9 and not self.dropped:
                    self.assertEqual(ledger["written_off"], 0, ledger)

    def test_replies_are_waited_for_after_the_end_of_a_plan(self):
        cases = [(rtt, ("--rate", "50", "-t", "300ms", *more))
                 for rtt in (0.3, 0.7, 1.5)
                 for more in ((), ("--expect", "any", "-l", "20"))]
        for case, (report, _) in zip(cases, self.at(cases)):
            with self.subTest(case=case):
                ledger = report["ledger"]
                self.assertGreater(ledger["sent"], 0)
                self.assertLessEqual(ledger["missing"], self.dropped, ledger)

    def test_stages_wait_according_to_the_round_trip(self):
        cases = [(rtt, ("--stages", "-t", "100ms")) for rtt in (0.3, 0.7, 1.5)]
        for case, (report, _) in zip(cases, self.at(cases)):
            with self.subTest(case=case):
                probes = report["stages"]["probes"]
                self.assertGreater(probes["answered"], 0)
                self.assertLessEqual(probes["lost"], self.dropped, probes)

    def test_stress_waits_according_to_the_round_trip(self):
        for rtt in 0.3, 0.7:
            with self.subTest(rtt=rtt), Relay(self.echo.address, rtt) as relay:
                r = run(UDPMILL, "load", relay.address, "-J", "--quiet",
                        "--stress=churn", "-t", "2s")
                self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                row, = document(r.stdout)["stress"]["rows"]
                self.assertEqual(row["foreign"], 0, row)
                self.assertGreater(row["answered"], 0, row)

    def test_a_short_timeout_reports_late_replies(self):
        cases = [(1.5, ("--window", "1", "-t", "2s", "--timeout", "300ms")),
                 (0.7, ("--window", "1", "-t", "2s", "--timeout", "100ms"))]
        for case, (report, _) in zip(cases, self.at(cases)):
            with self.subTest(case=case):
                ledger = report["ledger"]
                self.assertGreaterEqual(ledger["written_off"], 2)
                self.assertEqual(ledger["written_off_answered"],
                                 ledger["written_off"])
                self.assertLessEqual(ledger["missing"], self.dropped, ledger)
                self.assertEqual(report["config"]["timeout_s"],
                                 ledger["waited_s"])
                self.assertAlmostEqual(ledger["waited_s"],
                                       0.1 if case[0] < 1 else 0.3)

    def test_lost_datagrams_are_given_up_according_to_the_round_trip(self):
        """Every fourth datagram is lost, and the round trip is 60 ms."""
        dropped = []

        class Lossy(Relay):
            def hold(self, data, function, *where):
                if not where and self.count % 4 == 1:
                    self.count += 1
                    dropped.append(1)
                    return
                super().hold(data, function, *where)

        with Lossy(self.echo.address, 0.06) as relay:
            r, report = load(relay.address, "--window", "1", "-t", "2s")
        self.assertEqual(r.returncode, 0, r.stderr)
        ledger = report["ledger"]
        self.assertGreater(ledger["answered"], 3)
        self.assertEqual(ledger["missing"], len(dropped))


if __name__ == "__main__":
    unittest.main()
