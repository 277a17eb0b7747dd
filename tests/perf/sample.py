# SPDX-License-Identifier: MIT
"""Documents of each kind and verdict, made up but of a real one's shape."""
import copy
import hashlib
import json
import random
from math import exp, log
from statistics import mean, median, stdev

METRICS = ('datagrams_per_second', 'machine_ns_per_datagram')
RATE = {'echo-trains-64': 1.21e6, 'discard-flood-64': 2.84e6}
NS = {'echo-trains-64': 812.0, 'discard-flood-64': 391.0}
ENVIRONMENT = {
    'kernel.release': '6.18.2', 'kernel.cmdline': 'root=/dev/vda1 quiet',
    'cpu.model': 'AMD EPYC 7B13', 'cpu.count': '8',
    'cpu.governor': 'performance',
    'cpu.mitigations.spectre_v2': 'Mitigation: Retpolines; IBPB: conditional',
    'clocksource': 'tsc', 'hypervisor': 'kvm', 'steal.percent': '0.0',
    'sysctl.net.core.rmem_max': '212992', 'sysctl.net.core.wmem_max': '212992',
    'sysctl.net.ipv4.udp_rmem_min': '4096', 'lo.qdisc': 'noqueue',
    'lo.offload.gro': 'on', 'lo.rps_cpus': '0', 'nft.rules': '0'}


def workload(name, **more):
    entry = {'name': name, 'service': name.split('-')[0], 'backend': 'mmsg',
             'bytes': 64, 'batch': 32, 'trains': 'trains' in name,
             'workers': 1, 'path': 'loopback', 'peer': None,
             'load': ['--window', '512']}
    entry.update(more)
    return entry


def arm(name, label, git, **more):
    entry = {'name': name, 'label': label,
             'binary': f'/usr/src/{label}/build/udpmill',
             'sha256': hashlib.sha256(label.encode()).hexdigest(),
             'build_id': hashlib.sha1(label.encode()).hexdigest(),
             'version': '0.1.0', 'git': git, 'options': ['--batch', '32'],
             'settings': {'net.core.rmem_max': '212992'},
             'command': 'udpmill serve --service echo --batch 32 7007'}
    entry.update(more)
    return entry


def trial(rng, id, where, arm_name, block, place, start, rate, ns):
    seconds = 1 + rng.uniform(0, 0.0008)
    cpu = ns * 1e-9 * rate * seconds
    parts = [cpu * part for part in (0.06, 0.22, 0.09, 0.58, 0.05)]
    cuts = [rate / 10 * exp(rng.gauss(0, 0.01)) for _ in range(10)]
    sent = int(rate * seconds)
    base = 38e3 * exp(rng.gauss(0, 0.05)) * ns / 812
    return {
        'id': id, 'workload': where, 'arm': arm_name, 'block': block,
        'place': place, 'start_s': round(start, 3), 'validity': 'VALID',
        'reasons': [], 'window_s': seconds,
        'metrics': {'datagrams_per_second': rate,
                    'machine_ns_per_datagram': ns,
                    'instructions_per_datagram': None},
        'cpu': dict(zip(('server_user_s', 'server_system_s', 'client_user_s',
                         'client_system_s', 'other_s'), parts),
                    machine_busy_s=cpu, steal_s=0.0),
        'ledger': {'sent': sent + 17, 'answered': sent, 'absorbed': 0,
                   'dropped': {'rcvbuf_full': 17}, 'refused': {},
                   'unexplained': 0, 'balances': True},
        'slices': [{'seconds': 0.1, 'datagrams': int(cut)} for cut in cuts],
        'latency_ns': {'count': 60000, 'p50': base, 'p90': base * 1.6,
                       'p99': base * 3.1, 'p999': base * 9.7,
                       'max': base * 41, 'mean': base * 1.12},
        'error': None}


