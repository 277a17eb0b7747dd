# SPDX-License-Identifier: MIT
"""Icons for the legends, which are part of the page, not of the plots."""
from markupsafe import Markup

DRAWN = {
    'o': '<circle cx="6" cy="6" r="4.2"/>',
    's': '<rect x="2.2" y="2.2" width="7.6" height="7.6"/>',
    '^': '<path d="M6 1.6 10.6 10H1.4z"/>',
    'v': '<path d="M6 10.4 1.4 2h9.2z"/>',
    'D': '<path d="M6 .8 11.2 6 6 11.2.8 6z"/>',
    'P': '<path d="M4.3 1.5h3.4v2.8h2.8v3.4H7.7v2.8H4.3V7.7H1.5V4.3h2.8z"/>',
    'bar': '<rect x="1" y="1" width="10" height="10" rx="1"/>'}
LINES = {
    'hollow': '<circle cx="6" cy="6" r="3.8"/>',
    'line': '<path d="M0 6h12"/>', 'dash': '<path d="M0 6h4m4 0h4"/>',
    'x': '<path d="M2.5 2.5l7 7m0-7l-7 7"/>'}


def icon(role, shape):
    """An SVG of the size of a letter; role and shape are as in the plots."""
    if shape in LINES:
        look = f'fill="none" stroke="var(--{role})" stroke-width="1.4"'
    else:
        look = f'fill="var(--{role})"'
    drawn = LINES.get(shape) or DRAWN.get(shape, DRAWN['o'])
    return Markup(f'<svg class="icon" viewBox="0 0 12 12" {look} '
                  f'aria-hidden="true">{drawn}</svg>')
