#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ledger on another kernel than this host's, and with limits of the whole
host that a test must not change here: losses for lack of UDP's memory, and in
front of a queueing discipline (Linux 6.19).

Arguments: the guest's init, and a statically linked udpmill. The kernel is the
one that UDPMILL_TEST_KERNEL names, or else this host's newest; exits 77 if there
is none, or no QEMU. What it cannot do is skipped, and says so.
"""

import json
import shutil
import sys
import unittest

import booting
from udpmill_perf.guest import modules, paths, qemu, timing

CPUS = 4          # more than one waits while another sends
SINCE = (6, 19)   # the list in front of a discipline
PATH = "veth"
# Few pages, and far less than a receive buffer. (In 6.18, drops of this kind
# are counted by the socket alone.)
LITTLE = "sysctl net.ipv4.udp_mem 24 24 24\n"
ENOUGH = "sysctl net.ipv4.udp_mem 40000 50000 60000\n"
SERVE = "/bin/udpmill serve {host}:10600 --ready-file /tmp/ready --workers 1"
LOAD = "/bin/udpmill load {host}:10600 -q -J --seed 1 --omit 0"
# The load has the CPU until it is done, so that the server's queue fills.
FIRST = ("sysctl kernel.sched_rt_runtime_us -1\npolicy softirq fifo 3\n")
AHEAD = "policy server fifo 1\npolicy load fifo 2\n"


def workload(name, server, load, host="127.0.0.1", inside=((), ()), more=""):
    return booting.workload(name, server.format(host=host),
                            load.format(host=host), inside, more)


def of_memory():
    flood = f"{LOAD} --flood --time 20s --count"
    return FIRST + LITTLE + workload(
        "sink", f"{SERVE} --service discard", f"{flood} 5000 --train off",
        more=AHEAD) + workload(
        "trains", f"{SERVE} --service discard", f"{flood} 64000",
        more=AHEAD) + workload(
        "echo", f"{SERVE} --service echo", f"{flood} 5000 --train off",
        more=AHEAD) + ENOUGH


MACS = {"server": "02:00:00:00:00:01", "client": "02:00:00:00:00:02"}
HOSTS = {"server": "192.0.2.1", "client": "192.0.2.2"}


def commands(path):
    """Makes the path, with neighbours that need not be asked for: what waited
    for one would be dropped by the list without being counted anywhere."""
    words = [" ".join(words) for words in path.commands]
    for side, other in ("server", "client"), ("client", "server"):
        netns = f"/bin/ip -n lab-{PATH}-{side}"
        words += [f"{netns} link set {side} address {MACS[side]}",
                  f"{netns} neighbour replace {HOSTS[other]} lladdr "
                  f"{MACS[other]} nud permanent dev {side}"]
    return "".join(f"run {line}\n" for line in words)


def shaped(side, *how):
    return (f"run /bin/ip netns exec lab-{PATH}-{side} /bin/tc qdisc replace "
            f"dev {side} root {' '.join(how)}\n")


# It drops most of what comes, so that it drops what another CPU has put on the
# list, too.
TBF = ("tbf", "rate", "10mbit", "burst", "5kb", "limit", "5kb")


def of_bursts(path):
    """Many threads send at once to a discipline, of the client and then of the
    server."""
    inside = path.server, path.client
    burst = "sysctl net.core.qdisc_max_burst 1\n"
    flood = (f"{LOAD} --peer-consents --flood --train off --threads 4 --flows 8 "
             "--time 500ms")
    return commands(path) + burst + shaped("client", *TBF) + workload(
        "requests", f"{SERVE} --service discard", flood, path.host,
        inside) + shaped("client", "pfifo", "limit",
                                   "10000") + shaped("server", *TBF) + workload(
        "replies", f"{SERVE} --service echo".replace(
            "--workers 1", "--workers 4"), flood, path.host, inside)


def ledgers(guest):
    return {name: report["ledger"]
            for name, report in guest.reports().items()}


class Case(unittest.TestCase):
    def assertBalances(self, ledger):
        said = json.dumps(ledger)
        self.assertEqual(ledger["unexplained"], 0, said)
        self.assertTrue(ledger["balances"], said)


class Memory(Case):
    @classmethod
    def setUpClass(cls):
        cls.ledgers = ledgers(booting.Guest(SYSTEM, of_memory()))

    def test_what_the_socket_alone_may_count_is_named(self):
        for name in "sink", "trains":
            with self.subTest(name):
                ledger = self.ledgers[name]
                self.assertBalances(ledger)
                self.assertGreater(ledger["request"]["dropped"]["memory"], 0,
                                   ledger)
                self.assertNotIn("server_socket",
                                 ledger["request"]["dropped"])

    def test_it_is_on_either_way(self):
        ledger = self.ledgers["echo"]
        self.assertBalances(ledger)
        self.assertGreater(ledger["dropped"]["memory"], 0)

    def test_nothing_else_is_blamed(self):
        for ledger in self.ledgers.values():
            self.assertEqual({cause for cause, n in ledger["dropped"].items()
                              if n} - {"backlog"}, {"memory"}, ledger)


class Bursts(Case):
    @classmethod
    def setUpClass(cls):
        if SYSTEM.release < SINCE:
            raise unittest.SkipTest(
                f"Linux {SYSTEM.kernel.release} has no list in front of a queueing "
                "discipline; give one from 6.19 on in UDPMILL_TEST_KERNEL")
        if not shutil.which("tc"):
            raise unittest.SkipTest("tc is not installed (iproute2)")
        path = paths.find(PATH, {})
        loaded = SYSTEM.order(*modules.OF_PATH[PATH], "sch_tbf")
        machine = timing.Machine(shutil.which(qemu.PROGRAM), "", timing.TCG,
                                 CPUS)
        cls.ledgers = ledgers(booting.Guest(
            SYSTEM, of_bursts(path), machine, loaded, (*path.programs, "tc")))

    def test_refused_sends_are_not_in_the_counters_of_the_discipline(self):
        """Or this would test nothing."""
        ledger = self.ledgers["requests"]
        figures = ledger["kernel"]["client"]
        self.assertTrue(ledger["kernel"]["qdisc_bursts"])
        self.assertGreater(figures["UdpSndbufErrors"], figures["qdisc_drops"],
                           figures)

    def test_they_are_repeated_and_not_lost(self):
        ledger = self.ledgers["requests"]
        self.assertBalances(ledger)
        self.assertLessEqual({cause for cause, n in ledger["dropped"].items()
                              if n}, {"qdisc", "server_socket", "backlog",
                                      "neighbour"}, ledger)

    def test_replies_that_a_server_was_not_told_of_are_named(self):
        ledger = self.ledgers["replies"]
        self.assertBalances(ledger)
        self.assertGreater(ledger["reply"]["dropped"].get("send_queue", 0)
                           + ledger["reply"]["dropped"].get("qdisc", 0), 0,
                           ledger)


if __name__ == "__main__":
    SYSTEM = booting.System(booting.or_skip(), *sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
