#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--zerocopy-from, of serve and of load: what is sent without copying is whole
and accounted for, however long the kernel keeps it, and the share that the
kernel copied is told. Needs root for queueing disciplines and devices; without
it, those tests are skipped."""

import json
import os
import resource
import socket
import struct
import subprocess
import sys
import unittest

import balance
from documents import document
from program import Server, assert_refused, missing, run, split

UDPMILL = sys.argv.pop(1)
SERVE = "--service", "echo", "--backend", "uring", "--workers", "1"
# Where sends are dropped, so that nobody on this host receives them.
SINK, SINK_NET = "sink0", "192.0.2"
# A user and group who have nothing else: nobody assigns such numbers.
LOCKER = 2000000000 + os.getpid()


def command(*arguments):
    """Why a command of root's failed, or None."""
    r = subprocess.run(arguments, stderr=subprocess.PIPE, text=True)
    return r.stderr.strip() if r.returncode else None


def limited(locked):
    """A prefix: no more memory may be locked. Root, for whom there is no limit,
    becomes another user, for whom what other programs lock does not count, and
    who can run a program in any folder."""
    find = "caps=+dac_read_search"
    drop = ("setpriv", f"--reuid={LOCKER}", f"--regid={LOCKER}",
            "--clear-groups", f"--inh-{find}",
            f"--ambient-{find}") if os.geteuid() == 0 else ()
    return "prlimit", f"--memlock={locked}:{locked}", *drop


class Case(balance.Balance):
    faults = balance.FAULTS

    def setUp(self):
        why = missing(UDPMILL, "uring")
        if not why:
            trial = run(UDPMILL, "serve", "127.0.0.1:0", *SERVE,
                        "--zerocopy-from", "1", "--time", "1ms")
            why = trial.stderr.strip() if trial.returncode == 3 else None
        if why:
            self.skipTest(why)

    def prepare(self, add, delete):
        why = command(*add)
        if why:
            self.skipTest(f"{' '.join(add)}: {why}")
        self.addCleanup(command, *delete)

    def serve(self, *arguments, bind="127.0.0.1:0", prefix=()):
        return Server(UDPMILL, bind, *SERVE, "-J", *arguments, prefix=prefix)

    def told(self, server):
        """What a server that has ended says of it."""
        report = document(server.out)
        z, counters = report["zerocopy"], report["counters"]
        # What is pending is a gauge, and a report has no gauges.
        for name in "sends", "copied", "declined":
            self.assertEqual(z[name], counters["zerocopy_" + name])
        self.assertLessEqual(z["copied"] + z["pending"], z["sends"])
        return z

    def load(self, address, *arguments, **more):
        r, report = balance.load(UDPMILL, address, "--verify", "full",
                                 *arguments, **more)
        self.assertBalances(r, report, faults=self.faults)
        return report


