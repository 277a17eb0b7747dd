# SPDX-License-Identifier: MIT
"""A file's verdicts, computed again from its trials and its seed.

So the reader of a report needs to trust neither the program that wrote it nor
the file. Each check yields a line for each difference; the docstring of a
check is what `verify` prints for it.
"""
import math

from ..file import document
from . import (cells, claims as judged, coin, equals, merge, pairs, plan,
               verdict)

RELATIVE = 1e-9   # for the last bits, which depend on libm
ABSOLUTE = 1e-12


def same(a, b):
    """Whether they are equal, except for the last bits of floating point."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if (isinstance(a, (int, float)) and isinstance(b, (int, float))
            and not isinstance(a, bool) and not isinstance(b, bool)):
        return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return a == b


def worded(value):
    """A value of a document for a person."""
    if value is None:
        return 'nothing'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return f'{value:.12g}'
    if isinstance(value, dict):
        return ', '.join(f'{key} {worded(item)}'
                         for key, item in value.items()) or 'nothing'
    if isinstance(value, list):
        return ', '.join(map(worded, value)) or 'nothing'
    return str(value)


def differs(where, said, found):
    """A line for what differs; of two objects, for each key that does."""
    if isinstance(said, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*said, *found)):
            yield from differs(f'{where}, {key}', said.get(key),
                               found.get(key))
    elif not same(said, found):
        yield f'{where}: the file says {worded(said)}, computed ' \
            f'{worded(found)}'


def design(doc):
    """the design has the hash from before the first trial"""
    yield from differs('design_sha256', doc['design_sha256'],
                        document.design_hash(doc['design']))


def kept(value):
    """Without the paths of files, of which only the contents matter."""
    if not isinstance(value, list):
        return value
    return [{k: v for k, v in item.items() if k != 'path'}
            if isinstance(item, dict) else item for item in value]


def equal_arms(doc):
    """only arms with the same program and options are marked as A/A"""
    if not doc.get('aa'):
        return
    if doc['kind'] == 'merge':
        for key in doc['environment']['changed']:
            yield f'aa: the sides differ in {key}'
    keys = ('build_id' if all(a.get('build_id') for a in doc['arms'])
            else 'sha256', 'options', 'settings', 'append')
    if any('files' in arm for arm in doc['arms']):
        keys += 'command', 'files'
    for key in keys:
        a, b = (kept(arm.get(key)) for arm in doc['arms'])
        if a != b:
            yield f'aa: {key} is {worded(a)} for A and {worded(b)} for B'
    a, b = ((arm.get('kernel') or {}).get('sha256') for arm in doc['arms'])
    if a != b:
        yield (f'aa: the kernel\'s sha256 is {worded(a)} for A and '
               f'{worded(b)} for B')


def _name(block):
    return f'{block["workload"]}, block {block["index"]}'


def _of_block(doc, block):
    by_id = {trial['id']: trial for trial in doc['trials']}
    return [by_id[i] for i in block['trials']]


def order(doc):
    """each block ran in the order that its coin decided"""
    for block in doc['blocks']:
        tossed = coin.coin(doc['seed'], block['workload'], block['index'])
        yield from differs(_name(block), block['order'], tossed)
        ran = ''.join(trial['arm'] for trial in _of_block(doc, block))
        if not block['order'].startswith(ran) or (
                block['used'] and ran != block['order']):
            yield f'{_name(block)}: its trials ran as {ran or "none"}'


def _numbering(doc):
    for workload in doc['workloads']:
        indexes = [b['index'] for b in plan.of(doc['blocks'],
                                               workload['name'])]
        if indexes != list(range(len(indexes))):
            yield (f'{workload["name"]}: its blocks are numbered '
                   f'{worded(indexes)}')


def _begun(doc, trial):
    """Whether a trial belongs to no block, or to an interrupted one."""
    blocks = plan.of(doc['blocks'], trial['workload'])
    return trial.get('block') is None or (
        not doc['complete'] and trial['block'] >= len(blocks))


def trials(doc):
    """each trial is in the block that it names, and none is left out"""
    yield from _numbering(doc)
    taken = set()
    for block in doc['blocks']:
        for place, trial in enumerate(_of_block(doc, block)):
            where = f'trial {trial["id"]}'
            if trial['id'] in taken:
                yield f'{where}: is in two blocks'
            taken.add(trial['id'])
            for key, value in (('workload', block['workload']),
                               ('block', block['index']), ('place', place)):
                yield from differs(f'{where}, {key}', trial.get(key, value),
                                    value)
    for trial in doc['trials']:
        if trial['id'] not in taken and not _begun(doc, trial):
            yield f'trial {trial["id"]}: is not in the block that it names'


def differences(doc):
    """the trials give each block's differences, and whether it is used"""
    metrics = plan.setting(doc['design'], 'metrics')
    for block in doc['blocks']:
        made = pairs.block(block['workload'], block['index'], block['order'],
                           block['phase'], _of_block(doc, block), metrics)
        yield from differs(f'{_name(block)}, used', block['used'],
                            made['used'])
        for metric in metrics:
            yield from differs(f'{_name(block)}, {metric}',
                                block['d'].get(metric), made['d'][metric])


