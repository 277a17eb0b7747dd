#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`load --key` between two hosts, which are two namespaces: a server that no
registry shows consents, tells its counters, and the ledger closes; and where it
stops saying yes, the load stops. Exits 77 without root."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from namespaces import HOSTS, NAMES, inside, ip, main
import query
from program import Server, run, split
from query import write_key

UDPMILL = sys.argv.pop(1)
SERVER = f"{HOSTS[1]}:7007"


class Consent(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.key = os.path.join(place.name, "key")
        self.secret = write_key(self.key)

    def serve(self, *options, key=True, hidden=True):
        """In a namespace of its own, and in no registry."""
        if key:
            options += ("--key", self.key)
        if hidden:
            options += ("--counters", "none")
        server = Server(UDPMILL, SERVER, *options, prefix=inside(1))
        self.addCleanup(server.stop)
        return server

    def load(self, *options, peer=SERVER):
        return run(UDPMILL, "load", peer, *options, prefix=inside(0))

    def balanced(self, *options):
        """A run whose ledger closes by the counters of the server."""
        r = self.load("--key", self.key, "--json", "-t", "400ms", *options)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        report = json.loads(r.stdout)
        self.assertTrue(report["ledger"]["server_seen"])
        self.assertTrue(report["ledger"]["balances"])
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.assertGreater(report["ledger"]["sent"], 0)
        return report


class Ledger(Consent):
    def test_closes_whatever_is_served(self):
        for service in ("echo", "discard", "length", "reflect"):
            for train in ("64", "off"):
                with self.subTest(service=service, train=train):
                    s = self.serve("--service", service, "--workers", "2")
                    # --train needs a train that fits the path.
                    report = self.balanced("--train", train, "-l", "64")
                    s.stop()
                    lost = (report["ledger"]["sent"] -
                            s.counters()["rx_datagrams"])
                    self.assertGreaterEqual(lost, 0)
                    self.assertLessEqual(
                        lost, sum(report["ledger"]["dropped"].values()))
                    seen = report["environment"]["server"]
                    self.assertEqual(
                        (seen["service"], seen["workers"], seen["pid"]),
                        (service, 2, None))

    def test_closes_where_the_server_drops(self):
        """Queries are dropped with the rest, and count among its drops."""
        s = self.serve("--service", "discard", "--workers", "1", "--rcvbuf",
                       "8k", "--backend", "recvfrom")
        report = self.balanced("--flood", "-l", "64", "-t", "1500ms",
                               "--train", "off")
        s.stop()
        self.assertGreater(report["ledger"]["dropped"]["server_socket"], 0)
        self.assertEqual(
            report["ledger"]["sent"], s.counters()["rx_datagrams"] +
            sum(report["ledger"]["dropped"].values()))

    def test_is_the_segments_where_there_is_one(self):
        s = self.serve("--service", "echo", hidden=False)
        report = self.balanced()
        self.assertEqual(report["environment"]["server"]["pid"], s.pid)
        s.stop()
        self.assertGreater(s.counters()["query_answered_datagrams"], 1)

    def test_is_no_other_servers_that_has_the_address_too(self):
        other = f"{NAMES[1]}-other"
        self.addCleanup(subprocess.run, ["ip", "netns", "delete", other])
        ip("netns", "add", other)
        ip("-n", other, "link", "set", "lo", "up")
        ip("-n", other, "address", "add", f"{HOSTS[1]}/32", "dev", "lo")
        s = Server(UDPMILL, SERVER, "--key", self.key,
                   prefix=("ip", "netns", "exec", other))
        self.addCleanup(s.stop)
        self.serve("--service", "echo")
        self.assertIsNone(self.balanced()["environment"]["server"]["pid"])

    def test_has_a_rate_of_delivery(self):
        self.serve("--service", "echo")
        self.assertGreater(self.balanced()["delivered"]["datagrams"], 0)

    def test_is_asked_for_by_the_way_the_load_takes(self):
        self.serve("--service", "echo")
        self.balanced("--device", "veth0", "--bind", HOSTS[0],
                      "--source-ports", "20000-20007")

    def test_does_not_take_the_clocks_of_two_hosts_for_one(self):
        self.serve("--service", "reflect")
        self.assertIsNone(self.balanced()["one_way_ns"])


class Yes(Consent):
    def refused(self, r, code, *words):
        self.assertEqual(r.returncode, code, r.stdout + r.stderr)
        self.assertEqual(r.stdout, "")
        for word in words:
            self.assertIn(word, r.stderr)

    def test_is_asked_for_or_given_on_ones_word(self):
        self.refused(self.load(), 2, "--key", "--peer-consents")

    def test_is_told(self):
        self.serve("--service", "echo", "--workers", "3", "--backend", "mmsg")
        r = self.load("--key", self.key, "-t", "100ms")
        self.assertIn(f"{SERVER} consents: echo by mmsg, 3 workers", r.stderr)

    def test_does_not_come_for_another_key(self):
        s = self.serve()
        write_key(self.key)
        self.refused(self.load("--key", self.key), 4, f"no yes from {SERVER}",
                     "serve --key")
        s.stop()
        self.assertNotIn("rx_datagrams", s.counters())
        self.assertGreater(s.counters()["query_refused_mac"], 1)

    def test_does_not_come_without_a_key_there(self):
        s = self.serve("--service", "echo", key=False)
        self.refused(self.load("--key", self.key), 4, f"no yes from {SERVER}")
        s.stop()
        # Questions, 100 and some of the older version, and no load.
        self.assertLessEqual(s.counters()["rx_datagrams"], 110)
        self.assertEqual(s.counters()["rx_bytes"],
                         s.counters()["rx_datagrams"] * query.BYTES)

    def test_does_not_come_from_nobody(self):
        self.refused(self.load("--key", self.key), 4, "nobody listens")

    def test_that_does_not_come_has_the_outcome_of_every_mode(self):
        r = self.load("--key", self.key, "--json")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertEqual(json.loads(r.stdout)["outcome"], "refused")
        self.serve("--service", "echo", key=False)
        r = self.load("--key", self.key, "--json")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertEqual(json.loads(r.stdout)["outcome"], "timeout")

    def test_is_not_made_up_by_ones_word_too(self):
        self.serve(key=False)
        self.refused(self.load("--key", self.key, "--peer-consents"), 4)

    def test_is_not_asked_for_to_print_a_scenario(self):
        r = self.load("--key", self.key, "--print-scenario")
        self.assertEqual(r.returncode, 0, r.stderr)


class Lapse(Consent):
    def begin(self, *options):
        """A long load, that is under way."""
        load = subprocess.Popen(
            [*inside(0), UDPMILL, "load", SERVER, "--key", self.key, "-t",
             "60s", "-i", "100ms", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(load.stdout.close)
        self.addCleanup(load.stderr.close)
        self.addCleanup(load.kill)
        # What it says at first is that the peer consents.
        self.assertIn("consents", load.stderr.readline())
        return load

    def stopped(self, load, since, codes=(1,)):
        out, err = load.communicate(timeout=30)
        seconds = time.monotonic() - since
        self.assertIn(load.returncode, codes, out + err)
        if load.returncode == 1:
            self.assertIn("consent was not renewed", err)
        self.assertGreater(seconds, 1)
        # 2 s and the report; more on a machine that has other work.
        self.assertLess(seconds, 6)
        return out

    def test_by_death_stops_the_load(self):
        s = self.serve("--service", "echo")
        load = self.begin()
        load.stderr.readline()
        s.process.kill()
        # Its host says that nobody listens, unless it limits what it says.
        self.assertIn("interrupted",
                      self.stopped(load, time.monotonic(), codes=(1, 4)))

    def test_by_silence_stops_the_load(self):
        s = self.serve("--service", "discard")
        load = self.begin("--rate", "1k")
        load.stderr.readline()
        s.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        self.addCleanup(s.process.send_signal, signal.SIGCONT)
        self.stopped(load, since)

    def test_stops_a_search(self):
        s = self.serve("--service", "echo")
        load = self.begin("--find-capacity", "-t", "500ms")
        load.stderr.readline()
        s.process.kill()
        self.stopped(load, time.monotonic())

    def test_stops_the_load_of_one_that_would_still_answer(self):
        host, port = split(SERVER)
        for mode in ("--window=64", "--stages"):
            with self.subTest(mode=mode):
                echo = subprocess.Popen(
                    [*inside(1), sys.executable, query.__file__, host,
                     str(port), self.secret.hex(), "3"],
                    stdout=subprocess.PIPE)
                echo.stdout.readline()
                load = self.begin(mode)
                try:
                    self.stopped(load, time.monotonic())
                finally:
                    echo.kill()
                    echo.wait()
                    echo.stdout.close()

    def test_is_none_where_the_server_is_started_anew(self):
        """It consents, and its counters are others."""
        s = self.serve("--service", "echo")
        load = self.begin("--rate", "1k", "-t", "5s")
        load.stderr.readline()
        s.process.kill()
        s.wait()
        self.serve("--service", "echo")
        out, err = load.communicate(timeout=30)
        self.assertNotIn("not renewed", err)
        self.assertIn("no longer reports its counters", err)
        self.assertEqual(load.returncode, 4, out + err)


if __name__ == "__main__":
    main()
