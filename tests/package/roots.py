#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The packages install, run and can be removed in clean roots of Debian 12 and
13. Argument: where tools/package has put them. For "tools/check package": it
downloads both roots, from the mirror that this host's apt uses, which takes
minutes."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

# Mounts of its own: whatever happens, none of a root's is left on this host, and
# no server of this host is seen in there.
ALONE = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork',
         '--kill-child', 'sh', '-c',
         'mount -t tmpfs tmpfs /dev/shm && mount -t proc proc /proc && '
         'exec "$@"', 'sh']
HERE = pathlib.Path(__file__).resolve().parent
BEGUN = 'inside: installing'


def mirror():
    """The URI of Debian's main archive, of whichever release; or None."""
    if not shutil.which('apt-get'):
        return None
    done = subprocess.run(
        ['apt-get', 'indextargets', '--format',
         '$(REPO_URI) $(CODENAME) $(ORIGIN) $(LABEL)'], capture_output=True,
        text=True, check=False)
    for line in done.stdout.splitlines():
        uri, name, origin, label = (line.split() + [''] * 4)[:4]
        if (origin, label) == ('Debian', 'Debian') and '-' not in name:
            return uri
    return None


class Roots(unittest.TestCase):
    def check(self, release):
        if not shutil.which('mmdebstrap'):
            self.skipTest('mmdebstrap is not installed (Debian: mmdebstrap)')
        uri = mirror()
        if not uri:
            self.skipTest('apt knows no mirror of Debian; run apt-get update')
        packages = [str(p) for p in sorted(FOLDER.glob('*.deb'))
                    if 'dbgsym' not in p.name]
        self.assertEqual(len(packages), 3, packages)
        copied = ' '.join(f'"{p}"' for p in [*packages, HERE / 'inside.bash'])
        alone = ALONE if os.geteuid() == 0 else []
        done = subprocess.run(
            [*alone, 'mmdebstrap', '--variant=apt', '--format=null',
             '--include=man-db', f'--customize-hook=copy-in {copied} /root',
             '--chrooted-customize-hook=bash /root/inside.bash', release, '-',
             uri], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, stdin=subprocess.DEVNULL)
        lines = done.stdout.splitlines()
        if not any(line.startswith(BEGUN) for line in lines):
            why = next((line for line in lines if line.startswith('E:')),
                       'mmdebstrap failed')
            self.skipTest(f'no root of {release} can be made here: {why}')
        self.assertEqual(done.returncode, 0, '\n'.join(lines[-40:]))
        self.assertIn('inside: done', lines)

    def test_debian_12(self):
        self.check('bookworm')

    def test_debian_13(self):
        self.check('trixie')


if __name__ == '__main__':
    FOLDER = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
