#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`load --key` between two hosts, which are two namespaces: a server that is in
no registry consents and reports its counters, so the ledger balances; when it
stops consenting, the load stops. Exits with 77 without root."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import balance
from documents import document
from namespaces import HOSTS, NAMES, entered, inside, ip, main
import query
from program import (Server, before_others, run, split, stop, udp_sockets,
                     wait_for)
from query import write_key

UDPMILL = sys.argv.pop(1)
SERVER = f"{HOSTS[1]}:7007"


class Consent(balance.Balance):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.key = os.path.join(place.name, "key")
        self.secret = write_key(self.key)

    def serve(self, *options, key=True, hidden=True):
        """Start a server in another namespace, and in no registry unless it is
        not hidden."""
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
        """Make a run whose ledger balances by the server's counters."""
        return self.closes(self.load("--key", self.key, "--json", "-t",
                                     "400ms", *options))

    def closes(self, r):
        report = document(r.stdout) if r.stdout else None
        self.assertBalances(r, report, faults=())
        return report

    def begin(self, *options):
        """Start a long load, and wait until it is under way."""
        # Unbuffered: what is read ahead would be lost to communicate().
        load = subprocess.Popen(
            [*inside(0), UDPMILL, "load", SERVER, "--key", self.key, "-t",
             "60s", "-i", "100ms", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.addCleanup(load.stdout.close)
        self.addCleanup(load.stderr.close)
        self.addCleanup(load.kill)
        # The first line says that the peer consents.
        self.assertIn(b"consents", load.stderr.readline())
        return load

    def ended(self, load, seconds):
        """What the load has written since then."""
        return (text.decode() for text in load.communicate(timeout=seconds))


class Ledger(Consent):
    def test_ledger_balances_for_every_service(self):
        for service in ("echo", "discard", "length", "reflect"):
            for train in ("64", "off"):
                with self.subTest(service=service, train=train):
                    s = self.serve("--service", service, "--workers", "2")
                    # A train has to fit the path.
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

    def test_ledger_balances_when_the_server_drops(self):
        """Queries are dropped with the rest, and count among its drops."""
        s = self.serve("--service", "discard", "--workers", "1", "--rcvbuf",
                       "8k", "--backend", "recvfrom")
        load = self.begin("--flood", "-l", "64", "--json")
        # Only for a moment, or a later query would not get through the flood.
        stop(s.process)
        wait_for(lambda: any(u["drops"] for u in udp_sockets(s.pid)))
        load.send_signal(signal.SIGINT)
        s.process.send_signal(signal.SIGCONT)
        out, err = self.ended(load, 60)
        report = self.closes(subprocess.CompletedProcess(
            load.args, load.returncode, out, err))
        s.stop()
        self.assertGreater(report["ledger"]["dropped"]["server_socket"], 0)
        self.assertEqual(
            report["ledger"]["sent"], s.counters()["rx_datagrams"] +
            sum(report["ledger"]["dropped"].values()))

    def test_segment_is_preferred_to_queries(self):
        s = self.serve("--service", "echo", hidden=False)
        report = self.balanced()
        self.assertEqual(report["environment"]["server"]["pid"], s.pid)
        s.stop()
        self.assertGreater(s.counters()["query_answered_datagrams"], 1)

    def test_counters_of_another_server_with_that_address_are_not_used(self):
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

    @before_others()
    def test_delivery_rate_is_reported(self):
        """The counters have to come within a tenth of a second."""
        self.serve("--service", "echo")
        report = self.balanced("--rate", "1k")
        self.assertGreater(report["delivered"]["datagrams"], 0)

    def test_queries_take_the_path_of_the_load(self):
        self.serve("--service", "echo")
        self.balanced("--device", "veth0", "--bind", HOSTS[0],
                      "--source-ports", "20000-20007")

    def test_clocks_of_two_hosts_are_not_mixed(self):
        self.serve("--service", "reflect")
        self.assertIsNone(self.balanced()["one_way_ns"])


class Yes(Consent):
    def refused(self, r, code, *words):
        self.assertEqual(r.returncode, code, r.stdout + r.stderr)
        self.assertEqual(r.stdout, "")
        for word in words:
            self.assertIn(word, r.stderr)

    def test_without_consent_both_options_are_named(self):
        self.refused(self.load(), 2, "--key", "--peer-consents")

    def test_consent_is_reported(self):
        self.serve("--service", "echo", "--workers", "3", "--backend", "mmsg")
        r = self.load("--key", self.key, "-t", "100ms")
        self.assertIn(f"{SERVER} consents: echo by mmsg, 3 workers", r.stderr)

    def test_another_key_gets_no_consent(self):
        s = self.serve()
        write_key(self.key)
        self.refused(self.load("--key", self.key), 4,
                     f"{SERVER} did not consent",
                     "serve --key")
        s.stop()
        self.assertNotIn("rx_datagrams", s.counters())
        self.assertGreater(s.counters()["query_refused_mac"], 1)

    def test_a_server_without_a_key_does_not_consent(self):
        s = self.serve("--service", "echo", key=False)
        self.refused(self.load("--key", self.key), 4,
                     f"{SERVER} did not consent")
        s.stop()
        # About 100 queries, some of the older version, and no load.
        self.assertLessEqual(s.counters()["rx_datagrams"], 110)
        self.assertEqual(s.counters()["rx_bytes"],
                         s.counters()["rx_datagrams"] * query.BYTES)

    def test_nobody_there_does_not_consent(self):
        self.refused(self.load("--key", self.key), 4, "nobody listens")

    def test_missing_consent_has_the_same_outcome_in_every_mode(self):
        r = self.load("--key", self.key, "--json")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertEqual(document(r.stdout)["outcome"], "refused")
        self.serve("--service", "echo", key=False)
        r = self.load("--key", self.key, "--json")
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertEqual(document(r.stdout)["outcome"], "timeout")

    def test_vouching_does_not_replace_a_missing_consent(self):
        self.serve(key=False)
        self.refused(self.load("--key", self.key, "--peer-consents"), 4)

    def test_printing_a_scenario_asks_for_no_consent(self):
        r = self.load("--key", self.key, "--print-scenario")
        self.assertEqual(r.returncode, 0, r.stderr)


class Lapse(Consent):
    def stopped(self, load, since, code=1):
        """Wait until the load has stopped by itself, long before its minute is
        over."""
        out, err = self.ended(load, 45)
        seconds = time.monotonic() - since
        self.assertEqual(load.returncode, code, out + err)
        self.assertIn("nobody listens any more" if code == 4 else
                      "consent was not renewed", err)
        self.assertGreater(seconds, 1)
        return out

    def icmp(self, name, value):
        """Set a limit on the ICMP errors of the server's host."""
        path = f"/proc/sys/net/ipv4/icmp_{name}"
        with entered(1), open(path, "r+", encoding="ascii") as f:
            self.addCleanup(self.icmp_back, path, f.read())
            f.seek(0)
            f.write(str(value))

    def icmp_back(self, path, value):
        with entered(1), open(path, "w", encoding="ascii") as f:
            f.write(value)

    def test_the_load_stops_when_the_server_dies(self):
        # Without a limit, its host reports each datagram that nobody receives.
        self.icmp("ratemask", 0)
        s = self.serve("--service", "echo")
        load = self.begin("--rate", "1k")
        load.stderr.readline()
        s.process.kill()
        self.assertIn("interrupted",
                      self.stopped(load, time.monotonic(), code=4))

    def die_unheard(self, *options):
        # With this limit, its host never reports that nobody listens.
        self.icmp("ratelimit", 2**31 - 1)
        s = self.serve("--service", "echo")
        load = self.begin(*options)
        load.stderr.readline()
        s.process.kill()
        return self.stopped(load, time.monotonic())

    def test_the_load_stops_when_the_server_dies_without_icmp(self):
        self.assertIn("interrupted", self.die_unheard())

    def test_the_load_stops_when_queries_go_unanswered(self):
        s = self.serve("--service", "discard")
        load = self.begin("--rate", "1k")
        load.stderr.readline()
        s.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        self.addCleanup(s.process.send_signal, signal.SIGCONT)
        self.stopped(load, since)

    def test_find_capacity_stops_too(self):
        self.die_unheard("--find-capacity", "-t", "500ms")

    def test_the_load_stops_even_if_datagrams_are_still_answered(self):
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

    def test_a_restarted_server_consents_but_has_other_counters(self):
        """The new server consents, but its counters are different ones."""
        s = self.serve("--service", "echo")
        load = self.begin("--rate", "1k", "-t", "5s")
        load.stderr.readline()
        s.process.kill()
        s.wait()
        self.serve("--service", "echo")
        out, err = self.ended(load, 30)
        self.assertNotIn("not renewed", err)
        self.assertIn("no longer reports its counters", err)
        self.assertEqual(load.returncode, 4, out + err)


if __name__ == "__main__":
    main()
