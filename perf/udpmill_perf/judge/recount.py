# SPDX-License-Identifier: MIT
"""The verdicts of a file of `count`, computed again from its boots; the other
files are checked by recheck.py, in the same way."""
from ..file.count_document import ARM_KEYS
from . import counted, exact
from .recheck import design, differs, kept, same, worded


def equal_arms(doc):
    """only arms with the same kernel, program and options are marked as A/A"""
    if len(doc['arms']) < 2:
        if doc['aa']:
            yield 'aa: there is only one arm'
        return
    a, b = (of_arm(arm) for arm in doc['arms'])
    if doc['aa'] != (a == b):
        moved = ', '.join(key for key in a if a[key] != b[key])
        yield (f'aa: the file says {worded(doc["aa"])}, but the arms '
               + (f'differ in {moved}' if moved else 'are the same'))


def of_arm(arm):
    """All that makes an arm what it is."""
    return {'kernel': arm['kernel']['sha256'], 'command': arm.get('command'),
            'files': kept(arm.get('files') or []),
            **{key: arm.get(key) or None for key in ARM_KEYS}}


def windows(doc):
    """window 2 is the larger one, and user and kernel add up"""
    for where, counted in _all(doc):
        for place, window in enumerate(counted['windows'], 1):
            parts = window['user'] + window['kernel']
            yield from differs(f'{where}, window {place}, instructions',
                               window['instructions'], parts)
        first, second = (window['datagrams']
                         for window in counted['windows'])
        if second <= first:
            yield (f'{where}: window 2 has {second} datagrams, and window 1 '
                   f'{first}')


def functions(doc):
    """the functions add up to the difference of the windows"""
    for where, counted in _all(doc):
        for place, what in (2, 'instructions'), (4, 'iterations'):
            first, second = (window[what] for window in counted['windows'])
            yield from differs(
                f'{where}, {what} of all functions',
                sum(row[place] for row in counted['functions']),
                second - first)


def _all(doc):
    for boot in doc['boots']:
        twin = ', again' if boot['twin'] else ''
        for workload, counted in boot['workloads'].items():
            yield (f'{workload}, {boot["arm"]}, seed {boot["seed"]}{twin}',
                   counted)


def boots(doc):
    """each arm was booted with each seed, and with one of them twice"""
    if not doc['complete']:
        return
    there = {(boot['arm'], boot['seed'], boot['twin'])
             for boot in doc['boots']}
    names = [workload['name'] for workload in doc['workloads']]
    yield from differs('workloads', doc['design']['workloads'], names)
    for arm in (arm['name'] for arm in doc['arms']):
        for seed in doc['design']['seeds']:
            if (arm, seed, False) not in there:
                yield f'{arm}: marked as complete, but seed {seed} is missing'
        if not any((arm, seed, True) in there
                   for seed in doc['design']['seeds']):
            yield f'{arm}: marked as complete, but no seed was booted twice'
    for place, boot in enumerate(doc['boots']):
        for name in names:
            if name not in boot['workloads']:
                yield f'boots[{place}]: has no count of {name}'


def _rows(doc, made, part, keys):
    """Compare a list of the file with what was computed."""
    said = {tuple(row[key] for key in keys): row for row in doc[part]}
    for row in made:
        where = ', '.join(str(row[key]) for key in keys)
        stored = said.pop(tuple(row[key] for key in keys), None)
        if stored is None:
            yield f'{where}: is missing in {part}'
            continue
        for key, value in row.items():
            yield from differs(f'{where}, {key}', stored.get(key), value)
    for key in said:
        yield f'{", ".join(map(str, key))}: in {part}, but it was not counted'


def counts(doc):
    """the boots give each figure of a workload and an arm"""
    yield from _rows(doc, counted.counts(doc), 'counts',
                     ('workload', 'arm'))


def changes(doc):
    """the boots give each function's figures and its difference"""
    made = counted.functions(doc)
    keys = ('workload', 'function', 'group')
    yield from _rows(doc, made, 'functions', keys)
    order = [[row[key] for key in keys] for row in made]
    if not same([[row[key] for key in keys] for row in doc['functions']],
                order) and len(order) == len(doc['functions']):
        yield 'functions: the largest difference does not come first'


def verdicts(doc):
    """the boots give each verdict, and the overall verdict"""
    made = exact.judge(doc)
    yield from _rows(doc, made['verdicts'], 'verdicts',
                     ('workload', 'metric'))
    yield from differs('verdict', doc['verdict'], made['verdict'])


CHECKS = [design, equal_arms, windows, functions, boots, counts, changes,
          verdicts]


def of(doc):
    """The checks for such a document. If it was killed before anything was
    computed, there is only what was counted."""
    unjudged = (not doc['complete'] and doc['verdict'] is None
                and not doc['counts'])
    return CHECKS[:5] if unjudged else CHECKS