def phases(doc):
    """the plan required each block, and none is missing"""
    for workload in (w['name'] for w in doc['workloads']):
        so_far = []
        for block in plan.of(doc['blocks'], workload):
            step = plan.next_step(doc['design'], so_far, workload)
            yield from differs(f'{_name(block)}, phase', block['phase'],
                                step.phase)
            so_far.append(block)
        step = plan.next_step(doc['design'], so_far, workload)
        if doc['complete'] and step.blocks:
            yield (f'{workload}: marked as complete, but {step.blocks} '
                   f'blocks of {step.phase} are missing')


def verdicts(doc):
    """the blocks give each verdict, and the overall verdict"""
    if not doc['complete'] and doc['verdict'] is None:
        return  # it was killed before there was any
    made, overall = (merge if doc['kind'] == 'merge' else verdict).judge(doc)
    said = {(v['workload'], v['metric']): v for v in doc['verdicts']}
    for item in made:
        where = f'{item["workload"]}, {item["metric"]}'
        stored = said.pop((item['workload'], item['metric']), None)
        if stored is None:
            yield f'{where}: has no verdict in the file'
            continue
        for key, value in item.items():
            if key in stored or key == 'verdict':
                yield from differs(f'{where}, {key}', stored[key], value)
    for workload, metric in said:
        yield f'{workload}, {metric}: is not judged by the design'
    yield from differs('verdict', doc['verdict'], overall)


def medians(doc):
    """the trials give each boot's median"""
    for boot in doc['boots']:
        for cell in boot['cells']:
            yield from differs(
                f'{boot["file"]}, {cell["workload"]}, {cell["metric"]}',
                cell['ln_median'],
                merge.ln_median(cell['values'] + cell['suspect_values']))
    ids = [boot['boot_id'] for boot in doc['boots']]
    if len(set(ids)) < len(ids):
        yield 'boots: one of them counts twice'


def turns(doc):
    """each pair of boots was made in the order that its coin decided"""
    wanted = doc['design'].get('boots')
    if wanted is None:
        return  # they were made by hand
    ran = ''.join(boot['arm'] for boot in doc['boots'])
    tossed = ''.join(coin.turns(doc['seed'], pair) for pair in range(wanted))
    if not tossed.startswith(ran):
        yield f'boots: the coins say {tossed}, but they were made as {ran}'
    elif doc['complete'] and ran != tossed:
        yield (f'boots: marked as complete, but {len(tossed) - len(ran)} are '
               'missing')
    for i, boot in enumerate(doc['boots']):
        yield from differs(f'{boot["file"]}, pair and place',
                           [boot.get('pair'), boot.get('place')],
                           list(divmod(i, 2)))


def table(doc):
    """the trials give each cell of the table"""
    for item in doc['cells']:
        where = f'{item["workload"]}, {item["arm"]}, {item["metric"]}'
        to = (item.get('ratio') or {}).get('to')
        made = cells.cell(doc, item['workload'], item['arm'], item['metric'],
                          to)
        if made is None:
            yield f'{where}: no trial has this figure'
            continue
        for key, value in made.items():
            yield from differs(f'{where}, {key}', item.get(key), value)


def claims(doc):
    """the trials give the verdict on each claim"""
    made = judged.judge(doc)
    if len(made) != len(doc['claims']):
        yield f'claims: {len(doc["claims"])} in the file, computed {len(made)}'
    for said, found in zip(doc['claims'], made):
        for key, value in found.items():
            yield from differs(f'{found["text"]}, {key}', said.get(key),
                                value)


def calibration(doc):
    """the blocks give each figure of the calibration"""
    if not doc['complete'] and not doc['calibration']:
        return  # it was killed before there was any
    stored = (doc['calibration'] or {}).get('rows') or []
    said = {(row['workload'], row['metric']): row for row in stored}
    for made in equals.rows(doc['design'], doc['blocks'],
                           [w['name'] for w in doc['workloads']]):
        row = said.get((made['workload'], made['metric']), {})
        for key, value in made.items():
            yield from differs(
                f'{made["workload"]}, {made["metric"]}, {key}',
                row.get(key), value)


def of(doc):
    """The checks for a document of this kind."""
    if doc['kind'] == 'merge':
        return [design, equal_arms, turns, medians, verdicts]
    if doc['kind'] == 'run':
        return [design, table] + [claims] * ('claims' in doc)
    if doc['kind'] == 'selftest':
        return [design]  # its comparisons are files of their own
    if doc['kind'] == 'calibrate':
        return [design, order, trials, differences, phases, calibration]
    return [design, equal_arms, order, trials, differences, phases, verdicts]
