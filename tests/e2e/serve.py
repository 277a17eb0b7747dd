#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb serve, run as a person or a script would run it."""

import os
import re
import signal
import socket
import sys
import tempfile
import unittest

from documents import document
from forbid import forbidding
from program import Server, ask, each_backend, run, split

UDPMILL = sys.argv.pop(1)

SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33


class Serve(unittest.TestCase):
    def test_answers_like_the_original(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "127.0.0.1:0", "--backend", backend) as s:
                self.assertEqual(ask(s.address, b"This is my message"),
                                 b"Your data was 18 bytes")
                self.assertEqual(ask(s.address, b""), b"Your data was 0 bytes")
            self.assertEqual(s.code, 0, s.err)
            self.assertIn(f"Listening at {s.address}\n", s.out)
            self.assertEqual(s.counters()["answered_datagrams"], 2)

    def test_echoes_every_size(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                        "--backend", backend) as s:
                for size in 0, 1, 1472, 9000, 65507:
                    data = os.urandom(size)
                    self.assertEqual(ask(s.address, data), data)

    def test_discards_and_counts(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "discard") as s:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as c:
                for _ in range(100):
                    c.sendto(b"x", split(s.address))
        self.assertEqual(s.counters()["absorbed_datagrams"], 100)
        self.assertNotIn("answered_datagrams", s.counters())

    def test_queued_datagrams_are_answered_before_the_end(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "127.0.0.1:0", "--workers", "1",
                        "--backend", backend) as s:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as c:
                    c.settimeout(5)
                    c.connect(split(s.address))
                    s.process.send_signal(signal.SIGSTOP)
                    for _ in range(200):
                        c.send(b"abc")
                    s.process.send_signal(signal.SIGTERM)
                    s.process.send_signal(signal.SIGCONT)
                    for _ in range(200):
                        self.assertEqual(c.recv(99), b"Your data was 3 bytes")

    def test_several_ports_and_families_at_once(self):
        with Server(UDPMILL, "0", "127.0.0.1:0", "[::1]:0", "--service",
                    "echo", "--workers", "2") as s:
            self.assertEqual(len(s.addresses), 3)
            for address in s.addresses:
                self.assertEqual(ask(address, b"hello"), b"hello")

    def test_listens_on_loopback_by_default(self):
        with Server(UDPMILL, "0") as s:
            self.assertEqual(split(s.address)[0], "127.0.0.1")

    def test_dual_stack_accepts_both_families(self):
        with Server(UDPMILL, "[::]:0", "--service", "echo") as s:
            port = split(s.address)[1]
            self.assertEqual(ask(f"127.0.0.1:{port}", b"four"), b"four")
            self.assertEqual(ask(f"[::1]:{port}", b"six"), b"six")
        with Server(UDPMILL, "[::]:0", "-6", "--service", "echo") as s:
            port = split(s.address)[1]
            self.assertEqual(ask(f"[::1]:{port}", b"six"), b"six")
            with self.assertRaises(ConnectionRefusedError):
                ask(f"127.0.0.1:{port}", b"four")

    def test_a_wildcard_replies_from_the_address_that_was_asked(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "*:0", "--backend", backend) as s:
                port = split(s.address)[1]
                # A connected socket only receives from the address that it
                # asked.
                for host in "127.0.0.1", "127.0.0.3", "127.9.9.9":
                    self.assertEqual(ask(f"{host}:{port}", b"x"),
                                     b"Your data was 1 bytes")

    def test_ends_after_a_count(self):
        s = Server(UDPMILL, "127.0.0.1:0", "--count", "1")
        self.assertEqual(ask(s.address, b"x"), b"Your data was 1 bytes")
        self.assertEqual(s.wait(), 0)

    def test_ends_after_a_time(self):
        s = Server(UDPMILL, "127.0.0.1:0", "--time", "200ms")
        self.assertEqual(s.wait(), 0)

    def test_burns_the_time_it_is_asked_to(self):
        cpu_ns = {}
        for ns in "0", "9999":
            with Server(UDPMILL, "127.0.0.1:0", "--workers", "1", "--burn",
                        ns, "--json") as s:
                for _ in range(1000):
                    ask(s.address, b"x")
            report = document(s.out)
            self.assertEqual(report["config"].get("burn_ns", 0), float(ns))
            # The kernel only estimates, by its ticks, how much of it is user
            # time.
            cpu_ns[ns] = sum(report["counters"][f"cpu_{mode}_ns"]
                             for mode in ("user", "system"))
        self.assertGreater(cpu_ns["9999"] - cpu_ns["0"], 5000000)

    def test_reports_buffers_smaller_than_requested(self):
        s = Server(UDPMILL, "127.0.0.1:0", "--time", "1ms", "--rcvbuf", "1Gi",
                   "--sndbuf", "1Gi", "--busy-poll", "1s", "--counters", "none",
                   prefix=forbidding(self, SO_SNDBUFFORCE, SO_RCVBUFFORCE))
        self.assertEqual(s.wait(), 0)
        for name, sysctl in ("rcvbuf", "rmem_max"), ("sndbuf", "wmem_max"):
            got = re.search(rf" {name}_obtained=(\d+)\s", s.out)[1]
            self.assertLess(int(got), 1 << 31, "more than any limit allows")
            self.assertIn(f"  note: {name}_obtained={got} is less than twice "
                          f"--{name} (2147483648);\n        raise sysctl "
                          f"net.core.{sysctl}, or run with CAP_NET_ADMIN\n",
                          s.out)
        for line in s.out.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def send_marked(self, address, tos, ttl, times):
        host, port = split(address)
        six = ":" in host
        with socket.socket(socket.AF_INET6 if six else socket.AF_INET,
                           socket.SOCK_DGRAM) as c:
            if six:
                c.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
                c.setsockopt(socket.IPPROTO_IPV6,
                             socket.IPV6_UNICAST_HOPS, ttl)
            else:
                c.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
                c.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            for _ in range(times):
                c.sendto(b"x", (host, port))

    def test_counts_the_marks_of_datagrams(self):
        for backend in each_backend(self, UDPMILL):
            with Server(UDPMILL, "[::]:0", "--backend", backend, "--service",
                        "discard", "--marks", "on", "--workers", "1") as s:
                port = split(s.address)[1]
                for host in "127.0.0.1", "[::1]":
                    address = f"{host}:{port}"
                    self.send_marked(address, 46 << 2 | 2, 37, 20)
                    self.send_marked(address, 14 << 2 | 3, 36, 3)
            self.assertIn("marks=on", s.out)
            counted = {name: n for name, n in s.counters().items()
                       if name.startswith(("rx_ecn", "rx_dscp", "rx_ttl"))}
            self.assertEqual(counted, {
                "rx_ecn_ect0": 40, "rx_ecn_ce": 6, "rx_dscp_bit_32": 40,
                "rx_dscp_bit_8": 46, "rx_dscp_bit_4": 46, "rx_dscp_bit_2": 46,
                "rx_ttl_hops": 40 * 37 + 6 * 36, "rx_ttl_changes": 3})

    def test_counts_no_marks_unless_asked_to(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "discard") as s:
            self.send_marked(s.address, 255, 37, 20)
        self.assertIn("marks=off", s.out)
        for name in s.counters():
            self.assertNotRegex(name, "rx_(ecn|dscp|ttl)")

    def test_prints_each_datagram_with_its_sender(self):
        with Server(UDPMILL, "127.0.0.1:0", "--verbose") as s:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as c:
                c.settimeout(5)
                c.connect(split(s.address))
                for data in b"This is my message", b"\x1b[31m\"\n", b"":
                    c.send(data)
                    c.recv(99)
                own = "127.0.0.1:%d" % c.getsockname()[1]
        self.assertIn(f'The client at {own} says "This is my message"\n'
                      f'The client at {own} says "\\x1b[31m\\"\\n"\n'
                      f'The client at {own} says ""\n', s.out)

    def test_json_is_all_of_stdout(self):
        with Server(UDPMILL, "127.0.0.1:0", "-J", "--batch", "7") as s:
            ask(s.address, b"x")
        report = document(s.out)
        self.assertEqual(report["schema"], "udpmill.serve/1")
        self.assertEqual(report["config"]["batch"], 7)
        self.assertEqual(report["config"]["listen"], [s.address])
        self.assertEqual(report["counters"]["rx_datagrams"], 1)
        self.assertEqual(report["pid"], s.pid)
        self.assertEqual(report["config"]["counters"],
                         f"/dev/shm/udpmill.{s.pid}")

    def test_counters_are_in_the_given_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "counters")
            with Server(UDPMILL, "0", "--counters", path) as s:
                self.assertTrue(os.path.getsize(path) > 0)
                link = f"/dev/shm/udpmill.{s.pid}"
                self.assertEqual(os.readlink(link), path)
            self.assertEqual(os.listdir(folder), [])
            self.assertFalse(os.path.lexists(link))
        with Server(UDPMILL, "0", "--counters", "none") as s:
            self.assertFalse(os.path.lexists(f"/dev/shm/udpmill.{s.pid}"))
        with Server(UDPMILL, "0") as s:
            self.assertTrue(os.path.exists(f"/dev/shm/udpmill.{s.pid}"))

    def test_a_foreign_file_is_kept(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"precious")
            f.flush()
            r = run(UDPMILL, "serve", "0", "--counters", f.name)
            self.assertEqual(r.returncode, 3)
            self.assertRegex(r.stderr, r"\Audpmill serve: [^\n]*exists, and "
                             r"is not a counter segment; [^\n]*\n\Z")
            with open(f.name) as again:
                self.assertEqual(again.read(), "precious")

    def test_a_busy_port_is_not_shared_silently(self):
        for workers in "1", "2":
            with Server(UDPMILL, "127.0.0.1:0", "--workers", workers) as s:
                for others in "1", "2":
                    r = run(UDPMILL, "serve", s.address, "--workers", others,
                            "--time", "1s")
                    self.assertEqual(r.returncode, 3)
                    self.assertRegex(
                        r.stderr, r"\Audpmill serve: binding " + s.address +
                        r': Address already in use; [^\n]*0 for any free one '
                        r'[^\n]*"ss -lunp"[^\n]*\n\Z')

    def test_the_port_of_a_killed_server_is_free_again(self):
        # io_uring keeps it about ten milliseconds longer than the server lives.
        for backend in each_backend(self, UDPMILL):
            address = "127.0.0.1:0"
            for _ in range(5):
                s = Server(UDPMILL, address, "--backend", backend)
                address = s.address
                s.process.kill()
                s.wait()

    def test_bad_arguments_are_reported_in_one_line(self):
        cases = [
            ("127.0.0.1:99999",), ("127.0.0.1:nosuchservice",),
            ("no.such.host.invalid:1",), ("1:2:3",),
            ("0", "--backend", "magic"), ("0", "--service", "magic"),
            ("0", "--workers", "0"), ("0", "--workers", "many"),
            ("0", "--batch", "1025"), ("0", "--batch", "-1"),
            ("0", "--rcvbuf", "4X"), ("0", "--rcvbuf", "0"),
            ("0", "--sndbuf", "9Gi"), ("0", "--cpus", "9999"),
            ("0", "--cpus", "1-"), ("0", "--trains", "maybe"),
            ("0", "--spin=0"), ("0", "--spin=50x"), ("0", "--spin=2s"),
            ("0", "--spin=1000001"), ("0", "--spin="), ("0", "--spin=-1"),
            ("0", "--busy-poll-budget", "0"),
            ("0", "--busy-poll-budget", "65536"),
            ("0", "--busy-poll", "999ns"), ("0", "--busy-poll", "2s"),
            ("0", "--marks", "yes"),
            ("0", "--gro", ""), ("0", "--time", "soon"),
            ("0", "--time", "0"), ("0", "--count", "0"),
            ("0", "--counters="), ("0", "--counters", "/tmp"),
            ("0", "--counters", "/nonexistent/x"), ("[fe80::1]:0",),
            ("0", "--allow", "10.0.0.1/8"), ("0", "--allow", "all"),
            ("0", "--ready-fd", "x"), ("0", "-4", "-6"), ("0", "-6", "-4"),
        ]
        for arguments in cases:
            with self.subTest(arguments=arguments):
                r = run(UDPMILL, "serve", *arguments)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertRegex(r.stderr, r"\Audpmill serve: [^\n]*\n\Z")
                self.assertEqual(r.stdout, "")

    def test_errors_say_what_would_be_right(self):
        for arguments, right in (
                (("--busy-poll", "x"), "try 50us"),
                (("--spin=x",), "1us to 1s; try 50us"),
                (("--spin=0",), "1us to 1s; try 50us"),
                (("--spin", "50us"), "write --spin=50us"),
                (("--counters=",), "a path, or none"),
                (("--counters", "/tmp"), "is a directory; name a file in it"),
                (("--allow", "10.0.0.1/8"), "write 10.0.0.0/8"),
                (("[fe80::1%nodev]:0",), 'no interface "nodev"'),
                (("[fe80::1]:0",), "[fe80::1%eth0]:0"),
                (("99999",), "0 to 65535"),
                (("203.0.113.1:0",), '"ip address" lists them')):
            with self.subTest(arguments=arguments):
                self.assertIn(right, run(UDPMILL, "serve", *arguments).stderr)

    def test_help_and_version_are_no_errors(self):
        for option, text in ("--help", "--service"), ("--version", "udpmill"):
            r = run(UDPMILL, "serve", option)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertIn(text, r.stdout)

    def test_short_requests_of_strangers_are_not_amplified(self):
        with Server(UDPMILL, "127.0.0.1:0", "--allow", "192.0.2.0/24",
                    "-J") as s:
            with self.assertRaises(TimeoutError):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as c:
                    c.settimeout(0.3)
                    c.connect(split(s.address))
                    c.send(b"x")
                    c.recv(99)
            self.assertEqual(ask(s.address, b"x" * 22),
                             b"Your data was 22 bytes")
        counters = document(s.out)["counters"]
        self.assertEqual(counters["refused_amplification"], 1)


if __name__ == "__main__":
    unittest.main()
