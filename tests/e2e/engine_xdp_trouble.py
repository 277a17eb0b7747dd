#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --engine xdp: frames by AF_XDP, over a veth pair: what goes wrong.

Needs root, network namespaces and AF_XDP; exits with 77 without them.
"""

import json
import os
import signal
import subprocess

import balance
from engine_xdp_lab import has_filter, load, loading, start
from frames_lab import HOSTS6, UDPMILL, Frames, make, serve
from namespaces import HOSTS, NAMES, inside, introduce, ip, remove_lab
from program import run, wait_for


def received(server):
    said = run(UDPMILL, "stat", str(server.pid), "-J").stdout
    return json.loads(said)["totals"]["rx_datagrams"]


def arrived():
    """The frames that came to the server's device."""
    said = subprocess.run(["ip", "-n", NAMES[1], "-s", "-j", "link", "show",
                           "veth0"], check=True, capture_output=True)
    return json.loads(said.stdout)[0]["stats64"]["rx"]["packets"]


class Trouble(Frames):
    engine = "xdp"

    def test_wherever_it_may_not_send_it_says_so(self):
        self.assertConfined()
        self.assertOwnerMay()
        with serve("--service", "echo") as s:
            r, _ = load(s.address, "--device", "eth7")
            self.assertRefused(r, 2, 'no device "eth7"')

    def test_missing_privileges_are_named(self):
        """To look up the neighbour is the first that needs any."""
        for engine in "xdp", "kernel":
            with self.subTest(engine=engine), serve("--service",
                                                    "discard") as s:
                ip("-n", NAMES[0], "neighbour", "flush", "dev", "veth0",
                   "nud", "all")
                self.addCleanup(introduce)
                r = run(UDPMILL, "load", s.address, "--engine", engine,
                        "--i-own", "veth0", "--peer-consents", "-q",
                        prefix=(*inside(0), "setpriv", "--bounding-set",
                                "-all"))
                self.assertEqual(r.returncode, 3, r.stderr)
                self.assertIn(f"--engine {engine} needs root (CAP_NET_RAW, "
                              "CAP_NET_ADMIN, CAP_BPF)", r.stderr)

    def test_contradictions_are_refused(self):
        for arguments in (
                ["--train", "8"], ["--length", "4000"],
                ["--kernel-pacing", "1M", "--rate", "1k"]):
            with self.subTest(arguments=arguments):
                r, _ = load(f"{HOSTS[1]}:7", *arguments)
                self.assertRefused(r, 2, "xdp")
        with serve("--service", "echo") as s:
            r, _ = load(s.address, "--length", "1473")
            self.assertRefused(r, 2, "at most 1472 bytes on veth0")
            r, _ = load(s.address, "--threads", "2")
            self.assertRefused(r, 2, "use --threads 1")
        r, _ = balance.load(UDPMILL, "127.0.0.1:7", "--i-own", "veth0")
        self.assertRefused(r, 2, "--engine xdp or kernel")
        r, _ = balance.load(UDPMILL, "127.0.0.1:7", "--xdp-mode", "native")
        self.assertRefused(r, 2, "--engine xdp")
        r, _ = load("127.0.0.1:7", "--xdp-mode", "fast")
        self.assertRefused(r, 2, "choose native or generic")

    def test_a_second_one_is_refused(self):
        with serve("--service", "echo") as s, \
                loading(s.address, "--rate", "1k", "-t", "60s"):
            r, _ = load(s.address)
            self.assertRefused(r, 3, "veth0 has an XDP program already")

    def test_a_peer_that_is_not_there_is_reported(self):
        with serve("--service", "echo") as s:
            address = s.address
        r, _ = load(address, "--peer-consents", "--i-own", "veth0",
                    seconds="5s", netns=None, prefix=inside(0))
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("refused", r.stderr + r.stdout)

    def test_a_server_that_is_killed_is_reported(self):
        with serve("--service", "echo") as s, \
                loading(s.address, "-t", "60s", "--omit", "0") as p:
            # Nothing is sent before the server's counters have been seen.
            wait_for(lambda: received(s) > 0)
            os.kill(s.pid, signal.SIGKILL)
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 4, err)
        self.assertEqual(json.loads(out)["ledger"]["unexplained"], 0)
        self.assertFalse(has_filter())

    def test_a_device_that_is_deleted_is_named_as_the_reason(self):
        self.addCleanup(make)
        with serve("--service", "echo") as s, \
                loading(s.address, "--rate", "2k", "-t", "60s") as p:
            ip("-n", NAMES[0], "link", "delete", "veth0")
            out, err = p.communicate(timeout=60)
        remove_lab()
        self.assertEqual(p.returncode, 3, err)
        self.assertIn("No such device", err)
        ledger = json.loads(out)["ledger"]
        self.assertGreater(ledger["sent"], 0)
        self.assertEqual(ledger["unexplained"], 0, out)

    def test_a_device_that_is_down_for_a_while_is_waited_for(self):
        self.addCleanup(make)
        self.addCleanup(remove_lab)
        with serve("--service", "echo") as s, \
                loading(s.address, "--rate", "2k", "-t", "3s") as p:
            ip("-n", NAMES[0], "link", "set", "veth0", "down")
            ip("-n", NAMES[0], "link", "set", "veth0", "up")
            introduce()
            out, err = p.communicate(timeout=60)
        report = json.loads(out)
        self.assertEqual(p.returncode, 0, err + out)
        self.assertEqual(report["ledger"]["unexplained"], 0)
        self.assertGreater(report["ledger"]["answered"], 0)

    def test_frames_do_not_go_where_the_peer_was(self):
        self.addCleanup(introduce)
        with serve("--service", "echo") as s, \
                loading(s.address, "--rate", "2k", "-t", "60s") as p:
            ip("-n", NAMES[0], "neighbour", "delete", HOSTS[1], "dev",
               "veth0")
            ip("-n", NAMES[0], "neighbour", "replace", HOSTS[1], "lladdr",
               "02:00:00:00:00:77", "dev", "veth0", "nud", "permanent")
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 3, err)
        self.assertRegex(err, f"frames go to .*, but {HOSTS[1]} is now at "
                         "02:00:00:00:00:77 on veth0")
        self.assertEqual(json.loads(out)["ledger"]["unexplained"], 0)

    def test_frames_to_where_the_server_was_are_explained(self):
        """The client's kernel has a permanent entry, and does not learn."""
        self.addCleanup(make)
        self.addCleanup(remove_lab)
        with serve("--service", "discard") as s, \
                loading(s.address, "--rate", "2k", "-t", "60s", "--omit",
                        "0") as p:
            ip("-n", NAMES[1], "link", "set", "veth0", "address",
               "02:00:00:00:00:78")
            before = arrived()
            wait_for(lambda: arrived() > before)
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 0, err + out)
        ledger = json.loads(out)["ledger"]
        self.assertEqual(ledger["unexplained"], 0, out)
        self.assertGreater(ledger["dropped"]["otherhost"], 0, out)
        self.assertEqual(ledger["dropped"]["otherhost"],
                         ledger["sent"] - ledger["absorbed"])

    def test_frames_do_not_come_from_an_address_that_was_removed(self):
        own = f"{HOSTS[0]}/30"
        with serve("--service", "echo") as s, \
                loading(s.address, "--rate", "2k", "-t", "60s") as p:
            ip("-n", NAMES[0], "address", "delete", own, "dev", "veth0")
            self.addCleanup(introduce)
            self.addCleanup(ip, "-n", NAMES[0], "address", "add", own, "dev",
                            "veth0")
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 3, err)
        self.assertIn(f"frames come from {HOSTS[0]}, which is no longer an "
                      "address of this host", err)
        self.assertEqual(json.loads(out)["ledger"]["unexplained"], 0)

    def test_a_device_that_stays_down_explains_what_was_not_sent(self):
        self.addCleanup(make)
        self.addCleanup(remove_lab)
        with serve("--service", "discard") as s, \
                loading(s.address, "-t", "1s") as p:
            ip("-n", NAMES[0], "link", "set", "veth0", "down")
            out, err = p.communicate(timeout=60)
        report = json.loads(out)
        ledger = report["ledger"]
        self.assertEqual(ledger["unexplained"], 0, err + out)
        self.assertEqual(p.returncode, 0, err)
        self.assertGreater(report["sends"]["failed"], 0)

    def test_without_a_capability_nothing_is_sent(self):
        for denied in "bpf,-sys_admin", "net_raw", "net_admin,-sys_admin":
            with self.subTest(denied=denied), \
                    serve("--service", "echo") as s:
                r, _ = load(s.address, "--peer-consents", "--i-own", "veth0",
                            netns=None, prefix=(
                                *inside(0), "setpriv",
                                f"--bounding-set=-{denied}"))
                self.assertEqual(r.returncode, 3, r.stderr)
                self.assertIn("CAP_", r.stderr)
                self.assertFalse(has_filter())

    def test_nothing_is_left_of_a_run_that_is_killed(self):
        with serve("--service", "echo") as s, \
                loading(s.address, "-t", "60s") as p:
            self.assertTrue(has_filter())
            with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
                self.assertRegex(f.read(), r"CapEff:\s+0{16}\n")
            p.kill()
            p.wait()
            self.assertFalse(has_filter())

    def test_the_report_fits_80_columns(self):
        with serve("--service", "echo", host=HOSTS6[1]) as s:
            r = run(UDPMILL, "load", s.address, "--engine", "xdp",
                    "--netns", NAMES[0], "--rate", "1k", "-t", "100ms", "-q")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("device=veth0 queues=1 mode=native copy=copy", r.stdout)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    start()
