# SPDX-License-Identifier: MIT
"""A view of runs of `udpmill load` for the renderers, beside view.py. Missing
parts are empty here, too."""
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from .. import human
from .load_file import CAPACITY
from .view import keyed, listed

PERCENTILES = ('p50', 'p90', 'p99', 'p999', 'p9999', 'p99999')


def _positive(value):
    value = human.number(value)
    return value if value is not None and value > 0 else None


def latency_of(found):
    """{'p50': ns, ...} of what is known and can be drawn."""
    values = {key: _positive(value) for key, value in keyed(found).items()}
    return {key: value for key, value in values.items() if value is not None}


@dataclass
class Piece:
    """An interval, a step or a trial. start, seconds: None if not known."""
    start: float | None
    seconds: float | None
    sent: float
    answered: float | None
    lost: float | None
    planned: float | None = None
    latency: dict = field(default_factory=dict)
    omitted: bool = False
    outcome: str = ''
    cause: str = ''
    rate: float | None = None       # sent per second, if that is told

    @property
    def middle(self):
        return (self.start or 0) + (self.seconds or 0) / 2

    def _per_second(self, value):
        return value / self.seconds if self.seconds and value is not None \
            else None

    @property
    def sent_rate(self):
        return self._per_second(self.sent) if self.rate is None else self.rate

    @property
    def answered_rate(self):
        return self._per_second(self.answered)

    @property
    def loss(self):
        """The share that was lost."""
        if self.lost is None or not self.sent:
            return None
        return min(max(self.lost / self.sent, 0), 1)


def _piece(row):
    row = keyed(row)
    number = {key: human.number(row.get(key)) for key in (
        'start_s', 'seconds', 'sent', 'answered', 'lost', 'loss', 'rate',
        'planned_per_second', 'sent_per_second')}
    latency = latency_of(row.get('latency_ns')) or latency_of({
        key: row.get(f'latency_{key}_ns') for key in ('p50', 'p99')})
    trial = number['rate'] is not None
    return Piece(
        number['start_s'], _positive(number['seconds']), number['sent'] or 0,
        number['answered'], number['lost'],
        number['rate'] if trial else number['planned_per_second'], latency,
        row.get('omitted') is True, str(row.get('outcome') or ''),
        str(row.get('main_cause') or ''),
        number['sent_per_second'] if trial else None)


