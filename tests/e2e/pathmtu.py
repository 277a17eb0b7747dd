#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A path that is narrower than its first link: datagrams too big for it are
named, and a run ends the same way whether the path's MTU is known beforehand or
not.

Client and server are each in a namespace of their own, and between them is a
router whose link to the server has an MTU of 1400. Needs root; exits with 77
without it.
"""

import csv
import os
import socket
import struct
import subprocess
import sys
import unittest

from documents import document
from namespaces import ip, main
from program import Server, run

UDPMILL = sys.argv.pop(1)
CLIENT, ROUTER, SERVER = (f"udpmill-mtu-{os.getpid()}-{n}" for n in "crs")
# For this run alone: see namespaces.py.
NUMBER = os.getpid() & 0x7fff
FAR = {"IPv4": socket.inet_ntoa(struct.pack("!I", (198 << 24 | 19 << 16)
                                            + NUMBER * 2)),
       "IPv6": f"fd00:19:{NUMBER:x}::1"}
NARROW = 1400
LENGTH_MAX = {"IPv4": NARROW - 28, "IPv6": NARROW - 48}


def inside(name):
    return "ip", "netns", "exec", name


def link(end, device, mtu, net):
    """Link an end to the router, with addresses and a default route. Each
    knows the other's link address permanently: it would be asked for, and on a
    busy host the answer may come too late."""
    link_address = f"02:00:00:00:{net:02x}:{{}}".format
    ip("-n", end, "link", "add", "veth0", "address", link_address("01"),
       "type", "veth", "peer", "name", device, "address", link_address("02"),
       "netns", ROUTER)
    for name, dev, host in (end, "veth0", 1), (ROUTER, device, 2):
        ip("-n", name, "address", "add", f"192.0.2.{net * 4 + host}/30",
           "dev", dev)
        ip("-n", name, "address", "add", f"fd00:{net}::{host}/64", "dev", dev,
           "nodad")
        ip("-n", name, "link", "set", dev, "mtu", str(mtu), "up")
        for address in (f"192.0.2.{net * 4 + 3 - host}",
                        f"fd00:{net}::{3 - host}"):
            ip("-n", name, "neighbour", "replace", address, "lladdr",
               link_address(f"0{3 - host}"), "dev", dev, "nud", "permanent")
    ip("-n", end, "route", "add", "default", "via", f"192.0.2.{net * 4 + 2}")
    ip("-n", end, "route", "add", "default", "via", f"fd00:{net}::2")


def make_lab():
    for name in CLIENT, ROUTER, SERVER:
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    link(CLIENT, "near", 1500, 1)
    link(SERVER, "far", NARROW, 2)
    for address, prefix in (FAR["IPv4"], 32), (FAR["IPv6"], 128):
        ip("-n", SERVER, "address", "add", f"{address}/{prefix}", "dev",
           "lo")
    ip("-n", ROUTER, "route", "add", FAR["IPv4"], "via", "192.0.2.9")
    ip("-n", ROUTER, "route", "add", FAR["IPv6"], "via", "fd00:2::1")
    subprocess.run(
        [*inside(ROUTER), "sh", "-c",
         "echo 1 >/proc/sys/net/ipv4/ip_forward;"
         "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"],
        check=True, stderr=subprocess.PIPE)


def remove_lab():
    for name in CLIENT, ROUTER, SERVER:
        subprocess.run(["ip", "netns", "delete", name],
                       stderr=subprocess.DEVNULL)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = {}
        for service in "echo", "discard":
            s = Server(UDPMILL, f"{FAR['IPv4']}:0", f"[{FAR['IPv6']}]:0",
                       "--service", service, "--workers", "1",
                       prefix=inside(SERVER))
            cls.addClassCleanup(s.stop)
            cls.servers[service] = s

    def forget(self):
        """Forget what has been learned about the path's MTU."""
        for family in "-4", "-6":
            ip("-n", CLIENT, family, "route", "flush", "cache")

    def load(self, family, *options, service="echo", text=False):
        address = self.servers[service].addresses[family == "IPv6"]
        return run(UDPMILL, "load", address, "-t", "300ms", "-O", "0",
                   "--peer-consents", *([] if text else ["-J"]), *options,
                   prefix=inside(CLIENT))

    def twice(self, family, *options, **more):
        """Make a run before the path's MTU is known, and one after that.
        Returns both reports."""
        self.forget()
        first, second = (self.load(family, *options, **more)
                         for _ in range(2))
        said = first.stderr + second.stderr
        self.assertEqual(first.returncode, second.returncode, said)
        return (first.returncode, said,
                *(document(r.stdout) for r in (first, second)))

    def assertNobodyElse(self, *reports):
        """The runs shared no counters with others, except those of the whole
        host."""
        for report in reports:
            self.assertLessEqual(set(report["ledger"]["shared_counters"]),
                                 {"neighbour", "backlog"})


