#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is installed runs where it was put, other programs can be built with it,
and nothing is left of it once it is uninstalled."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from program import Server

BUILD, PREFIX = os.environ['BUILD'], os.environ['PREFIX']
LOG = pathlib.Path(BUILD, 'meson-logs/install-log.txt')


def run(*command, code=0, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=120,
                          **more)
    if done.returncode != code:
        raise AssertionError(f'{command}: {done.returncode}\n{done.stdout}'
                             f'{done.stderr}')
    return done.stdout


def all_files(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob('*')
            if not p.is_dir()}


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        # Somebody may have installed this build, and want to uninstall it.
        log = LOG.read_bytes() if LOG.exists() else None
        cls.addClassCleanup(cls.restore, log)
        cls.root = pathlib.Path(cls.scratch.name, 'root')
        cls.env = dict(os.environ, DESTDIR=str(cls.root))
        run('meson', 'install', '-C', BUILD, '--no-rebuild', env=cls.env)
        cls.udpmill = cls.there('BINDIR', 'udpmill')
        cls.segment = None

    @staticmethod
    def restore(log):
        if log is not None:
            LOG.write_bytes(log)
        elif LOG.exists():
            LOG.unlink()

    @classmethod
    def there(cls, room, *more):
        return pathlib.Path(f'{cls.root}{PREFIX}', os.environ[room], *more)

    def test_the_program_runs(self):
        self.assertTrue(run(self.udpmill, '--version').startswith('udpmill '))
        with Server(self.udpmill, '0', '--service', 'echo') as s:
            said = json.loads(run(self.udpmill, 'load', s.address, '-J',
                                  '--count', '2000'))
        self.assertEqual(said['schema'], 'udpmill.load/1')

    def test_perf_runs_from_there(self):
        self.assertIn('doctor', run(self.udpmill, 'perf', '--help'))
        verbs = json.loads(run(self.udpmill, '--list-options', 'perf'))
        self.assertIn('doctor', [v['name'] for v in verbs])
        program = self.there('LIBEXECDIR', 'udpmill/udpmill-perf')
        self.assertIn(str(program.parent), run(
            'python3', '-B', '-c', 'import sys; sys.path.insert(0, '
            f'{str(program.parent)!r}); import udpmill_perf; '
            'print(udpmill_perf.__file__)'))

    def test_pages_and_completion_are_where_they_are_looked_for(self):
        if shutil.which('scdoc'):
            for page in 'man1/udpmill.1', 'man5/udpmill-scenario.5':
                self.assertTrue(self.there('MANDIR', page).exists(), page)
        if os.environ['STATIC']:
            return
        for path in ('bash-completion/completions/udpmill',
                     'zsh/site-functions/_udpmill',
                     'fish/vendor_completions.d/udpmill.fish'):
            text = self.there('DATADIR', path).read_text()
            self.assertIn('serve', text)

    def test_what_is_no_program_is_not_executable(self):
        for path in self.root.rglob('*'):
            if path.is_file() and path.stat().st_mode & stat.S_IXUSR:
                with open(path, 'rb') as f:
                    self.assertIn(f.read(2), (b'#!', b'\x7fE'), path)

    def assertReads(self, *reader):
        """Prints the same as stat does, which is asked before and after."""
        with Server(self.udpmill, '0', '--service', 'echo',
                    '--workers', '2') as s:
            run(self.udpmill, 'load', s.address, '--count', '1000', '-q')
            path = f'/dev/shm/udpmill.{s.pid}'
            before, said, after = (
                run(self.udpmill, 'stat', path, '-J'), run(*reader, path),
                run(self.udpmill, 'stat', path, '-J'))
        before, after = (json.loads(t)['totals'] for t in (before, after))
        read = {name: int(value) for name, value, *_ in
                (line.split() for line in said.splitlines())}
        self.assertEqual(list(read), list(before))
        self.assertGreaterEqual(read['answered_datagrams'], 1000)
        for name, value in read.items():
            self.assertLessEqual(before[name], value, name)
            self.assertLessEqual(value, after[name], name)

    def flags(self):
        if not shutil.which('pkg-config'):
            self.skipTest('pkg-config is not installed')
        return run('pkg-config', '--cflags', 'udpmill-counters', env=dict(
            os.environ, PKG_CONFIG_SYSROOT_DIR=str(self.root),
            PKG_CONFIG_PATH=str(self.there('DATADIR', 'pkgconfig')))).split()

    def examples(self):
        return self.there('DATADIR', 'doc/udpmill/examples')

    def test_the_example_in_c_is_built_and_reads(self):
        program = pathlib.Path(self.scratch.name, 'counters')
        run(*os.environ['CC'].split(), '-std=c99', '-D_GNU_SOURCE', '-Wall',
            '-Wextra', '-Werror', self.examples() / 'counters.c', '-o',
            program, *self.flags())
        self.assertReads(program)
        for path in '/nonexistent', '/dev/null', program:
            run(program, path, code=1)

    def test_the_example_in_python_reads(self):
        program = self.examples() / 'counters.py'
        self.assertReads(program)
        run(program, '/dev/null', code=1)

    @unittest.skipUnless(shutil.which('c++'), 'there is no C++ compiler')
    def test_the_header_is_also_one_for_cpp(self):
        header = self.there('INCLUDEDIR', 'udpmill/counters.h')
        run('c++', '-x', 'c++', '-Wall', '-Wextra', '-Werror', '-fsyntax-only',
            '-include', header, '/dev/null', *self.flags())

    @unittest.skipUnless(os.environ['NINJA'], 'there is no ninja')
    def test_uninstalling_leaves_nothing(self):
        """In another place, since tests have no order."""
        other = pathlib.Path(self.scratch.name, 'other')
        env = dict(os.environ, DESTDIR=str(other))
        run('meson', 'install', '-C', BUILD, '--no-rebuild', env=env)
        self.assertEqual(all_files(other), all_files(self.root))
        run(other / self.udpmill.relative_to(self.root), 'perf', '--help')
        mine = other / 'mine'
        mine.touch()
        run(os.environ['NINJA'], '-C', BUILD, 'uninstall', env=env)
        self.assertEqual(all_files(other), {'mine'})


if __name__ == '__main__':
    unittest.main()
