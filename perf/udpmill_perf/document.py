# SPDX-License-Identifier: MIT
"""The file that all of `udpmill perf` reads and writes.

A file may come from another host, another version or a full disk; so what is
read is checked before anything is computed from it, and what is written takes
the old file's place only when it is whole.
"""
import copy
import hashlib
import json
import math
import os
import pathlib
from datetime import datetime, timezone
from functools import lru_cache

from . import whole_file
from .errors import INVALID, UNFIT, PerfError

SCHEMA = 'udpmill.perf/1'
# What only documents of a kind have.
OF_KIND = {'merge': {'boots': []}, 'calibrate': {'calibration': None},
           'selftest': {'selftest': None}}
SCHEMA_FILE = pathlib.Path(__file__).parents[1] / 'udpmill.perf-1.schema.json'
ABOUT_KEPT = 60  # characters of a wrong value that are shown


def design_hash(design):
    text = json.dumps(design, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()


def new(kind, version, argv, seed, design):
    """A document in which nothing was measured yet; its design is fixed."""
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
        raise PerfError('files cannot be checked without jsonschema: '
                        'apt-get install python3-jsonschema',
                        UNFIT) from None
    schema = json.loads(SCHEMA_FILE.read_text())
    return jsonschema.Draft202012Validator(schema)


def _where(path):
    """['trials', 3, 'metrics'] -> 'trials[3].metrics'"""
    text = ''.join(f'[{key}]' if isinstance(key, int) else f'.{key}'
                   for key in path)
    return text.lstrip('.') or 'the whole of it'


def _deepest(error):
    """The part of an error that says most: the one furthest inside."""
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
    """What a schema cannot say of names: one of each, and A and B."""
    for part, key in UNIQUE:
        again = _twice(document.get(part, []), key)
        if again is not None:
            return f'{part}[{again}]: a second one of this name or number'
    arms = {a['name'] for a in document['arms']}
    if document['kind'] in ('compare', 'merge') and arms != {'A', 'B'}:
        return 'arms: those of a comparison are called A and B'
    return None


def _wrong_references(document):
    """Names and numbers that have to be somewhere else in it."""
    workloads = {w['name'] for w in document['workloads']}
    arms = {a['name'] for a in document['arms']}
    trials = {t['id'] for t in document['trials']}
    for part in ('trials', 'blocks', 'verdicts', 'latency', 'cells'):
        for i, item in enumerate(document.get(part, [])):
            if item['workload'] not in workloads:
                return f'{part}[{i}].workload: no workload is called so'
            if 'arm' in item and item['arm'] not in arms:
                return f'{part}[{i}].arm: no arm is called so'
    for i, block in enumerate(document.get('blocks', [])):
        for place, trial in enumerate(block['trials']):
            if trial not in trials:
                return f'blocks[{i}].trials[{place}]: no such trial'
    return None


def validate(document, name='the document'):
    """Raises PerfError that says which part of it is wrong."""
    said = document.get('schema') if isinstance(document, dict) else None
    if said != SCHEMA:
        raise PerfError(f'{name}: schema is {json.dumps(said)}, and this '
                        f'program reads "{SCHEMA}"', INVALID)
    wrong = (_wrong_by_schema(document) or _wrong_names(document)
             or _wrong_references(document))
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
    """The document in a file, checked."""
    try:
        with open(path, encoding='utf-8') as file:
            document = json.load(file, parse_constant=_refuse,
                                 parse_float=_finite)
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}') from None
    except (ValueError, RecursionError) as error:
        raise PerfError(f'{path}: not JSON: {error}', INVALID) from None
    return validate(document, path)


def save(document, path):
    """Writes the document, or leaves what was there as it was and raises
    PerfError. A pipe or a device is written to as it is."""
    try:
        data = json.dumps(document, indent=1, allow_nan=False) + '\n'
    except ValueError as error:
        raise PerfError(f'{path}: not written: {error}', INVALID) from None
    try:
        whole_file.write(path, data.encode())
    except OSError as error:
        kept = ('; the file that was there is as it was'
                if os.path.isfile(path) else '')
        raise PerfError(f'{path}: not written: {error.strerror}{kept}',
                        UNFIT) from None
