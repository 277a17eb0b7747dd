#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What takes network namespaces: two servers, set at each other by one forged
datagram, fall silent; and trains meet an MTU.

CVE-2024-2169: two services that answer each other's answers go on for ever.
Needs root, network namespaces and raw sockets; exits 77 without.
"""

import json
import sys
import time
import unittest

from namespaces import HOSTS, forge, inside, main
from program import BACKENDS, Server, missing, run, split

UDPMILL = sys.argv.pop(1)


def settle():
    """A loop over a veth makes ten thousands of turns in that time, also on a
    machine that has other work."""
    time.sleep(1)


class Spoof(unittest.TestCase):
    def assertSilent(self, a, b, bounces):
        """Both have ended: the forged one, and what it caused, no more."""
        received = [s.counters().get("rx_datagrams", 0) for s in (a, b)]
        self.assertEqual(received[0], 1, received)
        self.assertLessEqual(received[1], bounces, received)

    def set_at_each_other(self, sides, hosts, ports, data, *options):
        servers = []
        for side, host, port in zip(sides, hosts, ports):
            servers.append(Server(UDPMILL, f"{host}:{port}", *options,
                                  prefix=inside(side)))
        a, b = servers
        forge(sides[0], b.address, a.address, data)
        settle()
        a.stop()
        b.stop()
        return a, b

    def test_lengths_on_one_host(self):
        a, b = self.set_at_each_other(
            (0, 0), ("127.0.0.1", "127.0.0.1"), (0, 0), b"x" * 100)
        self.assertSilent(a, b, 1)
        self.assertEqual(b.counters()["refused_own_text"], 1)

    def test_echoes_on_one_host(self):
        a, b = self.set_at_each_other(
            (0, 0), ("127.0.0.1", HOSTS[0]), (0, 0), b"x", "--service",
            "echo")
        self.assertSilent(a, b, 1)
        self.assertEqual(b.counters()["refused_udpmill_reply"], 1)

    def test_lengths_that_do_not_know_of_each_other(self):
        a, b = self.set_at_each_other(
            (0, 1), HOSTS, (7007, 7007), b"x" * 100, "--counters", "none")
        # The first answers, and the second knows its own text.
        self.assertSilent(a, b, 1)
        self.assertEqual(b.counters()["refused_own_text"], 1)

    def test_echoes_that_do_not_know_of_each_other(self):
        a, b = self.set_at_each_other(
            (0, 1), HOSTS, (7007, 7007), b"x", "--counters", "none",
            "--service", "echo")
        self.assertSilent(a, b, 0)
        self.assertEqual(a.counters()["refused_not_ephemeral"], 1)

    def test_echoes_on_clients_ports_in_two_namespaces(self):
        a, b = self.set_at_each_other(
            (0, 1), HOSTS, (0, 0), b"x", "--service", "echo")
        self.assertSilent(a, b, 1)
        self.assertEqual(b.counters()["refused_udpmill_reply"], 1)

    def test_echoes_at_all_addresses_in_two_namespaces(self):
        servers = [Server(UDPMILL, "*:0", "--service", "echo",
                          prefix=inside(side)) for side in (0, 1)]
        a, b = servers
        forge(0, f"{HOSTS[1]}:{split(b.address)[1]}",
              f"{HOSTS[0]}:{split(a.address)[1]}", b"x")
        settle()
        a.stop()
        b.stop()
        self.assertSilent(a, b, 1)

    def test_reflections_are_not_reflected(self):
        probe = b"uml1" + bytes(60)
        a, b = self.set_at_each_other(
            (0, 1), HOSTS, (7007, 7007), probe, "--counters", "none",
            "--service", "reflect")
        self.assertSilent(a, b, 1)

    def test_from_a_low_port_nothing_is_answered(self):
        with Server(UDPMILL, "127.0.0.1:0", prefix=inside(0)) as s:
            forge(0, "127.0.0.1:7", s.address, b"x" * 100)
            settle()
        self.assertEqual(s.counters()["refused_low_port"], 1)
        self.assertNotIn("answered_datagrams", s.counters())

    def test_a_server_in_a_namespace_is_seen_by_load(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                    prefix=inside(1)):
            r = run(UDPMILL, "load", f"{HOSTS[1]}:7007", "-t", "300ms",
                    "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertIn("it balances", r.stdout)


class Path(unittest.TestCase):
    """A veth with an MTU of 1500 between client and server."""

    def test_replies_above_the_mtu_are_not_lost_for_being_coupled(self):
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            with self.subTest(backend=backend):
                if why:
                    self.skipTest(why)
                with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                            "--backend", backend, "--workers", "1",
                            prefix=inside(1)) as s:
                    r = run(UDPMILL, "load", s.address, "-l", "2000", "-P",
                            "1", "--count", "2000", "--train", "off",
                            "--peer-consents", prefix=inside(0))
                self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                self.assertEqual(s.counters()["answered_datagrams"], 2000)
                refused = s.counters().get("gso_refused", 0)
                if backend == "recvfrom":
                    self.assertEqual(refused, 0)
                    continue
                # Said once, and not tried again.
                self.assertLessEqual(refused, 64)
                self.assertEqual(s.err.count("was refused"), refused > 0)

    def test_a_round_trip_is_split_into_stages(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "reflect",
                    prefix=inside(1)) as s:
            r = run(UDPMILL, "load", s.address, "--stages", "-J", "-t",
                    "300ms", "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        stages = json.loads(r.stdout)["stages"]
        self.assertGreater(stages["probes"]["whole"], 0)
        for name in ("application_to_qdisc", "qdisc_to_driver",
                     "wire_and_peer", "driver_to_application",
                     "driver_to_server", "server_to_driver"):
            self.assertGreater(stages["stages_ns"][name]["p50"], 0, name)
        self.assertFalse(stages["hardware"]["used"])
        self.assertIn("veth0", stages["hardware"]["why_not"])

    def test_trains_cross_it_whole(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                    "--workers", "1", prefix=inside(1)) as s:
            r = run(UDPMILL, "load", s.address, "-l", "1400", "-t", "300ms",
                    "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertIn("trains of 46", r.stdout)
        counters = s.counters()
        self.assertGreater(counters["rx_datagrams"],
                           20 * counters["rx_trains"])


if __name__ == "__main__":
    main()
