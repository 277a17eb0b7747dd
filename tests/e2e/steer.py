#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --steer: which worker gets a datagram, as its counters show."""

import os
import socket
import sys
import tempfile
import unittest

from documents import document
from program import Server, ask, run, split
from query import YES, Reply, seal, write_key

UDPMILL = sys.argv.pop(1)
CPUS = sorted(os.sched_getaffinity(0))


def received(server):
    """Datagrams that each worker has received."""
    stat = document(run(UDPMILL, "stat", "-J", str(server.pid)).stdout)
    return [worker["rx_datagrams"] for worker in stat["workers"]]


def config(server):
    return document(server.out)["config"]


def ask_from(address, ports, host):
    """One request from each of these source ports."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.settimeout(10)
            s.bind((host, port))
            s.connect(split(address))
            s.send(b"How long is this text?")
            s.recv(99)


class Steer(unittest.TestCase):
    def test_few_flows_are_spread_evenly_by_flow(self):
        for host in "127.0.0.1", "::1":
            listen = f"[{host}]:0" if ":" in host else f"{host}:0"
            with self.subTest(host=host), Server(
                    UDPMILL, listen, "--steer", "flow", "--workers", "4",
                    "-J") as s:
                ask_from(s.address, range(21000, 21008), host)
                self.assertEqual(received(s), [2] * 4)
            self.assertEqual(config(s)["steer"], "flow")
            self.assertEqual(config(s)["steered_by"], "cbpf")

    def test_each_address_is_steered(self):
        with Server(UDPMILL, "127.0.0.1:0", "127.0.0.2:0", "--steer", "flow",
                    "--workers", "2") as s:
            for address in s.addresses:
                ask_from(address, range(21010, 21014), "127.0.0.1")
            self.assertEqual(received(s), [2] * 4)

    def test_both_families_of_a_dual_socket_are_steered(self):
        with Server(UDPMILL, "[::]:0", "--steer", "flow", "--workers",
                    "2") as s:
            port = split(s.address)[1]
            for host in "127.0.0.1", "::1":
                at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                ask_from(at, range(21020, 21024), host)
            self.assertEqual(received(s), [4, 4])

    @unittest.skipIf(len(CPUS) < 2, "needs two CPUs")
    def test_the_worker_on_the_senders_cpu_gets_it_on_loopback(self):
        with Server(UDPMILL, "127.0.0.1:0", "--steer", "cpu", "-J") as s:
            for n, cpu in enumerate(CPUS[:2]):
                os.sched_setaffinity(0, {cpu})
                ask_from(s.address, range(21030, 21036), "127.0.0.1")
                got = received(s)
                os.sched_setaffinity(0, CPUS)
                self.assertEqual(got[n], 6)
        self.assertEqual(config(s)["cpus"], CPUS)
        self.assertEqual(config(s)["workers"], len(CPUS))

    def test_one_worker_is_not_steered(self):
        with Server(UDPMILL, "0", "--steer", "flow", "--workers", "1",
                    "-J") as s:
            pass
        self.assertEqual(config(s)["steered_by"], "none")

    def test_a_ledger_balances_whoever_receives(self):
        for steer in "hash", "cpu", "flow":
            with self.subTest(steer=steer), Server(
                    UDPMILL, "0", "--service", "echo", "--steer", steer,
                    "--workers", str(len(CPUS))) as s:
                done = run(UDPMILL, "load", s.address, "-J", "-q", "--flows",
                           "4", "--count", "4000")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(sum(received(s)), 4000)

    def test_each_worker_answers_keyed_queries(self):
        with tempfile.TemporaryDirectory() as place:
            key = os.path.join(place, "key")
            secret = write_key(key)
            try:
                s = Server(UDPMILL, "127.0.0.1:0", "--key", key, "--steer",
                           "flow", "--workers", "2")
            except RuntimeError as lacking:
                self.skipTest(str(lacking))
            with s:
                for port in 21050, 21051:
                    query = seal(secret, here=("127.0.0.1", port),
                                 there=split(s.address))
                    reply = Reply(secret, ask(s.address, query,
                                              bind=("127.0.0.1", port)))
                    self.assertEqual(reply.verdict, YES)
                stat = document(run(UDPMILL, "stat", "-J", str(s.pid)).stdout)
                self.assertEqual([worker["query_datagrams"]
                                  for worker in stat["workers"]], [1, 1])

    def test_bad_usage_is_one_line(self):
        for options, right in (
                (("--steer", "fast"), "choose hash, cpu or flow"),
                (("--steer", "cpu", "--cpus", str(CPUS[0]), "--workers", "2"),
                 "give --workers 1")):
            r = run(UDPMILL, "serve", "0", *options)
            self.assertEqual(r.returncode, 2)
            self.assertRegex(r.stderr, r"\Audpmill serve: --steer[^\n]*\n\Z")
            self.assertIn(right, r.stderr)


if __name__ == "__main__":
    unittest.main()
