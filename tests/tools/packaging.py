#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What builds and installs udpmill and what packages it agree: each file that
meson installs is in a Debian package, and each library that tools/packages
lists is named there. Argument: the build directory."""
import fnmatch
import json
import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
DEBIAN = TOP / 'tools/debian'
BUILD = sys.argv.pop(1)


def installed():
    """Paths as in a package: below usr, with {bindir} and the like replaced."""
    plan = json.loads(subprocess.run(
        ['meson', 'introspect', '--install-plan', BUILD], check=True,
        stdout=subprocess.PIPE, text=True).stdout)
    rooms = {'{prefix}': 'usr', '{bindir}': 'usr/bin',
             '{mandir}': 'usr/share/man', '{datadir}': 'usr/share',
             '{includedir}': 'usr/include', '{libexecdir}': 'usr/libexec',
             '{libdir}': 'usr/lib'}
    for files in plan.values():
        for one in files.values():
            room, _, rest = one['destination'].partition('/')
            if room in rooms:
                yield f'{rooms[room]}/{rest}'
            else:
                yield 'usr/' + one['destination'].removeprefix('/usr/local/'
                                                               ).lstrip('/')


def fields(text):
    """The packages that a field of debian/control names."""
    return set(re.findall(r'(?m)^ ([a-z][\w.+-]+)', text))


def listed(*levels):
    for line in (TOP / 'tools/packages').read_text().splitlines():
        level, package, *_ = [*line.split(), '', '']
        if level in levels:
            yield package


class Packaging(unittest.TestCase):
    def setUp(self):
        self.source, _, *self.binaries = (
            DEBIAN / 'control').read_text().partition('\n\n')

    def test_each_installed_file_is_in_a_package(self):
        patterns = [line.split()[0] for path in DEBIAN.glob('*.install')
                    for line in path.read_text().splitlines()]
        for path in installed():
            with self.subTest(path=path):
                self.assertTrue(any(
                    path == p or path.startswith(f'{p}/') or
                    fnmatch.fnmatch(path, p) for p in patterns),
                    'in no file tools/debian/*.install')

    def test_each_package_to_build_with_is_a_build_dependency(self):
        # What each Debian system that builds packages has (build-essential).
        known = fields(self.source) | {'gcc', 'libc6-dev', 'ninja-build',
                                       'python3'}
        for package in listed('build', 'feature'):
            with self.subTest(package=package):
                self.assertIn(package, known)

    def test_perf_depends_on_its_python_packages(self):
        perf = self.binaries[0].partition('Package: udpmill-perf\n')[2]
        known = fields(perf.partition('\n\n')[0])
        for package in listed('feature'):
            if package.startswith('python3-'):
                with self.subTest(package=package):
                    self.assertIn(package, known)

    def test_the_version_is_that_of_the_build(self):
        project = json.loads(subprocess.run(
            ['meson', 'introspect', '--projectinfo', BUILD], check=True,
            stdout=subprocess.PIPE, text=True).stdout)
        changelog = (DEBIAN / 'changelog').read_text()
        self.assertIn(f'udpmill ({project["version"]}) ', changelog)


if __name__ == '__main__':
    unittest.main()
