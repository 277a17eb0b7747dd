# SPDX-License-Identifier: MIT
"""The ladder's second part: is the generator fast enough to be an instrument?

Each row is a server and a generator on a CPU each, as in ladder_run; a round
runs every row once. What the rows are compared with ran in the same rounds.
"""
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from statistics import median

from ladder_run import (RunError, Rung, measure, run_sockperf,
                        run_udpmill)

TRAINS = ('--window', '512')
PING = ('-P', '1', '--window', '1', '--train', 'off')


@dataclass(frozen=True)
class Row:
    name: str
    service: str = ''        # '' for a peer
    backend: str = ''
    serve: tuple = ()
    load: tuple = ()


@dataclass
class Figures:
    rate: float              # verified replies/s; discard: delivered/s
    user_ns: float | None    # generator's, per datagram
    p50_ns: float | None


ROWS = (
    Row('flood, trains', 'discard', 'mmsg', load=('--flood',)),
    Row('echo, trains', 'echo', 'mmsg', load=TRAINS),
    Row('echo, trains, 10000 flows', 'echo', 'mmsg', load=('-P', '10000')),
    Row('echo, one by one', 'echo', 'recvfrom',
        load=('--train', 'off', '--window', '64', '-P', '1')),
    Row('ping-pong, blocking', 'echo', 'recvfrom', load=PING),
    Row('ping-pong, spinning', 'echo', 'recvfrom', ('--spin',),
        (*PING, '--spin')),
)
PEERS = (Row('iperf3'), Row('sockperf ping-pong'))


def measure_row(programs, row, seconds):
    rung = Rung(row.service, 'row', 'udpmill', row.backend)
    _, load = run_udpmill(programs, rung, seconds, serve=row.serve,
                          load=row.load)
    done = load['delivered' if row.service == 'discard' else 'answered']
    return Figures(done['datagrams_per_second'],
                   load['cpu']['client']['user_s'] * 1e9
                   / max(load['sent']['datagrams'], 1),
                   load['latency_ns'].get('p50'))


def measure_iperf3(seconds):
    rung = Rung('discard', 'single', 'iperf3')
    return Figures(measure(None, rung, seconds).rate, None, None)


def measure_sockperf(seconds):
    _, said = run_sockperf('ping-pong', seconds)
    valid = re.search(r'\[Valid Duration\] RunTime=([\d.]+) sec; '
                      r'SentMessages=\d+; ReceivedMessages=(\d+)', said)
    p50 = re.search(r'percentile 50\.000 =\s+([\d.]+)', said)
    if not valid:
        raise RunError('sockperf: its output has no [Valid Duration]')
    # It tells half of the round trip.
    return Figures(int(valid[2]) / float(valid[1]), None,
                   float(p50[1]) * 2000 if p50 else None)


PEER_RUNS = {'iperf3': measure_iperf3, 'sockperf ping-pong': measure_sockperf}


def rows_of(args):
    if not args.peers:
        return list(ROWS)
    return [*ROWS, *(p for p in PEERS if shutil.which(p.name.split()[0]))]


def climb(programs, args, show):
    """({row: [Figures]}, errors). show(row) before each run."""
    rows, results, errors = rows_of(args), {}, []
    order = random.Random(args.seed + 1)
    try:
        for _ in range(args.rounds):
            for row in order.sample(rows, len(rows)):
                show(row.name)
                try:
                    figures = PEER_RUNS[row.name](args.seconds) \
                        if row in PEERS else \
                        measure_row(programs, row, args.seconds)
                    results.setdefault(row.name, []).append(figures)
                except (RunError, subprocess.TimeoutExpired, OSError) as error:
                    errors.append(f'{row.name}: {error}')
    except KeyboardInterrupt:
        errors.append('interrupted: the generator\'s figures are of fewer '
                      'rounds')
    return results, errors


def middle(results, name, field):
    values = [getattr(f, field) for f in results.get(name, ())]
    values = [v for v in values if v is not None]
    return median(values) if values else None


def ratio(results, a, b, factor=1.0):
    x, y = middle(results, a, 'rate'), middle(results, b, 'rate')
    return x / (y * factor) if x and y else None


def claims_of(results, claim):
    """claim(text, bound, measured, holds) makes each."""
    def at_least(text, bound, measured):
        return claim(text, f'>= {bound}', measured,
                     measured is not None and measured >= bound)

    def at_most(text, bound, measured):
        return claim(text, f'<= {bound}', measured,
                     measured is not None and measured <= bound)

    many = ratio(results, 'echo, trains, 10000 flows', 'echo, trains')
    yield at_least('flood with trains: rate to iperf3\'s', 30,
                   ratio(results, 'flood, trains', 'iperf3'))
    yield at_least('echo with trains: rate to 0.7 x one by one', 30,
                   ratio(results, 'echo, trains', 'echo, one by one', 0.7))
    for name in 'flood, trains', 'echo, trains':
        yield at_most(f'{name}: generator\'s user ns', 12,
                      middle(results, name, 'user_ns'))
    yield at_most('10000 flows: what they cost of the rate', 0.2,
                  None if many is None else 1 - many)
    yield at_least('ping-pong, spinning: rate to sockperf\'s', 15,
                   ratio(results, 'ping-pong, spinning',
                         'sockperf ping-pong'))
    yield at_least('ping-pong, blocking: rate to sockperf\'s', 0.95,
                   ratio(results, 'ping-pong, blocking',
                         'sockperf ping-pong'))


def print_table(results, si):
    print(f'{"The generator:":<28} {"datagrams/s":>11} {"+-":>5} '
          f'{"user ns":>8} {"p50 us":>8}')
    for name, figures in results.items():
        rates = [f.rate for f in figures]
        user, p50 = (middle(results, name, f) for f in ('user_ns', 'p50_ns'))
        print(f'  {name:<26} {si(median(rates)):>11} '
              f'{(max(rates) - min(rates)) / median(rates):>5.0%} '
              f'{"-" if user is None else f"{user:.1f}":>8} '
              f'{"-" if p50 is None else f"{p50 / 1e3:.1f}":>8}')
    print()


def as_json(results):
    return [{'row': name, 'runs': [vars(f) for f in figures]}
            for name, figures in results.items()]