class Narrow(Case):
    def test_datagrams_lost_to_the_path_mtu_are_named(self):
        for family in FAR:
            for options in (["--rate", "1k"], ["--rate", "1k", "-P", "1"],
                            ["--flood", "--train", "off", "--count", "500"],
                            ["--train", "off", "--window", "4"]):
                with self.subTest(family=family, options=options):
                    code, said, first, second = self.twice(
                        family, "-l", "1472", *options)
                    self.assertEqual(code, 0, said)
                    ledger = first["ledger"]
                    self.assertGreater(ledger["dropped"]["too_big"], 0)
                    self.assertEqual(ledger["request"]["dropped"],
                                     {"too_big":
                                      ledger["dropped"]["too_big"]})
                    self.assertEqual(second["ledger"]["request"]["dropped"],
                                     {})
                    self.assertEqual(first["sends"]["path_mtu"], NARROW)
                    self.assertNobodyElse(first, second)

    def test_all_datagrams_of_a_lost_train_are_counted(self):
        # With IPv6, because IPv4 trains have no DF, and the router fragments
        # them.
        code, said, first, second = self.twice(
            "IPv6", "-l", "1400", "--train", "32", "--rate", "5k")
        self.assertEqual(code, 0, said)
        lost = first["ledger"]["dropped"]["too_big"]
        self.assertGreater(lost, 0)
        self.assertEqual(lost % 32, 0)
        self.assertEqual(first["ledger"]["dropped_bounds"]["too_big"],
                         {"skbs": lost // 32, "datagrams_low": 0,
                          "datagrams_high": lost, "shared": False})
        # The report has what became of the trains.
        self.assertEqual((first["config"]["train"],
                          first["config"]["train_planned"],
                          first["sends"]["trains_refused"]), (1, 32, 1))
        self.assertIn("the path's MTU is 1400", said)
        self.assertEqual((second["config"]["train"],
                          second["config"]["train_planned"],
                          second["sends"]["trains_refused"]), (1, 1, 0))

    def test_refused_trains_are_reported_in_text_and_by_find_capacity(self):
        self.forget()
        r = self.load("IPv6", "-l", "1400", "--train", "32", "--rate", "2k",
                      text=True)
        self.assertIn("trains of 32 were refused, then single "
                          "datagrams", r.stdout)
        self.forget()
        r = self.load("IPv6", "-l", "1400", "--train", "32", "--rate", "2k",
                      "--csv", "-", text=True)
        rows = csv.DictReader(r.stdout.splitlines())
        self.assertEqual(sum(int(row["trains_refused"]) for row in rows), 1,
                         r.stdout)
        self.forget()
        r = self.load("IPv6", "-l", "1400", "--train", "32",
                      "--find-capacity", "-t", "30ms", "--loss", "50%")
        config = document(r.stdout)["config"]
        self.assertEqual((config["train"], config["train_planned"]), (1, 32))

    def test_stress_continues_after_a_datagram_that_was_too_big(self):
        for family in FAR:
            self.forget()
            address = self.servers["echo"].addresses[family == "IPv6"]
            r = run(UDPMILL, "load", address, "--stress=sizes", "-t", "1s",
                    "-J", "--peer-consents", prefix=inside(CLIENT))
            self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
            row = document(r.stdout)["stress"]["rows"][0]
            self.assertGreater(row["datagrams"], 100, row)
            self.assertNotIn("could not be sent", str(row["why"]))

    def test_fragments_that_are_fragmented_again_balance(self):
        for family in FAR:
            for options in (["-l", "2000"], ["-l", "1400-1472"]):
                with self.subTest(family=family, options=options):
                    code, said, *both = self.twice(
                        family, "--rate", "2k", *options)
                    self.assertEqual(code, 0, said)
                    self.assertNobodyElse(*both)

    def test_replies_lost_to_the_path_mtu_are_named(self):
        """The server's first link is now as wide as the client's was."""
        for end, dev, mtu in ((SERVER, "veth0", 1500), (ROUTER, "far", 1500),
                              (ROUTER, "near", NARROW),
                              (CLIENT, "veth0", NARROW)):
            old = NARROW if mtu == 1500 else 1500
            ip("-n", end, "link", "set", dev, "mtu", str(mtu))
            self.addCleanup(ip, "-n", end, "link", "set", dev, "mtu",
                            str(old))
        for family in FAR:
            with self.subTest(family=family):
                for flag in "-4", "-6":
                    ip("-n", SERVER, flag, "route", "flush", "cache")
                code, said, first, _ = self.twice(
                    family, "-l", "1440", "--rate", "1k", "--train", "off")
                self.assertEqual(code, 0, said)
                self.assertEqual(set(first["ledger"]["reply"]["dropped"]),
                                 {"too_big"})


