#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scenarios of the verb load: options read from a file, and all options printed
as one."""

import pathlib
import random
import re
import sys
import tempfile
import unittest

from documents import document
from program import (CPU, DESCRIPTORS, Server, descriptors,
                     many_descriptors, run)

UDPMILL = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "perf/scenarios").glob("*.ini"))

MANY = 300 if descriptors >= DESCRIPTORS else 20

# Groups of options of which a run may have one each; "" is none.
CHOICES = (
    ("", "-l 0", "-l 1472", "-l 9000", "-l 32-1472", "-l imix",
     "-l 64:7,576:4,1472:1", "-l 20-40"),
    ("", "--content zeros", "--content text"),
    ("", "-P 1", "-P 17 -T 3", f"-P {MANY}"),
    ("", "--flood", "--window 1", "--window 100", "--window 1000",
     "--in-flight 100", "--window 64 --in-flight 1000", "--rate 1k",
     "--rate 20k/flow --burst 7", "-b 12345678", "-b 1.5M/flow",
     "--rate 0.5", "--rate 33.3333/flow", "-b 999999.5",
     "--ramp 0.5:1.5:300ms",
     "--rate 1k --spacing poisson", "--ramp 1k:5k:300ms:3",
     "--find-capacity", "--find-capacity --loss 0.3%"),
    ("", "--train off", "--train 1", "--train 40"),
    ("", "--gro off", "--gro on"),
    ("", "--spin", "--spin=50us"),
    ("", "--engine mmsg", "--engine auto"),
    ("", "-t 90s", "-t 1500us", "-t 1ns", "-t 2h"),
    ("", "-O 0", "-O 1.5s"),
    ("", "-i 100ms"),
    ("", "--count 12345"),
    ("", "--max-loss 0", "--max-loss 1.5%"),
    ("", "--expect any", "--expect text", "--expect probes"),
    ("", "-B 127.0.0.2-127.0.0.5", "-B 127.0.0.1"),
    ("", "--source-ports 20000-29999"),
    ("", "--dscp af41 --ecn ect0", "--dscp 0", "--ttl 7"),
    ("", "--dont-fragment", "--busy-poll 50us --prefer-busy-poll",
     "--busy-poll-budget 64", "--kernel-pacing 2.5G"),
    ("", "--rcvbuf 100k", "--rcvbuf 64Ki --sndbuf 1000"),
    ("", f"--cpus {CPU}"),
    ("", "--seed 4294967295", "--seed 1"),
    ("", "-J", "--csv /nonexistent/x --histogram /nonexistent/y"),
)


def pairs(text):
    return dict(line.split(" = ", 1) for line in text.splitlines()
                if " = " in line and not line.startswith("#"))


class Scenario(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = {
            service: Server(UDPMILL, "127.0.0.1:0", "[::1]:0", "--service",
                            service)
            for service in ("echo", "length", "discard")}
        cls.echo = cls.servers["echo"]

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers.values():
            server.stop()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(pathlib.Path(folder.name, "test.ini"))

    def write(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        pathlib.Path(self.path).write_bytes(data)
        return self.path

    def printed(self, *options):
        r = run(UDPMILL, "load", "--print-scenario", *options)
        self.assertEqual((r.returncode, r.stderr), (0, ""), options)
        return r.stdout

    def assertComesBack(self, *options):
        first = self.printed(*options)
        again = self.printed("--scenario", self.write(first))
        self.assertEqual(first, again, options)
        return first

    def refused(self, text, *options):
        r = run(UDPMILL, "load", "--scenario", self.write(text), *options)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertEqual((r.stderr.count("\n"), r.stdout), (1, ""), r.stderr)
        return r.stderr.strip()

    def test_a_printed_scenario_prints_itself(self):
        draw = random.Random(1)
        for _ in range(300):
            options = " ".join(draw.choice(c) for c in CHOICES).split()
            # A search has no count and no file, and its own limit of loss.
            if "--find-capacity" in options and {
                    "--count", "--csv", "--max-loss"} & set(options):
                continue
            # Empty datagrams have no bit rate.
            if "-b" in options and "-l 0" in " ".join(options):
                continue
            services = [s for s in self.servers if s != "discard" or
                        "--window" not in options]
            server = self.servers[draw.choice(services)]
            with self.subTest(options=options):
                text = self.assertComesBack(server.address, *options)
                self.assertEqual(pairs(text)["peer"], server.address)

    def test_every_option_survives_printing(self):
        for choice in (c for choices in CHOICES for c in choices):
            with self.subTest(choice=choice):
                self.assertComesBack(self.echo.address, *choice.split())

    def test_a_payload_survives_printing(self):
        payload = self.write("a question")
        self.path = self.path + ".again"
        text = self.assertComesBack(self.echo.address, "--payload", payload)
        self.assertEqual(pairs(text)["payload"], payload)

    def test_stages_survive_printing(self):
        for options in ([], ["--spin", "-t", "300ms", "-l", "100"],
                        ["--count", "100"]):
            with self.subTest(options=options):
                self.assertComesBack(self.echo.address, "--stages", *options)

    def test_stresses_survive_printing(self):
        for options, said in ((["--stress"], "yes"),
                              (["--stress=sizes,churn", "-t", "5s"],
                               "sizes,churn")):
            with self.subTest(options=options):
                text = self.assertComesBack(self.echo.address, *options)
                self.assertEqual(pairs(text)["stress"], said)

    def test_chosen_values_are_printed(self):
        train = int(pairs(self.printed(self.echo.address))["train"])
        self.assertIn(train, (64, 128, 256, 512))
        for service, options, chosen in (
                ("echo", [], {"window": str(8 * train), "gro": "on",
                              "expect": "probes", "length": "64",
                              "time": "10s", "rcvbuf": "8Mi"}),
                ("echo", ["-P", "17"], {"in-flight": str(128 * train)}),
                ("echo", ["--find-capacity"], {"time": "1s", "loss": "0.001",
                                               "train": "off"}),
                ("echo", ["--rate", "1k"], {"spacing": "even", "burst": "1"}),
                ("length", [], {"expect": "text"}),
                ("discard", [], {"flood": "yes"})):
            with self.subTest(service=service, options=options):
                text = self.printed(self.servers[service].address, *options)
                self.assertLessEqual(chosen.items(), pairs(text).items())
                self.assertGreater(int(pairs(text)["seed"]), 0)
                self.assertEqual("window" in pairs(text),
                                 service != "discard" and
                                 "--rate" not in options and
                                 "--find-capacity" not in options)

    def test_a_printed_scenario_makes_the_same_run(self):
        for options in (["-l", "imix", "--window", "7"],
                        ["-P", "20", "--content", "text"],
                        ["--rate", "3k", "--train", "4", "-T", "2"],
                        ["-B", "127.0.0.3", "--dscp", "ef"]):
            options += ["--count", "700", "-O", "10ms", "-t", "5s", "--seed",
                        "9", "--verify", "full"]
            with self.subTest(options=options):
                text = self.printed(self.echo.address, *options)
                reports = []
                for said in ([self.echo.address, *options],
                             ["--scenario", self.write(text)]):
                    r = run(UDPMILL, "load", "-J", *said)
                    self.assertEqual(r.returncode, 0, r.stderr)
                    reports.append(document(r.stdout))
                    del reports[-1]["config"]["local"]
                for key in "config", "pacing":
                    if key == "config" or not reports[0][key]:
                        self.assertEqual(reports[0][key], reports[1][key])
                self.assertEqual([r["ledger"]["sent"] for r in reports],
                                 [700, 700])

    def test_a_printed_peer_is_numeric_and_needs_no_option(self):
        port = self.echo.address.rsplit(":", 1)[1]
        for said, printed in (
                ([f"localhost:{port}", "-4"], "127.0.0.1"),
                ([f"[::1]:{port}", "-6"], "[::1]"),
                ([f"[::ffff:127.0.0.1]:{port}"], "127.0.0.1")):
            text = self.assertComesBack(*said)
            self.assertEqual(pairs(text)["peer"], f"{printed}:{port}")

    def test_printing_sends_nothing_and_writes_no_file(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            self.printed(s.address, "--rate", "1k", "--csv", self.path)
            self.assertFalse(pathlib.Path(self.path).exists())
            text = self.printed("192.0.2.1:7007")
        self.assertEqual(s.counters().get("rx_datagrams", 0), 0)
        self.assertEqual(pairs(text)["peer"], "192.0.2.1:7007")
        self.assertIn("is not this host", self.refused(text))

    def test_values_that_cannot_be_read_back_are_not_printed(self):
        for name in "a #b", ";a", " a", "a\t", "a\nb", "", "x" * 1000:
            with self.subTest(name=name):
                r = run(UDPMILL, "load", self.echo.address,
                        "--print-scenario", "--device", name)
                self.assertEqual((r.returncode, r.stdout), (2, ""), r.stderr)
                said = re.sub(r"[\t\n]", "?", name)
                self.assertIn(f'--device: "{said}" cannot be written to', r.stderr)
        self.assertComesBack(self.echo.address, "--device", "a#b c")

    def test_the_command_line_wins_wherever_the_option_stands(self):
        self.write(f"peer = {self.echo.address}\nflows = 3\ncontent = text\n"
                   "time = 20s\n")
        for options in (["-P", "5", "--scenario", self.path],
                        ["--scenario", self.path, "--flows=5"],
                        ["--scen", self.path, "-P5"]):
            with self.subTest(options=options):
                got = pairs(self.printed(*options))
                self.assertEqual((got["flows"], got["content"], got["time"]),
                                 ("5", "text", "20s"))
        other = self.servers["length"].address
        for options in ([other, "--scenario", self.path],
                        ["--scenario", self.path, "--", other]):
            self.assertEqual(pairs(self.printed(*options))["peer"], other)

    def test_a_loop_on_the_command_line_replaces_that_of_the_file(self):
        loops = {"window", "in-flight", "flood", "rate", "bitrate", "ramp",
                 "find-capacity", "spacing", "burst", "loss"}
        poisson = "rate = 1k\nspacing = poisson\nburst = 3\n"
        for text, options, left in (
                (poisson, ["--rate", "2k"],
                 {"rate": "2k", "spacing": "poisson", "burst": "3"}),
                (poisson, ["-b", "8k"],
                 {"bitrate": "8k", "spacing": "poisson", "burst": "3"}),
                (poisson, ["--ramp", "1:2:3s"],
                 {"ramp": "1:2:3s", "spacing": "poisson", "burst": "3"}),
                (poisson, ["--window", "64"], {"window": "64"}),
                (poisson, ["--flood"], {"flood": "yes"}),
                (poisson, ["--spacing", "even"],
                 {"rate": "1k", "spacing": "even", "burst": "3"}),
                ("flood = yes\n", ["--window", "64"], {"window": "64"}),
                ("window = 64\n", ["--flood"], {"flood": "yes"}),
                ("window = 64\nin-flight = 99\n", ["--flood"],
                 {"flood": "yes"}),
                ("in-flight = 99\n", ["--rate", "7"],
                 {"rate": "7", "spacing": "even", "burst": "1"}),
                ("in-flight = 99\n", ["--window", "64"],
                 {"window": "64", "in-flight": "99"}),
                ("ramp = 1:2:3s\n", ["--rate", "7"],
                 {"rate": "7", "spacing": "even", "burst": "1"}),
                ("find-capacity = yes\nloss = 1%\n", ["--flood"],
                 {"flood": "yes"})):
            with self.subTest(text=text, options=options):
                got = pairs(self.printed(self.echo.address, "--scenario",
                                         self.write(text), *options))
                self.assertEqual({k: v for k, v in got.items() if k in loops},
                                 left)

    def test_a_flag_is_yes_or_no(self):
        for value, there in ("yes", True), ("no", False):
            text = self.printed(self.echo.address, "--scenario",
                                self.write(f"spin = {value}\n"))
            self.assertEqual("spin = yes" in text, there)

    def test_every_option_in_the_help_is_a_key(self):
        text = run(UDPMILL, "load", "--help").stdout
        names = set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.M))
        names -= {"help", "usage", "version"}
        self.assertLess({"length", "rate", "dscp", "csv"}, names)
        for name in names:
            with self.subTest(key=name):
                said = self.refused(f"{name} = ?\n = \n")
                self.assertIn(f"{self.path}:", said)
                self.assertNotIn("is not a key", said)

    def test_options_of_the_output_are_for_the_command_line_only(self):
        for key in ("csv", "csv-steps", "histogram", "json", "scenario",
                    "print-scenario", "key", "peer-consents"):
            self.assertIn(f':1: "{key}" is for the command line only',
                          self.refused(f"{key} = yes\n"))

    def test_errors_are_reported_with_their_line(self):
        for text, line, said in (
                ("rate = 0\n", 1, '--rate: "0" is not a rate from 0.001'),
                ("\n# x\n[pace]\nburst = x\n", 4, '--burst: "x" is not a'),
                ("dscp = x", 1, '--dscp: "x" is not a code point'),
                ("lenght = 64\n", 1,
                 '"lenght" is not a key; did you mean "length"?'),
                ("flow = 1\n", 1, 'did you mean "flows"?'),
                ("flows = 1\n\nflows = 1\n", 3,
                 '"flows" is given twice; line 1 has it, too'),
                ("spin = maybe\n", 1, '"maybe" is not a time from 1us'),
                ("[pases]\n", 1, "[pases] is not a section; the sections "
                 "are [server]"),
                ("flows\n", 1, 'has no "="'),
                ("flows =\n", 1, '"flows" has no value'),
                (b"flows = 1\0\n", 1, "byte 0x00 at column 10"),
                ("#" * 1001 + "\n", 1, "the line has 1001 characters"),
                # Errors that are only found once everything has been read.
                ("time = 1s\nlength = 70000\n", 2, "--length: 70000 bytes"),
                ("\nthreads = 9\n", 2, "--threads: 9 threads cannot share 8"),
                ("\nbind = [::1]\n", 2, "--bind: "),
                ("\nsource-ports = 1-2\n", 2, "--source-ports: 8 flows"),
                ("\ncpus = 4000\n", 2, "--cpus: "),
                ("\nburst = 2\n", 2, "--burst and --spacing need"),
                ("\nloss = 1%\n", 2, "--loss needs"),
                ("\nramp = 1:2:1s\nrate = 1\n", 2, "--ramp, --find-capacity")):
            with self.subTest(text=text):
                got = self.refused(text, self.echo.address)
                self.assertTrue(got.startswith(
                    f"udpmill load: {self.path}:{line}: "), got)
                self.assertIn(said, got)

    def test_a_bad_peer_is_reported_with_its_line(self):
        for peer in "0.0.0.0:3", "nosuchhost..:1", "192.0.2.1:7", "224.0.0.1:7":
            self.assertIn(f"{self.path}:2: ",
                          self.refused(f"\npeer = {peer}\n"))
        self.assertNotIn(self.path, self.refused("", "0.0.0.0:3"))
        self.assertIn("no peer is named", self.refused("flows = 1\n"))

    def test_errors_of_the_command_line_have_no_line_of_the_file(self):
        said = self.refused("length = 64\n", self.echo.address, "-l", "70000")
        self.assertTrue(said.startswith("udpmill load: --length: 70000"), said)
        said = self.refused("rate = 1k\n", self.echo.address, "--rate", "x")
        self.assertTrue(said.startswith('udpmill load: --rate: "x"'), said)

    def test_a_file_that_cannot_be_read_is_named(self):
        for path, why in ((self.path, "No such file"),
                          (str(ROOT), "Is a directory")):
            r = run(UDPMILL, "load", "--scenario", path)
            self.assertEqual(r.returncode, 2)
            self.assertEqual(r.stderr.count("\n"), 1)
            self.assertIn(f"--scenario: {path}: {why}", r.stderr)
        self.assertIn("holds more than 65536 bytes", self.refused("#\n" * 40000))

    @many_descriptors
    def test_the_examples_run(self):
        self.assertGreaterEqual(len(EXAMPLES), 5)
        for path in EXAMPLES:
            with self.subTest(example=path.name):
                self.assertTrue(path.read_text().startswith("# "))
                r = run(UDPMILL, "load", self.echo.address, "--scenario",
                        str(path), "-J", "-t", "200ms", "-O", "50ms")
                self.assertEqual(r.returncode, 0, r.stderr + r.stdout)
                ledger = document(r.stdout)["ledger"]
                self.assertGreater(ledger["answered"], 0)
                self.assertEqual(ledger["unexplained"], 0, ledger)
                self.assertComesBack(self.echo.address, "--scenario",
                                     str(path))

    def test_the_manual_names_only_existing_keys_and_sections(self):
        page = (ROOT / "src/man/udpmill-scenario.5.scd").read_text()
        table = re.findall(r"^\*\[([a-z]+)\]\*\n\t((?:.+\n\t?)+)", page, re.M)
        self.assertGreater(len(table), 5)
        for section, keys in table:
            for key in re.findall(r"\*([a-z-]+)\*", keys):
                with self.subTest(section=section, key=key):
                    said = self.refused(f"[{section}]\n{key} = ?\n = \n")
                    self.assertNotRegex(said, "is not a key|is not a section|only")
                    self.assertRegex(said, ":[23]: ")


if __name__ == "__main__":
    unittest.main()
