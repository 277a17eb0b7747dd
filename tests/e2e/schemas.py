#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the program prints for programs is what its schemas say, in each mode.

The other suites check each document that they read, too (documents.py)."""

import copy
import os
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import documents
from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)
NAMES = ("capacity", "describe", "histogram", "list", "load", "send", "serve",
         "stat")
QUICK = ("-t", "100ms", "-O", "20ms", "-i", "50ms", "-q")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def capture():
    """Ten datagrams of 40 bytes within 50 ms, as pcap of raw packets."""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
    for i in range(10):
        udp = struct.pack("!4H", 1000, 2000, 48, 0) + bytes(40)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17,
                         0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])) + udp
        out += struct.pack("<IIII", 1700000000, 5000 * i, len(ip), len(ip))
        out += ip
    return out


@unittest.skipIf(documents.LACKING, documents.LACKING)
class Schemas(unittest.TestCase):
    def test_each_schema_is_one(self):
        files = [p.name for p in documents.FOLDER.glob("*.json")]
        self.assertEqual(sorted(files), [f"udpmill.{name}-1.schema.json"
                                         for name in NAMES])
        for name in NAMES:
            schema = documents.load(f"udpmill.{name}/1")
            documents.Draft202012Validator.check_schema(schema)
            self.assertEqual(schema["title"], f"udpmill.{name}/1")

    def test_what_has_one_name_is_one_thing_in_all_of_them(self):
        seen = {}
        for name in NAMES:
            parts = documents.load(f"udpmill.{name}/1").get("$defs", {})
            for part, schema in parts.items():
                if part != "failed":  # it has the document's name
                    self.assertEqual(seen.setdefault(part, schema), schema,
                                     f"{name}: {part}")

    def test_all_are_installed(self):
        with open(documents.FOLDER / "meson.build") as f:
            text = f.read()
        for name in NAMES:
            self.assertIn(f"udpmill.{name}-1.schema.json", text)


@unittest.skipIf(documents.LACKING, documents.LACKING)
class Printed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.echo = Server(UDPMILL, "--service", "echo", "127.0.0.1:0")
        cls.reflect = Server(UDPMILL, "--service", "reflect", "127.0.0.1:0",
                             "--marks", "on")

    @classmethod
    def tearDownClass(cls):
        cls.echo.stop()
        cls.reflect.stop()

    def load(self, *arguments, server=None, codes=(0,)):
        r = run(UDPMILL, "load", (server or self.echo).address, "-J",
                *arguments)
        self.assertIn(r.returncode, codes, r.stderr)
        value = document(r.stdout)
        self.assertIsNone(documents.complaint(value))
        # As shipped, with room for keys that are added.
        schema = documents.load(value["schema"])
        documents.Draft202012Validator(schema).validate(
            {**value, "added_later": 1})
        return value

    def test_runs_of_each_mode(self):
        for options in ((), ("--flood",), ("--rate", "2k"),
                        ("--ramp", "1k:2k:100ms:2"), ("--bitrate", "1M"),
                        ("--train", "off", "-T", "2"), ("-l", "32-100"),
                        ("--flow-lifetime", "20ms"), ("--count", "50"),
                        ("--max-loss", "99%", "--dscp", "8")):
            with self.subTest(options=options):
                value = self.load(*QUICK, *options)
                self.assertGreater(len(value["intervals"]), 0)

    def test_a_run_with_both_ways_and_marks(self):
        value = self.load(*QUICK, "--dscp", "10", server=self.reflect)
        self.assertIsNotNone(value["one_way_ns"])
        self.assertIsNotNone(value["marks"])

    def test_runs_that_end_early(self):
        for options in ((), ("--find-capacity",), ("--stages",)):
            with self.subTest(options=options):
                r = run(UDPMILL, "load", f"127.0.0.1:{free_port()}", "-J",
                        *QUICK, *options)
                self.assertEqual(r.returncode, 4, r.stderr)
                self.assertIsNone(documents.complaint(document(r.stdout)))

    def test_a_capture(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(capture())
            f.flush()
            r = run(UDPMILL, "load", self.echo.address, "-J", "-q", "--pcap",
                    f.name)
            if r.returncode == 3:
                self.skipTest(r.stderr.strip())
            value = document(r.stdout)
        self.assertEqual(value["config"]["capture"]["datagrams"], 10)

    def test_a_search(self):
        # Ending at its first failures is enough.
        value = self.load("-t", "20ms", "-O", "1ms", "-q", "--find-capacity",
                          "--loss", "1%", codes=(0, 1, 4))
        self.assertEqual(value["schema"], "udpmill.capacity/1")

    def test_stages(self):
        value = self.load("--stages", "-t", "50ms", "-O", "1ms",
                          codes=(0, 3))
        if value.get("error"):
            self.skipTest(value["error"])
        self.assertIn("stages", value)

    def test_stresses(self):
        value = self.load("--stress=churn,fragments", "-t", "3s", "-q")
        self.assertGreater(len(value["stress"]["rows"]), 1)

    def test_the_distribution_of_latency(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "latency.json")
            self.load(*QUICK, "--histogram", path)
            with open(path) as f:
                value = document(f.read())
        self.assertEqual(value["schema"], "udpmill.histogram/1")
        self.assertIsNone(documents.complaint(value))

    def test_serve(self):
        with Server(UDPMILL, "-J", "127.0.0.1:0") as s:
            pass
        value = document(s.out[s.out.index("{"):])
        self.assertIsNone(documents.complaint(value))

    def test_send(self):
        for address in self.echo.address, f"127.0.0.1:{free_port()}":
            r = run(UDPMILL, "send", address, "-J", "text")
            self.assertIsNone(documents.complaint(document(r.stdout)))

    def test_stat(self):
        pid = str(self.echo.pid)
        for options in ((), ("--list",), ("--describe",)):
            r = run(UDPMILL, "stat", "-J", *options,
                    *([] if "--list" in options else [pid]))
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIsNone(documents.complaint(document(r.stdout)))

    def test_stat_that_watches(self):
        process = subprocess.Popen(
            [UDPMILL, "stat", "-J", "--watch=10ms", str(self.echo.pid)],
            stdout=subprocess.PIPE, text=True)
        lines = [process.stdout.readline() for _ in range(3)]
        process.terminate()
        process.communicate()
        self.assertIn("before", document(lines[-1]))
        for line in lines:
            self.assertIsNone(documents.complaint(document(line)))

    def test_what_no_schema_describes_is_noticed(self):
        good = self.load(*QUICK)

        def spoil(path, value):
            bad = at = copy.deepcopy(good)
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
            return documents.complaint(bad)

        for path, value in ((["new"], 1), (["ledger", "new"], 1),
                            (["intervals", 0, "latency_ns", "p42"], 1),
                            (["ledger", "sent"], -1),
                            (["ledger", "sent"], 2 ** 63),
                            (["config", "mode"], "new"),
                            (["seconds"], None)):
            with self.subTest(path=path):
                self.assertIn(str(path[-1]), spoil(path, value) or "")
        del good["ledger"]["kernel"]
        self.assertIn("kernel", documents.complaint(good))


if __name__ == "__main__":
    unittest.main()
