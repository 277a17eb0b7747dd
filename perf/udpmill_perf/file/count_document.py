# SPDX-License-Identifier: MIT
"""The file of `udpmill perf count`: boots of one or two arms, and what was
counted in them. document.py reads and writes it, like the others."""
from .design import design_hash, now

SCHEMA = 'udpmill.perf.count/1'
KIND = 'count'
ARMS = ({'A'}, {'A', 'B'})
# Besides the kernel, what two arms that are the same have in common.
ARM_KEYS = ('sha256', 'options', 'settings', 'append')


def new(version, argv, design):
    """A document without any boots yet; its design is fixed."""
    return {
        'schema': SCHEMA, 'kind': KIND,
        'tool': {'name': 'udpmill perf', 'version': version},
        'argv': list(argv), 'started': now(), 'seconds': 0.0,
        'complete': False, 'stopped': None,
        'design': design, 'design_sha256': design_hash(design),
        'aa': False, 'machine': {}, 'arms': [], 'workloads': [], 'boots': [],
        'counts': [], 'functions': [], 'verdicts': [], 'verdict': None,
    }


def _again(items):
    """The place of the first item that was there before."""
    seen = set()
    for place, item in enumerate(items):
        if item in seen:
            return place
        seen.add(item)
    return None


def _twice(document):
    parts = {
        'workloads': [w['name'] for w in document['workloads']],
        'arms': [a['name'] for a in document['arms']],
        'boots': [(b['arm'], b['seed'], b['twin'])
                  for b in document['boots']],
        'counts': [(c['workload'], c['arm']) for c in document['counts']],
        'verdicts': [v['workload'] for v in document['verdicts']],
        'functions': [(f['workload'], f['function'], f['group'])
                      for f in document['functions']],
    }
    for part, items in parts.items():
        place = _again(items)
        if place is not None:
            return f'{part}[{place}]: it is in the file twice'
    return None


def _unknown(document, arms, workloads):
    for place, boot in enumerate(document['boots']):
        if boot['arm'] not in arms:
            return f'boots[{place}].arm: no arm has this name'
        if boot['seed'] not in document['design']['seeds']:
            return f'boots[{place}].seed: the design has no such seed'
        if not workloads.issuperset(boot['workloads']):
            return f'boots[{place}].workloads: no workload has this name'
    for part in 'counts', 'functions', 'verdicts':
        for place, item in enumerate(document[part]):
            if item['workload'] not in workloads:
                return f'{part}[{place}].workload: no workload has this name'
            if 'arm' in item and item['arm'] not in arms:
                return f'{part}[{place}].arm: no arm has this name'
    return None


def wrong(document):
    """What the schema cannot say: names are unique, and refer to something."""
    arms = {arm['name'] for arm in document['arms']}
    if arms not in ARMS:
        return 'arms: a count has the arm A, or A and B'
    workloads = {workload['name'] for workload in document['workloads']}
    return _twice(document) or _unknown(document, arms, workloads)
