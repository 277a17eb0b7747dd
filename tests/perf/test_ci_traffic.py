# SPDX-License-Identifier: MIT
"""Those parts of perf/ci that send traffic: the kernel's selftest, with a made
library in the place of the kernel's, and the program of LKP."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from udpmill_perf.errors import INVALID

CI = pathlib.Path(__file__).parents[2] / 'perf' / 'ci'

# What the selftest uses of net/lib/py and drivers/net/lib/py. Both ends are
# here.
LIBRARY = '''\
import os, re, signal, socket, subprocess, time

class KsftSkipEx(Exception):
    pass

class NetDrvEpEnv:
    def __init__(self, path):
        self.addr_v = {'4': '127.0.0.1', '6': os.environ.get('V6')}
        self.remote_addr_v = dict(self.addr_v)
        self.remote = None
    def __enter__(self):
        return self
    def __exit__(self, *error):
        pass
    def require_ipver(self, ipver):
        if not self.addr_v[ipver]:
            raise KsftSkipEx(f'Test requires IPv{ipver} connectivity')
    def require_cmd(self, name, local=True, remote=False):
        pass

class cmd:
    def __init__(self, text, host=None, fail=True, timeout=5):
        done = subprocess.run(text, shell=True, capture_output=True, text=True,
                              timeout=timeout)
        self.ret, self.stdout, self.stderr = (done.returncode, done.stdout,
                                              done.stderr)

class bkg:
    def __init__(self, text):
        self.proc = subprocess.Popen(text, shell=True,
                                     stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
    def __enter__(self):
        return self
    def __exit__(self, *error):
        self.proc.terminate()
        self.proc.wait(10)

FAILED = []

def ksft_pr(*words):
    print('#', *words)

def check(fine, *words):
    if not fine:
        FAILED.append(words)
        ksft_pr(*words)

def ksft_eq(a, b, comment=''):
    check(a == b, a, '!=', b, comment)

def ksft_ge(a, b, comment=''):
    check(a >= b, a, '<', b, comment)

def ksft_run(cases, args):
    for number, case in enumerate(cases, 1):
        del FAILED[:]
        more = ''
        try:
            case(*args)
        except KsftSkipEx as error:
            more = f' # SKIP {error}'
        except Exception as error:
            check(False, 'Exception|', error)
        print('not ok' if FAILED else 'ok', number, case.__name__ + more)

def ksft_exit():
    pass

def rand_port():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.bind(('', 0))
        return s.getsockname()[1]

def wait_port_listen(port, proto):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for name in proto, proto + '6':
            with open(f'/proc/net/{name}') as f:
                if re.search(f':{port:04X} ', f.read()):
                    return
        time.sleep(0.01)
    raise TimeoutError('no server')
'''


@pytest.fixture
def programs(tmp_path):
    """The environment, in whose PATH udpmill is found."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'udpmill').symlink_to(os.environ['UDPMILL'])
    return {**os.environ, 'PATH': f'{folder}:{os.environ["PATH"]}'}


def selftest(tmp_path, environment, *changes):
    (tmp_path / 'lib').mkdir()
    (tmp_path / 'lib' / '__init__.py').write_text('')
    (tmp_path / 'lib' / 'py.py').write_text(LIBRARY)
    shutil.copy(CI / 'selftest/udpmill.py', tmp_path)
    text = (tmp_path / 'udpmill.py').read_text()
    for old, new in ('SECONDS = 2', 'SECONDS = 0.2'), *changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / 'udpmill.py').write_text(text)
    done = subprocess.run([sys.executable, tmp_path / 'udpmill.py'],
                          env=environment, capture_output=True, text=True,
                          check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def test_two_hosts(tmp_path, programs):
    shown = selftest(tmp_path, {**programs, 'V6': '::1'})
    assert [row for row in shown.splitlines() if row[0] != '#'] == [
        'ok 1 single_v4', 'ok 2 single_v6', 'ok 3 trains_v4',
        'ok 4 trains_v6', 'ok 5 fragments_v4', 'ok 6 one_at_a_time_v4'], shown


def test_a_case_fails_if_more_is_lost_than_allowed(tmp_path, programs):
    shown = selftest(tmp_path, programs, ('MAX_LOSS = 0.01', 'MAX_LOSS = -1'))
    assert 'not ok 1 single_v4' in shown and 'too many were lost' in shown
    assert 'ok 2 single_v6 # SKIP Test requires IPv6' in shown


def test_a_case_says_why_the_generator_failed(tmp_path, programs):
    shown = selftest(tmp_path, programs, ('--train off', '--no-such-option'))
    assert 'not ok 1 single_v4' in shown and '--no-such-option' in shown


def test_lkp(tmp_path, programs):
    folder = CI / 'lkp/programs/udpmill'
    ran = subprocess.run(
        [folder / 'run'], capture_output=True, text=True, check=False,
        env={**programs, 'rounds': '1', 'workload': 'echo-mmsg-trains-1472',
             'RESULT_ROOT': str(tmp_path)})
    assert ran.returncode in (0, INVALID), ran.stderr
    trial, = json.loads(ran.stdout)['trials']
    valid = trial['validity'] != 'INVALID'  # or else too busy a host
    assert valid == (ran.returncode == 0)
    shown = subprocess.run([folder / 'parse'], input=ran.stdout, text=True,
                           capture_output=True, check=True).stdout
    found = dict(row.split(': ') for row in shown.splitlines())
    assert sorted(found) == (
        ['datagrams_per_second', 'machine_ns_per_datagram'] if valid else [])
    assert all(float(value) > 0 for value in found.values())
    assert '--rounds 1' in (tmp_path / 'reproduce.sh').read_text()
