#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ledger of a server that is stopped or ends: what it did not receive is
found, too. Needs root; exits with 77 without it."""

import signal
import subprocess
from contextlib import contextmanager

from accounts import CLIENT, UDPMILL, Case, serve
from namespaces import NAMES, main
from program import stop, udp_sockets, wait_for

# More than a million, even without what a small queue takes and, of 512 bytes
# each, as many bytes as all their headers have.
MILLIONS = 1_200_000


def looped_bytes(server):
    """What the loopback device of a server's namespace has carried."""
    with open(f"/proc/{server.pid}/net/dev", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if "lo:" in line)


def drops(server):
    return sum(u["drops"] for u in udp_sockets(server.pid))


class Stopped(Case):
    def test_millions_of_datagrams_on_loopback(self):
        for host in "127.0.0.1", "[::1]":
            with self.subTest(host=host), \
                    serve("--service", "discard", "--rcvbuf", "16Ki",
                          "--workers", "1", side=CLIENT, host=host) as s:
                ledger = self.balanced(self.send_to_stopped(s), 0)
                self.assertGreater(ledger["dropped"]["server_socket"], 10**6)
                self.assertTrue(ledger["exact"])
                name = "Udp6RcvbufErrors" if "::" in host \
                    else "UdpRcvbufErrors"
                self.assertTrue(ledger["kernel"]["one_namespace"])
                self.assertEqual(
                    ledger["kernel"]["client"][name],
                    ledger["dropped_bounds"]["server_socket"]["skbs"])

    def test_drops_of_a_server_stopped_for_a_while(self):
        with serve("--service", "echo") as s:
            ledger = self.balanced(self.overflow(s, signal.SIGCONT), 0)
        self.assertIn("server_socket", ledger["request"]["dropped"])
        self.assertTrue(ledger["exact"])

    def test_drops_of_a_server_stopped_for_good(self):
        with serve("--service", "echo", "--rcvbuf", "64Ki") as s:
            ledger = self.balanced(self.overflow(s), 4)
        dropped, left = ledger["request"]["dropped"], {"unread"}
        # Losses of others to a neighbour may count as ours.
        if any(n for name, n in ledger["kernel"]["client"].items()
               if name.startswith("arp_")):
            left.add("neighbour")
        self.assertEqual(set(dropped) - left, {"server_socket"})
        self.assertTrue(left & set(dropped), dropped)

    @contextmanager
    def flood(self, server, *arguments):
        p = subprocess.Popen(
            [UDPMILL, "load", server.address, "--netns", NAMES[CLIENT], "-J",
             "-t", "60s", "-O", "0", "--flood", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield p
        finally:
            p.kill()
            server.process.send_signal(signal.SIGCONT)

    def ended(self, p):
        out, err = p.communicate(timeout=60)
        return subprocess.CompletedProcess([], p.returncode, out, err)

    def overflow(self, server, then=signal.SIGSTOP):
        """Flood a server that is stopped, until its queue is full."""
        with self.flood(server, "-i", "50ms") as p:
            p.stderr.readline()
            stop(server.process)
            before = drops(server)  # more drops mean that its queue is full
            wait_for(lambda: drops(server) > before)
            server.process.send_signal(then)
            p.send_signal(signal.SIGINT)
            return self.ended(p)

    def send_to_stopped(self, server):
        """MILLIONS to a server that goes on after all, or nearly all, were
        sent: their headers have passed the device, too."""
        stop(server.process)
        before = looped_bytes(server)
        with self.flood(server, "--count", str(MILLIONS), "-l", "512", "--train",
                        "64") as p:
            wait_for(lambda: looped_bytes(server) - before >= 512 * MILLIONS)
            server.process.send_signal(signal.SIGCONT)
            return self.ended(p)

    def test_drops_of_a_server_that_ends(self):
        for sign in signal.SIGTERM, signal.SIGKILL:
            with self.subTest(sign=sign), \
                    serve("--service", "discard", "--rcvbuf", "64Ki") as s:
                with self.flood(s, "-i", "50ms") as p:
                    # An interval's line says that the flood is under way.
                    p.stderr.readline()
                    s.process.send_signal(sign)
                    ledger = self.balanced(self.ended(p), 4)
                # Lost neighbours of others may have been ours, too.
                self.assertTrue({"no_port", "neighbour"}
                                & set(ledger["request"]["dropped"]), ledger)
                self.assertTrue(ledger["server_gone"])
                self.assertGreater(ledger["kernel"]["server"]["UdpNoPorts"],
                                   0)


if __name__ == "__main__":
    main()
