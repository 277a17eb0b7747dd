# SPDX-License-Identifier: MIT
"""README's recipes work as they are printed: each runs in a shell, with the
programs that were built. Only runs are shortened, by a udpmill in PATH that
appends options.

    recipes.py UDPMILL
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).parents[2]
UDPMILL = pathlib.Path(sys.argv.pop(1)).resolve()
RECIPE = re.compile(r'^<!-- recipe: (\w+) -->\n```sh\n(.*?)^```$', re.M | re.S)
SHORTER = f"""#!/bin/bash
words=("$@")
case "$1 ${{2-}}" in
"perf count") words+=(--datagrams 300 --warm 100 --seeds 2) ;;
"perf compare") words+=(--window 250ms --warm-up 50ms --screen 6
                        --confirm 0 --extend 0) ;;
"perf run") words+=(--rounds 1 --window 200ms --warm-up 100ms) ;;
load*) words=("${{words[@]/#--stress/--stress=sizes}}" --time 1s) ;;
esac
exec "{UDPMILL}" "${{words[@]}}"
"""


def recipes():
    return dict(RECIPE.findall((TOP / 'README.md').read_text()))


class Recipes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        programs = self.folder / 'bin'
        programs.mkdir()
        for name, text in (('udpmill', SHORTER),
                           ('sudo', '#!/bin/sh\nexec "$@"\n')):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        (self.folder / 'tools').symlink_to(TOP / 'tools')
        self.path = f'{programs}:{os.environ["PATH"]}'

    def cook(self, *names, **variables):
        """Run recipes in one shell that stops at the first error, and end what
        they have left running."""
        text = '\n'.join(recipes()[name] for name in names)
        with (self.folder / 'said').open('w+') as said, subprocess.Popen(
                ['bash', '-ec', text], cwd=self.folder, stdout=said,
                stderr=said, stdin=subprocess.DEVNULL, start_new_session=True,
                env=dict(os.environ, PATH=self.path, **variables)) as shell:
            try:
                shell.wait(timeout=600)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGTERM)
            said.seek(0)
            return shell.returncode, said.read()

    def assertMade(self, name, start):
        text = (self.folder / name).read_text()
        self.assertTrue(text.lower().startswith(start), text[:200])

    def test_none_is_left_out(self):
        self.assertEqual(set(recipes()), {'server', 'kernel', 'stress', 'gate',
                                          'calls', 'frames'})

    def test_two_kernels_are_compared(self):
        kernel = os.environ.get('UDPMILL_TEST_KERNEL')
        if not kernel or not shutil.which('qemu-system-x86_64'):
            self.skipTest('no kernel in UDPMILL_TEST_KERNEL, or no '
                          'qemu-system-x86_64')
        code, said = self.cook('kernel', OLD=kernel, NEW=kernel)
        self.assertEqual(code, 0, said)
        self.assertIn('Both arms are the same', said)
        self.assertMade('count.html', '<!doctype html>')

    def need_lab(self, path):
        if os.geteuid():
            self.skipTest('a lab needs root')
        r = subprocess.run([TOP / 'tools/lab', 'run', '--path', path, 'true'],
                           capture_output=True, text=True)
        if r.returncode:
            self.skipTest(r.stderr.strip())

    def built_with(self, feature):
        said = subprocess.run([UDPMILL, '--version'], capture_output=True,
                              text=True).stdout
        return feature in said.partition('without')[0]

    def test_calls_are_compared(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest('server and generator want a CPU each')
        if not self.built_with('io_uring'):
            self.skipTest('built without io_uring')
        code, said = self.cook('calls')
        path, = self.folder.glob('udpmill-run-*.json')
        trials = json.loads(path.read_text())['trials']
        names = {t['workload'] for t in trials}
        self.assertEqual(len(names), 5, said)
        self.assertIn('echo-mmsg-single-64-connected', names)
        # A busy host may leave a workload without a valid trial.
        bad = names - {t['workload'] for t in trials
                       if t['validity'] != 'INVALID'}
        self.assertEqual(code, 5 if bad else 0, said)
        for name in bad:
            self.assertIn(name, said.split('no valid trial of')[1])
        for name in names - bad:
            self.assertIn(name, (self.folder / 'calls.md').read_text())
        self.assertMade('calls.md', '#')

    def test_frames_pass_the_stack_by(self):
        if not self.built_with('XDP'):
            self.skipTest('built without XDP')
        self.need_lab('veth')
        # What a server of before has left.
        (self.folder / 'address').write_text('127.0.0.1:1\n')
        code, said = self.cook('frames')
        self.assertEqual(code, 0, said)
        report = json.loads((self.folder / 'frames.json').read_text())
        self.assertTrue(report['ledger']['balances'])
        log = (self.folder / 'serve.log').read_text()
        self.assertIn('backend=xdp', log)
        # It ended by itself, and was not killed with the lab.
        self.assertIn('rx_datagrams', log)

    def test_a_stack_is_stressed(self):
        self.need_lab('nft')
        (self.folder / 'address').write_text('127.0.0.1:1\n')
        code, said = self.cook('stress')
        self.assertEqual(code, 0, said)
        report = json.loads((self.folder / 'stress.json').read_text())
        self.assertTrue(report['stress']['rows'])
        self.assertMade('stress.html', '<!doctype html>')

    def test_a_job_is_gated(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest('server and generator want a CPU each')
        code, said = self.cook('server', 'gate', OLD=str(UDPMILL),
                               NEW=str(UDPMILL))
        self.assertMade('perf.md', '#')
        report = json.loads((self.folder / 'load.json').read_text())
        self.assertTrue(report['ledger']['balances'])
        # A server that waits for a CPU drops what its queue has no room for.
        self.assertEqual(code, int(report['loss']['share'] > 0.01), said)


if __name__ == '__main__':
    unittest.main(verbosity=2)
