# SPDX-License-Identifier: MIT
"""Parts that made-up documents of all kinds have in common."""
import hashlib
import json
from math import exp
from statistics import median

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
