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

class Spread(unittest.TestCase):
    """How even the workers' shares are: shown, and warned about."""

    def load(self, server, *options):
        done = run(UDPMILL, "load", server.address, "-J", "-q", "--count",
                   "8000", *options)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_workers_that_starve_are_warned_about_once(self):
        for steer, advice in (("flow", "or --steer hash"),
                              ("hash", "--steer flow")):
            with self.subTest(steer=steer), Server(
                    UDPMILL, "0", "--service", "echo", "--steer", steer,
                    "--workers", "4") as s:
                self.load(s, "--flows", "1")
                stat = run(UDPMILL, "stat", str(s.pid)).stdout
            line = f"3 of the 4 workers of {s.address} received less than a"
            self.assertRegex(s.err, f"\\Audpmill serve: {line}[^\n]*\n\\Z")
            self.assertIn(advice, s.err)
            self.assertIn(line, stat)
            for text in s.out, stat:
                self.assertIn(f"Each worker of {s.address} received 0.0 to "
                              "100.0 % (even: 25.0 %)\n", text)

    def test_an_even_spread_is_not_warned_about(self):
        with Server(UDPMILL, "0", "--service", "echo", "--steer", "flow",
                    "--workers", "2", "-J") as s:
            # An open loop: in a closed one, who answers first is sent more.
            self.load(s, "--flows", "8", "--source-ports", "21060-21067",
                      "--rate", "40k")
            stat = document(run(UDPMILL, "stat", "-J", str(s.pid)).stdout)
        spread = document(s.out)["spread"]
        self.assertEqual(stat["spread"], spread)
        self.assertEqual(spread[0]["listen"], s.address)
        self.assertEqual(spread[0]["starved"], 0)
        self.assertEqual(sum(spread[0]["received"]), 8000)
        self.assertNotIn("workers of", s.err)

    def test_each_address_has_a_spread(self):
        with Server(UDPMILL, "127.0.0.1:0", "127.0.0.2:0", "--workers", "2",
                    "-J") as s:
            ask_from(s.addresses[1], range(21070, 21074), "127.0.0.1")
        spread = document(s.out)["spread"]
        self.assertEqual([at["listen"] for at in spread], s.addresses)
        self.assertEqual([sum(at["received"]) for at in spread], [0, 4])

    def test_one_worker_has_none_to_show(self):
        with Server(UDPMILL, "0", "--service", "echo", "--workers", "1") as s:
            self.load(s)
        self.assertNotIn("Each worker", s.out)
        self.assertEqual(s.err, "")


class Placement(unittest.TestCase):
    """serve --cpus auto; hwloc makes up the host."""

    def serve(self, host, *options, at="127.0.0.1:0"):
        env = {**os.environ, "HWLOC_SYNTHETIC": host}
        r = run(UDPMILL, "serve", at, "--cpus", "auto", "--time", "1ms", "-J",
                *options, env=env)
        if r.returncode == 3:
            self.skipTest(r.stderr.strip())
        self.assertEqual(r.returncode, 0, r.stderr)
        return document(r.stdout), r.stderr

    @unittest.skipIf(CPUS[:2] != [0, 1], "needs CPUs 0 and 1")
    def test_workers_take_cores_before_siblings(self):
        result, text = self.serve("core:2 pu:2(indexes=core:pu)")
        self.assertEqual(result["config"]["cpus"][:2], [0, 1])
        self.assertEqual([(w["cpu"], w["core"], w["thread"])
                          for w in result["placement"]["workers"]][:2],
                         [(0, 0, 0), (1, 1, 0)])
        result, text = self.serve("core:8 pu:2")
        self.assertEqual([(w["cpu"], w["core"], w["thread"])
                          for w in result["placement"]["workers"]][:2],
                         [(0, 0, 0), (1, 0, 1)]
                         if len(CPUS) == 2 else [(0, 0, 0), (2, 1, 0)])
        self.assertIn("Placement by hwloc:", text)
        self.assertIn("  worker 0 at CPU 0: core 0", text)

    @unittest.skipIf(CPUS[:2] != [0, 1], "needs CPUs 0 and 1")
    def test_it_goes_with_a_steer_by_cpu(self):
        result, text = self.serve("core:1024", "--steer", "cpu")
        self.assertEqual(result["config"]["cpus"], CPUS)
        self.assertEqual(result["config"]["steered_by"],
                         "cbpf" if len(CPUS) > 1 else "none")
        self.assertIn("  lo: 1 receive queue\n", text)
        self.assertEqual(result["placement"]["devices"][0]["name"], "lo")

    @unittest.skipIf(CPUS[:2] != [0, 1], "needs CPUs 0 and 1")
    def test_each_address_has_workers(self):
        result, text = self.serve("core:2", "127.0.0.1:0", "--workers", "1")
        self.assertEqual([w["cpu"] for w in result["placement"]["workers"]],
                         [0, 1])
        self.assertIn("  worker 1 at CPU 1: core 1", text)

    def test_this_host_has_a_placement(self):
        r = run(UDPMILL, "serve", "127.0.0.1:0", "--cpus", "auto", "--time",
                "1ms", "-J")
        if r.returncode == 3:
            self.skipTest(r.stderr.strip())
        self.assertEqual(sorted(document(r.stdout)["config"]["cpus"]), CPUS)

    def test_other_cpus_have_none(self):
        r = run(UDPMILL, "serve", "127.0.0.1:0", "--cpus", str(CPUS[0]),
                "--time", "1ms", "-J")
        self.assertNotIn("placement", document(r.stdout))


class Usage(unittest.TestCase):
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
