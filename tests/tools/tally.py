# SPDX-License-Identifier: MIT
"""The summary at the end of tools/check agrees with the results of the
tests."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TALLY = pathlib.Path(__file__).parents[2] / 'tools' / 'tally'


def run(*tests, options=()):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as log:
        for test in tests:
            log.write(json.dumps({'name': 'a test', **test}) + '\n')
        log.flush()
        done = subprocess.run([sys.executable, TALLY, *options, log.name],
                              check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def tally(*tests):
    *lines, counts = run(*tests)
    return tuple(int(n) for n in counts.split()), lines


class Tally(unittest.TestCase):
    def test_counts_a_plain_test_as_one(self):
        counts, _ = tally({'result': 'OK', 'stdout': 'hello\n'})
        self.assertEqual(counts, (1, 0, 0))

    def test_counts_the_subtests_of_tap(self):
        counts, _ = tally({
            'result': 'FAIL',
            'stdout': '1..4\nok - a  (0.01s)\nnot ok - b  (0.00s)\n'
                      'ok - c # SKIP no root  (0.00s)\nok - d\n'})
        self.assertEqual(counts, (2, 1, 1))

    def test_names_what_failed_and_why_something_was_skipped(self):
        _, lines = tally({
            'result': 'FAIL',
            'stdout': 'not ok - b  (0.00s)\nok - c # SKIP no root (0.00s)\n'})
        self.assertEqual([line.strip() for line in lines],
                         ['failed: a test b', 'skipped: a test c: no root'])

    def test_gives_the_assertion_that_failed(self):
        _, lines = tally({
            'result': 'FAIL',
            'stdout': 'not ok - a::b  (0.00s)\n  x.c:12: Assertion Failed\n'
                      'ok - c\n'})
        self.assertEqual(lines[0].strip(),
                         'failed: a test a::b: x.c:12: Assertion Failed')

    def test_counts_a_crash_behind_good_subtests_as_a_failure(self):
        counts, _ = tally({'result': 'ERROR', 'stdout': '1..2\nok - a\n'})
        self.assertEqual(counts, (1, 1, 0))

    def test_counts_the_cases_of_a_python_test(self):
        counts, lines = tally({
            'result': 'FAIL', 'stdout': '',
            'stderr': 'test_a (A.test_a) ... ok\n'
                      "test_b (A.test_b) ... skipped 'no root'\n"
                      '=====\nFAIL: test_c (A.test_c) (x=1)\nA doc.\n-----\n'
                      'Traceback (most recent call last):\n'
                      '  File "/a/b.py", line 7, in test_c\n'
                      '    self.assertTrue(x)\n'
                      'AssertionError: False is not true\n\n'
                      'Ran 4 tests in 0.1s\n\n'
                      'FAILED (failures=1, skipped=1)\n'})
        self.assertEqual(counts, (2, 1, 1))
        self.assertEqual([line.strip() for line in lines],
                         ['failed: a test test_c (x=1): b.py:7: '
                          'AssertionError: False is not true',
                          'skipped: a test: no root'])

    def test_counts_the_cases_of_pytest(self):
        counts, lines = tally({
            'result': 'FAIL', 'stderr': '',
            'stdout': '.F.s [100%]\n==== short test summary info ====\n'
                      'SKIPPED [1] tests/perf/test_x.py:9: no root\n'
                      'FAILED tests/perf/test_x.py::test_c[1] - assert 1\n'
                      '1 failed, 2 passed, 1 skipped in 0.12s\n'})
        self.assertEqual(counts, (2, 1, 1))
        self.assertEqual([line.strip() for line in lines],
                         ['failed: a test test_c[1]: assert 1',
                          'skipped: a test: no root'])

    def test_counts_running_out_of_time_as_a_failure(self):
        counts, _ = tally({'result': 'TIMEOUT', 'stdout': ''})
        self.assertEqual(counts, (0, 1, 0))

    def test_counts_a_tap_of_no_test_as_skipped(self):
        counts, lines = tally({'result': 'SKIP', 'stdout': '1..0 # SKIP why'})
        self.assertEqual(counts, (0, 0, 1))
        self.assertIn('why', lines[0])

    def test_finds_the_reasons_of_skipped_subtests(self):
        counts, lines = tally({
            'result': 'OK', 'stdout': '',
            'stderr': "test_a (A.test_a) ... skipped 'no root'\n"
                      'skipped "can\'t"\n\n'
                      'Ran 1 test in 0.1s\n\nOK (skipped=2)\n'})
        self.assertEqual((counts[1:]), (0, 2))
        self.assertIn('no root', lines[0])
        self.assertIn("can't", lines[1])

    def test_counts_a_skip_without_a_reason_as_a_failure(self):
        counts, lines = tally({
            'result': 'OK', 'stdout': '', 'stderr': 's.\n-----\n'
            'Ran 2 tests in 0.1s\n\nOK (skipped=1)\n'})
        self.assertEqual(counts, (1, 1, 0))
        self.assertIn('without a reason', lines[0])

    def test_gives_the_last_line_of_a_skipped_plain_test_as_its_reason(self):
        counts, lines = tally({'result': 'SKIP', 'stdout': 'no io_uring\n'})
        self.assertEqual(counts, (0, 0, 1))
        self.assertIn('no io_uring', lines[0])

    def test_gives_a_reason_that_many_tests_share_once(self):
        skip = {'result': 'OK', 'stdout': 'ok - b # SKIP no root\n' * 3}
        counts, lines = tally(*({**skip, 'name': name} for name in 'abcd'))
        self.assertEqual(counts, (0, 0, 12))
        self.assertEqual([line.strip() for line in lines],
                         ['skipped: 12 of a, b, c, ...: no root'])

    def test_shows_what_failed_tests_printed_and_no_others(self):
        lines = run({'name': 'good', 'result': 'OK', 'stdout': 'fine\n'},
                    {'name': 'bad', 'result': 'FAIL',
                     'stdout': 'ok - a\nnot ok - b\n  x.c:12: Failed\n',
                     'stderr': '\n'.join(str(n) for n in range(100))},
                    options=['--output'])
        self.assertEqual(lines[:4], ['--- bad, stdout', 'not ok - b',
                                     '  x.c:12: Failed', '--- bad, stderr'])
        self.assertEqual(lines[4:], [str(n) for n in range(60, 100)])


if __name__ == '__main__':
    unittest.main(verbosity=2)
