# SPDX-License-Identifier: MIT
"""The file that all verbs of `udpmill perf` read and write.

A file may come from another host, another version or a full disk. So a file is
checked before anything is computed from it, and a new file replaces the old
one only when it is complete.
"""
import copy
import json
import math
import os
import pathlib
from functools import lru_cache

from ..errors import INVALID, UNFIT, PerfError
from . import count_document, whole_file
from .bounds import MOST_BYTES, where, wrong_sizes
from .design import design_hash, now

__all__ = ['design_hash', 'load', 'new', 'save', 'validate']

SCHEMA = 'udpmill.perf/1'
# Parts that only documents of one kind have.
OF_KIND = {'merge': {'boots': []}, 'calibrate': {'calibration': None},
           'selftest': {'selftest': None}}
FOLDER = pathlib.Path(__file__).parents[2]
ABOUT_KEPT = 60  # characters of a wrong value that are shown


def new(kind, version, argv, seed, design):
    """A document without any measurements yet; its design is fixed."""
    return {
        'schema': SCHEMA, 'kind': kind,
        'tool': {'name': 'udpmill perf', 'version': version},
        'argv': list(argv), 'started': now(), 'seconds': 0.0,
        'complete': False, 'stopped': None, 'seed': seed,
        'design': design, 'design_sha256': design_hash(design),
        'aa': False, 'arms': [],
        'environment': {'before': {}, 'after': {}, 'changed': [],
                        'fingerprint': '0' * 12},
        'workloads': [], 'trials': [], 'blocks': [], 'verdicts': [],
        'verdict': None, 'latency': [], 'cells': [], 'skipped': [],
        **copy.deepcopy(OF_KIND.get(kind, {})),
    }


@lru_cache(maxsize=None)
def _validator(name):
    try:
        import jsonschema
    except ImportError:
        raise PerfError('files cannot be checked without jsonschema; run '
                        'sudo apt-get install python3-jsonschema',
                        UNFIT) from None
    schema = json.loads((FOLDER / name).read_text())
    return jsonschema.Draft202012Validator(schema)


def _deepest(error):
    """The most specific part of an error: the innermost one."""
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    return error


def _wrong_by_schema(document, name):
    errors = sorted(_validator(name).iter_errors(document),
                    key=lambda e: [str(key) for key in e.absolute_path])
    for error in errors:
        error = _deepest(error)
        about = error.message
        if len(about) > 3 * ABOUT_KEPT:
            about = about[:ABOUT_KEPT] + '...' + about[-2 * ABOUT_KEPT:]
        return f'{where(error.absolute_path)}: {about}'
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


def _wrong(document):
    """Check what the schema of trials cannot."""
    return _wrong_names(document) or _wrong_references(document)


# The schema's file, and what checks the rest.
SCHEMAS = {
    SCHEMA: ('udpmill.perf-1.schema.json', _wrong),
    count_document.SCHEMA: ('udpmill.perf.count-1.schema.json',
                            count_document.wrong),
}


def validate(document, name='the document'):
    """Returns the document. Raises PerfError that says which part is wrong."""
    said = document.get('schema') if isinstance(document, dict) else None
    if not isinstance(said, str) or said not in SCHEMAS:
        known = ' and '.join(f'"{schema}"' for schema in SCHEMAS)
        raise PerfError(f'{name}: schema is {json.dumps(said)}, but this '
                        f'program reads {known}', INVALID)
    file, rest = SCHEMAS[said]
    wrong = (wrong_sizes(document) or _wrong_by_schema(document, file)
             or rest(document))
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


def read(path):
    """The text of a file."""
    try:
        return whole_file.read(path, MOST_BYTES).decode()
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}') from None
    except ValueError as error:
        raise PerfError(f'{path}: not JSON: {error}', INVALID) from None


def parsed(text, path):
    """What a text is in JSON; not checked otherwise."""
    if not text.strip():
        raise PerfError(f'{path}: the file is empty', INVALID)
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise PerfError(f'{path}: not JSON: {error}', INVALID) from None


def load(path):
    """Returns the document in a file, after checking it."""
    return validate(parsed(read(path), path), path)


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
