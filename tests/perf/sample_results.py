# SPDX-License-Identifier: MIT
"""A made-up run of the preset results, and the page that is made of it."""
import functools
import random

from udpmill_perf.file import document
from udpmill_perf.measure import matrix, results
from udpmill_perf.render import page
from udpmill_perf.verbs import run

PEERS = [matrix.PeerWorkload('iperf3', 'flood'),
         matrix.PeerWorkload('iperf3', 'trains'),
         matrix.PeerWorkload('iperf3', 'trains', 1400),
         matrix.PeerWorkload('sockperf', 'pingpong')]
ECHO, SINGLE = 'echo-mmsg-trains-64', 'echo-mmsg-single-64'


def rate_of(w):
    if w.as_dict()['peer'] == 'iperf3':
        return 1e5 if w.case == 'flood' else 4e6
    return {'trains': 1e7, 'pingpong': 1e5}.get(
        getattr(w, 'arrival', 'single'), 1e5)


def trial(id, block, w, noise):
    rate = rate_of(w) * noise
    one = rate * 0.4 / 1e9     # seconds for a nanosecond a datagram
    return {'id': id, 'workload': w.name, 'arm': 'A', 'block': block,
            'place': 0, 'start_s': 0.0, 'window_s': 0.4, 'validity': 'VALID',
            'reasons': [], 'error': None,
            'metrics': {'datagrams_per_second': rate,
                        'server_ns_per_datagram': 20.0},
            'cpu': {'server_user_s': 0.5 * one, 'server_system_s': 19 * one,
                    'client_user_s': 4 * one, 'client_system_s': 30 * one},
            'server_peak_bytes': 10 ** 7, 'generator_user_ns': 4.0,
            'generator_cpu_ns': 500 if 'kernel' in w.name else 1000}


@functools.lru_cache(maxsize=None)
def whole():
    """The page of everything, since pictures take a while."""
    return rendered(made())


def made(rounds=8, leave_out=()):
    workloads = [*results.WORKLOADS, *PEERS]
    doc = document.new('run', '1.0', ['udpmill', 'perf', 'run', '-p',
                                      'results', '-o', '/secret/run.json'], 1,
                       {'metrics': ['datagrams_per_second'],
                        'claims': list(results.CLAIMS),
                        'sections': [s.as_dict() for s in results.SECTIONS],
                        'alpha_red': 0.005, 'alpha_pass': 0.05,
                        'workloads': [w.name for w in workloads]})
    doc['tool']['git'] = '0123456789ab'
    doc['arms'] = [{'name': 'A'}]
    doc['workloads'] = [w.as_dict() for w in workloads]
    doc['environment'] = {'before': {
        'cpu.model': 'X', 'cpu.count': 2, 'kernel.release': '6.18.1',
        'memory.total_kib': 2 ** 22}, 'after': {}, 'changed': []}
    doc['complete'] = True
    for n in range(rounds):
        drift = 2.0 ** n  # of the host, from round to round
        for w in workloads:
            if w.name not in leave_out:
                # Of each its own, so that a new workload changes no other's.
                noise = random.Random(f'{n} {w.name}').uniform(0.99, 1.01)
                doc['trials'].append(trial(len(doc['trials']), n, w,
                                           drift * noise))
    doc['skipped'] = [{'what': 'engine splice',
                       'why': '/home/somebody/udpmill: no "splice"'},
                      {'what': 'neper', 'why': 'not in Debian; '
                       'https://github.com/google/neper'}]
    run.tabulate(doc, workloads)
    return document.validate(doc)


def rendered(*documents):
    return page.render([(f'{n}.json', doc) for n, doc
                        in enumerate(documents)], 'pictures')
