#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load --metrics: what a run has come to so far, while it lasts."""

import os
import subprocess
import sys
import tempfile
import unittest

import exposition
import scraper
from documents import document
from program import Server, run, wait_for

UDPMILL = sys.argv.pop(1)

without = run(UDPMILL, "serve", "0", "--metrics", "0", "--time", "1ms")
WHY = without.stderr.strip() if without.returncode == 3 else None


class Load:
    """A run that answers scrapers; in the end, code, report and err."""

    def __init__(self, *arguments, metrics="0"):
        ready, write = os.pipe()
        self.process = subprocess.Popen(
            [UDPMILL, "load", *arguments, "--metrics", metrics, "-J",
             "--ready-fd", str(write)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[write],
            text=True)
        os.close(write)
        with os.fdopen(ready) as lines:
            self.peer, self.url = lines.read().split()

    def finish(self):
        self.process.terminate()
        out, self.err = self.process.communicate(timeout=60)
        self.report = document(out)
        self.code = self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.finish()


class LoadMetrics(unittest.TestCase):
    def setUp(self):
        if WHY:
            self.skipTest(WHY)
        self.server = Server(UDPMILL, "0", "--service", "echo", "--workers",
                             "1")
        self.addCleanup(self.server.stop)

    def test_figures_grow_and_do_not_pass_those_of_the_report(self):
        with Load(self.server.address, "--rate", "5k", "--time", "60s") as l:
            wait_for(lambda: scraper.total(
                l.url, "udpmill_load_answered_datagrams") > 100)
            status, _, text = scraper.request(l.url)
            old = exposition.parse(text, old=True)
            seen = scraper.families(l.url)
        self.assertEqual((l.code, status), (0, 200), l.err)
        ledger = l.report["ledger"]
        sent = seen["udpmill_load_sent_datagrams"].total()
        self.assertLessEqual(
            old["udpmill_load_sent_datagrams_total"].total(), sent)
        self.assertLessEqual(sent, ledger["sent"])
        latency = seen["udpmill_load_latency_seconds"].samples
        count = latency["udpmill_load_latency_seconds_count", ()]
        self.assertLess(100, count)
        self.assertLessEqual(count, ledger["answered"])
        mean = latency["udpmill_load_latency_seconds_sum", ()] / count
        self.assertLess(1e-7, mean)
        self.assertLess(mean, 10)
        ((_, labels),) = seen["udpmill_load"].samples
        self.assertEqual(dict(labels)["peer"], self.server.address)
        self.assertEqual(l.report["config"]["metrics"], l.url)
        self.assertIn(f"udpmill load: metrics at {l.url}\n", l.err)

    def test_the_parser_of_the_prometheus_client_agrees(self):
        with Load(self.server.address, "--rate", "1k", "--time", "60s") as l:
            scraper.assert_client_agrees(self, l.url)

    def test_what_is_lost_is_told_with_its_cause(self):
        # A server answers no port of a service that answers by itself.
        with Load(self.server.address, "--rate", "1k", "--time", "60s",
                  "--bind", "127.0.0.1:11211", "--flows", "1", "-i", "100ms",
                  "--omit", "0") as l:
            wait_for(lambda: scraper.families(l.url)[
                "udpmill_load_losses"].samples.get(
                    ("udpmill_load_losses_total",
                     (("cause", "refused_reflector_port"),)), 0) > 10)
            wait_for(lambda: scraper.total(
                l.url, "udpmill_load_lost_datagrams") > 10)
        self.assertLess(10, l.report["ledger"]["sent"])

    def test_it_ends_with_the_run(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            with Load(self.server.address, "--rate", "1k", "--time", "60s",
                      metrics=f"unix:{path}") as l:
                self.assertEqual(l.url, f"unix:{path}")
                scraper.families(l.url)
            self.assertEqual((l.code, os.listdir(folder)), (0, []), l.err)

    def test_slow_scrapers_do_not_hold_up_its_end(self):
        with Load(self.server.address, "--rate", "1k", "--time", "60s") as l:
            crowd = [scraper.connect(l.url) for _ in range(20)]
            for s in crowd:
                s.sendall(b"GET /metrics HTTP/1.1\r\n")
            self.assertEqual(len(crowd), 20)
        for s in crowd:
            s.close()
        self.assertEqual((l.code, l.report["ledger"]["unexplained"]), (0, 0))

    def assertRefused(self, code, *arguments, says):
        with self.subTest(arguments=arguments):
            r = run(UDPMILL, "load", self.server.address, *arguments, "-q")
            self.assertEqual((r.returncode, r.stdout), (code, ""), r.stderr)
            self.assertRegex(r.stderr, r"\Audpmill load: [^\n]*\n\Z")
            self.assertIn(says, r.stderr)

    def test_it_is_for_plain_runs(self):
        for kind in (["--stages"], ["--stress"], ["--find-capacity"],
                     ["--count-windows", "100,1000"]):
            self.assertRefused(2, "--metrics", "0", *kind,
                               says="cannot be combined with --metrics")

    def test_a_place_that_cannot_be_is_refused(self):
        self.assertRefused(2, "--metrics", "unix:", says="no file is named")
        with Load(self.server.address, "--rate", "1k", "--time", "60s") as l:
            port = l.url.split(":")[2].split("/")[0]
            self.assertRefused(3, "--metrics", port,
                               says="Address already in use; use another")


if __name__ == "__main__":
    unittest.main()
