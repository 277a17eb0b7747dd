#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What takes network namespaces: trains meet an MTU, and stamps a device.

Needs root and network namespaces; exits 77 without.
"""

import json
import sys
import unittest

from namespaces import HOSTS, NAMES, inside, ip, main
from program import BACKENDS, Server, missing, run

UDPMILL = sys.argv.pop(1)


class Path(unittest.TestCase):
    """A veth with an MTU of 1500 between client and server."""

    def test_a_server_in_a_namespace_is_seen_by_load(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                    prefix=inside(1)):
            r = run(UDPMILL, "load", f"{HOSTS[1]}:7007", "-t", "300ms",
                    "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertIn("it balances", r.stdout)

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

    def test_a_small_mtu_towards_one_client_costs_no_other_its_trains(self):
        near, far = "203.0.113.1", HOSTS[0]
        ip("-n", NAMES[0], "address", "add", f"{near}/32", "dev", "lo")
        ip("-n", NAMES[1], "route", "add", f"{near}/32", "via", far, "mtu",
           "600")
        self.addCleanup(ip, "-n", NAMES[0], "address", "delete",
                        f"{near}/32", "dev", "lo")
        self.addCleanup(ip, "-n", NAMES[1], "route", "delete", f"{near}/32")
        for backend in ("mmsg", "uring"):
            why = missing(UDPMILL, backend)
            with self.subTest(backend=backend):
                if why:
                    self.skipTest(why)
                with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                            "--backend", backend, "--workers", "1",
                            prefix=inside(1)) as s:
                    for client in near, far:
                        r = run(UDPMILL, "load", s.address, "-l", "1400",
                                "-P", "1", "--count", "920", "-B", client,
                                "--peer-consents", prefix=inside(0))
                        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                counters = s.counters()
                self.assertEqual(counters["answered_datagrams"], 2 * 920)
                # Of the first client's, a batch's; the second's are of 46.
                self.assertLess(counters["gso_refused"], 64)
                self.assertGreater(counters["tx_trains"],
                                   counters["gso_refused"] + 10)

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