class DontFragment(Case):
    def test_a_size_that_does_not_fit_is_reported_with_the_limit(self):
        for family in FAR:
            for options in (["--rate", "2k"], ["--flood"], [],
                            ["--rate", "2k", "--burst", "5"]):
                with self.subTest(family=family, options=options):
                    code, said, first, second = self.twice(
                        family, "-l", "1440", "--dont-fragment", "-t", "1s",
                        *options)
                    self.assertEqual(code, 3, said)
                    self.assertEqual(
                        said.count(f"the path's MTU is {NARROW}, which "
                                   f"leaves {LENGTH_MAX[family]} bytes with "
                                   "--dont-fragment"), 2, said)
                    for report in first, second:
                        sends = report["sends"]
                        self.assertGreater(sends["too_big"], 0)
                        self.assertEqual(sends["length_max"],
                                         LENGTH_MAX[family])
                        self.assertEqual(sends["failed"], 0)
                        self.assertLess(sends["too_big"], 20000)
                        if "--rate" in options:
                            # Each is tried once.
                            self.assertLessEqual(
                                sends["too_big"] + report["ledger"]["sent"],
                                report["pacing"]["due"])
                    self.assertEqual(second["ledger"]["sent"], 0)

    def test_no_other_size_is_sent_instead(self):
        for family in FAR:
            with self.subTest(family=family):
                code, said, *both = self.twice(
                    family, "-l", "100:1,1440:1", "--dont-fragment", "--rate",
                    "2k", "-P", "1")
                self.assertEqual(code, 0, said)
                for report in both:
                    sends, pacing = report["sends"], report["pacing"]
                    self.assertGreater(sends["too_big"], 0)
                    self.assertEqual(pacing["not_sent"], pacing["due"]
                                     - report["ledger"]["sent"])
                    self.assertLess(report["sent"]["datagrams"],
                                    0.7 * pacing["planned"])
                    self.assertGreaterEqual(pacing["not_sent"],
                                            sends["too_big"])

    def test_datagrams_the_warm_up_could_not_send_are_not_due_later(self):
        r = self.load("IPv4", "-l", "100:1,1600:1", "--dont-fragment",
                      "--rate", "1k", "-O", "600ms")
        pacing = document(r.stdout)["pacing"]
        # With half of the warm-up in addition, there would be twice as many.
        # On a busy machine, a thread may begin with what is due since long.
        late = pacing["lag_ns"]["max"] / 1e9 * pacing["rate_last"]
        self.assertLess(pacing["due"], 1.5 * pacing["planned"] + late, pacing)

    def test_the_text_report_gives_the_reason(self):
        r = self.load("IPv4", "-l", "100:1,1600:1", "--dont-fragment",
                      "--rate", "2k", text=True)
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertRegex(r.stdout, r"not sent because they are too long: the "
                                   r"path's MTU is \d+, which leaves \d+ bytes")
        self.assertNotIn("did not keep up", r.stdout)


class Shaped(Case):
    def test_a_full_queue_is_not_retried_in_a_busy_loop(self):
        r = run("tc", "-n", CLIENT, "qdisc", "add", "dev", "veth0", "root",
                "tbf", "rate", "10mbit", "burst", "20kb", "limit", "30kb")
        if r.returncode:
            self.skipTest("tc qdisc add ... tbf: " + r.stderr.strip())
        self.addCleanup(run, "tc", "-n", CLIENT, "qdisc", "delete", "dev",
                        "veth0", "root")
        for options in (["--rate", "20k"], ["--flood", "--train", "off"],
                        ["--flood", "--train", "8"],
                        ["--rate", "20k", "--burst", "8", "--train", "8"]):
            with self.subTest(options=options):
                r = self.load("IPv4", "-l", "1300", *options,
                              service="discard")
                self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                report = document(r.stdout)
                sends = report["sends"]
                refused = sends["no_buffers"] + sends["no_room"]
                self.assertGreater(refused, 0)
                # A busy loop would have far more.
                self.assertLess(refused, 4000)
                self.assertNobodyElse(report)


if __name__ == "__main__":
    main(make_lab, remove_lab, CLIENT)
