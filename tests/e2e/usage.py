#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line of every verb: unknown options are reported in one line, and
asking for help is no error."""

import subprocess
import sys
import unittest

from program import run

UDPMILL = sys.argv.pop(1)
VERBS = ("serve", "send", "load", "stat")


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
                    (["-JZ"], "-Z"), (["-J", "-ZJ", "--foo"], "-Z"),
                    (["-\xff"], "-\\xc3"), (["--x\ny"], "--x?y"),
                    (["--="], "--")):
                self.assertRefused(verb, arguments, f'"{what}" {lists}')

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
        self.assertRefused("load", ["127.0.0.1:9", "--engine", "steam"],
                           '--engine: there is no "steam"; '
                           "choose auto or mmsg")
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
        for verb in VERBS:
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
        self.assertIn("--foo: No such file", r.stderr)

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

    def test_help_fits_80_columns(self):
        for verb in VERBS:
            for line in run(UDPMILL, verb, "--help").stdout.splitlines():
                self.assertLessEqual(len(line), 80, f"{verb}: {line}")

    def test_a_missing_verb_is_reported(self):
        r = subprocess.run([UDPMILL, "srve"], capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertRegex(r.stderr, r'\Audpmill: "srve" is not a verb; [^\n]*\n\Z')


if __name__ == "__main__":
    unittest.main()
