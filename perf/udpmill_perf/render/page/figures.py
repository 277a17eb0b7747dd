# SPDX-License-Identifier: MIT
"""The figures of a page's rows: medians over the rounds of a run, with their
quartiles. A ratio is computed within each round, in which both sides met the
same host."""
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median, quantiles

from ... import human
from ...file.view import keyed, listed
from ...metrics import RATE
from ...outcomes import SUSPECT

SIDES = (('server', 'user'), ('server', 'system'),
         ('client', 'user'), ('client', 'system'))


@dataclass(frozen=True)
class Spread:
    """Of values of several rounds; of few, the quartiles are the ends."""
    middle: float
    low: float
    high: float
    count: int


def spread(values):
    """None if there are no values."""
    values = sorted(values)
    if not values:
        return None
    if len(values) < 4:
        return Spread(median(values), values[0], values[-1], len(values))
    low, _, high = quantiles(values, n=4, method='inclusive')
    return Spread(median(values), low, high, len(values))


def _rate(trial):
    return human.number(keyed(trial.get('metrics')).get(RATE))


def _parts(trials):
    """CPU nanoseconds a datagram, as in SIDES, of all trials together, since
    the kernel counts them in ticks, of which a trial has few. None if they are
    not known."""
    datagrams, total = 0.0, [0.0] * len(SIDES)
    for trial in trials:
        rate, window = _rate(trial), human.number(trial.get('window_s'))
        cpu = keyed(trial.get('cpu'))
        seconds = [human.number(cpu.get(f'{side}_{mode}_s'))
                   for side, mode in SIDES]
        if rate and window and None not in seconds:
            datagrams += rate * window
            total = [a + b for a, b in zip(total, seconds)]
    return [1e9 * one / datagrams for one in total] if datagrams else None


@dataclass(frozen=True)
class Row:
    """What a workload did. rate: None if it was not measured. ratio: to the
    base, None for that itself; of peers, the other way round. parts: as in
    SIDES, or None. doubted: trials that are suspect, of `trials`."""
    name: str
    base: str
    bytes: int | None
    peer: str
    rate: Spread | None
    ratio: Spread | None
    parts: list | None
    trials: int
    doubted: int


@dataclass(frozen=True)
class Section:
    title: str
    text: str
    rows: list
    ratio: str = 'ratio'  # its title


class Run:
    """view: of a document of `run`."""

    def __init__(self, view):
        self.view = view
        self.trials = {}
        for trial in view.kept():
            if _rate(trial):
                self.trials.setdefault(str(trial.get('workload')), []).append(
                    trial)

    @cached_property
    def rounds(self):
        return max((len(found) for found in self.trials.values()), default=0)

    def _by_round(self, name):
        found = {}
        for trial in self.trials.get(name, ()):
            found.setdefault(trial.get('block'), []).append(_rate(trial))
        return {n: median(rates) for n, rates in found.items()
                if n is not None}

    def ratio(self, name, base):
        own, other = self._by_round(name), self._by_round(base)
        return spread([own[n] / other[n] for n in own if n in other])

    def row(self, name, base=''):
        trials = self.trials.get(name, [])
        about = self.view.workload.get(name, {})
        size = human.number(about.get('bytes'))
        return Row(
            name, base, None if size is None else int(size),
            str(about.get('peer') or ''),
            spread([_rate(trial) for trial in trials]),
            self.ratio(name, base) if base and base != name else None,
            _parts(trials),
            len(trials), sum(trial.get('validity') == SUSPECT
                             for trial in trials))

    @cached_property
    def sections(self):
        """Those of the document's design, then the peers. Rows that were not
        measured are left out."""
        found = []
        for one in listed(self.view.design.get('sections')):
            one = keyed(one)
            pairs = [[str(word) for word in pair] for pair
                     in listed(one.get('rows'))
                     if isinstance(pair, list) and len(pair) == 2]
            found.append(Section(
                str(one.get('title')), str(one.get('text') or ''),
                self._rows(pairs)))
        peers = [replace(row, ratio=self.ratio(row.base, row.name)
                         if row.base != row.name else None)
                 for row in self._rows(self._peers())]
        found.append(Section(PEERS, PEERS_TEXT, peers, 'udpmill is'))
        return [section for section in found if section.rows]

    def _rows(self, pairs):
        """Those that were measured, without bases that nothing is left to be
        compared with."""
        rows = [row for name, base in pairs
                if (row := self.row(name, base)).rate]
        needed = {row.base for row in rows if row.base != row.name}
        return [row for row in rows
                if row.base != row.name or row.name in needed]

    def _peers(self):
        """Each beside what udpmill does in the same case, if that is there."""
        found = []
        for name, entry in self.view.workload.items():
            if not entry.get('peer') or entry.get('peer') == 'floor':
                continue
            own = OWN.get(str(entry.get('case')), '').format(
                entry.get('bytes'))
            if own in self.trials and (own, own) not in found:
                found.append((own, own))
            found.append((name, own))
        order = {own: at for at, (_, own) in enumerate(found)}
        first = {own: min(at for at, pair in enumerate(found)
                          if pair[1] == own) for own in order}
        return sorted(found, key=lambda pair: (first[pair[1]],
                                               pair[0] != pair[1]))


PEERS = 'Other programs'
PEERS_TEXT = (
    'Each with its own server and its own generator, by default options and as '
    'fast as it can; the kernel counts what arrived at the server. flood is '
    'one way, one by one; trains is one way by GSO; pingpong is one datagram '
    'at a time. The ratio says how many times as much udpmill does in the same '
    'case and size: for a flood, its sink in trains.')
# By the case of a peer.
OWN = {'flood': 'discard-mmsg-trains-{}', 'trains': 'discard-mmsg-trains-{}',
       'pingpong': 'echo-mmsg-pingpong-{}'}
