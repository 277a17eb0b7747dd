# SPDX-License-Identifier: MIT
"""The paths of workloads within a guest: those that tools/lab makes on a host,
whose commands the guest's init runs."""
import subprocess
from dataclasses import dataclass

from ..errors import UNFIT, PerfError
from ..host import labs

PORT = 10600
LOOPBACK = '127.0.0.1'
SERVER = '192.0.2.1'  # LAB_SERVER of tools/lab


@dataclass(frozen=True)
class Path:
    """commands: make it, in order; server, client: what precedes the command
    of a program on either side; programs: of this host, in the guest."""
    host: str = LOOPBACK
    commands: tuple = ()
    server: tuple = ()
    client: tuple = ()
    programs: tuple = ()


def inside(netns):
    return ('/bin/ip', 'netns', 'exec', netns)


def shown(path):
    """The commands of tools/lab, as lists of words."""
    done = subprocess.run([labs.tool(), 'show', '--path', path],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise PerfError(f'path {path}: {done.stderr.strip()}', UNFIT)
    return [line.split() for line in done.stdout.splitlines()]


def find(path, sysctls):
    """The Path of a workload. sysctls: to set in its namespaces, where they
    exist there; all exist in the guest's first one."""
    if path == 'loopback':
        return Path()
    sides = tuple(f'lab-{path}-{side}' for side in ('server', 'client'))
    commands, programs = [], {'ip'}
    for words in shown(path):
        commands.append(('/bin/ip', *words[1:]))
        if words[1:3] == ['netns', 'exec']:
            programs.add(words[4])
    for netns in sides if sysctls else ():
        programs.add('sysctl')
        commands += [(*inside(netns), '/bin/sysctl', '-e', '-q', '-w',
                      f'{key}={value}') for key, value in sysctls.items()]
    return Path(SERVER, tuple(commands), *map(inside, sides),
                tuple(sorted(programs)))
