# SPDX-License-Identifier: MIT
"""One trial: a fresh server and a fresh generator, a warm-up, and a window in
the middle, delimited by snapshots."""
import json
import os
import subprocess
import time
from contextlib import nullcontext
from dataclasses import dataclass

from ..errors import INVALID, PerfError
from ..host.process import Program, Server
from ..metrics import INSTRUCTIONS, MACHINE_NS, RATE, SERVER_NS
from . import validity
from .segment import Segment
from .window import Watch, Window, foreign_s, peak_bytes, processes

TRIAL_OVERHEAD_S = 0.25  # to start and stop the programs, for the time left
FIRST_S = 10    # within which the first datagram must arrive
TAIL_S = 0.1    # of load after the window
SETTLE_S = 60   # within which the generator must close its ledger


@dataclass(frozen=True)
class Timing:
    warm_s: float = 0.3
    window_s: float = 0.5
    slices: int = 10

    @property
    def load_s(self):
        return self.window_s + TAIL_S

    @property
    def trial_s(self):
        """What a trial takes, as far as it is known beforehand."""
        return self.warm_s + self.load_s + TRIAL_OVERHEAD_S


def server_argv(arm, workload, seat):
    return [arm.binary, 'serve', f'{seat.host}:{seat.port}',
            *workload.server_options(), '--cpus',
            ','.join(map(str, seat.server_cpus)), *arm.options]


def load_command(generator, workload, seat, seed):
    """Without the options that say how long."""
    # The harness runs both sides of a lab, so it can give consent.
    consent = [] if workload.path == 'loopback' else ['--peer-consents']
    return [generator, 'load', f'{seat.host}:{seat.port}', '--json', '--seed',
            str(seed), *consent, *workload.load_options()]


def load_argv(generator, workload, seat, timing, seed):
    return [*load_command(generator, workload, seat, seed), '--time',
            f'{timing.load_s:g}s', '--omit', f'{timing.warm_s:g}s']


def cut(watch, generator, timing):
    """Returns (Window, slices)."""
    generator.wait_until(lambda: watch.datagrams()[1], FIRST_S,
                         'no datagram arrived at the server', 0.002)
    time.sleep(timing.warm_s)
    others = processes()
    first = watch.moment()
    before = first.at, first.counters['rx_datagrams']
    slices = []
    for i in range(1, timing.slices + 1):
        due = first.at + timing.window_s * i / timing.slices
        time.sleep(max(due - time.monotonic(), 0))
        if i < timing.slices:
            now = watch.datagrams()
        else:
            last = watch.moment()
            now = last.at, last.counters['rx_datagrams']
        slices.append({'seconds': round(now[0] - before[0], 6),
                       'datagrams': now[1] - before[1]})
        before = now
    if not generator.alive():
        raise PerfError('the generator ended before the window: this host is '
                        'too busy', INVALID)
    foreign = foreign_s(others, processes(), watch.own)
    return Window(first, last, foreign), slices


def cpu(window):
    rounded = {}
    for role in ('server', 'client'):
        user, system = window.split_s[role]
        rounded[f'{role}_user_s'] = round(user, 6)
        rounded[f'{role}_system_s'] = round(system, 6)
    rounded['softirq_s'] = round(
        window.run_s['softirq'] + window.machine['softirq'], 6)
    rounded['machine_busy_s'] = round(window.busy_s, 6)
    rounded['steal_s'] = round(window.machine['steal'], 6)
    rounded['other_s'] = round(window.other_s(), 6)
    return rounded


def metrics(window):
    n = window.datagrams
    if n <= 0:
        return {}
    counted = window.instructions is not None
    return {RATE: n / window.seconds, MACHINE_NS: window.busy_s * 1e9 / n,
            SERVER_NS: window.run_s['server'] * 1e9 / n,
            INSTRUCTIONS: window.instructions / n if counted else None}


def user_ns(load):
    """The generator's user time per datagram that it sent."""
    sent = load['sent']['datagrams']
    return load['cpu']['client']['user_s'] * 1e9 / sent if sent else None


def cpu_ns(load):
    """The generator's CPU time per datagram that it sent; with what the kernel
    did on its CPU: over loopback and a veth, the way to the server's socket."""
    sent, used = load['sent']['datagrams'], load['cpu']['client']
    if not sent:
        return None
    return (used['user_s'] + used['system_s']) * 1e9 / sent


LEDGER = ('sent', 'answered', 'absorbed', 'unexplained', 'balances')


def ledger(load):
    full = load['ledger']
    kept = {key: full[key] for key in LEDGER}
    for key in ('dropped', 'refused'):
        kept[key] = {cause: n for cause, n in full[key].items() if n}
    return kept


def entry(verdict, reasons, window=None, **more):
    """The entry for the document, with what all kinds of trials have."""
    found = {'window_s': round(window.seconds, 6), 'metrics': metrics(window),
             'cpu': cpu(window)} if window else {
                 'window_s': 0.0, 'metrics': {}, 'cpu': {}}
    return {'validity': verdict, 'reasons': reasons, **found, 'ledger': {},
            'slices': [], 'latency_ns': None, 'error': None, **more}


def result(window, slices, load, workload, peak):
    return entry(
        *validity.judge(window, load, workload, os.cpu_count()), window,
        ledger=ledger(load), slices=slices,
        kernel={name: n for name, n in window.kernel.items() if n},
        latency_ns=load['latency_ns'] if workload.rate else None,
        server_peak_bytes=peak, generator_user_ns=user_ns(load),
        generator_cpu_ns=cpu_ns(load))


def measure(arm, workload, seat, timing, generator, seed, pmu=None,
            beside=lambda pid: nullcontext()):
    """Run the programs of a trial, and return its results. Raises PerfError if
    a program fails. No program is left running. beside(the server's pid): a
    context around the load."""
    try:
        return _measure(arm, workload, seat, timing, generator, seed, pmu,
                        beside)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        # A program had ended, or could not be started.
        raise PerfError(f'{type(error).__name__}: {error}', INVALID) from error


def _measure(arm, workload, seat, timing, generator, seed, pmu, beside):
    seat.wait_until_free()
    with Server(server_argv(arm, workload, seat), seat.server_cpus,
                seat.server_netns) as server, \
            Segment(server.segment) as segment, \
            beside(server.pid), \
            Program(load_argv(generator, workload, seat, timing, seed),
                    seat.client_cpus, seat.client_netns) as load:
        watch = Watch(segment, {'server': server.pid, 'client': load.pid,
                                'harness': os.getpid()}, pmu)
        window, slices = cut(watch, load, timing)
        code = load.wait(SETTLE_S)
        if not server.alive():
            raise PerfError(server.complaint(), INVALID)
        if code not in (0, 1):
            raise PerfError(load.complaint(), INVALID)
        report = json.loads(load.stdout())
        peak = peak_bytes(server.pid)
        if server.stop():
            raise PerfError(server.complaint(), INVALID)
    return result(window, slices, report, workload, peak)
