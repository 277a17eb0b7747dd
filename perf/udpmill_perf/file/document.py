# SPDX-License-Identifier: MIT
"""The file that all verbs of `udpmill perf` read and write.

A file may come from another host, another version or a full disk. So a file is
checked before anything is computed from it, and a new file replaces the old
one only when it is complete.
"""
import copy
import hashlib
import json
import math
import os
import pathlib
from datetime import datetime, timezone
from functools import lru_cache

from ..errors import INVALID, UNFIT, PerfError
from . import whole_file

SCHEMA = 'udpmill.perf/1'
# Parts that only documents of one kind have.
OF_KIND = {'merge': {'boots': []}, 'calibrate': {'calibration': None},
           'selftest': {'selftest': None}}
SCHEMA_FILE = pathlib.Path(__file__).parents[2] / 'udpmill.perf-1.schema.json'
ABOUT_KEPT = 60  # characters of a wrong value that are shown
# Limits that our own files keep. The time to wrap and draw a text grows with
# the square of its length, and arithmetic with larger numbers overflows.
MOST_BYTES = 256 << 20
MOST_TEXT, MOST_NAME = 100_000, 200
NAMES = ('name', 'label', 'workload', 'arm', 'metric', 'who', 'peer', 'phase')
MOST_NUMBER, LEAST_NUMBER = 1e18, 1e-300
MOST_INTEGER = 2 ** 63 - 1
MOST_DEPTH = 40


