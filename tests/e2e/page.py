#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""udpmill-scenario(5) and the parser of scenarios know the same keys."""

import json
import pathlib
import re
import sys
import tempfile
import unittest

from program import run

UDPMILL = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Page(unittest.TestCase):
    def setUp(self):
        text = (ROOT / "src/man/udpmill-scenario.5.scd").read_text()
        keys = text.split("# KEYS\n")[1].split("\n# ")[0]
        keys, _, rest = keys.partition("These options are for the command line")
        self.sections = {name: set(re.findall(r"\*([\w-]+)\*", body))
                         for name, body in re.findall(
                             r"\*\[(\w+)\]\*\n((?:\t.*\n)+)", keys)}
        self.not_keys = {k for k in re.findall(r"\*([\w-]+)\*", rest)
                         if not k.startswith("-")}
        self.options = [
            o for o in json.loads(run(UDPMILL, "--list-options",
                                      "load").stdout)["options"]
            if o["long"] and o["long"] not in ("help", "usage", "version")]

    def is_key(self, name):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(f"{name} = no=such value\n")
            f.flush()
            r = run(UDPMILL, "load", "--scenario", f.name)
        self.assertEqual(r.returncode, 2)
        return not re.search("for the command line only|is not a key", r.stderr)

    def test_it_has_every_key(self):
        names = {o["long"] for o in self.options} | {"peer"}
        keys = {name for name in names if self.is_key(name)}
        self.assertEqual(set().union(*self.sections.values()), keys)
        self.assertEqual(self.not_keys, names - keys)

    def test_each_key_is_in_its_section(self):
        group = {"Workload": "workload", "Pace": "pace", "Replay": "pace",
                 "Time": "time", "Checks": "checks", "Place": "place",
                 "Sockets": "sockets", "Busy": "sockets",
                 "Output": "run"}
        for o in self.options:
            if o["long"] not in self.not_keys:
                name = group[re.match(r"\w+", o["group"])[0]]
                self.assertIn(o["long"], self.sections[name])


if __name__ == "__main__":
    unittest.main()
