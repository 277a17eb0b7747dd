#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`load --key` with something on the path: an attacker who relays the consent
of another server, a NAT, a long delay, or loss. Exits with 77 without root.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from documents import document
import middle
import query
from namespaces import HOSTS, inside, main
from program import Server, run
from query import write_key

UDPMILL = sys.argv.pop(1)
SERVER = f"{HOSTS[1]}:7007"
OTHER = f"{HOSTS[1]}:9009"  # no server consents for it


class Relay(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.key = os.path.join(place.name, "key")
        self.secret = write_key(self.key)

    def serve(self, *options):
        server = Server(UDPMILL, SERVER, "--key", self.key, "--counters",
                        "none", *options, prefix=inside(1))
        self.addCleanup(server.stop)
        return server

    def start(self, *arguments):
        """Start a script beside the server, and wait until it is ready."""
        p = subprocess.Popen([*inside(1), sys.executable, *arguments],
                             stdout=subprocess.PIPE)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        p.stdout.readline()
        return p

    def between(self, delay=0, keep=5, *more):
        return self.start(middle.__file__, OTHER, SERVER, str(delay),
                          str(keep), *more)

    def load(self, peer, *options):
        return run(UDPMILL, "load", peer, "--key", self.key, *options,
                   prefix=inside(0))

    def refused(self, r, *words):
        self.assertEqual(r.returncode, 4, r.stdout + r.stderr)
        self.assertEqual((r.stdout, r.stderr.count("\n")), ("", 1), r.stderr)
        for word in (" did not consent: ", *words):
            self.assertIn(word, r.stderr)

    def balanced(self, peer, *options):
        r = self.load(peer, "--json", *options)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        ledger = document(r.stdout)["ledger"]
        self.assertTrue(ledger["server_seen"])
        self.assertEqual(ledger["unexplained"], 0, r.stdout)
        self.assertGreater(ledger["sent"], 0)


class Consent(Relay):
    def test_consent_for_another_port_is_not_accepted(self):
        s = self.serve("--service", "discard")
        self.between()
        self.refused(self.load(OTHER, "-t", "100ms"), OTHER, SERVER,
                     f"serve --key-address {OTHER}", "relaying")
        s.stop()
        self.assertNotIn("rx_datagrams", s.counters())
        self.assertGreaterEqual(s.counters()["query_denied_datagrams"], 1)

    def test_consent_relayed_with_a_forged_source_is_not_accepted(self):
        s = self.serve("--service", "discard")
        self.between(0, 5, "as-client")
        # The refusal comes from an address that the client does not know.
        self.refused(self.load(OTHER, "-t", "100ms"), OTHER)
        s.stop()
        self.assertNotIn("rx_datagrams", s.counters())
        self.assertGreaterEqual(s.counters()["query_denied_datagrams"], 1)

    def test_relayed_consent_is_not_accepted_even_if_the_user_vouches(self):
        """Each side vouches for its own addresses only."""
        self.serve("--service", "discard")
        self.between()
        self.refused(self.load(OTHER, "--key-address", HOSTS[1]), SERVER)

    def test_consent_of_an_old_server_is_not_accepted(self):
        old = ("import socket, sys; sys.path.insert(0, sys.argv[4]); "
               "import query; "
               "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
               "s.bind((sys.argv[1], int(sys.argv[2]))); "
               "print('ready', flush=True)\n"
               "while True:\n"
               " d, a = s.recvfrom(9999)\n"
               " if d[4] == 1:\n"
               "  d = query.old_reply(bytes.fromhex(sys.argv[3]), d)\n"
               "  s.sendto(d, a)\n")
        self.start("-c", old, HOSTS[1], "7007", self.secret.hex(),
                   os.path.dirname(query.__file__))
        self.refused(self.load(SERVER), "older udpmill")


class Nat(Relay):
    def setUp(self):
        super().setUp()
        if not shutil.which("nft"):
            self.skipTest("nft is not installed (Debian: nftables)")

    def nat(self, side, *chain):
        """Add a NAT table in a namespace, until the end of the test."""
        text = "table ip udpmill {\nchain one {\n%s\n}\n}" % "\n".join(chain)
        r = subprocess.run([*inside(side), "nft", text], text=True,
                           stderr=subprocess.PIPE)
        if r.returncode:
            self.skipTest("no NAT here: " + r.stderr.splitlines()[0])
        self.addCleanup(subprocess.run, [*inside(side), "nft", "delete",
                                         "table", "ip", "udpmill"])

    def test_a_nat_of_the_server_is_named_on_the_server(self):
        self.nat(1, "type nat hook prerouting priority -100;",
                 "udp dport 9009 redirect to :7007")
        s = self.serve("--service", "echo")
        self.refused(self.load(OTHER), f"serve --key-address {OTHER} there",
                     SERVER)
        s.stop()
        self.serve("--service", "echo", "--key-address", OTHER)
        self.balanced(OTHER, "-t", "200ms", "--rate", "1k")

    def test_a_nat_of_the_client_is_named_on_the_client(self):
        self.nat(0, "type nat hook postrouting priority 100;",
                 f"udp dport 7007 snat to {HOSTS[0]}:20000-29999")
        self.serve("--service", "echo")
        self.refused(self.load(SERVER),
                     f"load --key-address {HOSTS[0]} here")
        self.balanced(SERVER, "--key-address", HOSTS[0], "-t", "200ms",
                      "--rate", "1k")


class Way(Relay):
    """A man in the middle is reported as a NAT, because it works like one."""

    def over(self, delay, keep, *options):
        self.serve("--service", "discard", "--key-address", OTHER)
        self.between(delay, keep)
        self.balanced(OTHER, "--key-address", HOSTS[1], "--rate", "20",
                      "--expect", "none", *options)

    def test_a_delay_of_300_ms_is_tolerated(self):
        self.over(0.15, 5, "-t", "3s")

    def test_a_delay_of_700_ms_is_tolerated(self):
        self.over(0.35, 5, "-t", "3s")

    def test_a_loss_of_60_percent_each_way_is_tolerated(self):
        self.over(0, 2, "-t", "1s")

    def test_a_loss_of_60_percent_and_300_ms_are_tolerated(self):
        self.over(0.15, 2, "-t", "1s")

    def test_a_path_that_loses_all_is_told_apart_from_a_missing_key(self):
        self.between(0, 0)
        self.refused(self.load(OTHER), "nothing came back", "firewall",
                     "needs serve --key")

    def test_a_server_without_the_key_is_reported(self):
        s = Server(UDPMILL, SERVER, "--service", "echo", "--counters", "none",
                   prefix=inside(1))
        self.addCleanup(s.stop)
        self.refused(self.load(SERVER), "came back",
                     "without serve --key or with another key")


class Lies(Relay):
    """A peer that has the key may report any counters; they do no harm."""

    def told(self, *counters):
        p = self.start(query.__file__, HOSTS[1], "7007", self.secret.hex(),
                       "100000", *counters)
        r = self.load(SERVER, "-t", "100ms", "-O", "0", "--rate", "100")
        p.kill()
        p.wait()
        self.assertNotIn("runtime error", r.stderr)
        self.assertEqual(r.returncode, 4, r.stdout + r.stderr)
        self.assertIn("counters that cannot be", r.stderr)

    def test_impossibly_large_counters_are_reported(self):
        self.told(f"query_datagrams={2 ** 63}")
        self.told(f"rx_datagrams={2 ** 64 - 1}")
        self.told(f"socket_drops=0,{2 ** 62}")

    def test_counters_that_go_backwards_are_reported(self):
        self.told("rx_datagrams=1000,0")
        self.told("refused_group=5,4")


if __name__ == "__main__":
    main()