class Loopback(Case):
    def test_all_is_copied_and_said_so(self):
        for arguments in (("-l", "9000"), ("-l", "65507", "--train", "off"),
                          ("-l", "32-9000", "--train", "off"),
                          ("-l", "1400", "-P", "50")):
            with self.subTest(arguments=arguments):
                with self.serve("--zerocopy-from", "32") as s:
                    report = self.load(s.address, "--zerocopy-from", "32",
                                       *arguments)
                self.assertEqual(report["config"]["engine"], "uring")
                self.assertEqual(report["config"]["zerocopy_from"], 32)
                sent = report["sends"]["zerocopy"]
                self.assertGreater(sent["sends"], 0)
                self.assertEqual(sent["copied"], sent["sends"])
                z = self.told(s)
                self.assertGreater(z["sends"], 0)
                self.assertEqual(z["copied_share"], 1)

    def test_what_is_shorter_is_copied_at_once(self):
        with self.serve("--zerocopy-from", "1001") as s:
            report = self.load(s.address, "--zerocopy-from", "1001", "-l",
                               "1000", "--train", "off", "--gro", "off",
                               "--window", "1", "-P", "1")
        self.assertEqual(report["sends"]["zerocopy"]["sends"], 0)
        z = self.told(s)
        self.assertEqual((z["sends"], z["copied"], z["declined"]), (0, 0, 0))
        self.assertIsNone(z["copied_share"])

    def test_without_the_option_the_generator_soon_copies(self):
        with self.serve() as s:
            report = self.load(s.address, "--engine", "uring", "-l", "9000")
        self.assertLessEqual(report["sends"]["zerocopy"]["sends"], 64)
        self.assertNotIn("zerocopy", document(s.out))

    def test_the_text_has_the_share(self):
        with Server(UDPMILL, "127.0.0.1:0", *SERVE, "--zerocopy-from",
                    "1000") as s:
            self.load(s.address, "-l", "9000")
        self.assertIn("\n100.0 % of the zero-copy sends were copied by the "
                      "kernel\n", s.out)

    def test_too_little_lockable_memory_costs_no_datagram(self):
        """A train of 64 KiB needs 16 pages, and more are sent at once."""
        least = 2 << 20

        def limit():
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (least, least))

        with self.serve("--zerocopy-from", "32") as s:
            report = self.load(s.address, "--zerocopy-from", "32", "-l",
                               "1400", preexec_fn=limit)
        self.assertGreater(report["ledger"]["answered"], 0)

    def test_what_may_not_be_locked_is_overtaken_by_none(self):
        """Long replies need more than short ones, which still have room."""
        with self.serve("--zerocopy-from", "32", prefix=limited(1 << 20)) as s:
            self.load(s.address, "-l", "32-65000", "--train", "off", "-P", "8",
                      seconds="1s")
        z = self.told(s)
        self.assertGreater(z["sends"], 0)
        self.assertGreater(z["declined"], 0)

    def test_it_is_told_whether_buffers_are_registered(self):
        """A batch of 8 has 32 buffers of 64 KiB: somewhat above 2 MiB."""
        most = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
        if most != resource.RLIM_INFINITY and most < 8 << 20:
            self.skipTest("less than 8 MiB may be locked (ulimit -Hl)")
        options = "--zerocopy-from", "32", "--batch", "8"
        # With little more than they and the ring take, too little would be left
        # for trains.
        for limit, workers in (1 << 20, 0), (2500 << 10, 0), (8 << 20, 1):
            prefix = limited(limit)
            for arguments in ("-l", "9000", "--train", "off"), ("-l", "1400"):
                with self.subTest(limit=limit, arguments=arguments):
                    with self.serve(*options, prefix=prefix) as s:
                        self.load(s.address, *arguments)
                    z = self.told(s)
                    self.assertEqual(z["registered_workers"], workers)
                    self.assertGreater(z["sends"], 0)
            with Server(UDPMILL, "127.0.0.1:0", *SERVE, *options,
                        prefix=prefix) as s:
                pass
            self.assertEqual("The receive buffers of 0 of 1 workers are "
                             "registered" in s.out, not workers, s.out)


class Slow(Case):
    """A device that takes its time: the kernel keeps what it has not sent."""

    # A discipline hands on to whichever CPU runs it, and each has a backlog.
    faults = tuple(f for f in balance.FAULTS if f != "reordered")

    def setUp(self):
        super().setUp()
        queue = "qdisc", "add", "dev", "lo", "root", "tbf", "rate", \
            "800mbit", "burst", "70kb", "limit", "40mb"
        self.prepare(("tc", *queue),
                     ("tc", "qdisc", "del", "dev", "lo", "root"))

    def test_what_waits_in_a_queue_does_not_change(self):
        lone = "--train", "off", "--in-flight", "150"
        for arguments in (("-l", "1400"), ("-l", "32-9000", *lone),
                          ("-l", "9000", "-P", "20", *lone)):
            for side in "serve", "load", "both":
                with self.subTest(arguments=arguments, side=side):
                    self.one(side, arguments)

    def one(self, side, arguments):
        option = "--zerocopy-from", "32"
        with self.serve(*(option if side != "load" else ())) as s:
            report = self.load(s.address,
                               *(option if side != "serve" else ()),
                               *arguments, seconds="500ms")
        self.assertEqual(report["ledger"]["answered"],
                         report["ledger"]["sent"])
        if side != "load":
            self.assertGreater(self.told(s)["sends"], 0)
        if side != "serve":
            self.assertGreater(report["sends"]["zerocopy"]["sends"], 0)

    def test_a_server_without_free_buffers_copies(self):
        with self.serve("--zerocopy-from", "32", "--batch", "1") as s:
            self.load(s.address, "-l", "9000", "--train", "off", "-P", "20",
                      "--in-flight", "200", seconds="500ms")
        self.assertGreater(self.told(s)["declined"], 0)


