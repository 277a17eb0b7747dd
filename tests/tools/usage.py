# SPDX-License-Identifier: MIT
"""Every script that a person runs explains its usage when asked."""
import pathlib
import subprocess
import unittest

TOP = pathlib.Path(__file__).parents[2]
PROGRAMS = [path.relative_to(TOP) for room in ('tools', 'perf')
            for path in sorted((TOP / room).iterdir())
            if path.is_file() and path.read_bytes().startswith(b'#!')]


class Usage(unittest.TestCase):
    def test_help_is_no_error_and_does_nothing_else(self):
        self.assertIn(pathlib.Path('tools/quickstart'), PROGRAMS)
        for program in PROGRAMS:
            for option in '--help', '-h':
                with self.subTest(program=program, option=option):
                    done = subprocess.run(
                        [TOP / program, option], capture_output=True,
                        text=True, timeout=30)
                    self.assertEqual((done.returncode, done.stderr), (0, ''))
                    self.assertIn(program.name, done.stdout)
                    for line in done.stdout.splitlines():
                        self.assertLessEqual(len(line), 80)
                        self.assertNotIn('shellcheck source', line)

    def test_a_bad_argument_is_one_line(self):
        for program in 'tools/quickstart', 'tools/check', 'tools/kernel':
            done = subprocess.run([TOP / program, '--no-such'],
                                  capture_output=True, text=True, timeout=30)
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertRegex(done.stderr, r'\A\w+: [^\n]*\n\Z')

    def test_an_unknown_level_of_packages_is_refused(self):
        for option in [], ['--missing']:
            with self.subTest(option=option):
                done = subprocess.run(
                    [TOP / 'tools/install', *option, 'build', 'foo'],
                    capture_output=True, text=True, timeout=30)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertEqual(
                    done.stderr, 'install: there is no level "foo"; choose '
                    'build, feature, test, check, package or compare\n')


if __name__ == '__main__':
    unittest.main()
