# SPDX-License-Identifier: MIT
"""Made-up comparisons of two arms by blocks, and of two kernels by boots."""
import hashlib
import random
from math import exp, log
from statistics import mean, median, stdev

from sample_parts import (METRICS, NS, RATE, arm, frame, latency, suspect,
                          trial, workload)


def measure(document, rng, effects, noise, phases):
    """Adds blocks of four trials; effects: how much worse B is, as logarithms.
    """
    start, drift = 0.8, 0.0
    for index, phase in enumerate(phases):
        for entry in document['workloads']:
            name = entry['name']
            order = rng.choice(('ABBA', 'BAAB'))
            ids = []
            for place, which in enumerate(order):
                drift = 0.97 * drift + rng.gauss(0, noise / 3)
                worse = effects.get(name, 0) if which == 'B' else 0
                cold = 0.04 if phase == 'warm' else 0
                rate = RATE.get(name, 1e6) * exp(
                    drift - worse - cold + rng.gauss(0, noise))
                ns = NS.get(name, 900) * exp(
                    worse * 0.6 + cold - drift / 2 + rng.gauss(0, noise / 2))
                ids.append(len(document['trials']))
                document['trials'].append(
                    trial(rng, ids[-1], name, which, index, place, start,
                          rate, ns))
                start += 1.45 + rng.uniform(0, 0.1)
            document['blocks'].append(
                {'workload': name, 'index': index, 'order': order,
                 'phase': phase, 'trials': ids, 'used': phase != 'warm',
                 'd': differences(document['trials'], ids)})
    document['seconds'] = round(start + 1, 1)


def differences(trials, ids):
    found = {}
    for metric in METRICS:
        sides = {which: mean(log(trials[id]['metrics'][metric])
                             for id in ids if trials[id]['arm'] == which)
                 for which in 'AB'}
        sign = 1 if metric == 'datagrams_per_second' else -1
        found[metric] = sign * (sides['A'] - sides['B'])
    return found


def judge(document, verdicts):
    """The given verdicts, by workload and metric, with figures from the
    blocks."""
    for entry in document['workloads']:
        for metric in METRICS:
            name = entry['name']
            verdict = verdicts.get((name, metric), 'PASS')
            phases = {block['phase'] for block in document['blocks']}
            phase = 'confirm' if verdict != 'PASS' and 'confirm' in phases \
                else 'screen'
            d = [block['d'][metric] for block in document['blocks']
                 if block['workload'] == name and block['phase'] == phase]
            document['verdicts'].append(
                verdict_row(name, metric, phase, d, verdict))
    document['latency'] = latency(document)


def verdict_row(name, metric, phase, d, verdict):
    walsh = sorted((a + b) / 2 for i, a in enumerate(d) for b in d[i:])
    cut = max(0, int(len(walsh) * 0.08))
    sd = stdev(d)
    low, high = walsh[cut], walsh[-1 - cut]
    return {
        'workload': name, 'metric': metric, 'phase': phase,
        'blocks': len(d), 'estimate': median(walsh),
        'interval': [low, high], 'level': 0.9, 'bound_level': 0.995,
        'lower_bound': low * 1.4 - 0.4 * median(walsh),
        'upper_bound': high * 1.4 - 0.4 * median(walsh), 'p': 0.0012,
        'p_holm': 0.0024 if phase == 'confirm' else None, 'sd': sd,
        'ignore': 0.00995, 'tolerance': 0.04879,
        'verdict': verdict, 'why': WHY[verdict],
        'visible_effect': 0.01 + 4 * sd / len(d) ** 0.5,
        'blocks_needed': 96 if verdict == 'INCONCLUSIVE' else None,
        'without_suspect': {'blocks': len(d) - 1,
                            'estimate': median(walsh) * 0.98,
                            'interval': [low * 0.97, high * 1.02],
                            'verdict': verdict}}


WHY = {'PASS': 'If B is worse, then by less than 1.4 % (95 % sure), and 5 % '
               'is tolerated.',
       'IMPROVED': 'B is better by about 5.4 %, and by more than the 1 % that '
                   'is ignored (99.5 % sure, p = 0.0001).',
       'REGRESSION': 'B is worse by about 6.4 %, and by more than the 1 % '
                     'that is ignored (99.5 % sure, p < 0.0001).',
       'INCONCLUSIVE': 'B may be worse by up to 8.6 %, and 5 % is tolerated: '
                       'in this noise 24 blocks show only what is above 4.2 '
                       '%; for 5 % it takes about 96, or less noise.'}


