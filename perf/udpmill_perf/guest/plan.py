# SPDX-License-Identifier: MIT
"""The plan of a boot, which the guest's init carries out: a text with one
directive a line, words separated by blanks, without quoting."""
import string
from dataclasses import dataclass, field

from ..errors import PerfError

VERSION = 1
READY = '/tmp/ready'   # the server makes it
QUIET_MS = 200         # for which the guest must have been idle
ALLOWED = set(string.printable) - set(string.whitespace)
LINE_MOST = 4000       # bytes; the guest's init has a bound, too
WORDS_MOST = 120


@dataclass(frozen=True)
class Job:
    """A workload of the plan. server, load: commands in the guest; listens:
    the UDP port that shows that the server is ready, or None if it makes the
    file READY; priorities: of the server and of the load under SCHED_FIFO, or
    None."""
    name: str
    server: list
    load: list
    listens: int | None = None
    priorities: tuple | None = None


@dataclass(frozen=True)
class Plan:
    """modules: names, in order; sysctls: those of the host, not of a path;
    commands: make the paths."""
    jobs: list
    modules: list = field(default_factory=list)
    sysctls: dict = field(default_factory=dict)
    commands: list = field(default_factory=list)


def line(*words):
    """A line of the plan, or PerfError if the guest could not read it as
    these words."""
    words = [str(word) for word in words]
    for word in words:
        if not word or not set(word) <= ALLOWED:
            raise PerfError(f'"{word}": what the guest is told must not be '
                            'empty nor have blanks or characters other than '
                            'ASCII')
    text = ' '.join(words)
    if len(text) > LINE_MOST or len(words) > WORDS_MOST:
        raise PerfError(f'{words[1] if len(words) > 1 else words[0]}: too '
                        f'many arguments for the guest: above {WORDS_MOST} '
                        f'words or {LINE_MOST} bytes')
    return text


def first_things_first(plan):
    """What comes before programs with priorities: they may keep the CPU as
    long as they like, but not from softirqs, which would be handed over to a
    thread that never runs."""
    given = [max(job.priorities) for job in plan.jobs if job.priorities]
    if not given:
        return []
    return [line('sysctl', 'kernel.sched_rt_runtime_us', -1),
            line('policy', 'softirq', 'fifo', max(given) + 1)]


def policies(job):
    return [line('policy', who, 'fifo', priority) for who, priority in
            zip(('server', 'load'), job.priorities or ())]


def ready(job):
    if job.listens:
        return line('listen', job.listens)
    return line('ready', READY)


def write(plan, with_names):
    """The plan's text. with_names: at the end, the guest sends the names of
    the kernel's functions."""
    rows = [line('udpmill-plan', VERSION)]
    rows += first_things_first(plan)
    rows += [line('module', f'/modules/{name}.ko') for name in plan.modules]
    rows += [line('sysctl', key, *value.split())
             for key, value in plan.sysctls.items()]
    rows += [line('run', *command) for command in plan.commands]
    for job in plan.jobs:
        rows += [line('quiet', QUIET_MS), line('workload', job.name),
                 ready(job), *policies(job), line('server', *job.server),
                 line('load', *job.load), line('end')]
    if with_names:
        rows.append(line('names'))
    return '\n'.join([*rows, line('off'), ''])