def _total(values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _together(pieces):
    """Neighbours as one. Of latency, which cannot be added up: the middle one
    of the medians, and the largest of all others."""
    if len(pieces) == 1:
        return pieces[0]
    seconds = sum(piece.seconds or 0 for piece in pieces)
    planned = [piece.planned for piece in pieces]
    latency = {}
    for key in dict.fromkeys(k for piece in pieces for k in piece.latency):
        values = [piece.latency[key] for piece in pieces
                  if key in piece.latency]
        latency[key] = median(values) if key in ('p50', 'mean') \
            else min(values) if key == 'min' else max(values)
    return Piece(
        pieces[0].start, seconds or None, sum(piece.sent for piece in pieces),
        _total(piece.answered for piece in pieces),
        _total(piece.lost for piece in pieces),
        None if None in planned else sum(
            piece.planned * (piece.seconds or 0) for piece in pieces)
        / (seconds or 1), latency, pieces[0].omitted)


def thinned(pieces, most):
    """At most so many pieces: neighbours become one, but not of the warm-up
    and the rest."""
    size = -(-len(pieces) // most)
    if size <= 1:
        return list(pieces)
    found, part = [], []
    for piece in pieces:
        if part and (len(part) == size or part[0].omitted != piece.omitted):
            found.append(_together(part))
            part = []
        part.append(piece)
    return found + [_together(part)]


class Run:
    """One run. label: its short name."""

    def __init__(self, entry):
        self.label = str(entry.get('label'))
        self.file = str(entry.get('file'))
        self.document = keyed(entry.get('document'))
        self.config = keyed(self.document.get('config'))
        self.ledger = keyed(self.document.get('ledger'))
        self.server = keyed(keyed(self.document.get('environment'))
                            .get('server'))
        self.loss = keyed(self.document.get('loss'))
        self.stress = keyed(self.document.get('stress'))
        self.is_search = self.document.get('schema') == CAPACITY
        self.error = str(self.document.get('error') or '')
        self.interrupted = self.document.get('interrupted') is True

    @cached_property
    def intervals(self):
        return [_piece(row) for row
                in listed(self.document.get('intervals'))]

    @cached_property
    def steps(self):
        """Of a ramp; or the trials of a search, by their rate."""
        if self.is_search:
            return sorted(
                (_piece(row) for row in listed(self.document.get('trials'))),
                key=lambda piece: piece.planned or 0)
        return [_piece(row) for row in listed(self.document.get('steps'))]

    def rate(self, what):
        """Datagrams per second that were sent, answered or delivered; from the
        intervals if there is nothing else."""
        told = human.number(keyed(self.document.get(what))
                            .get('datagrams_per_second'))
        if told is not None or what == 'delivered':
            return told
        pieces = [piece for piece in self.intervals or (
            [] if self.is_search else self.steps) if not piece.omitted]
        seconds = sum(piece.seconds or 0 for piece in pieces)
        whole = _total(getattr(piece, what) for piece in pieces)
        return whole / seconds if seconds and whole is not None else None

    @property
    def lost(self):
        """The share of datagrams that was lost."""
        told = human.number(self.loss.get('share'))
        if told is not None:
            return told
        pieces = self.intervals or ([] if self.is_search else self.steps)
        whole = _together(pieces) if pieces else None
        return whole.loss if whole else None

    @cached_property
    def latency(self):
        found = latency_of(self.document.get('latency_ns'))
        if not found:
            stages = keyed(self.document.get('stages'))
            found = latency_of(keyed(stages.get('round_trip_ns'))
                               .get('stamped'))
        return found

    @cached_property
    def parts(self):
        """[(what became of datagrams, how many)] of the ledger, those that
        were answered first; without what is zero."""
        rows = [('answered', self.ledger.get('answered')),
                ('absorbed', self.ledger.get('absorbed')),
                *keyed(self.ledger.get('refused')).items(),
                *((f'dropped: {cause}', amount) for cause, amount
                  in keyed(self.ledger.get('dropped')).items())]
        key = 'unexplained' if self.ledger.get('server_seen') is not False \
            else 'missing'
        rows.append((key, self.ledger.get(key)))
        return [(str(name).replace('_', ' '), human.number(amount))
                for name, amount in rows if human.number(amount)]

    @cached_property
    def stages(self):
        """[(name, latency)] in the order of the file."""
        found = keyed(keyed(self.document.get('stages')).get('stages_ns'))
        return [(str(name).replace('_', ' '), latency_of(value))
                for name, value in found.items() if latency_of(value)]

    @property
    def rows(self):
        """Of --stress."""
        return [keyed(row) for row in listed(self.stress.get('rows'))]

    @property
    def complaints(self):
        """Why the run failed its own check; [] if it did not."""
        found = [self.error] if self.error else []
        ledger = self.ledger
        if human.number(ledger.get('corrupt')):
            found.append(f'{human.count(ledger["corrupt"], "reply", "replies")}'
                         ' corrupt')
        if ledger.get('balances') is False:
            found.append(f'{ledger.get("unexplained")} datagrams unexplained')
        if self.loss.get('borne') is False:
            found.append(f'{human.share(self.loss.get("share"))} lost, and '
                         f'{human.share(self.loss.get("max_share"))} allowed')
        bad = keyed(self.stress.get('verdicts')).get('failed')
        if bad:
            found.append(f'{human.count(bad, "case")} of --stress failed')
        if any(keyed(row).get('balances') is False
               for row in listed(self.document.get('trials'))):
            found.append('a trial does not balance')
        return found


class Runs:
    """What a View is for trials. view: of the same document."""

    def __init__(self, view):
        self.view = view
        self.all = [Run(keyed(entry)) for entry
                    in listed(view.document.get('runs'))]

    @property
    def labels(self):
        return [run.label for run in self.all]
