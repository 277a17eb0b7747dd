# SPDX-License-Identifier: MIT
"""Markdown for GitHub and GitLab, for a comment on a pull request.

To keep the comment short, all but the essential parts are folded.
"""
from .. import human
from ..file.view import View, listed
from ..outcomes import IMPROVED, INVALID, PASS, SUSPECT
from . import headline, proof, tails
from .count import markdown as counted
from .load import markdown as loaded
from .markup import MARK, code, escape, folded, table, verdict
from .tabled import in_markdown
from .together import tables


def render(documents):
    found = [_document(View(document, name)) for name, document in documents]
    found += ['\n'.join(in_markdown(table)) for table in tables(documents)]
    return '\n'.join(found)


def _document(view):
    word = headline.verdict(view)
    mark = MARK.get(word, ':bar_chart:')
    lines = [f'### {mark} {escape(word)}: '
             f'{escape(headline.subject(view))}'.rstrip(': '), '',
             escape(headline.sentence(view)), '']
    if view.name:
        lines += [code(view.name), '']
    for note in view.notes:
        lines += [f'> {escape(note)}', '']
    lines += BODIES.get(view.kind, _run)(view)
    lines += _skipped(view) + _changes(view) + _reasons(view)
    facts = ', '.join(headline.facts(view))
    return '\n'.join(lines) + f'\n<sub>{escape(facts)}; ' \
        f'{escape(headline.source(view))}</sub>\n'


def _paired(view):
    level = headline.level(view)
    head = ['workload', 'metric', '', 'A', 'B', 'B worse by',
            f'{level} interval'.strip(), f'{view.unit}s', 'sd']
    rows, notes, previous = [], [], None
    for row in view.judged:
        name = code(row.workload) if row.workload != previous else ''
        previous = row.workload
        rows.append([
            name, escape(row.metric.title), verdict(row.verdict),
            row.metric.show(row.base), row.metric.show(row.other),
            *map(escape, proof.difference(row.row))])
        rows += _without(view, row)
        notes += _note(view, row)
    if not rows:
        return []
    return (table(head, rows, range(3, 9)) + [''] + notes
            + [''] * bool(notes) + _tails(view))


def _tails(view):
    lines = []
    for workload, title, head, rows in tails.tables(view):
        cells = [[escape(cell) for cell in row] for row in [head, *rows]]
        cells[0][0] = code(workload)
        lines += folded(title, table(cells[0], cells[1:]))
    return lines


def _without(view, row):
    other = row.without
    if not other:
        return []
    return [['', f'<sub>without {row.doubtful(view.unit)}</sub>',
             f'<sub>{escape(other.get("verdict") or "")}</sub>', '', '',
             *map(escape, proof.difference(other)[:3]), '']]


def _note(view, row):
    if row.verdict in (PASS, IMPROVED, ''):
        return []
    take = headline.would_take(view, row)
    told = [row.why]
    if take:
        told.append(take[0].upper() + take[1:] + '.')
    return [f'- {code(row.workload)} {escape(row.metric.title)}: '
            f'{escape(" ".join(filter(None, told)))}']


def _run(view):
    lines = []
    for kind, cells in view.tables:
        rows, previous = [], None
        for cell in cells:
            row = proof.cell(view, kind, cell)
            rows.append(_cell(row, row['workload'] != previous))
            previous = row['workload']
        head = ['workload', 'arm', 'median', 'interval', 'ratio', 'trials']
        lines += [f'**{escape(kind.title)}**', '',
                  *table(head, rows, range(2, 6)), '']
    return lines + _claims(view)


def _claims(view):
    rows = [[verdict(row.verdict), escape(row.title), escape(row.text)]
            for row in proof.claims(view)]
    return ['**Claims**', '', *table(('', 'claim', 'measured'), rows),
            ''] if rows else []


def _cell(row, first):
    to = f'{row["ratio"]} of {escape(row["to"])}' if row['to'] else ''
    return [code(row['workload']) if first else '', escape(row['who']),
            row['median'], row['span'], to, escape(row['trials'])]


def _calibration(view):
    rows = [[code(row[0]), *map(escape, row[1:])]
            for row in proof.calibration(view)]
    lines = table(proof.CALIBRATION_HEAD, rows, range(2, 6)) if rows else []
    return lines + [''] + _rest(view, 'calibration')


def _selftest(view):
    rows = [[escape(row.title), escape(row.text), escape(row.verdict)]
            for row in proof.selftest(view)]
    lines = table(('code', 'found', ''), rows) if rows else []
    return lines + [''] + _rest(view, 'selftest')


def _rest(view, part):
    return [f'- {escape(key)}: {escape(value)}'
            for key, value in proof.rest(view, part)] + ['']


def _skipped(view):
    rows = [f'- {escape(row.get("what") or "?")}: '
            f'{escape(row.get("why") or "no reason given")}'
            for row in listed(view.skipped) if isinstance(row, dict)]
    return ['Left out:', '', *rows, ''] if rows else []


def _changes(view):
    if not view.changes:
        return []
    rows = [[code(key), code(before), code(after)]
            for key, before, after in view.changes]
    title, before, after = headline.changed(view)
    return folded(f'{title}: {human.count(len(rows), "setting")}',
                  table(('key', before, after), rows))


def _reasons(view):
    if not view.reasons:
        return []
    rows = [[str(amount), escape(validity), escape(reason)]
            for (validity, reason), amount in view.reasons]
    total = view.validity[SUSPECT] + view.validity[INVALID]
    return folded(f'{human.count(total, "trial")} in doubt',
                  table(('trials', 'validity', 'reason'), rows, (0,)))


BODIES = {'compare': _paired, 'merge': _paired, 'run': _run,
          'calibrate': _calibration, 'selftest': _selftest,
          'count': counted.body, 'load': loaded.body}