def compare(verdict='PASS', seed=7):
    """13 blocks of 4 trials, 2 workloads, 2 metrics, and 24 more blocks if the
    screen is suspicious."""
    rng = random.Random(seed)
    document = frame('compare', [arm('A', 'base', '4f1c2ab'),
                                 arm('B', 'patched', '9e07d31')],
                     [workload('echo-trains-64'),
                      workload('discard-flood-64', trains=False)], seed)
    effect = {'REGRESSION': 0.062, 'IMPROVED': -0.055,
              'INCONCLUSIVE': 0.03}.get(verdict, 0.001)
    noise = 0.045 if verdict == 'INCONCLUSIVE' else 0.014
    phases = ['warm'] + ['screen'] * 12
    if verdict in ('REGRESSION', 'INCONCLUSIVE'):
        phases += ['confirm'] * 24
    measure(document, rng, {'echo-trains-64': effect}, noise, phases)
    suspect(document, (13, 41, 66))
    told = verdict if verdict in WHY else 'PASS'
    judge(document, {('echo-trains-64', metric): told for metric in METRICS})
    document['verdict'] = verdict
    if verdict == 'A/A':
        document['aa'] = True
        document['arms'][1] = arm('B', 'base', '4f1c2ab')
    if verdict == 'INVALID':
        invalidate(document)
    if verdict == 'REGRESSION':
        document['environment']['after']['cpu.governor'] = 'powersave'
        document['environment']['changed'] = ['cpu.governor']
    return document


def invalidate(document):
    """All trials are INVALID, because the ledger never balanced."""
    for entry in document['trials']:
        entry.update(validity='INVALID',
                     reasons=['the ledger does not balance: 17 unexplained'])
    document.update(verdicts=[], blocks=[], latency=[], verdict='INVALID')


def interrupted(seed=7):
    """Stopped in the third block, without a verdict."""
    document = compare('PASS', seed)
    document['trials'] = document['trials'][:19]
    document['blocks'] = document['blocks'][:4]
    document.update(verdicts=[], latency=[], verdict='INCONCLUSIVE',
                    complete=False, stopped='interrupted', seconds=29.1)
    return document


def empty(kind='compare'):
    """Stopped before the first trial."""
    document = frame(kind, [arm('A', 'base', None)],
                     [workload('echo-trains-64')], 1)
    document['arms'].append(arm('B', 'patched', None))
    document.update(complete=False, stopped='interrupted', seconds=0.2)
    document.update({'merge': {'boots': []}, 'calibrate':
                     {'calibration': None}, 'selftest':
                     {'selftest': None}}.get(kind, {}))
    return document


def merge(verdict='REGRESSION', seed=9):
    """Ten boots a side, each the median of its run; no trials and no blocks.
    """
    rng = random.Random(seed)
    document = frame('merge', [arm('A', '6.17.0', None),
                               arm('B', '6.18.2', None)],
                     [workload(name) for name in RATE], seed)
    document['argv'] = ['udpmill', 'perf', 'merge', 'old-1.json', '...']
    worse = 0.06 if verdict == 'REGRESSION' else 0.0
    document['boots'] = [boot(rng, document['workloads'], which, number,
                              worse * (which == 'B'))
                         for number in range(10) for which in 'AB']
    for name in RATE:
        for metric in METRICS:
            d = [rng.gauss(worse * (name == 'echo-trains-64'), 0.012)
                 for _ in range(10)]
            told = verdict if name == 'echo-trains-64' else 'PASS'
            row = verdict_row(name, metric, 'boots', d, told)
            row['boots'] = [10, 10]
            document['verdicts'].append(row)
    document['verdict'] = verdict
    return document


def boot(rng, workloads, which, number, worse):
    cells = []
    for entry in workloads:
        name = entry['name']
        for metric, base, sign in (('datagrams_per_second', RATE[name], -1),
                                   ('machine_ns_per_datagram', NS[name], 1)):
            shift = sign * worse * (name == 'echo-trains-64')
            middle = base * exp(shift + rng.gauss(0, 0.012))
            values = [middle * exp(rng.gauss(0, 0.01)) for _ in range(5)]
            cells.append({'workload': name, 'metric': metric,
                          'values': values, 'suspect_values': [],
                          'ln_median': log(median(values)),
                          'invalid': 0})
    name = f'{which}-{number}.json'
    return {'arm': which, 'boot_id': hashlib.md5(name.encode()).hexdigest(),
            'file': name, 'cells': cells}
