# SPDX-License-Identifier: MIT
"""Made-up documents of each kind and verdict, in the shape of real ones."""
import copy
import json
import random
from math import exp
from statistics import median

from sample_paired import WHY, compare, empty, interrupted, merge
from sample_parts import (METRICS, arm, frame, latency, suspect, trial,
                          workload)

MATRIX = [('batch', value, 1, 64) for value in (1, 8, 32, 128)] \
    + [('workers', 32, value, 64) for value in (2, 4, 8)] \
    + [('size', 32, 1, value) for value in (256, 512, 1400, 4096, 8192)]
BACKENDS = ('recvfrom', 'mmsg', 'uring')


def run(seed=11):
    """12 workloads x 3 arms, and two peers; a third one is not installed."""
    rng = random.Random(seed)
    arms = [arm(name, label, '4f1c2ab', options=['--backend', label],
                command=f'udpmill serve --backend {label} 7007')
            for name, label in zip('ABC', BACKENDS)]
    workloads = [workload(f'echo-b{batch}-w{workers}-{size}', batch=batch,
                          workers=workers, bytes=size)
                 for _, batch, workers, size in MATRIX]
    workloads += [workload(f'peer-{peer}', peer=peer, batch=1, service=peer)
                  for peer in ('iperf3', 'sockperf')]
    document = frame('run', arms, workloads, seed, trials=5)
    document['argv'] = ['udpmill', 'perf', 'run', '--seed', str(seed)]
    start = 0.5
    for place in range(5):
        for entry in rng.sample(workloads, len(workloads)):
            for item in arms if not entry['peer'] else arms[:1]:
                rate, ns = expected(entry, item['label'])
                document['trials'].append(trial(
                    rng, len(document['trials']), entry['name'], item['name'],
                    None, place, start, rate * exp(rng.gauss(0, 0.02)),
                    ns * exp(rng.gauss(0, 0.01))))
                start += 1.5
    suspect(document, (4, 77), 'steal of 6.1 % of a CPU')
    document['seconds'] = round(start, 1)
    summarise(document)
    document['skipped'] = [{'what': 'netperf', 'why':
                            'not installed: sudo apt-get install netperf'}]
    return document


def expected(entry, label):
    if entry['peer']:
        rate = {'iperf3': 0.31e6, 'sockperf': 0.44e6}[entry['peer']]
        return rate, 1e9 / rate * 1.1
    ns = 520 + 900 / entry['batch'] ** 0.8 + entry['bytes'] * 0.09
    ns *= {'recvfrom': 1.35, 'mmsg': 1, 'uring': 0.93}[label]
    if label == 'recvfrom':
        ns = max(ns, 1700)
    return 1e9 / ns * entry['workers'] ** 0.86, ns


def summarise(document):
    """The cells: median and range by workload, arm and metric, and the ratio
    to A."""
    for entry in document['workloads']:
        for metric in METRICS:
            base = None
            for item in document['arms']:
                values = sorted(
                    trial['metrics'][metric] for trial in document['trials']
                    if (trial['workload'], trial['arm'])
                    == (entry['name'], item['name']))
                if not values:
                    continue
                cell = {'workload': entry['name'], 'arm': item['name'],
                        'metric': metric, 'trials': len(values),
                        'median': median(values), 'low': values[0],
                        'high': values[-1], 'ratio': None}
                if base:
                    value = cell['median'] / base
                    cell['ratio'] = {'to': 'A', 'value': value,
                                     'low': value * 0.97,
                                     'high': value * 1.03}
                base = base or cell['median']
                document['cells'].append(cell)
    document['latency'] = latency(document)


def calibrate(seed=3):
    document = compare('A/A', seed)
    document['kind'] = 'calibrate'
    document['argv'] = ['udpmill', 'perf', 'calibrate']
    document['verdict'] = None
    document['calibration'] = {
        'rows': [{'workload': row['workload'], 'metric': row['metric'],
                  'blocks': 12, 'sd': row['sd'], 'floor': 0.008,
                  'blocks_needed': {'0.03': 12, '0.05': 8},
                  'recommended': 12} for row in document['verdicts']],
        'fingerprint': 'c0ffee123456',
        'stored': '/home/me/.local/state/udpmill/perf/c0ffee123456.json'}
    return document


def selftest(seed=3):
    document = compare('A/A', seed)
    document.update(kind='selftest', verdict=None, verdicts=[])
    document['argv'] = ['udpmill', 'perf', 'selftest', '--aa', '40']
    document['selftest'] = {
        'aa': {'comparisons': 40, 'false_positives': 1, 'level': 0.95,
               'interval': [0.0006, 0.132]},
        'inject': [{'percent': 3, 'measured': 0.031, 'comparisons': 20,
                    'detected': 17, 'inconclusive': 3, 'level': 0.95,
                    'interval': [0.621, 0.968]},
                   {'percent': 5, 'measured': 0.049, 'comparisons': 20,
                    'detected': 20, 'inconclusive': 0, 'level': 0.95,
                    'interval': [0.832, 1.0], 'verdict': 'PASS'}],
        'replay': [{'file': 'aa-01.json', 'rounds': 10000, 'effect': 0.0,
                    'verdicts': {'PASS': 9998, 'IMPROVED': 0, 'REGRESSION': 0,
                                 'INCONCLUSIVE': 2}, 'found': 0.0,
                    'interval': [0.0, 0.0004]}]}
    return document


HOSTILE = '<script>alert(1)</script> ::error::x, "y" ]]> $\\frac$ ' \
    '\x1b[31m\n# z'


def hostile():
    """All free text in it could be mistaken by a renderer for its own syntax.
    """
    document = copy.deepcopy(compare('REGRESSION'))
    name = HOSTILE
    text = json.dumps(document).replace(
        '"echo-trains-64"', json.dumps(name)).replace(
        '"patched"', json.dumps(name)).replace(
        json.dumps(WHY['REGRESSION']), json.dumps(name))
    document = json.loads(text)
    document['trials'][13]['reasons'] = [name]
    document['trials'][14].update(validity='INVALID', error=name, reasons=[])
    document['skipped'] = [{'what': name, 'why': name}]
    document['argv'].append(name)
    document['environment']['before'][name] = name
    document['environment']['after'][name] = 'other ' + name
    document['environment']['changed'].append(name)
    document['arms'][0].update(command=name, git=name, options=[name])
    return document


def bare(kind):
    """Only what identifies the kind."""
    return {'schema': 'udpmill.perf/1', 'kind': kind}


def all_documents():
    found = {f'compare {verdict}': compare(verdict) for verdict in
             ('PASS', 'REGRESSION', 'IMPROVED', 'INCONCLUSIVE', 'A/A',
              'INVALID')}
    found.update({'run': run(), 'calibrate': calibrate(),
                  'selftest': selftest(), 'merge': merge(),
                  'interrupted': interrupted(), 'hostile': hostile()})
    for kind in 'compare', 'run', 'calibrate', 'selftest', 'merge':
        found[f'empty {kind}'] = empty(kind)
        found[f'bare {kind}'] = bare(kind)
    no_latency = compare('PASS')
    no_latency['latency'] = []
    for entry in no_latency['trials']:
        entry['latency_ns'] = None
    found['no latency'] = no_latency
    return found
