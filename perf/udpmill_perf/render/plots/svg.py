# SPDX-License-Identifier: MIT
"""Figures as inline SVG, with the colours and the font of the page.

A plot is drawn once with placeholder colours, each of which becomes a CSS
variable, so that the style sheet decides about light, dark and print. Text
stays text, so that it can be searched, copied and read aloud.
"""
import io
import re
import warnings
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ..plain import clean

ROLES = ('ink', 'muted', 'faint', 'paper', 'a', 'b', 'c', 'd', 'e', 'f',
         'good', 'bad', 'unsure', 'accent', 'server-user', 'server-system',
         'client-user', 'client-system', 'other')
STAND_IN = {role: f'#0a{place:02x}f5' for place, role in enumerate(ROLES)}
ARMS = ('a', 'b', 'c', 'd', 'e', 'f')
MARKERS = ('o', 's', '^', 'D', 'v', 'P')
WIDTH = 5.8                 # inches: 418 units, a phone's width
SMALL, NORMAL = 11, 12

STYLE = {
    'svg.fonttype': 'none', 'text.parse_math': False, 'text.usetex': False,
    'font.family': 'DejaVu Sans', 'font.size': NORMAL,
    'axes.spines.top': False, 'axes.spines.right': False,
    'axes.spines.left': False, 'axes.edgecolor': STAND_IN['faint'],
    'axes.labelcolor': STAND_IN['muted'], 'axes.labelsize': SMALL,
    'axes.titlecolor': STAND_IN['muted'], 'axes.titlesize': SMALL,
    # By itself, matplotlib measures all of the axes to find where a title fits.
    'axes.titley': 1.0,
    'axes.titlelocation': 'left', 'axes.titlepad': 8,
    'axes.axisbelow': True, 'axes.facecolor': 'none',
    'figure.facecolor': 'none', 'grid.color': STAND_IN['faint'],
    'grid.linewidth': 0.7, 'text.color': STAND_IN['ink'],
    'xtick.color': STAND_IN['muted'], 'ytick.color': STAND_IN['muted'],
    'xtick.labelsize': SMALL, 'ytick.labelsize': SMALL,
    'xtick.major.size': 0, 'ytick.major.size': 0, 'xtick.minor.size': 0,
    'ytick.minor.size': 0, 'lines.linewidth': 1.6, 'path.simplify': False,
    'axes.formatter.useoffset': False}


@dataclass
class Plot:
    name: str
    title: str
    caption: str                 # what to look for
    svg: str
    legend: list = field(default_factory=list)     # (role, shape, text)


def ink(role):
    return STAND_IN[role]


def arm_role(view, arm):
    names = view.arm_names
    place = names.index(str(arm)) if str(arm) in names else 0
    return ARMS[place % len(ARMS)]


def marker(view, arm):
    return MARKERS[ARMS.index(arm_role(view, arm))]


def draw(name, height, alt, paint, wider=0):
    """The SVG of what paint(figure) draws; height in inches, and wider by so
    many than WIDTH."""
    with matplotlib.rc_context({**STYLE, 'svg.hashsalt': name}), \
            warnings.catch_warnings():
        warnings.simplefilter('ignore')      # missing letters in a font
        figure = Figure(figsize=(WIDTH + wider, height), dpi=72)
        canvas = FigureCanvasSVG(figure)
        paint(figure)
        out = io.StringIO()
        canvas.print_svg(out, metadata={'Date': None, 'Creator': None})
    return _inline(out.getvalue(), name, alt)


def _inline(text, name, alt):
    text = text[text.index('<svg'):]
    text = re.sub(r'<metadata>.*?</metadata>', '', text, flags=re.DOTALL)
    text = re.sub(r'<!--.*?-->', '', text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'url\(#', f'url(#{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = re.sub(r'font: ((?:[\w-]+ )*)([\d.]+)px [^;"]*', _font, text)
    for role, colour in STAND_IN.items():
        text = text.replace(colour, f'var(--{role})')
    box = re.search(r'viewBox="[^"]*"', text)[0]
    head = f'<svg {box} role="img" aria-label={quoteattr(clean(alt))} ' \
        'xmlns="http://www.w3.org/2000/svg" ' \
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
    text = re.sub(r'<svg[^>]*>', lambda _: head, text, count=1)
    return re.sub(r'\n\s*', '\n', text)


def _font(match):
    weight = 'font-weight:600;' if re.search(r'bold|[6-9]00', match[1]) \
        else ''
    return f'{weight}font-size:{match[2]}px'
