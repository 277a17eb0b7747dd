#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completion in bash, zsh and fish: every option of every verb is offered, and
words for the values that have some."""
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UDPMILL, FOLDER = sys.argv.pop(1), sys.argv.pop(1)
HERE = pathlib.Path(__file__).parent


def listed(*verb):
    return json.loads(subprocess.run(
        [UDPMILL, '--list-options', *verb], check=True, text=True,
        stdout=subprocess.PIPE).stdout)


VERBS = [v['name'] for v in listed()]
PERF = {('perf', v['name']): v for v in listed('perf')}
COMMANDS = {(v,): listed(v) for v in VERBS if v != 'perf'} | {
    words: v for words, v in PERF.items() if v['options'] is not None}


class Shell:
    """What all shells are asked."""

    def test_the_verbs(self):
        for line, known in (('', [*VERBS, 'help']), ('help ', VERBS),
                            ('perf ', [w[1] for w in PERF]),
                            ('help perf ', [w[1] for w in PERF])):
            with self.subTest(line=line):
                self.assertLessEqual(set(known), self.ask(line))

    def test_every_long_option(self):
        for words, command in COMMANDS.items():
            known = {f'--{o["long"]}' for o in command['options'] if o['long']}
            offered = {o.rstrip('=') for o in
                       self.ask(f'{" ".join(words)} --')}
            with self.subTest(words=words):
                self.assertEqual(known, offered)

    def test_every_value(self):
        for words, command in COMMANDS.items():
            for o in command['options']:
                if not o['values']:
                    continue
                line = f'{" ".join(words)} --{o["long"]}='
                with self.subTest(line=line):
                    offered = {w.removeprefix(f'--{o["long"]}=')
                               for w in self.ask(line)}
                    self.assertLessEqual(set(o['values']), offered)

    def test_a_value_after_a_blank(self):
        self.assertIn('uring', self.ask('serve 0 --backend '))
        self.assertIn('zeros', self.ask('load --content z'))

    def test_a_value_of_a_short_option(self):
        if ('perf', 'run') in COMMANDS:
            self.assertEqual(self.ask('perf run -p s'), {'smoke'})

    def test_the_second_value_of_a_list(self):
        offered = {w.rpartition(',')[2]
                   for w in self.ask('load --stress=sizes,che')}
        self.assertEqual(offered, {'checksum'})

    def test_files(self):
        with open('some-key', 'w'):
            pass
        self.addCleanup(os.unlink, 'some-key')
        self.assertEqual(self.ask('serve --key some-'), {'some-key'})

    def test_only_numbers_of_what_strangers_put_among_the_servers(self):
        """The name of a file there is neither run nor offered."""
        pid = str(os.getpid())
        with subprocess.Popen(['true']) as ended:
            pass
        gone = str(ended.pid)
        for name in pid, gone, '$(touch${IFS}pwned)', '7;pwned', '\033pwned':
            path = pathlib.Path(f'/dev/shm/udpmill.{name}')
            path.touch()
            self.addCleanup(path.unlink)
        offered = self.ask('stat ')
        self.assertFalse(os.path.exists('pwned'))
        self.assertIn(pid, offered)
        self.assertNotIn(gone, offered)
        self.assertEqual({w for w in offered if 'pwned' in w}, set())

    def test_nothing_of_another_verb(self):
        self.assertNotIn('--describe', self.ask('load --'))
        self.assertEqual(self.ask('serve --describ'), set())


@unittest.skipUnless(shutil.which('bash'), 'bash is not installed')
class Bash(Shell, unittest.TestCase):
    def setUp(self):
        here = os.getcwd()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, here)
        os.chdir(folder.name)

    def ask(self, line):
        # As bash splits a line: "=" is a word of its own.
        words = ['udpmill', *re.findall(r'=|[^\s=]+', line)]
        if not line or line[-1] in ' =':
            words.append('')
        if line.endswith('='):
            words.pop()
        script = (f'. {FOLDER}/udpmill; COMP_WORDS=("$@"); '
                  f'COMP_CWORD=$(($# - 1)); _udpmill; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(['bash', '--norc', '-c', script, 'bash', *words],
                              stdout=subprocess.PIPE, text=True, check=True)
        return set(done.stdout.split())


@unittest.skipUnless(shutil.which('fish'), 'fish is not installed')
class Fish(Bash):
    def ask(self, line):
        home = os.getcwd()
        done = subprocess.run(
            ['fish', '--no-config', '-c', f'source {FOLDER}/udpmill.fish; '
             'complete -C $argv[1]', f'udpmill {line}'],
            stdout=subprocess.PIPE, text=True, check=True,
            env={**os.environ, 'HOME': home, 'XDG_CONFIG_HOME': home})
        return {row.partition('\t')[0] for row in done.stdout.splitlines()}


@unittest.skipUnless(shutil.which('zsh'), 'zsh is not installed')
class Zsh(Bash):
    def setUp(self):
        super().setUp()
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.environ.update(TERM='dumb', UDPMILL_COMPLETIONS=FOLDER)
            os.execvp('zsh', ['zsh', '-f', '-i'])
        self.addCleanup(self.end)
        self.said = ''
        self.write(f'. {HERE}/capture.zsh\r')
        self.until('\n<<ready>>')

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def write(self, text):
        os.write(self.terminal, text.encode())

    def until(self, mark):
        while mark not in self.said:
            self.said += os.read(self.terminal, 65536).decode().replace(
                '\r', '')
        before, _, self.said = self.said.partition(mark)
        return before

    def ask(self, line):
        self.write(f'\x15udpmill {line}\t')
        self.until('\n<<begin>>\n')
        return set(self.until('<<end>>').split('\n')) - {''}


if __name__ == '__main__':
    unittest.main()
