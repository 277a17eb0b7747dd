# SPDX-License-Identifier: MIT
"""The workloads of a run: presets, and products of lists."""
import itertools
import os
from dataclasses import dataclass

from ..errors import PerfError
from . import ladder, peers, results
from .trial import Timing
from .workload import BACKENDS, PATHS, TRAIN_MOST, Workload, parse

ALL_BACKENDS = {'backend': BACKENDS}
SIZES = (64, 512, 1472, 9000, 65507)


@dataclass(frozen=True)
class PeerWorkload:
    """The workload of a peer, named after its case, so that it stands next to
    udpmill's results in the same case."""
    peer: str
    case: str
    bytes: int = 64
    path: str = 'loopback'
    workers: int = 1
    threads: int = 1
    own = None

    @property
    def name(self):
        parts = [self.peer, self.case, str(self.bytes)]
        return '-'.join(parts + ([self.path] if self.path != 'loopback'
                                 else []))

    def as_dict(self):
        service = 'echo' if self.case == 'pingpong' else 'discard'
        return {'name': self.name, 'service': service, 'backend': self.peer,
                'bytes': self.bytes, 'batch': 1,
                'trains': self.case == 'trains', 'workers': 1,
                'path': self.path, 'peer': self.peer, 'case': self.case,
                'load': []}


@dataclass(frozen=True)
class Preset:
    """parts: products, each a dict from a field of Workload to a list. options:
    of serve, for all workloads. lenient: a workload that fails in two rounds
    is left out, and why is noted."""
    brief: str
    parts: tuple
    cases: tuple       # that peers are measured in
    rounds: int
    timing: Timing
    more: tuple = ()   # workloads outside of the products
    claims: tuple = ()
    sections: tuple = ()
    options: tuple = ()
    peer_sizes: tuple = (64,)
    lenient: bool = False


def part(**lists):
    return {**ALL_BACKENDS, **lists}


CORE = (part(service=('discard', 'echo'), arrival=('single', 'trains')),)
PRESETS = {
    'smoke': Preset('every backend, in under a minute', CORE, ('flood',), 2,
                    Timing(0.3, 0.5, 5)),
    'default': Preset(
        'sizes, batches, a veth path, peers; under five minutes',
        CORE + (part(service=('echo',), arrival=('pingpong', 'split')),
                {'backend': ('mmsg', 'uring'), 'service': ('echo',),
                 'arrival': ('single',), 'batch': (1, 8, 128)},
                {'backend': ('mmsg',), 'service': ('echo',),
                 'arrival': ('trains',), 'bytes': (512, 1472)},
                {'backend': ('mmsg',), 'service': ('echo',),
                 'arrival': ('single', 'trains'), 'path': ('veth',)}),
        ('flood', 'trains', 'pingpong'), 3, Timing(0.3, 0.8, 8)),
    'full': Preset(
        'every service, size, batch, worker count and path',
        (part(service=('discard', 'echo', 'length', 'reflect'),
              arrival=('single', 'trains', 'split')),
         part(service=('echo',), arrival=('pingpong',)),
         part(service=('echo', 'discard'), arrival=('single', 'trains'),
              bytes=SIZES[1:]),
         part(service=('echo',), arrival=('single', 'trains'),
              batch=(1, 4, 8, 16, 64, 128)),
         part(service=('echo',), arrival=('single', 'trains'),
              workers=(2, 4)),
         part(service=('echo',), arrival=('single', 'trains'),
              path=PATHS[1:])),
        ('flood', 'trains', 'pingpong'), 5, Timing(0.3, 1.0, 10)),
    'ladder': Preset(
        'judges the project\'s claims, next to the floor; under ten minutes',
        (), ('flood', 'trains', 'pingpong'), ladder.ROUNDS, Timing(),
        ladder.WORKLOADS, ladder.CLAIMS,
        # The claims hold for serve's defaults, which the floor uses too.
        options=('--gro', 'on')),
    'results': Preset(
        'what perf/RESULTS.md shows; about twenty minutes',
        (), results.CASES, results.ROUNDS, Timing(0.2, 0.4, 4),
        results.WORKLOADS, results.CLAIMS, results.SECTIONS,
        peer_sizes=results.PEER_SIZES, lenient=True),
}


def product(lists):
    """Yields all combinations, except those that no server supports."""
    names = list(lists)
    for values in itertools.product(*lists.values()):
        found = dict(zip(names, values))
        trains = found.get('arrival', 'single') in ('trains', 'split')
        if trains and found.get('bytes', 64) > TRAIN_MOST:
            continue
        if found.get('backend') == 'recvfrom' and found.get('batch'):
            continue
        yield Workload(**found)


def unique(workloads):
    return list({w.name: w for w in workloads}.values())


def of_preset(preset):
    return unique([*(w for lists in preset.parts for w in product(lists)),
                   *preset.more])


def of_lists(lists):
    """The workloads from --service, --bytes and so on, or their defaults."""
    return unique(product({**ALL_BACKENDS, 'service': ('echo',), **lists}))


def of_arguments(texts):
    """Workloads by name, or scenario files for every backend."""
    found = []
    for text in texts:
        if os.sep in text or text.endswith('.ini'):
            if not os.path.isfile(text):
                raise PerfError(f'{text}: there is no such scenario file')
            found += [Workload(scenario=os.path.abspath(text), backend=b)
                      for b in BACKENDS]
        else:
            found.append(parse(text))
    return unique(found)


def of_peers(wanted, cases, sizes):
    """Returns (workloads, skipped). wanted: auto, none, or names. sizes: of
    datagrams; a ping-pong is of the first only."""
    if wanted == 'none':
        return [], []
    found, skipped = [], []
    names = ([p.name for p in peers.ALL] if wanted == 'auto'
             else wanted.split(','))
    for name in names:
        peer = peers.by_name(name)
        if not peer:
            raise PerfError(f'--peers: there is no "{name}"; choose auto, '
                            'none, or from '
                            f'{", ".join(p.name for p in peers.ALL)}')
        why = peer.missing()
        if why:
            skipped.append({'what': name, 'why': why})
            continue
        for case in cases:
            lacks = peer.lacks(case)
            if case in peer.cases and lacks:
                skipped.append({'what': f'{name}-{case}', 'why': lacks})
            elif case in peer.cases:
                found += [PeerWorkload(name, case, size) for size in (
                    sizes[:1] if case == 'pingpong' else sizes)]
    return found, skipped
