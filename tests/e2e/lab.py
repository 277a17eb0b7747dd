#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that need network namespaces: trains that meet an MTU, and time stamps
of a device.

Needs root and network namespaces; exits with 77 without them."""

import subprocess
import sys
import unittest

from documents import document
from namespaces import HOSTS, NAMES, inside, ip, main
from program import BACKENDS, Server, missing, run

UDPMILL = sys.argv.pop(1)

# Sends this many datagrams a second from nonexistent addresses of a network
# until standard input ends. Prints a line when it has done so for a while.
FLOOD = """
import select, socket, struct, sys, time
net, target, rate = sys.argv[1], sys.argv[2], int(sys.argv[3])
udp = struct.pack("!HHHH", 40000, 7007, 1008, 0) + bytes(1000)
start, n = time.monotonic(), 0
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
    while not select.select([0], [], [], 0.001)[0]:
        while n < (time.monotonic() - start) * rate:
            source = socket.inet_aton(net + str(10 + n % 200))
            s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0,
                                 source, socket.inet_aton(target)) + udp,
                     (target, 0))
            n += 1
            if n == 3000:
                print(n, flush=True)
"""


class Path(unittest.TestCase):
    """A veth with an MTU of 1500 between client and server."""

    def test_load_sees_a_server_in_another_namespace(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "echo",
                    prefix=inside(1)):
            r = run(UDPMILL, "load", f"{HOSTS[1]}:7007", "-t", "300ms",
                    "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertIn("it balances", r.stdout)

    def test_coupled_replies_longer_than_the_mtu_are_not_lost(self):
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
                # Reported once, and not tried again.
                self.assertLessEqual(refused, 64)
                self.assertEqual(s.err.count("was refused"), refused > 0)

    def test_a_small_mtu_to_one_client_does_not_cost_others_their_trains(self):
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
                # At most a batch of the first client's; the second's have 46
                # datagrams.
                self.assertLess(counters["gso_refused"], 64)
                self.assertGreater(counters["tx_trains"],
                                   counters["gso_refused"] + 10)

    def test_nonexistent_neighbours_cost_nobody_replies(self):
        """The server replies to forged addresses in its own network."""
        net, target = "203.0.114.", "203.0.114.1"
        for name, host in zip(NAMES, (2, 1)):
            ip("-n", name, "address", "add", f"{net}{host}/24", "dev", "veth0")
            self.addCleanup(ip, "-n", name, "address", "delete",
                            f"{net}{host}/24", "dev", "veth0")
        with Server(UDPMILL, f"{target}:7007", "--service", "echo",
                    "--workers", "1", "--sndbuf", "1Mi",
                    prefix=inside(1)) as s:
            flood = subprocess.Popen(
                [*inside(0), sys.executable, "-c", FLOOD, net, target, "3000"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            try:
                flood.stdout.readline()
                r = run(UDPMILL, "load", s.address, "--rate", "500", "-t",
                        "1s", "-J", "--peer-consents", prefix=inside(0))
            finally:
                flood.communicate()
        ledger = document(r.stdout)["ledger"]
        self.assertGreater(ledger["answered"], 0.99 * ledger["sent"],
                           s.counters())
        self.assertGreater(s.counters()["send_failed_unresolved"], 0)

    def test_a_round_trip_is_split_into_stages(self):
        with Server(UDPMILL, f"{HOSTS[1]}:7007", "--service", "reflect",
                    prefix=inside(1)) as s:
            r = run(UDPMILL, "load", s.address, "--stages", "-J", "-t",
                    "300ms", "--peer-consents", prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        stages = document(r.stdout)["stages"]
        self.assertGreater(stages["probes"]["whole"], 0)
        for name in ("application_to_qdisc", "qdisc_to_driver",
                     "wire_and_peer", "driver_to_application",
                     "driver_to_server", "server_to_driver"):
            self.assertGreater(stages["stages_ns"][name]["p50"], 0, name)
        self.assertFalse(stages["hardware"]["used"])
        self.assertIn("veth0", stages["hardware"]["why_not"])

    def test_trains_cross_a_veth_whole(self):
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
