#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether all benchmarks run, and what they print: not how fast they are."""
import json
import subprocess
import sys
import unittest

BENCH = sys.argv.pop(1)
GROUPS = {'core', 'couple', 'service', 'worker', 'generator'}


def run(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True,
                          check=False, timeout=100)


class Benchmarks(unittest.TestCase):
    def test_each_one_runs_and_names_a_floor_that_is_there(self):
        done = run('all', '3', '--json')
        self.assertEqual(done.returncode, 0, done.stderr)
        made = json.loads(done.stdout)
        self.assertEqual(made['rounds'], 3)
        rows = made['benchmarks']
        self.assertEqual({row['group'] for row in rows}, GROUPS)
        names = {(row['group'], row['name']) for row in rows}
        self.assertEqual(len(names), len(rows))
        for row in rows:
            self.assertGreater(row['least_ns'], 0)
            self.assertGreaterEqual(row['ns']['median'], row['least_ns'])
            if 'floor' in row:
                self.assertIn((row['group'], row['floor']), names)
                self.assertIn('above_ns', row)

    def test_the_table_has_a_line_for_each_and_fits_a_terminal(self):
        table = run('worker', '1').stdout.splitlines()
        made = json.loads(run('worker', '1', '--json').stdout)
        self.assertEqual(len(table) - 2, len(made['benchmarks']))
        self.assertLessEqual(max(map(len, table)), 80)

    def test_a_group_that_is_not_there_is_refused(self):
        done = run('nonsense')
        self.assertEqual(done.returncode, 1)
        self.assertIn('there is no group "nonsense"', done.stderr)
        self.assertEqual(run('core', 'many').returncode, 2)
        self.assertEqual(run('core', '0').returncode, 2)


if __name__ == '__main__':
    unittest.main()
