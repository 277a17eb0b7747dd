# SPDX-License-Identifier: MIT
"""From what a boot left behind to its entry in the document."""
import json
from dataclasses import dataclass, field

from ..errors import INVALID, UNFIT, PerfError
from . import attribution

SERVER_ENDS = (0,)
LOAD_ENDS = (0, 1)   # 1: some datagrams were not answered
MARKS = 3


@dataclass
class Told:
    """What the guest told of a workload."""
    name: str
    load: dict = field(default_factory=dict)
    maps: str = ''
    quiet: str = ''
    server: str = ''


def ended(body, allowed, what):
    """Raises PerfError unless a program ended as it should. body: its exit
    status, and what it printed to stderr."""
    status, _, errors = body.partition('\n')
    try:
        code = int(status.split()[0])
    except (IndexError, ValueError):
        raise PerfError(f'{what}: the guest told no exit status',
                        UNFIT) from None
    if code not in allowed:
        rows = [row for row in errors.splitlines() if row.strip()]
        raise PerfError(f'{what} ended with exit code {code}'
                        + (f': {rows[-1]}' if rows else ''),
                        UNFIT if code == 3 else INVALID)


def parsed(body, what):
    try:
        found = json.loads(body)
    except ValueError as error:
        raise PerfError(f'{what}: its report is not JSON: {error}',
                        INVALID) from None
    if not isinstance(found, dict):
        raise PerfError(f'{what}: its report is not an object', INVALID)
    return found


def ended_load(body, current, own_server):
    """A load may have failed because a server did, which nobody has said if
    it is not udpmill's."""
    try:
        ended(body, LOAD_ENDS, f'{current.name}: load')
    except PerfError as error:
        if own_server:
            raise
        code, _, text = current.server.partition('\n')
        said = '; '.join(row.strip() for row in text.splitlines()[-3:])
        raise PerfError(f'{error}; the server ended with exit code {code}'
                        + (f' and wrote: {said}' if said else ''),
                        error.exit_code) from None


def workloads(frames, own_server=True):
    """What was told of each workload, in order. own_server: it is udpmill, so
    its exit status is known to tell how it ended."""
    found, current = [], None
    for tag, body in frames:
        if tag == 'begin':
            current = Told(body.strip())
            found.append(current)
        elif current is None:
            continue
        elif tag == 'server' and own_server:
            ended(body, SERVER_ENDS, f'{current.name}: serve')
        elif tag == 'load':
            ended_load(body, current, own_server)
        elif tag == 'json':
            current.load = parsed(body, f'{current.name}: load')
        elif tag in ('maps', 'quiet', 'server'):
            setattr(current, tag, body)
    return found


def datagrams(load, name):
    """Datagrams in each of the two windows: those answered, or those sent if
    the service answers none."""
    try:
        rows = [(int(mark['sent']), int(mark['answered']))
                for mark in load['count_marks']]
        if len(rows) != MARKS:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise PerfError(f'{name}: load reports no {MARKS} marks; is this '
                        'udpmill older than udpmill perf count?',
                        UNFIT) from None
    which = 1 if rows[-1][1] else 0
    found = [after[which] - before[which]
             for before, after in zip(rows, rows[1:])]
    if not 0 < found[0] < found[1]:
        raise PerfError(f'{name}: its windows have {found[0]} and {found[1]} '
                        'datagrams, but the second must have more', INVALID)
    return found


def names_in(frames):
    """The texts of /proc/kallsyms and /proc/modules, or None if this boot was
    not asked for them."""
    found = dict(frames)
    if 'kallsyms' not in found:
        return None
    return found['kallsyms'], found.get('modules', '')


def kernel_of(frames):
    """What the guest told of its kernel: release and version."""
    rows = dict(frames).get('hello', '').splitlines()
    return {'release': rows[0], 'version': rows[1]} if len(rows) > 1 else {}


def attributed(wanted, told, counted, names_of):
    """The entries of the wanted workloads, by name. told: as workloads()
    returns; counted: windows of each, from the plugin; names_of(maps): the
    Names to use."""
    if [one.name for one in told] != list(wanted) or len(counted) != len(told):
        raise PerfError(f'the guest ran {len(told)} workloads and the plugin '
                        f'counted {len(counted)}, but {len(wanted)} were '
                        'wanted', INVALID)
    found = {}
    for one, windows in zip(told, counted):
        if len(windows) != 2:
            raise PerfError(f'{one.name}: the plugin counted {len(windows)} '
                            'windows, not 2', INVALID)
        found[one.name] = attribution.of_workload(
            windows, datagrams(one.load, one.name), names_of(one.maps))
    return found