class Queued(Case):
    """A device that has sent nothing yet when the server ends."""

    def setUp(self):
        super().setUp()
        # 9000 bytes take 36 ms, and the first leave at once.
        self.prepare(("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate",
                      "2mbit", "burst", "70kb", "limit", "40mb"),
                     ("tc", "qdisc", "del", "dev", "lo", "root"))

    def test_what_is_not_known_is_no_part_of_the_share(self):
        n = 20
        for arguments in ("-J",), ():
            with Server(UDPMILL, "127.0.0.1:0", *SERVE, *arguments,
                        "--zerocopy-from", "32", "--count", str(n)) as s, \
                    socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                peer.connect(split(s.address))
                for _ in range(n):
                    peer.send(b"x" * 9000)
                s.process.wait(timeout=30)
            if not arguments:
                self.assertRegex(s.out, r"\nThe kernel has not yet said "
                                 r"whether it copied [1-9]\d* of the "
                                 r"zero-copy sends\n")
                continue
            z = self.told(s)
            self.assertGreater(z["pending"], 0)
            known = z["sends"] - z["pending"]
            self.assertEqual(z["copied"], known)
            self.assertEqual(z["copied_share"], 1 if known else None)


class Dropped(Case):
    """What no receiver on this host gets is not copied."""

    def setUp(self):
        super().setUp()
        self.prepare(("ip", "link", "add", SINK, "type", "ifb"),
                     ("ip", "link", "del", SINK))
        for how in (("address", "add", SINK_NET + ".1/24", "dev", SINK),
                    ("link", "set", SINK, "up")):
            self.assertIsNone(command("ip", *how))

    def test_the_generator_says_that_nothing_was_copied(self):
        r = run(UDPMILL, "load", SINK_NET + ".9:9", "-J", "-q", "-t", "100ms",
                "-l", "1400", "--flood", "--expect", "none", "--engine",
                "uring", "--peer-consents")
        sent = document(r.stdout)["sends"]["zerocopy"]
        self.assertGreater(sent["sends"], 0, r.stderr)
        self.assertEqual(sent["copied"], 0)

    def test_the_server_says_that_nothing_was_copied(self):
        """By requests that claim to come from there."""
        n, data = 300, b"x" * 1000
        with self.serve("--zerocopy-from", "500", "--count", str(n),
                        bind="198.51.100.1:0") as s, \
                socket.socket(socket.AF_INET, socket.SOCK_RAW,
                              socket.IPPROTO_RAW) as raw:
            host, port = split(s.address)
            for _ in range(n):
                udp = struct.pack("!HHHH", 40000, port, 8 + len(data), 0)
                ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0,
                                 socket.inet_aton(SINK_NET + ".9"),
                                 socket.inet_aton(host))
                raw.sendto(ip + udp + data, (host, 0))
            s.process.wait(timeout=30)
        z = self.told(s)
        self.assertGreater(z["sends"], 0, json.dumps(z))
        self.assertEqual(z["copied"], 0)


class Refusal(Case):
    def test_what_cannot_work_is_refused_in_one_line(self):
        for verb, arguments, right in (
                ("serve", ("0", "--zerocopy-from", "4096", "--backend",
                           "mmsg"), "is for --backend uring; give that"),
                ("serve", ("0", "--zerocopy-from", "0", "--backend", "uring"),
                 "from 1 to"),
                ("load", ("127.0.0.1:9", "--zerocopy-from", "4096",
                          "--engine", "mmsg", "--expect", "none"),
                 "is for --engine uring; give that"),
                ("load", ("127.0.0.1:9", "--zerocopy-from", "70000"),
                 "from 1 to")):
            with self.subTest(verb=verb, arguments=arguments):
                assert_refused(self, run(UDPMILL, verb, *arguments), verb,
                               right)


if __name__ == "__main__":
    unittest.main()
