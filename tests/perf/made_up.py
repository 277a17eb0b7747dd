# SPDX-License-Identifier: MIT
"""Documents as the program writes them, with made-up trials."""
import hashlib
import math

import numpy as np

from udpmill_perf.file import document
from udpmill_perf.judge import cells, coin, noise, pairs, plan, verdict

BASE = {'datagrams_per_second': 1.2e6, 'machine_ns_per_datagram': 800.0}


def arm(name, build='base', **more):
    return {'name': name, 'label': build,
            'sha256': hashlib.sha256(build.encode()).hexdigest(),
            'options': [], 'settings': {}, **more}


def trial(number, workload, arm_name, metrics, **more):
    return {'id': number, 'workload': workload, 'arm': arm_name,
            'validity': 'VALID', 'reasons': [], 'metrics': metrics, **more}


def figures(ln_worse):
    """A trial's metrics, each worse than the base by its number (ln)."""
    return {metric: base * math.exp(
        -worse if pairs.larger_is_better(metric) else worse)
        for (metric, base), worse in zip(BASE.items(), ln_worse)}


def start(kind='compare', workloads=('echo',), seed=1, **design):
    doc = document.new(kind, '0.1.0', ['udpmill', 'perf', kind], seed,
                       {**plan.DEFAULTS, 'workloads': list(workloads),
                        **design})
    doc['arms'] = [arm('A'), arm('B', 'patched')]
    doc['workloads'] = [{'name': name} for name in workloads]
    return doc


def measure(doc, workload, phase, ln_noise, effect, spoil=None):
    """Adds a block. spoil(index, place) is 'SUSPECT', 'INVALID' or None."""
    index = len(plan.of(doc['blocks'], workload))
    order = coin.coin(doc['seed'], workload, index)
    made = []
    for place, name in enumerate(order):
        worse = ln_noise[:, 4 * index + place] + (name == 'B') * effect
        made.append(trial(len(doc['trials']), workload, name, figures(worse),
                          block=index, place=place,
                          validity=spoil and spoil(index, place) or 'VALID'))
        doc['trials'].append(made[-1])
    doc['blocks'].append(pairs.block(workload, index, order, phase, made,
                                     doc['design']['metrics']))


def comparison(effect=0.0, sd=0.01, seed=1, spoil=None, most=80, **design):
    """A comparison that follows the plan, or its first `most` blocks."""
    doc = start(seed=seed, **design)
    rng = np.random.default_rng(seed)
    for workload in (w['name'] for w in doc['workloads']):
        ln_noise = noise.trials(rng, noise.Noise(sd), len(BASE), 4 * 100)
        while len(plan.of(doc['blocks'], workload)) < most:
            step = plan.next_step(doc['design'], doc['blocks'], workload)
            if not step.blocks:
                break
            measure(doc, workload, step.phase, ln_noise, effect, spoil)
    doc['complete'] = most >= 80
    doc['verdicts'], doc['verdict'] = verdict.judge(doc)
    return doc


def table(doc):
    """The cells of a file of `run`, each with its ratio to the first arm."""
    arms = [a['name'] for a in doc['arms']]
    found = (cells.cell(doc, workload['name'], name, metric,
                        None if name == arms[0] else arms[0])
             for workload in doc['workloads'] for metric in BASE
             for name in arms)
    return [cell for cell in found if cell]


def boot(number, kernel='6.1', effect=0.0, sd=0.01, trials=5, **before):
    """A file of `run` from one boot of a kernel."""
    doc = start('run', seed=7)
    rng = np.random.default_rng([number, 99])
    doc['arms'] = [arm('A')]
    doc['started'] = f'2026-11-25T12:{number:02}:00Z'
    doc['environment']['before'] = {
        'boot.id': f'boot-{number}', 'kernel.release': kernel,
        'kernel.version': '#1', 'kernel.cmdline': 'quiet',
        'cpu.model': 'X', 'uptime': str(number), **before}
    worse = effect + sd * rng.standard_normal()
    for _ in range(trials):
        ln = worse + 0.002 * rng.standard_normal(2)
        doc['trials'].append(trial(len(doc['trials']), 'echo', 'A',
                                   figures(ln)))
    doc['cells'] = table(doc)
    doc['complete'] = True
    return doc
