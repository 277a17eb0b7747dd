# SPDX-License-Identifier: MIT
"""Which workloads of a run this host and this udpmill can run, and why not the
others."""
import os
import subprocess

from ..errors import PerfError
from ..measure.workload import VARIANTS
from ..outcomes import INVALID

REFUSED = (2, 3)  # exit codes: no such option here, or the system lacks it
TRIES = 2         # of a workload that fails


def said(argv, codes):
    """What a program says if it ends with one of the codes; None: it does not.
    """
    try:
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False, timeout=30)
    except subprocess.TimeoutExpired:
        return f'{" ".join(argv)} did not end within 30 s'
    if done.returncode not in codes:
        return None
    return done.stderr.strip().partition('\n')[0] or 'it does not say why'


def serve(binary, codes, *options):
    """Why it cannot serve like this; None if it can."""
    return said([binary, 'serve', '127.0.0.1:0', *options, '--time', '1ms',
                 '--counters', 'none'], codes)


def probe(binary, backend):
    """Why this backend is not available; None if it is."""
    return serve(binary, (3,), '--backend', backend)


def has_engine(binary, engine):
    """Only whether it has that engine: a first trial shows if it works."""
    return said([binary, 'load', '127.0.0.1:9', '--engine', engine,
                 '--print-scenario'], REFUSED)


def enough(needed):
    cpus = len(os.sched_getaffinity(0))
    return (None if needed <= cpus else 'workers and generator need '
            f'{needed} CPUs, but only {cpus} may be used')


def reach(session, path):
    try:
        session.places.place(path)
    except PerfError as error:
        return str(error)
    return None


def needs(workload):
    """[(kind, value), ...] of what must be there for it."""
    found = []
    if hasattr(workload, 'backend'):
        found.append(('backend', workload.backend))
    found.append(('path', workload.path))
    if getattr(workload, 'engine', 'mmsg') != 'mmsg':
        found.append(('engine', workload.engine))
    if getattr(workload, 'variant', ''):
        found.append(('variant', workload.variant))
    sides = workload.workers, workload.threads
    found.append(('CPUs', max(sides) if getattr(workload, 'shared', 0)
                  else sum(sides)))
    return found


CHECKS = {
    'backend': lambda session, binary, value: probe(binary, value),
    'path': lambda session, binary, value: reach(session, value),
    'engine': lambda session, binary, value: has_engine(binary, value),
    'variant': lambda session, binary, value: serve(binary, REFUSED,
                                                    *VARIANTS[value]),
    'CPUs': lambda session, binary, value: enough(value),
}


def available(session, workloads):
    """The workloads that this host can run; the reason for leaving others out
    is noted once."""
    binary = session.arms['A'].binary
    reasons, skipped, kept = {}, session.document['skipped'], []
    for w in workloads:
        keys = needs(w)
        for key in keys:
            if key not in reasons:
                reasons[key] = CHECKS[key[0]](session, binary, key[1])
                if reasons[key]:
                    skipped.append({'what': f'{key[0]} {key[1]}',
                                    'why': reasons[key]})
        if not any(reasons[key] for key in keys):
            kept.append(w)
    return kept


class Failing:
    """Which workloads are given up because each of their trials failed."""

    def __init__(self, session):
        self.session = session

    def of(self, workload, tries):
        """Why it is given up; None if it is not."""
        own = [t for t in self.session.trials
               if t['workload'] == workload.name]
        if len(own) < tries or any(t['validity'] != INVALID for t in own):
            return None
        return own[-1]['error'] or '; '.join(own[-1]['reasons'])

    def left(self, workloads, tries=TRIES):
        """Those that are not given up. The reasons of others are noted."""
        kept = []
        for w in workloads:
            why = self.of(w, tries)
            if why:
                self.session.document['skipped'].append(
                    {'what': w.name, 'why': why})
            else:
                kept.append(w)
        return kept
