#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --netns: who may be loaded from a namespace, and how a server in another
namespace is found.

Needs root and network namespaces; exits with 77 without them.
"""

import os
import shutil
import sys
import tempfile
import unittest

import balance
from documents import document
from namespaces import HOSTS, NAMES, ip, inside, main
from program import Server

UDPMILL = sys.argv.pop(1)


def serve(side, *arguments, host=None):
    return Server(UDPMILL, f"{host or HOSTS[side]}:0", *arguments,
                  prefix=inside(side))


def load(address, *arguments, seconds="300ms", netns=NAMES[0], prefix=()):
    return balance.load(
        UDPMILL, address, *(["--netns", netns] if netns else []), *arguments,
        seconds=seconds, warm_up="50ms", prefix=prefix)


class Netns(unittest.TestCase):
    def assertRefused(self, r, code, word):
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
        self.assertIn(word, r.stderr)
        if code == 2:
            self.assertEqual(r.stdout, "")
        else:
            self.assertIn(word, document(r.stdout)["error"])

    def test_a_server_in_another_namespace_needs_no_consent(self):
        for host in None, "0.0.0.0":
            with self.subTest(host=host), \
                    serve(1, "--service", "echo", host=host) as s:
                port = s.address.rsplit(":", 1)[1]
                r, report = load(f"{HOSTS[1]}:{port}")
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertNotIn("ANOTHER HOST", r.stderr)
                self.assertEqual(report["config"]["netns"], NAMES[0])
                self.assertEqual(report["ledger"]["unexplained"], 0)
                self.assertGreater(report["ledger"]["answered"], 0)
                # The greeting does not count as traffic of others.
                self.assertFalse(report["ledger"]["shared"])

    def test_a_silent_server_is_recognised_too(self):
        with serve(1, "--service", "discard") as s:
            r, report = load(s.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertGreater(report["ledger"]["absorbed"], 0)
            self.assertEqual(report["ledger"]["unexplained"], 0)

    def test_counters_of_another_users_server_are_not_used(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            program = shutil.copy(UDPMILL, folder)
            user = ("setpriv", "--reuid=64323", "--regid=64323",
                    "--clear-groups")
            with Server(program, f"{HOSTS[1]}:0", "--service", "echo",
                        prefix=inside(1) + user) as s:
                r, report = load(s.address, "--peer-consents", netns=None,
                                 prefix=inside(0))
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertFalse(report["ledger"]["server_seen"])
        self.assertIn(f"{s.pid} is ignored: it belongs to user 64323, and "
                      "claims that its server is in another network namespace",
                      r.stderr)

    def test_the_namespaces_own_addresses_count_as_this_host(self):
        for host in HOSTS[0], "127.0.0.1":
            with self.subTest(host=host), \
                    serve(0, "--service", "echo", host=host) as s:
                r, report = load(s.address)
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertTrue(report["ledger"]["server_seen"])

    def test_loopback_of_another_namespace_is_not_this_one(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r, _ = load(s.address)
            self.assertRefused(r, 4, "nobody listens")

    def test_of_two_wildcard_servers_the_one_with_the_address_is_found(self):
        with serve(1, "--service", "echo", host="0.0.0.0") as far:
            port = far.address.rsplit(":", 1)[1]
            # A newer server, with the same port, but in the wrong namespace.
            with Server(UDPMILL, f"0.0.0.0:{port}", "--service", "discard"):
                r, report = load(f"{HOSTS[1]}:{port}")
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(report["environment"]["server"]["service"],
                             "echo")

    def test_without_netns_another_namespace_is_another_host(self):
        with serve(1, "--service", "echo") as s:
            r, _ = load(s.address, netns=None, prefix=inside(0))
            self.assertRefused(r, 2, "to load another namespace of this host, "
                               "use --netns NAME")

    def test_an_address_without_a_known_server_is_another_host(self):
        with serve(1, "--service", "echo", "--counters", "none") as s:
            r, _ = load(s.address)
            self.assertRefused(r, 2, f"serves {s.address}; start one there, "
                               "or, for another host, use --key or "
                               "--peer-consents")

    def test_an_unreachable_server_is_not_loaded(self):
        with serve(1, "--service", "echo") as s:
            # Datagrams go to the wrong neighbour.
            ip("-n", NAMES[0], "neighbour", "replace", HOSTS[1], "lladdr",
               "02:00:00:00:00:01", "dev", "veth0", "nud", "permanent")
            try:
                r, _ = load(s.address)
            finally:
                ip("-n", NAMES[0], "neighbour", "delete", HOSTS[1], "dev",
                   "veth0")
            self.assertRefused(r, 4, "did not arrive")

    def test_an_unknown_namespace_is_reported_with_advice(self):
        for name in f"{NAMES[0]}-not", "../x", "":
            r, _ = load("127.0.0.1:1060", netns=None, *["--netns", name])
            self.assertRefused(r, 2, "ip netns list")


if __name__ == "__main__":
    main()
