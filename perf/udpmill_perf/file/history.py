# SPDX-License-Identifier: MIT
"""Medians over time: one line per document, appended by any number of jobs.

Two jobs that append at once must not tear each other's lines, so a line is one
write to a file opened for appending, under a lock. A line that cannot be read
is reported and kept: it may be from a newer version.
"""
import fcntl
import hashlib
import json
import math
import os
from dataclasses import dataclass, field
from statistics import median

from .. import human
from ..errors import UNFIT, PerfError, code_of
from . import whole_file
from .bounds import LEAST_NUMBER, MOST_NAME, MOST_NUMBER
from .view import View, keyed, listed

MOST_BYTES = 256 << 20
SCHEMA = 'udpmill.perf-history/1'
# Of user space and kernel, while a PMU counts the kernel's.
COUNTED = 'counted_instructions_per_datagram'


@dataclass
class Series:
    """One machine, workload, metric and arm over time."""
    fingerprint: str
    workload: str
    metric: str
    who: str
    points: list = field(default_factory=list)     # of Point, oldest first


@dataclass
class Point:
    time: str
    git: str
    median: float
    low: float | None
    high: float | None


def entry(document):
    """The line of a document, short enough to be kept for years."""
    view = View(document)
    text = json.dumps(document, sort_keys=True, separators=(',', ':'))
    return {'schema': SCHEMA, 'time': document.get('started'),
            'id': hashlib.sha256(text.encode()).hexdigest()[:16],
            'kind': view.kind, 'verdict': document.get('verdict'),
            'fingerprint': _fingerprint(view),
            'rows': _paired_rows(view) if view.paired else _cell_rows(view)
            + _count_rows(view)}


def _fingerprint(view):
    """Of the machine; of a count, of the one that was emulated."""
    if view.kind != 'count':
        return view.environment.get('fingerprint')
    text = json.dumps(view.document.get('machine'), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _count_rows(view):
    """Rows of the arm under test of a count."""
    arm = view.arm_names[-1] if view.arm_names else None
    return [{'workload': row.get('workload'), 'metric': COUNTED,
             'who': arm, 'git': _git(view, arm),
             'median': row['instructions'], 'low': row.get('low'),
             'high': row.get('high')}
            for row in listed(view.document.get('counts'))
            if str(row.get('arm')) == arm
            and row.get('instructions') is not None]


def _git(view, name):
    for arm in view.arms:
        if str(arm.get('name')) == name:
            return arm.get('git') or arm.get('version')
    return None


def _paired_rows(view):
    """Rows of the arm under test: its own figures, not the difference."""
    if not view.arm_names:
        return []
    arm = view.arm_names[-1]
    rows = []
    for workload in view.workloads:
        for kind in view.metrics:
            values = view.values(workload, arm, kind.name)
            if values:
                low, high = median_interval(values)
                rows.append({'workload': workload, 'metric': kind.name,
                             'who': arm, 'git': _git(view, arm),
                             'median': median(values), 'low': low,
                             'high': high})
    return rows


def _cell_rows(view):
    return [{'workload': cell.get('workload'), 'metric': cell.get('metric'),
             'who': view.who(cell), 'git': _git(view, str(cell.get('arm'))),
             'median': cell['median'], 'low': cell.get('low'),
             'high': cell.get('high')}
            for cell in view.cells if cell.get('median') is not None]


def median_interval(values, level=0.95):
    """Order statistics that contain the median, for any distribution."""
    ordered, size = sorted(values), len(values)
    below, cut = 0.0, 0
    while cut < size // 2:
        below += math.comb(size, cut) / 2 ** size
        if 2 * below > 1 - level:
            break
        cut += 1
    if cut == 0:
        return None, None
    return ordered[cut - 1], ordered[size - cut]


def append(path, document):
    """Append a document's line; False if it has been there already."""
    line = entry(document)
    if not line['rows']:
        return False
    text = json.dumps(line, sort_keys=True, separators=(',', ':')) + '\n'
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            return _append(handle, line['id'], text)
        finally:
            os.close(handle)
    except OSError as error:
        raise PerfError(f'{path}: history not written: '
                        f'{error.strerror or error}',
                        code_of(error)) from None


def _append(handle, id, text):
    with open(handle, 'rb', closefd=False) as file:
        before = file.read()
    if f'"id":"{id}"'.encode() in before:
        return False
    if before and not before.endswith(b'\n'):
        text = '\n' + text          # keep a torn line separate
    data = text.encode()
    if os.write(handle, data) != len(data):
        raise PerfError('history was only partly written; is the disk full?',
                        UNFIT)
    return True


def load(path):
    """Returns (entries, complaints). A missing file counts as empty."""
    try:
        data = whole_file.read(path, MOST_BYTES)
        lines = data.decode(errors='replace').split('\n')
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise PerfError(f'{path}: history not read: '
                        f'{error.strerror or error}') from None
    entries, complaints = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        why, found = _read(line)
        if why:
            complaints.append(f'{path}:{number}: {why}; ignored, and kept in '
                              'the file')
        else:
            entries.append(found)
    return entries, complaints


def _read(line):
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return 'not JSON', None
    if not isinstance(found, dict) or found.get('schema') != SCHEMA:
        return f'not a line of {SCHEMA}', None
    if not isinstance(found.get('rows'), list):
        return 'has no rows', None
    return None, found


def _figure(value):
    """A number as a document may have it; None for anything else."""
    value = human.number(value)
    inside = value is not None and LEAST_NUMBER <= value <= MOST_NUMBER
    return value if inside else None


def series(entries):
    """All series, with their points in order of time."""
    found = {}
    for line in sorted(entries, key=lambda line: str(line.get('time'))):
        for row in listed(line.get('rows')):
            row = keyed(row)
            value = _figure(row.get('median'))
            key = (str(line.get('fingerprint')), str(row.get('workload')),
                   str(row.get('metric')), str(row.get('who')))
            if value is None or max(map(len, key)) > MOST_NAME:
                continue
            found.setdefault(key, Series(*key)).points.append(
                Point(str(line.get('time')), str(row.get('git') or ''),
                      value, _figure(row.get('low')),
                      _figure(row.get('high'))))
    return list(found.values())
