# SPDX-License-Identifier: MIT
"""The pictures of a page: of each section the rates, and where the CPU time of
a datagram goes. They stand alone, so that colours are written into them."""
import pathlib
import re
from dataclasses import dataclass

from ... import human
from ...metrics import MACHINE_NS, RATE, metric
from ..plots.axes import Rows, beside, interval, is_wide, scale, ticks
from ..plots.svg import ROLES, SMALL, draw, ink
from .figures import SIDES

STYLE = pathlib.Path(__file__).parents[1] / 'report.css'
LEFT, RIGHT = 2.6, 0.8
ROLE_OF = [f'{side}-{mode}' for side, mode in SIDES]
PIXELS = 1.5        # across a unit
MARGIN = 11         # units around


@dataclass(frozen=True)
class Picture:
    """run, section: which of them; kind: rate or cpu."""
    run: int
    section: str
    kind: str
    name: str
    svg: str


def slug(title):
    return re.sub(r'[^a-z]+', '-', title.lower()).strip('-')


def plots(run, number=0):
    for section in run.sections:
        for kind, make in (('rate', _rates), ('cpu', _shares)):
            svg = make(section, f'{slug(section.title)}-{kind}')
            if svg:
                yield Picture(number, section.title, kind,
                              f'results-{slug(section.title)}-{kind}.svg',
                              alone(svg))


def colours():
    """Of a light page, by role."""
    first = STYLE.read_text().partition('}')[0]
    found = dict(re.findall(r'--([\w-]+):\s*(#[0-9a-f]+)', first))
    return {role: found[role] for role in ROLES}


def alone(svg):
    """An inline figure as a file: with its colours, a font and a ground."""
    for role, colour in colours().items():
        svg = svg.replace(f'var(--{role})', colour)
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = float(box[1]) + 2 * MARGIN, float(box[2]) + 2 * MARGIN
    view = f'viewBox="{-MARGIN} {-MARGIN} {width:g} {height:g}" ' \
        f'width="{PIXELS * width:.0f}" font-family="sans-serif"'
    head, _, rest = svg.replace(box[0], view, 1).partition('>')
    return (f'{head}>\n<rect x="{-MARGIN}" y="{-MARGIN}" width="{width:g}" '
            f'height="{height:g}" fill="{colours()["paper"]}"/>{rest}')


def _title(axes, left, text):
    """From the left edge of the picture, since labels are long."""
    axes.annotate(text, (0, 1), xycoords='axes fraction',
                  xytext=(2 - left * 72, 8), textcoords='offset points',
                  fontsize=SMALL, color=ink('muted'), annotation_clip=False)


def _layout(rows):
    return Rows([('', [row.name for row in rows])])


def unique(section):
    """Each workload once, in the order of its first row."""
    return list({row.name: row for row in section.rows}.values())


def _rates(section, name):
    rows, kind = unique(section), metric(RATE)
    layout = _layout(rows)
    left = layout.left(LEFT)
    values = [value for row in rows
              for value in (row.rate.low, row.rate.middle, row.rate.high)]

    def paint(figure):
        axes = layout.axes(figure, left, RIGHT)
        for place, row in zip(layout.places, rows):
            role = 'muted' if row.peer else 'a'
            if not is_wide(values):
                axes.plot([0, row.rate.middle], [place, place],
                          color=ink(role), lw=1, alpha=0.4)
            interval(axes, row.rate.low, row.rate.high, place, ink(role))
            axes.plot([row.rate.middle], [place], color=ink(role), ms=5.5,
                      marker='o')
            beside(axes, place, kind.show(row.rate.middle))
        _title(axes, left, scale(axes, 'x', kind, values))
    return draw(name, layout.height(0.24, 0.8), f'{section.title}: ' + '; '.join(
        f'{row.name} {kind.show(row.rate.middle)}' for row in rows), paint,
                left - LEFT)


def _shares(section, name):
    """None if CPU times are not known. Shares, where the times differ so much
    that a short bar could not be read."""
    rows = [row for row in unique(section) if row.parts and sum(row.parts)]
    if not rows:
        return None
    totals, layout = [sum(row.parts) for row in rows], _layout(rows)
    left = layout.left(LEFT)
    shares, kind = is_wide(totals), metric(MACHINE_NS)

    def paint(figure):
        axes = layout.axes(figure, left, RIGHT)
        for place, row, total in zip(layout.places, rows, totals):
            start, unit = 0, total / 100 if shares else 1
            for value, role in zip(row.parts, ROLE_OF):
                axes.barh([place], [value / unit], left=start / unit,
                          height=0.66, color=ink(role), lw=0)
                start += value
            beside(axes, place, human.duration(total))
        what = 'CPU time a datagram of both sides'
        if shares:
            axes.set_xlim(0, 100)
            _title(axes, left, f'{what}, in percent of it')
        else:
            axes.set_xlim(0, 1.05 * max(totals))
            ticks(axes.xaxis, kind, 5)
            _title(axes, left, what)
    return draw(name, layout.height(0.24, 0.8), f'{section.title}, CPU time a '
                'datagram: ' + '; '.join(
                    f'{row.name} {human.duration(total)}'
                    for row, total in zip(rows, totals)), paint, left - LEFT)
