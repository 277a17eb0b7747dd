#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real Prometheus scrapes a loaded server and the run that loads it: its
rates are right, and it answers each query of the dashboard and of the rules."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import urlencode, urlsplit

import scraper
from program import Server, many_descriptors, run

UDPMILL = sys.argv.pop(1)
GRAFANA = pathlib.Path(__file__).resolve().parents[2] / "perf/grafana"
RULES = GRAFANA / "alerts.yml"
DASHBOARD = GRAFANA / "udpmill.json"
RATE = 2000
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: udpmill
    static_configs: [{{targets: {targets}}}]
"""


def why_not():
    for program in "prometheus", "promtool":
        if not shutil.which(program):
            return f"{program} is not installed (Debian: prometheus)"
    trial = run(UDPMILL, "serve", "0", "--metrics", "0", "--time", "1ms")
    return trial.stderr.strip() if trial.returncode == 3 else None


WHY = why_not()


def poll(condition, seconds=90):
    """The first result that is true; asks a few times a second, since each
    question costs something."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError("what is waited for does not come")
        time.sleep(0.2)
    return result


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, folder, urls):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write(CONFIG.format(rules=RULES, targets=json.dumps(
                [urlsplit(url).netloc for url in urls])))
        self.log = open(os.path.join(folder, "log"), "w+")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}",
             f"--storage.tsdb.path={folder}/data", "--log.level=warn",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        poll(self.is_ready)

    def is_ready(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError("prometheus ended: " + self.log.read())
        try:
            return scraper.request(self.url, "/-/ready")[0] == 200
        except OSError:
            return False

    def api(self, what, **parameters):
        status, _, text = scraper.request(
            self.url, f"/api/v1/{what}?{urlencode(parameters)}")
        answer = json.loads(text)
        if answer["status"] != "success":
            raise ValueError(f"{status}: {answer}")
        return answer["data"]

    def query(self, expression):
        """Labels and values at this moment."""
        return [(dict(r["metric"]), float(r["value"][1]))
                for r in self.api("query", query=expression)["result"]]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()


def panels():
    """Title and expression of each query."""
    dashboard = json.loads(DASHBOARD.read_text())
    return [(p["title"], t["expr"]) for p in dashboard["panels"]
            for t in p.get("targets", ())]


def filled_in(expression):
    """As Grafana would ask, for everything and for a short time."""
    for name, value in (("$__rate_interval", "10s"), ("$instance", ".*"),
                        ("$load", ".*")):
        expression = expression.replace(name, value)
    return expression


@unittest.skipIf(WHY, WHY)
@many_descriptors
class Scraped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server = Server(UDPMILL, "0", "--service", "echo", "--metrics",
                            "0", "--workers", "2")
        cls.addClassCleanup(cls.server.stop)
        address, cls.url = cls.server.addresses
        ready, write = os.pipe()
        load = subprocess.Popen(
            [UDPMILL, "load", address, "--rate", str(RATE), "--time", "10m",
             "--metrics", "0", "--ready-fd", str(write), "-q"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            pass_fds=[write])
        cls.addClassCleanup(load.wait, timeout=60)
        cls.addClassCleanup(load.terminate)
        os.close(write)
        with os.fdopen(ready) as lines:
            load_url = lines.read().split()[-1]
        cls.prometheus = Prometheus(folder.name, [cls.url, load_url])
        cls.addClassCleanup(cls.prometheus.stop)

    def test_the_rate_is_the_servers(self):
        own = []

        def right():
            """By our own readings of the counter over the same seconds."""
            n1 = scraper.total(self.url, "udpmill_rx_datagrams")
            t1 = time.monotonic()
            own.append((t1, n1))
            while t1 - own[0][0] > 6:
                own.pop(0)
            t0, n0 = own[0]
            found = self.prometheus.query(
                "sum(rate(udpmill_rx_datagrams_total[5s]))")
            if t1 - t0 < 4 or not found:
                return None
            rate = (n1 - n0) / (t1 - t0)
            self.seen = rate, found[0][1]
            return rate > 0 and abs(found[0][1] - rate) < 0.25 * rate

        try:
            poll(right)
        except TimeoutError:
            self.fail(f"the server's rate and that of Prometheus: {self.seen}")

    def test_it_sees_both_in_openmetrics(self):
        poll(lambda: len(self.prometheus.query("up == 1")) == 2)
        targets = self.prometheus.api("targets")["activeTargets"]
        self.assertEqual([t["lastError"] for t in targets], ["", ""])
        meta = self.prometheus.api("metadata",
                                   metric="udpmill_rx_bytes_total")
        # Only OpenMetrics has units.
        kinds = meta or self.prometheus.api("metadata",
                                            metric="udpmill_rx_bytes")
        self.assertEqual([m["type"] for v in kinds.values() for m in v],
                         ["counter"])
        self.assertEqual([m["unit"] for v in kinds.values() for m in v],
                         ["bytes"])

    def assertAnswered(self, expression):
        try:
            return poll(lambda: self.prometheus.query(expression), 60)
        except TimeoutError:
            self.fail(f"nothing is found by {expression}")

    def test_each_query_of_the_dashboard_is_answered(self):
        queries = panels()
        self.assertLess(30, len(queries))
        for title, expression in queries:
            with self.subTest(panel=title):
                self.assertAnswered(filled_in(expression))

    def test_each_variable_of_the_dashboard_has_a_value(self):
        dashboard = json.loads(DASHBOARD.read_text())
        asked = re.findall(r"label_values\((\w+), (\w+)\)", json.dumps(
            [v.get("definition", "") for v in dashboard["templating"]["list"]]))
        self.assertEqual(len(asked), 2)
        for metric, label in asked:
            labels, _ = self.assertAnswered(metric)[0]
            self.assertIn(label, labels)

    def test_promtool_finds_no_fault_with_the_rules(self):
        r = subprocess.run(["promtool", "check", "rules", RULES],
                           capture_output=True, text=True, timeout=60)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)

    def rules(self):
        groups = self.prometheus.api("rules")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def test_each_rule_is_evaluated_and_compares_something(self):
        poll(lambda: all(r["health"] != "unknown" for r in self.rules()))
        rules = self.rules()
        self.assertLess(10, len(rules))
        for rule in rules:
            with self.subTest(rule=rule["name"]):
                self.assertEqual(rule["health"], "ok",
                                 rule.get("lastError"))
                compared = re.fullmatch(
                    r"(?s)(.+?)\s*(?:==|<|>)\s*[\d.]+", rule["query"])
                self.assertAnswered(compared[1])

    def test_a_healthy_server_raises_no_alarm(self):
        poll(lambda: all(r["health"] == "ok" for r in self.rules()))
        # The threshold for latency may be exceeded on a busy machine.
        firing = {r["name"] for r in self.rules() if r["state"] == "firing"}
        self.assertEqual(firing & {"UdpmillDown", "UdpmillFault",
                                   "UdpmillLoadCorrupt",
                                   "UdpmillSendFailed"}, set())


if __name__ == "__main__":
    unittest.main()
