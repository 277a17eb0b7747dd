# SPDX-License-Identifier: MIT
"""A run on a terminal: a table by workload for each metric."""
from .. import human
from ..file.view import keyed
from ..metrics import metric
from . import plain, proof

GAP = 2
PAD = 14  # before a claim: its verdict


def table(view, ink, width):
    """Median, interval and ratio; an arm a line where there are several."""
    lines = []
    names = dict.fromkeys(str(cell.get('metric')) for cell in view.cells)
    for name in names:
        if lines:
            lines.append('')
        lines += _metric(view, metric(name), ink, width)
    return lines + _claims(view, ink, width)


def _claims(view, ink, width):
    lines = ['', ink.strong('Claims')] if view.claims else []
    for row in proof.claims(view):
        first, *rest = plain.wrap(row.title, width - PAD)
        lines += [ink.verdict(plain.left(row.verdict, PAD), row.verdict)
                  + first, *(' ' * PAD + line for line in rest)]
        lines += [ink.dim(line) for line
                  in plain.wrap(row.text, width, ' ' * PAD)]
    return lines


def _metric(view, kind, ink, width):
    cells = [cell for cell in view.cells
             if str(cell.get('metric')) == kind.name]
    bases = {base(view, cell) for cell in cells} - {''}
    head = ['workload', 'arm', 'median', 'interval',
            f'vs {min(bases)}' if len(bases) == 1 else 'ratio', 'to']
    rows, previous = [], None
    for cell in cells:
        workload = str(cell.get('workload'))
        rows.append([workload if workload != previous else '',
                     *_texts(view, kind, cell)])
        previous = workload
    keep = [0, 2, 3, 4]
    if len(view.arm_names) > 1:
        keep.insert(1, 1)
    if len(bases) > 1:
        keep.append(5)
    columns = [[row[place] for row in [head, *rows]] for place in keep]
    widths = _widths(columns, keep, width)
    text = [_line(line, widths, keep) for line in zip(*columns)]
    return [ink.strong(kind.title), ink.dim(text[0]), *text[1:]]


def base(view, cell):
    """What a cell's ratio is to, by its label; '' without a ratio."""
    ratio = keyed(cell.get('ratio'))
    return view.arm_label(ratio.get('to')) if ratio else ''


def _texts(view, kind, cell):
    ratio = keyed(cell.get('ratio'))
    return [view.who(cell), kind.show(cell.get('median')),
            human.span(kind.show, cell.get('low'), cell.get('high')),
            human.ratio(ratio.get('value')) if ratio else '',
            base(view, cell)]


def _widths(columns, keep, width):
    """Names give way where a line would be too long, never numbers."""
    widths = [max(plain.width(plain.clean(text)) for text in column)
              for column in columns]
    for place, least in ((5, 8), (1, 8), (4, 6), (0, 8)):
        over = sum(widths) + GAP * (len(widths) - 1) - width
        if over > 0 and place in keep:
            at = keep.index(place)
            widths[at] = max(min(least, widths[at]), widths[at] - over)
    return widths


def _line(texts, widths, keep):
    parts = [(plain.left if place in (0, 1, 5) else plain.right)(text, size)
             for text, size, place in zip(texts, widths, keep)]
    return (' ' * GAP).join(parts).rstrip()
