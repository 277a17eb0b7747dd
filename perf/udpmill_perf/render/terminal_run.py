# SPDX-License-Identifier: MIT
"""A run on a terminal: for each metric, a table with its workloads."""
from . import plain, proof

GAP = 2
TEXTS = ('who', 'median', 'span', 'ratio', 'to')
PAD = 14  # columns for a claim's verdict


def table(view, ink, width):
    """Median, interval and ratio, with one line per arm."""
    lines = []
    for kind, cells in view.tables:
        lines += [''] if lines else []
        lines += _metric(view, kind, cells, ink, width)
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


def _metric(view, kind, cells, ink, width):
    found = [proof.cell(view, kind, cell) for cell in cells]
    bases = {row['to'] for row in found} - {''}
    head = ['workload', 'arm', 'median', 'interval',
            f'vs {min(bases)}' if len(bases) == 1 else 'ratio', 'to']
    rows, previous = [], None
    for row in found:
        rows.append(['' if row['workload'] == previous else row['workload'],
                     *(row[key] for key in TEXTS)])
        previous = row['workload']
    keep = [0, 2, 3, 4]
    if len(view.arm_names) > 1:
        keep.insert(1, 1)
    if len(bases) > 1:
        keep.append(5)
    columns = [[row[place] for row in [head, *rows]] for place in keep]
    widths = _widths(columns, keep, width)
    text = [_line(line, widths, keep) for line in zip(*columns)]
    return [ink.strong(kind.title), ink.dim(text[0]), *text[1:]]


def _widths(columns, keep, width):
    """If a line would be too long, names are shortened, but not numbers."""
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
