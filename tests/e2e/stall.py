#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server that stands still for a while shows in the latency of an open loop,
as udpmill-methodology(7) promises: each datagram that was due meanwhile has
waited. A closed loop sends nothing meanwhile, so hardly any datagram shows it;
that is called coordinated omission."""

import json
import signal
import subprocess
import sys
import time
import unittest

from program import Server, stop, udp_sockets, wait_for

UDPMILL = sys.argv.pop(1)
SKB = 768  # bytes that a queued datagram of 64 bytes takes, at least
COUNT = 3000
RATE = 1000
STALL_S = 0.3


def queued(port):
    return sum(u["queued"] for u in udp_sockets()
               if u["local"].endswith(":" + port))


class Stall(unittest.TestCase):
    def latency(self, stalled, *arguments):
        """Of a run in which the server stands still until stalled(its port) is
        true."""
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                    "--workers", "1") as s, subprocess.Popen(
                        [UDPMILL, "load", s.address, "-J", "-O", "0", "-P",
                         "1", "-i", "100ms", "--train", "off", *arguments],
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                        text=True) as load:
            load.stderr.readline()  # an interval is over
            stop(s.process)
            wait_for(lambda: stalled(s.address.rsplit(":", 1)[1]))
            s.process.send_signal(signal.SIGCONT)
            out, err = load.communicate(timeout=60)
        report = json.loads(out)
        self.assertEqual(load.returncode, 0, err)
        return report["latency_ns"]

    def test_an_open_loop_shows_it_in_p99(self):
        waiting = RATE * STALL_S
        latency = self.latency(lambda port: queued(port) > waiting * SKB,
                               "--rate", str(RATE), "--time", "60s",
                               "--count", str(COUNT))
        self.assertEqual(latency["count"], COUNT)
        # A tenth of all waited, the first of them for all that time: one
        # hundredth waited for at least nine tenths of it.
        self.assertGreater(latency["p99"], 0.8 * STALL_S * 1e9)
        self.assertGreaterEqual(latency["max"], latency["p99"])

    def test_a_closed_loop_shows_it_only_in_the_maximum(self):
        end = []

        def stalled(port):
            end.append(time.monotonic() + STALL_S)
            return time.monotonic() > end[0]

        latency = self.latency(stalled, "--window", "1", "--timeout", "10s",
                               "--time", "2s")
        self.assertGreater(latency["max"], 0.8 * STALL_S * 1e9)
        self.assertLess(latency["p99"], latency["max"] / 2)


if __name__ == "__main__":
    unittest.main()
