# SPDX-License-Identifier: MIT
"""Whether the project's claims hold: figures of a run, or ratios of them,
compared with bounds.

A round of a run is a block: everything that is compared was measured in it, in
random order, and a workload and its floor next to each other. So each round
gives one number for a claim: how far it was beyond its bound (in ln; d > 0 is
beyond). They are judged like the confirmation of a comparison, with no change
ignored and none tolerated."""
import math
from statistics import fmean

from ..metrics import RATE, SERVER_NS
from ..outcomes import (FAIL, IMPROVED, INCONCLUSIVE, INVALID, OF_HOST, PASS,
                        REGRESSION)
from . import evidence, sentences, verdict

FIGURES = {
    'rate': lambda trial: trial['metrics'].get(RATE),
    'server_ns': lambda trial: trial['metrics'].get(SERVER_NS),
    'user_share': lambda trial: percent(trial.get('cpu') or {}),
    'peak_mib': lambda trial: mib(trial.get('server_peak_bytes')),
    'generator_ns': lambda trial: trial.get('generator_user_ns'),
    'generator_cpu_ns': lambda trial: trial.get('generator_cpu_ns'),
    'server_user_ns': lambda trial: user_ns(trial),
}
# Sampled, where that is possible.
SAMPLED = ('user_share', 'server_user_ns')
VERDICTS = {REGRESSION: FAIL, IMPROVED: PASS}
WHY = {FAIL: 'beyond the bound, to 99.5 %', PASS: ''}


def percent(cpu):
    """The share of user space in percent: sampled, or else as the kernel
    counts it."""
    share = cpu.get('server_user_share')
    user, system = cpu.get('server_user_s'), cpu.get('server_system_s')
    if share is None and None not in (user, system):
        share = user / (user + system) if user + system else None
    # Zero has no logarithm; 0.01 % is less than can be seen.
    return None if share is None else max(100 * share, 0.01)


def user_ns(trial):
    """The server's user time a datagram: sampled, or else as the kernel counts
    it."""
    cpu = trial.get('cpu') or {}
    if cpu.get('server_user_share') is not None:
        return cpu.get('server_user_ns')
    share, ns = percent(cpu), trial['metrics'].get(SERVER_NS)
    return None if None in (share, ns) else share / 100 * ns


def mib(value):
    return None if value is None else value / 2 ** 20


def _usable(document, workload, figure):
    """round -> its trials that have the figure. If user time was sampled in
    any, those in which only the kernel counted it are left out, and so is a
    trial that names no round."""
    found = {}
    for trial in document['trials']:
        if (trial['workload'] == workload and trial['validity'] != INVALID
                and trial.get('block') is not None
                and FIGURES[figure](trial)):
            found.setdefault(trial['block'], []).append(trial)
    if figure in SAMPLED:
        sampled = {n: kept for n, trials in found.items()
                   if (kept := [t for t in trials if (t.get('cpu') or {}).get(
                       'server_user_share') is not None])}
        found = sampled or found
    return found


def _ln(trials, figure):
    return fmean(math.log(FIGURES[figure](trial)) for trial in trials)


def _doubted(trials):
    """Whether the host had other work. A generator at its limit, as in every
    flood, does not hide the cost of a datagram."""
    return any(reason.startswith(OF_HOST) for trial in trials
               for reason in trial['reasons'])


def differences(document, claim):
    """Returns (d of each round, how many rounds were disturbed)."""
    of, to = (_usable(document, claim[side], claim['figure'])
              if claim[side] else None for side in ('of', 'to'))
    rounds = [n for n in sorted(of) if to is None or n in to]
    sign = -1 if claim['least'] else 1
    values = [sign * (_ln(of[n], claim['figure'])
                      - (_ln(to[n], claim['figure']) if to else 0.0)
                      - math.log(claim['bound'])) for n in rounds]
    return values, sum(_doubted(of[n] + (to[n] if to else []))
                       for n in rounds)


def judged(document, claim):
    values, doubted = differences(document, claim)
    design = {**document['design'], 'ignore': 0.0, 'tolerance': 0.0}
    f = evidence.of_blocks(design, values)
    said = verdict.decide(design, 'confirm', f, f.p, f.p_better)
    said = VERDICTS.get(said, said)
    why = WHY.get(said, 'neither could be shown in so many rounds')
    if (said == PASS and claim['figure'] != 'peak_mib'
            and 2 * doubted > len(values)):
        said, why = INCONCLUSIVE, sentences.DOUBTED
    if not values:
        why = 'not measured'

    def figure(d):
        sign = -1 if claim['least'] else 1
        return None if d is None else claim['bound'] * math.exp(sign * d)
    ends = [figure(end) for end in (f.low, f.high)]
    return {**claim, 'rounds': f.n, 'measured': figure(f.estimate),
            'interval': ends[::-1] if claim['least'] else ends,
            'p': f.p, 'p_better': f.p_better, 'sd': f.sd, 'verdict': said,
            'why': why}


def judge(document):
    """The document's claims, in the order of its design."""
    return [judged(document, claim)
            for claim in document['design'].get('claims', ())]
