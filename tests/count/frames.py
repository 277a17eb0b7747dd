#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --backend xdp and load --engine xdp on another kernel than this host's,
whose verifier judges the filter, and on a device that this host need not have:
virtio-net, which can do zero copy (Linux 6.13). The guest has two, joined by
QEMU, of which the client's is in a namespace; and a veth, with a small and a
large MTU.

Arguments: the guest's init, and a statically linked udpmill. The kernel is the
one that UDPMILL_TEST_KERNEL names, or else this host's newest; exits 77 if there
is none, no QEMU, or no XDP in the program.
"""

import dataclasses
import shutil
import subprocess
import sys
import unittest

import booting
from udpmill_perf.guest import modules, paths, qemu, timing

ZERO_COPY = (6, 13)     # of virtio-net, on both ways
MULTI_BUFFER = (6, 6)
CPUS = 2
COUNT = 2000
PORT = 10600
# Zero copy needs the DMA API, and XDP a driver that joins nothing.
VIRTIO = ("virtio-net-pci,netdev=net{n},mac=02:00:00:00:00:0{n},romfile=,"
          "disable-legacy=on,iommu_platform=on,guest_tso4=off,guest_tso6=off,"
          "guest_ecn=off,guest_ufo=off")
# Neither server has a route to its clients, so that only a frame can answer.
CLIENTS = "clients"
SERVER, CLIENT = "198.51.100.1", "198.51.100.2"
JOINED = f"""\
run /bin/ip netns add {CLIENTS}
run /bin/ip link set eth1 netns {CLIENTS}
run /bin/ip address add {SERVER}/32 dev eth0
run /bin/ip link set eth0 up
run /bin/ip -n {CLIENTS} address add {CLIENT}/24 dev eth1
run /bin/ip -n {CLIENTS} link set eth1 up
run /bin/ip neighbour add {CLIENT} lladdr 02:00:00:00:00:01 dev eth0
run /bin/ip -n {CLIENTS} neighbour add {SERVER} lladdr 02:00:00:00:00:00 dev eth1
"""
SERVE = (f"/bin/udpmill serve {{host}}:{PORT} --service echo --backend xdp "
         "--ready-file /tmp/ready")
LOAD = (f"/bin/udpmill load {{host}}:{PORT} --peer-consents -q -J --train off "
        f"--window 16 --count {COUNT} --verify full --length {{bytes}}")


@dataclasses.dataclass(frozen=True)
class Wired(timing.Machine):
    """With two network cards, joined by a hub."""

    def command(self, *files):
        cards = []
        for n in range(2):
            cards += ["-netdev", f"hubport,id=net{n},hubid=0", "-device",
                      VIRTIO.format(n=n)]
        return [*super().command(*files), *cards]


ENGINE = " --engine xdp --i-own client"


def workload(name, size, host, inside, more=""):
    return booting.workload(name, SERVE.format(host=host),
                            LOAD.format(host=host, bytes=size) + more, inside)


def plan(path):
    veth = "".join(f"run {' '.join(words)}\n" for words in path.commands)
    veth += "run /bin/ip -n lab-veth-server route flush table main\n"
    inside = path.server, path.client
    text = JOINED + workload("virtio", 64, SERVER, (
        (), paths.inside(CLIENTS))) + veth + workload(
        "veth", 1400, path.host, inside) + workload(
        "engine", 1400, path.host, inside, ENGINE)
    if SYSTEM.release < MULTI_BUFFER:
        return text
    for side in "server", "client":
        text += f"run /bin/ip -n lab-veth-{side} link set {side} mtu 9000\n"
    return text + workload("large", 8900, path.host, inside)


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = paths.find("veth", {})
        machine = Wired(shutil.which(qemu.PROGRAM), "", timing.TCG, CPUS)
        cls.reports = booting.Guest(
            SYSTEM, plan(path), machine,
            SYSTEM.order("virtio_pci", "virtio_net", *modules.OF_PATH["veth"]),
            path.programs).reports()

    def obtained(self, name):
        return self.reports[name]["environment"]["server"]["config"]["xdp"]

    def since(self, release, what):
        if SYSTEM.release < release:
            self.skipTest(f"Linux {SYSTEM.kernel.release} has no {what}; give "
                          f"one from {'.'.join(map(str, release))} on in "
                          "UDPMILL_TEST_KERNEL")

    def test_every_datagram_is_answered_past_the_stack(self):
        self.assertIn("veth", self.reports)
        for name, report in self.reports.items():
            with self.subTest(name):
                ledger = report["ledger"]
                self.assertEqual(ledger["sent"], COUNT)
                self.assertEqual(ledger["answered"], COUNT, ledger)
                self.assertEqual(ledger["unexplained"], 0, ledger)

    def test_the_driver_runs_the_filter(self):
        for name in self.reports:
            self.assertEqual(self.obtained(name)["mode"], "native", name)

    def test_virtio_has_zero_copy(self):
        self.since(ZERO_COPY, "zero copy of virtio-net")
        self.assertEqual(self.obtained("virtio")["copy"], "zero-copy")

    def test_a_driver_without_zero_copy_copies(self):
        self.assertEqual(self.obtained("veth")["copy"], "copy")

    def test_the_engine_gets_its_replies_as_frames(self):
        report = self.reports["engine"]
        self.assertEqual(report["config"]["xdp"]["mode"], "native")
        self.assertFalse(any(report["frames"].values()), report["frames"])

    def test_a_large_mtu_takes_several_frames(self):
        self.since(MULTI_BUFFER, "packets of several frames")
        self.assertEqual(self.obtained("large")["multi_buffer"], "on")
        self.assertEqual(self.obtained("veth")["multi_buffer"], "off")


def lacks_xdp(program):
    told = subprocess.run([program, "--version"], stdout=subprocess.PIPE,
                          check=True, text=True).stdout
    return "XDP" in told.partition("without")[2].partition("libraries")[0]


if __name__ == "__main__":
    SYSTEM = booting.System(booting.or_skip(), *sys.argv[1:3])
    if lacks_xdp(SYSTEM.udpmill):
        print("this udpmill-static has no XDP: an archive is missing")
        sys.exit(77)
    del sys.argv[1:3]
    unittest.main()