def frame(kind, arms, workloads, seed, **design):
    rules = {'workloads': [entry['name'] for entry in workloads],
             'metrics': list(METRICS), 'ignore': 0.00995, 'tolerance': 0.04879,
             'screen': 12, 'confirm': 24, 'extend': 24, 'discard': 1,
             'warm_s': 0.3, 'window_s': 1.0, 'slices': 10, **design}
    text = json.dumps(rules, sort_keys=True, separators=(',', ':'))
    return {
        'schema': 'udpmill.perf/1', 'kind': kind,
        'tool': {'name': 'udpmill perf', 'version': '0.1.0'},
        'argv': ['udpmill', 'perf', kind, 'base/build/udpmill',
                 'patched/build/udpmill', '--seed', str(seed)],
        'started': '2026-11-25T12:00:00Z', 'seconds': 312.4,
        'complete': True, 'stopped': None, 'seed': seed, 'design': rules,
        'design_sha256': hashlib.sha256(text.encode()).hexdigest(),
        'aa': False, 'arms': arms,
        'environment': {'before': dict(ENVIRONMENT),
                        'after': dict(ENVIRONMENT), 'changed': [],
                        'fingerprint': 'c0ffee123456'},
        'workloads': workloads, 'trials': [], 'blocks': [], 'verdicts': [],
        'verdict': None, 'latency': [], 'cells': [], 'skipped': []}


def measure(document, rng, effects, noise, phases):
    """Blocks of four; effect: how much worse B is, as a logarithm."""
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
    """Verdicts as told, by workload and metric; figures of the blocks."""
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
        'interval': [low, high], 'level': 0.9, 'p': 0.0012,
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


def latency(document):
    rows = []
    for entry in document['workloads']:
        for item in document['arms']:
            kept = [trial['latency_ns'] for trial in document['trials']
                    if trial['workload'] == entry['name']
                    and trial['arm'] == item['name'] and trial['latency_ns']]
            if not kept:
                continue
            row = {'workload': entry['name'], 'arm': item['name'],
                   'count': sum(one['count'] for one in kept)}
            for key in 'p50', 'p90', 'p99', 'p999', 'max':
                row[key] = median(one[key] for one in kept)
            row['interval'] = {
                key: [row[key] * (1 - spread), row[key] * (1 + spread)]
                for key, spread in (('p50', 0.02), ('p90', 0.04),
                                    ('p99', 0.09), ('p999', 0.25))}
            rows.append(row)
    return rows


def suspect(document, ids, reason='the generator was saturated, the server '
            'was not'):
    for id in ids:
        document['trials'][id].update(validity='SUSPECT', reasons=[reason])


def compare(verdict='PASS', seed=7):
    """13 blocks of 4 trials, 2 workloads, 2 metrics; 24 more on suspicion."""
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
    """All trials INVALID: the ledger never balanced."""
    for entry in document['trials']:
        entry.update(validity='INVALID',
                     reasons=['the ledger does not balance: 17 unexplained'])
    document.update(verdicts=[], blocks=[], latency=[], verdict='INVALID')


def interrupted(seed=7):
    """Stopped within the third block: no verdict yet."""
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
    document.update(complete=False, stopped='interrupted', seconds=0.2)
    return document


MATRIX = [('batch', value, 1, 64) for value in (1, 8, 32, 128)] \
    + [('workers', 32, value, 64) for value in (2, 4, 8)] \
    + [('size', 32, 1, value) for value in (256, 512, 1400, 4096, 8192)]
BACKENDS = ('recvfrom', 'mmsg', 'uring')


def run(seed=11):
    """12 workloads x 3 arms, and two peers; one more is not installed."""
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
    """Cells: median and range by workload, arm and metric; ratio to A."""
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
                    'interval': [0.832, 1.0], 'verdict': 'PASS'}]}
    return document


def merge(verdict='REGRESSION', seed=9):
    """Ten boots a side, each a median of its run; no trials, no blocks."""
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
                          'values': values,
                          'ln_median': log(median(values)),
                          'suspect': int(number == 4), 'invalid': 0})
    name = f'{which}-{number}.json'
    return {'arm': which, 'boot_id': hashlib.md5(name.encode()).hexdigest(),
            'file': name, 'sha256': hashlib.sha256(name.encode()).hexdigest(),
            'cells': cells}


HOSTILE = '<script>alert(1)</script> ::error::x, "y" ]]> $\\frac$ \x1b[31m\n# z'


def hostile():
    """Each free text is one that a renderer could take for its own."""
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
    """Only what tells the kind."""
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