def design_hash(design):
    text = json.dumps(design, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()


def new(kind, version, argv, seed, design):
    """A document without any measurements yet; its design is fixed."""
    now = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    return {
        'schema': SCHEMA, 'kind': kind,
        'tool': {'name': 'udpmill perf', 'version': version},
        'argv': list(argv), 'started': now, 'seconds': 0.0,
        'complete': False, 'stopped': None, 'seed': seed,
        'design': design, 'design_sha256': design_hash(design),
        'aa': False, 'arms': [],
        'environment': {'before': {}, 'after': {}, 'changed': [],
                        'fingerprint': '0' * 12},
        'workloads': [], 'trials': [], 'blocks': [], 'verdicts': [],
        'verdict': None, 'latency': [], 'cells': [], 'skipped': [],
        **copy.deepcopy(OF_KIND.get(kind, {})),
    }


@lru_cache(maxsize=1)
def _validator():
    try:
        import jsonschema
    except ImportError:
        raise PerfError('files cannot be checked without jsonschema; run '
                        'sudo apt-get install python3-jsonschema',
                        UNFIT) from None
    schema = json.loads(SCHEMA_FILE.read_text())
    return jsonschema.Draft202012Validator(schema)


def _where(path):
    """['trials', 3, 'metrics'] -> 'trials[3].metrics'"""
    text = ''.join(f'[{key}]' if isinstance(key, int) else f'.{key}'
                   for key in path)
    return text.lstrip('.') or 'the whole document'


def _deepest(error):
    """The most specific part of an error: the innermost one."""
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    return error


def _wrong_by_schema(document):
    errors = sorted(_validator().iter_errors(document),
                    key=lambda e: [str(key) for key in e.absolute_path])
    for error in errors:
        error = _deepest(error)
        about = error.message
        if len(about) > 3 * ABOUT_KEPT:
            about = about[:ABOUT_KEPT] + '...' + about[-2 * ABOUT_KEPT:]
        return f'{_where(error.absolute_path)}: {about}'
    return None


def _wrong_value(key, value):
    if isinstance(value, str):
        most = MOST_NAME if key in NAMES else MOST_TEXT
        if len(value) > most:
            return f'a text of {len(value)} characters; {most} are allowed'
    elif isinstance(value, int):
        if abs(value) > MOST_INTEGER:
            return 'a number beyond 2^63, which no counter can reach'
    elif isinstance(value, float) and value:
        if not LEAST_NUMBER <= abs(value) <= MOST_NUMBER:
            return (f'{value:.3g} is outside of what can be measured, '
                    f'{LEAST_NUMBER} to {MOST_NUMBER}')
    return None


def _wrong_sizes(document):
    """Check what a schema does not: lengths, sizes of numbers, and depth."""
    left = [((), document)]
    while left:
        path, value = left.pop()
        if len(path) > MOST_DEPTH:
            return f'{_where(path[:3])}: more than {MOST_DEPTH} levels deep'
        wrong = _wrong_value(path[-1] if path else None, value)
        if wrong:
            return f'{_where(path)}: {wrong}'
        if isinstance(value, dict):
            for key in value:
                if len(key) > MOST_NAME:
                    return (f'{_where(path)}: a key of {len(key)} '
                            f'characters; {MOST_NAME} are allowed')
            left += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            left += [((*path, i), item) for i, item in enumerate(value)]
    return None


def _twice(items, key):
    seen = set()
    for i, item in enumerate(items):
        if key(item) in seen:
            return i
        seen.add(key(item))
    return None


UNIQUE = (('workloads', lambda w: w['name']), ('arms', lambda a: a['name']),
          ('trials', lambda t: t['id']),
          ('blocks', lambda b: (b['workload'], b['index'])))


def _wrong_names(document):
    """Check what a schema cannot: unique names, and the arms A and B."""
    for part, key in UNIQUE:
        again = _twice(document.get(part, []), key)
        if again is not None:
            return f'{part}[{again}]: this name or number is used twice'
    arms = {a['name'] for a in document['arms']}
    if document['kind'] in ('compare', 'merge') and arms != {'A', 'B'}:
        return 'arms: a comparison must have arms A and B'
    return None


def _wrong_references(document):
    """Check that names and numbers refer to something in the document."""
    workloads = {w['name'] for w in document['workloads']}
    arms = {a['name'] for a in document['arms']}
    trials = {t['id'] for t in document['trials']}
    for part in ('trials', 'blocks', 'verdicts', 'latency', 'cells'):
        for i, item in enumerate(document.get(part, [])):
            if item['workload'] not in workloads:
                return f'{part}[{i}].workload: no workload has this name'
            if 'arm' in item and item['arm'] not in arms:
                return f'{part}[{i}].arm: no arm has this name'
    for i, block in enumerate(document.get('blocks', [])):
        for place, trial in enumerate(block['trials']):
            if trial not in trials:
                return f'blocks[{i}].trials[{place}]: no such trial'
    return None


def validate(document, name='the document'):
    """Returns the document. Raises PerfError that says which part is wrong."""
    said = document.get('schema') if isinstance(document, dict) else None
    if said != SCHEMA:
        raise PerfError(f'{name}: schema is {json.dumps(said)}, but this '
                        f'program reads "{SCHEMA}"', INVALID)
    wrong = (_wrong_sizes(document) or _wrong_by_schema(document)
             or _wrong_names(document) or _wrong_references(document))
    if wrong:
        raise PerfError(f'{name}: {wrong}', INVALID)
    return document


def _refuse(constant):
    raise ValueError(f'{constant} is not JSON')


def _finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f'{text} is too large')
    return value


def load(path):
    """Returns the document in a file, after checking it."""
    try:
        document = json.loads(
            whole_file.read(path, MOST_BYTES).decode(),
            parse_constant=_refuse, parse_float=_finite)
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}') from None
    except (ValueError, RecursionError) as error:
        raise PerfError(f'{path}: not JSON: {error}', INVALID) from None
    return validate(document, path)


def save(document, path):
    """Write the document; on errors, keep the old file and raise PerfError. A
    pipe or a device is written to directly."""
    try:
        data = json.dumps(document, indent=1, allow_nan=False) + '\n'
    except ValueError as error:
        raise PerfError(f'{path}: not written: {error}', INVALID) from None
    try:
        whole_file.write(path, data.encode())
    except OSError as error:
        kept = ('; the file that was there is unchanged'
                if os.path.isfile(path) else '')
        raise PerfError(f'{path}: not written: {error.strerror}{kept}',
                        UNFIT) from None
