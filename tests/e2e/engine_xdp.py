#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --engine xdp: frames by AF_XDP, over a veth pair: traffic.

Needs root, network namespaces and AF_XDP; exits with 77 without them.
"""

import json
import os
import signal
import socket

import balance
from engine_xdp_lab import has_filter, load, loading, start, statistic
from frames_lab import HOSTS6, UDPMILL, make, serve
from namespaces import (HOSTS, NAMES, TX_CHECKSUMS, entered, inside, introduce,
                        ip, make_lab, remove_lab, set_offload)
from program import udp_sockets, wait_for

QUEUES = "2"
IP_RECVTTL, IP_RECVTOS = 12, 13


class Traffic(balance.Balance):
    def assertFrames(self, report, stack=0):
        """All replies came by the ring, but for so many. In generic mode, each
        whole checksum looks like a train's with a probability of 1 in 65536;
        in no run do more than ten."""
        frames = report["frames"]
        chance = 10 if report["config"]["xdp"]["mode"] == "generic" else 0
        self.assertIn(frames.pop("by_stack") - stack, range(chance + 1),
                      frames)
        self.assertFalse(any(frames.values()), frames)

    def test_a_closed_loop_and_a_flood_balance(self):
        for host in HOSTS[1], HOSTS6[1]:
            for service in "echo", "reflect", "discard":
                with self.subTest(host=host, service=service), \
                        serve("--service", service, host=host) as s:
                    r, report = load(s.address)
                    ledger = self.assertBalances(r, report)
                    self.assertGreater(
                        ledger["absorbed" if service == "discard"
                               else "answered"], 0)
                    self.assertEqual(report["config"]["engine"], "xdp")
                    self.assertEqual(report["config"]["train"], 1)
                    self.assertFrames(report)

    def test_each_mode_is_said(self):
        for mode, stack in ("native", 0), ("generic", 5000):
            with self.subTest(mode=mode), serve("--service", "echo") as s:
                r, report = load(s.address, "--xdp-mode", mode, "--count",
                                 "5000", seconds="20s")
                self.assertEqual(
                    self.assertBalances(r, report)["answered"], 5000)
                # The server's device leaves checksums to the receiver's.
                self.assertFrames(report, stack)
                obtained = report["config"]["xdp"]
                self.assertEqual(
                    (obtained["device"], obtained["mode"], obtained["copy"]),
                    ("veth0", mode, "copy"))
        set_offload(1, TX_CHECKSUMS, False)
        self.addCleanup(set_offload, 1, TX_CHECKSUMS, True)
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--xdp-mode", "generic", "--count",
                             "5000", seconds="20s")
            # Only what came by the stack, by that chance, can be overtaken.
            ledger = self.assertBalances(
                r, report, faults=set(balance.FAULTS) - {"reordered"})
            self.assertLessEqual(ledger["reordered"],
                                 report["frames"]["by_stack"])
            self.assertFrames(report)

    def test_payloads_of_any_length_are_right(self):
        for host, most in (HOSTS[1], 1472), (HOSTS6[1], 1452):
            for length in ("0-40", f"32-{most}", "0", "1", "17", "18", "19",
                           "33", str(most - 1), str(most)):
                full = ["--verify", "full"] if int(
                    length.split("-")[0]) >= 32 else []
                with self.subTest(host=host, length=length), \
                        serve("--service", "echo", host=host) as s:
                    r, report = load(s.address, "-l", length, "--rate", "20k",
                                     "--count", "1000", *full, seconds="20s")
                    ledger = self.assertBalances(r, report)
                    self.assertEqual(ledger["answered"], 1000)
                    self.assertFrames(report)

    def test_an_open_loop_is_timed(self):
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--rate", "2k", "--flows", "5",
                             "--verify", "full")
            self.assertBalances(r, report)
            self.assertKept(report)
            self.assertGreater(report["latency_ns"]["p50"], 0)

    def test_a_capacity_is_found(self):
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--find-capacity", seconds="50ms")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(report["config"]["xdp"]["device"], "veth0")
        for trial in report["trials"]:
            if trial["ledger"]:
                self.assertEqual(trial["ledger"]["unexplained"], 0, trial)

    def test_texts_and_payloads_are_received(self):
        with serve("--service", "length") as s:
            r, report = load(s.address, "--count", "1000", seconds="20s")
            self.assertEqual(self.assertBalances(r, report)["answered"], 1000)
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--payload", __file__)
            self.assertEqual(r.returncode, 2)
            self.assertIn("room for 3778 bytes", r.stderr)
            r, report = load(s.address, "--count", "1000", "--payload",
                             "/proc/sys/kernel/ostype", seconds="20s")
            self.assertEqual(self.assertBalances(r, report)["answered"], 1000)

    def test_flows_that_are_replaced_lose_nothing(self):
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--flow-lifetime", "20ms",
                             "--flows", "5")
            self.assertBalances(r, report)
            self.assertGreater(report["flows_opened"], 5)

    def test_sources_are_those_that_were_asked_for(self):
        with entered(1), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((HOSTS[1], 0))
            s.settimeout(20)
            s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            s.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
            address = f"{HOSTS[1]}:{s.getsockname()[1]}"
            r, _ = load(
                address, "--peer-consents", "--i-own", "veth0", "--expect",
                "none", "--rate", "1k", "--count", "30", "--flows", "3",
                "--source-ports", "20001-20003", "--device", "veth0", "-O",
                "0", "--ttl", "33", "--dscp", "8", netns=None,
                prefix=inside(0))
            self.assertEqual(r.returncode, 0, r.stderr)
            came = [s.recvmsg(100, 100) for _ in range(30)]
        self.assertEqual({source for _, _, _, source in came},
                         {(HOSTS[0], 20001 + n) for n in range(3)})
        for _, control, _, _ in came:
            marks = {kind: data[0] for _, kind, data in control}
            self.assertEqual(marks, {socket.IP_TTL: 33, socket.IP_TOS: 8 << 2})

    def test_a_device_with_queues_serves_threads(self):
        remove_lab()
        self.addCleanup(make)
        self.addCleanup(remove_lab)
        make_lab()
        ip("-n", NAMES[0], "link", "delete", "veth0")
        ip("-n", NAMES[0], "link", "add", "veth0", "numtxqueues", QUEUES,
           "numrxqueues", QUEUES, "type", "veth", "peer", "name", "veth0",
           "netns", NAMES[1], "numtxqueues", QUEUES, "numrxqueues", QUEUES)
        for name, host in zip(NAMES, HOSTS):
            ip("-n", name, "address", "add", f"{host}/30", "dev", "veth0")
            ip("-n", name, "link", "set", "veth0", "up")
        introduce()
        with serve("--service", "echo") as s:
            r, report = load(s.address, "--threads", "3")
            queues = 1
            if f"--threads {QUEUES}" in r.stderr:
                queues = int(QUEUES)
            self.assertEqual(r.returncode, 2, r.stderr)
            self.assertRegex(r.stderr, rf"--threads {queues}\n")
            # What arrives at a queue that is another thread's, or nobody's,
            # comes by the stack.
            for threads in range(1, queues + 1):
                r, report = load(s.address, "--threads", str(threads),
                                 "--flows", "40")
                self.assertBalances(r, report)
                frames = report["frames"]
                if queues > 1:
                    self.assertGreater(frames["by_stack"], 0)
                    self.assertLess(frames["by_stack"],
                                    report["ledger"]["answered"])

    def test_a_large_mtu_is_used_as_far_as_a_frame_goes(self):
        for name in NAMES:
            ip("-n", name, "link", "set", "veth0", "mtu", "9000")
            self.addCleanup(ip, "-n", name, "link", "set", "veth0", "mtu",
                            "1500")
        with serve("--service", "echo") as s:
            for length in "3400", "3778":
                r, report = load(s.address, "-l", length, "--verify", "full",
                                 "--rate", "1k", "--count", "300",
                                 seconds="20s")
                self.assertEqual(
                    self.assertBalances(r, report)["answered"], 300)
                # A veth takes the longer one apart, for the stack.
                self.assertFrames(report, 0 if length == "3400" else 300)
            r, _ = load(s.address, "-l", "3779")
            self.assertEqual(r.returncode, 2)
            self.assertRegex(r.stderr, "room for 3778 bytes; use mmsg")

    def test_other_traffic_goes_to_the_stack(self):
        with serve("--service", "echo") as s, \
                serve("--service", "echo") as another, \
                loading(s.address, "--rate", "1k", "-t", "20s") as p:
            self.assertTrue(has_filter())
            # A veth whose driver runs a program has room for 256.
            r, report = balance.load(UDPMILL, another.address, "--netns",
                                     NAMES[0], "--count", "2000",
                                     "--in-flight", "100", seconds="20s")
            self.assertEqual(self.assertBalances(r, report)["answered"], 2000)
            # ARP: asked anew.
            ip("-n", NAMES[0], "neighbour", "delete", HOSTS[1], "dev", "veth0")
            r, report = balance.load(UDPMILL, another.address, "--netns",
                                     NAMES[0], "--rate", "100", "--count", "5",
                                     seconds="20s")
            self.assertEqual(self.assertBalances(r, report)["answered"], 5)
            introduce()
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=60)
        report = json.loads(out)
        self.assertTrue(report["interrupted"], err)
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.assertEqual(report["frames"]["by_stack"], 0)
        self.assertFalse(has_filter())

    def test_a_ring_that_overflows_is_accounted_for(self):
        with serve("--service", "echo", "--rcvbuf", "64M") as s, \
                loading(s.address, "--flood", "--count", "30000", "-t", "60s",
                        "-O", "0", "--flows", "4") as p:
            os.kill(s.pid, signal.SIGSTOP)
            wait_for(lambda: statistic("tx_packets") >= 30000)
            p.send_signal(signal.SIGSTOP)
            os.kill(s.pid, signal.SIGCONT)
            # All but its last batch are answered then.
            wait_for(lambda: not any(one["queued"]
                                     for one in udp_sockets(s.pid)))
            p.send_signal(signal.SIGCONT)
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 0, err)
        report = json.loads(out)
        ledger, frames = report["ledger"], report["frames"]
        self.assertEqual(ledger["unexplained"], 0, ledger)
        self.assertTrue(ledger["balances"], ledger)
        self.assertEqual(ledger["dropped"].get("client_ring", 0),
                         frames["rx_dropped"] + frames["rx_ring_full"])
        self.assertGreater(ledger["dropped"]["client_ring"], 0, report)

    def test_what_a_full_ring_of_the_server_drops_counts_once(self):
        with serve("--service", "echo", "--backend", "xdp", "--workers", "1",
                   "--burn", "3000") as s:
            r, report = load(s.address, "--flood")
        self.assertBalances(r, report)


if __name__ == "__main__":
    start()
