# SPDX-License-Identifier: MIT
"""The results of "udpmill perf calibrate", stored by machine fingerprint in
the user's state directory."""
import json
import os

from .. import human
from ..errors import UNFIT, PerfError
from . import bounds, document, whole_file

SCHEMA = 'udpmill.perf.calibration/1'
MOST_BYTES = 16 << 20
ROW = {'workload', 'metric', 'floor', 'sd'}


def path(fingerprint):
    state = (os.environ.get('XDG_STATE_HOME')
             or os.path.expanduser('~/.local/state'))
    return os.path.join(state, 'udpmill', f'perf-{fingerprint}.json')


def load(fingerprint):
    """The rows of a machine; none if it was never calibrated."""
    try:
        found = json.loads(whole_file.read(path(fingerprint), MOST_BYTES))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise PerfError(f'{path(fingerprint)}: {error}; run "udpmill perf '
                        'calibrate" to replace it') from None
    if not well_formed(found):
        raise PerfError(f'{path(fingerprint)}: is not a calibration; run '
                        '"udpmill perf calibrate" to replace it')
    return found['rows']


def well_formed(found):
    return (isinstance(found, dict) and found.get('schema') == SCHEMA
            and isinstance(found.get('rows'), list)
            and all(isinstance(row, dict) and ROW <= row.keys()
                    and isinstance(row['workload'], str)
                    and (row['floor'] is None or _is_ln(row['floor']))
                    and _is_ln(row['sd'])
                    for row in found['rows']))


def _is_ln(value):
    value = human.number(value)
    return value is not None and 0 <= value <= bounds.MOST_LN


def store(fingerprint, rows):
    """Store rows, and keep the old rows of other workloads. Returns the path
    of the file."""
    new = {row['workload'] for row in rows}
    where = path(fingerprint)
    try:
        kept = [row for row in load(fingerprint)
                if row['workload'] not in new]
    except PerfError:
        kept = []  # a file that cannot be read is replaced
    try:
        os.makedirs(os.path.dirname(where), exist_ok=True)
    except OSError as error:
        raise PerfError(f'{where}: {error.strerror}', UNFIT) from None
    document.save({'schema': SCHEMA, 'fingerprint': fingerprint,
                   'rows': kept + rows}, where)
    return where


def floor(fingerprint, workloads):
    """The largest difference between equal arms that was found on this
    machine with these workloads; None if it is not known."""
    names = {w.name for w in workloads}
    found = [row['floor'] for row in load(fingerprint)
             if row['workload'] in names and row['floor'] is not None]
    return max(found) if found else None
