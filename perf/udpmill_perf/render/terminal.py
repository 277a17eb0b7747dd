# SPDX-License-Identifier: MIT
"""The summary at the end of a run, readable in ten seconds: verdict first."""
from .. import human
from ..file.view import View, listed
from . import headline, plain
from .count import terminal as counted
from .ink import Ink, wanted as wants_colour
from .load import terminal as loaded
from .tabled import on_terminal
from .terminal_other import calibration, selftest
from .terminal_paired import comparison
from .terminal_run import table
from .together import tables

__all__ = ['summary', 'wants_colour']

BODIES = {'compare': comparison, 'merge': comparison, 'run': table,
          'calibrate': calibration, 'selftest': selftest,
          'count': counted.body, 'load': loaded.body}
REASONS = 4                 # for SUSPECT and INVALID; others are counted
CHANGES = 12


def summary(document, colour, width=80, name=''):
    """The whole summary, in lines of at most `width` columns."""
    view, ink = View(document, name), Ink(colour)
    body = BODIES.get(view.kind, table)
    parts = [_head(view, ink, width), _notes(view, ink, width),
             body(view, ink, width),
             _trials(view, ink, width), _skipped(view, ink, width),
             _changes(view, ink, width)]
    return '\n'.join('\n'.join(part) + '\n' for part in parts if part)


def together(documents, colour, width):
    """What several documents say as one."""
    return ['\n'.join(on_terminal(table, Ink(colour), width)) + '\n'
            for table in tables(documents)]


def _head(view, ink, width):
    word = headline.verdict(view)
    subject = plain.cut(headline.subject(view), width - len(word) - 2)
    lines = [f'{ink.strong(ink.verdict(word, word))}  {subject}'
             .rstrip()]
    lines += plain.wrap(headline.sentence(view), width)
    if view.name:
        lines += [ink.dim(plain.cut(view.name, width))]
    facts = headline.facts(view)
    facts[:-1] = [fact + ',' for fact in facts[:-1]]
    return lines + [ink.dim(line) for line in plain.wrap(facts, width)]


def _notes(view, ink, width):
    return [ink.paint(line, 'unsure') for note in view.notes
            for line in plain.wrap(note, width, 'Note: ', '      ')]


def _pairs(title, pairs, ink, width):
    """A title, and lines in two columns, of which the second is wrapped."""
    first = min(max(plain.width(plain.clean(key)) for key, _ in pairs), 30)
    lines = [ink.strong(title)]
    for key, value in pairs:
        start = f'  {plain.left(key, first)}  '
        lines += plain.wrap(value, width, start, ' ' * len(start)) or [start]
    return lines


def _trials(view, ink, width):
    if not view.reasons:
        return []
    pairs = [(f'{amount} {validity.lower()}', reason)
             for (validity, reason), amount in view.reasons[:REASONS]]
    rest = sum(amount for _, amount in view.reasons[REASONS:])
    if rest:
        pairs.append((f'{rest} more', 'for other reasons'))
    return _pairs('Trials in doubt', pairs, ink, width)


def _skipped(view, ink, width):
    pairs = [(row.get('what') or '?', row.get('why') or 'no reason given')
             for row in listed(view.skipped) if isinstance(row, dict)]
    return _pairs('Left out', pairs, ink, width) if pairs else []


def _changes(view, ink, width):
    lines = [f'  {key}: {before} -> {after}'
             for key, before, after in view.changes]
    if not lines:
        return []
    more = len(lines) - CHANGES
    if more > 0:
        lines[CHANGES:] = [f'  and {human.count(more, "more key")}']
    return [ink.strong(headline.changed(view)[0]),
            *(plain.cut(line, width) for line in lines)]
