#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line of every verb: unknown options are reported in one line, and
asking for help is no error."""

import json
import os
import re
import subprocess
import sys
import unittest

from documents import document
from program import run

UDPMILL = sys.argv.pop(1)
ALL_VERBS = [v["name"] for v in document(
    run(UDPMILL, "--list-options").stdout)]
VERBS = [v for v in ALL_VERBS if v != "perf"]
JSON_VERBS = [v for v in VERBS if v != "top"]


class Usage(unittest.TestCase):
    def assertRefused(self, verb, arguments, says):
        with self.subTest(verb=verb, arguments=arguments):
            r = run(UDPMILL, verb, *arguments)
            self.assertEqual(r.returncode, 2, r.stderr)
            self.assertEqual(r.stderr, f"udpmill {verb}: {says}\n")
            self.assertEqual(r.stdout, "")

    def test_unknown_options_are_reported_in_one_line(self):
        for verb in VERBS:
            lists = f'is not an option; "udpmill {verb} --help" lists them'
            for arguments, what in (
                    (["--foo"], "--foo"), (["--foo=5"], "--foo"),
                    (["0", "--foo"], "--foo"), (["-Z"], "-Z"),
                    (["-\xff"], "-\\xc3"), (["--x\ny"], "--x?y"),
                    (["--="], "--")):
                self.assertRefused(verb, arguments, f'"{what}" {lists}')
            if verb in JSON_VERBS:
                for arguments in ["-JZ"], ["-J", "-ZJ", "--foo"]:
                    self.assertRefused(verb, arguments, f'"-Z" {lists}')

    def test_the_nearest_option_is_suggested(self):
        for verb, wrong, right in (
                ("serve", "wokers", "workers"), ("send", "time-out", "timeout"),
                ("send", "jsno", "json"), ("stat", "lst", "list"),
                ("load", "lenght", "length"), ("load", "find-capasity=1",
                                               "find-capacity"),
                ("load", "dcsp", "dscp"), ("stat", "halp", "help")):
            self.assertRefused(verb, [f"--{wrong}"],
                               f'"--{wrong.split("=")[0]}" is not an option; '
                               f'did you mean --{right}?')

    def test_the_engines_are_listed(self):
        """Which there are depends on the build."""
        listed = json.loads(run(UDPMILL, "--list-options", "load").stdout)
        names = next(o["values"] for o in listed["options"]
                     if o["long"] == "engine")
        self.assertLessEqual({"auto", "mmsg", "zerocopy", "splice"},
                             set(names))
        self.assertRefused("load", ["127.0.0.1:9", "--engine", "steam"],
                           '--engine: there is no "steam"; choose '
                           f'{", ".join(names[:-1])} or {names[-1]}')
        for mode in ("--stages", "--stress"):
            r = run(UDPMILL, "load", "127.0.0.1:9", "--engine=mmsg", mode)
            self.assertEqual((r.returncode, r.stdout), (2, ""))
            self.assertIn("cannot be combined with --engine", r.stderr)

    def test_a_missing_value_is_reported_in_one_line(self):
        for verb, option, value in (
                ("serve", "--workers", "=N"), ("serve", "-t", " TIME"),
                ("send", "--timeout", "=TIME"), ("send", "-B",
                                                 " ADDR[:PORT]"),
                ("load", "--length", "=BYTES"), ("load", "-l", " BYTES"),
                ("load", "--rate", "=N[/flow]"), ("stat", "--count", "=N")):
            self.assertRefused(verb, ["-J", option],
                               f"{option} needs a value; write "
                               f"{option}{value}")

    def test_an_unexpected_value_is_reported_in_one_line(self):
        for verb in JSON_VERBS:
            self.assertRefused(verb, ["--json=1"],
                               '"--json=1": --json takes no value; leave '
                               'it out')

    def test_an_ambiguous_option_is_reported_in_one_line(self):
        self.assertRefused("serve", ["--ready", "x"],
                           '"--ready" is ambiguous; it could be '
                           '--ready-file or --ready-fd')
        self.assertRefused("send", ["--ipv"],
                           '"--ipv" is ambiguous; it could be --ipv4 or --ipv6')

    def test_values_that_look_like_options_are_values(self):
        r = run(UDPMILL, "serve", "--backend", "--foo")
        self.assertIn('--backend: there is no "--foo"', r.stderr)
        r = run(UDPMILL, "stat", "--", "--foo")
        self.assertIn('--foo: No such file or directory; "udpmill stat '
                      '--list" shows the servers\n', r.stderr)

    def test_options_may_be_abbreviated_and_stand_anywhere(self):
        r = run(UDPMILL, "serve", "0", "-Jt1ms", "--ser", "echo", "--work=1")
        self.assertEqual((r.returncode, '"echo"' in r.stdout), (0, True))

    def test_help_and_version_are_no_errors(self):
        for verb in VERBS:
            for option, text in (
                    ("--help", f"Usage: udpmill {verb} [OPTION...]"),
                    ("-?", f"Usage: udpmill {verb} [OPTION...]"),
                    ("--usage", f"Usage: udpmill {verb} ["),
                    ("--version", "udpmill "), ("-V", "udpmill ")):
                for more in [], ["--foo"]:
                    with self.subTest(verb=verb, option=option, more=more):
                        r = run(UDPMILL, verb, option, *more)
                        self.assertEqual((r.returncode, r.stderr), (0, ""))
                        self.assertTrue(r.stdout.startswith(text), r.stdout)

    def assertFits(self, *command):
        r = run(UDPMILL, *command)
        with self.subTest(command=command):
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertTrue(r.stdout)
            for line in r.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)
                # argp leaves some below a text that ends at its margin.
                self.assertEqual(line, line.rstrip())

    def test_help_fits_80_columns(self):
        self.assertFits("--help")
        for verb in ALL_VERBS:
            self.assertFits(verb, "--help")

    def test_help_of_perf_fits_80_columns(self):
        os.environ.pop("COLUMNS", None)
        for verb in document(
                run(UDPMILL, "--list-options", "perf").stdout):
            if verb["options"] is not None:  # its Python packages are there
                self.assertFits("perf", verb["name"], "--help")

    def test_help_groups_the_options(self):
        for verb in VERBS:
            text = run(UDPMILL, verb, "--help").stdout
            self.assertGreater(len(re.findall(r"(?m)^ \w.*:$", text)), 1, verb)

    def test_help_of_a_verb_is_that_of_its_option(self):
        self.assertEqual(run(UDPMILL, "help").stdout,
                         run(UDPMILL, "--help").stdout)
        for verb in (*([v] for v in ALL_VERBS), ["perf", "doctor"]):
            r = run(UDPMILL, "help", *verb)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertEqual(r.stdout, run(UDPMILL, *verb, "--help").stdout)

    def test_help_explains_one_verb(self):
        for words in (["srve"], ["serve", "load"], ["perf", "run", "x"]):
            r = run(UDPMILL, "help", *words)
            self.assertEqual((r.returncode, r.stdout), (2, ""))
            self.assertRegex(r.stderr, r"\Audpmill[^\n]*\n\Z")

    def test_the_version_says_what_the_build_has(self):
        text = run(UDPMILL, "--version").stdout
        first, *rest = text.splitlines()
        self.assertRegex(first, r"\Audpmill \d+\.\d+\.\d+\Z")
        self.assertRegex(text, r"(?m)^  libraries  \w+ \d")
        for line in rest:
            self.assertRegex(line, r"^(  \w[\w ]{9} | {13})\S")
            self.assertLessEqual(len(line), 80)
        for verb in VERBS:
            self.assertEqual(run(UDPMILL, verb, "--version").stdout, text)

    def test_the_version_has_the_build_id_of_the_file(self):
        said = re.search(r"(?m)^  build ID   ([0-9a-f]{32,})$",
                         run(UDPMILL, "--version").stdout)
        with open(UDPMILL, "rb") as f:
            self.assertIn(b"GNU\0" + bytes.fromhex(said[1]), f.read())

    def test_listed_values_are_those_that_the_parser_knows(self):
        for verb in VERBS:
            arguments = ["127.0.0.1:9"] if verb in ("load", "send") else []
            for o in document(run(UDPMILL, "--list-options",
                                    verb).stdout)["options"]:
                if not o["values"] or o["argument"] in ("FILE|none", "NAME,..."):
                    continue
                option = f"--{o['long']}"
                r = run(UDPMILL, verb, *arguments, f"{option}=?")
                with self.subTest(verb=verb, option=option):
                    self.assertEqual((r.returncode, r.stdout), (2, ""))
                    if "choose" in r.stderr or "neither" in r.stderr:
                        for value in o["values"]:
                            self.assertRegex(r.stderr, rf"\b{value}\b")

    def test_a_missing_verb_is_reported(self):
        r = subprocess.run([UDPMILL, "srve"], capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertEqual(r.stderr, 'udpmill: "srve" is not a verb; did you mean "serve"?\n')
        r = subprocess.run([UDPMILL, "xyzzy"], capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertRegex(r.stderr, r'\Audpmill: "xyzzy" is not a verb; "udpmill --help" [^\n]*\n\Z')

    def test_list_is_no_stress_among_others(self):
        r = run(UDPMILL, "load", "127.0.0.1:9", "--stress=list,foo")
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertEqual(r.stderr, 'udpmill load: --stress: "list" goes alone, as in --stress=list\n')


if __name__ == "__main__":
    unittest.main()
