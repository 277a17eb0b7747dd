# SPDX-License-Identifier: MIT
"""Markdown's parts, made so that nothing in a document is markup."""
import html
import re

from ..outcomes import (FAIL, IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION,
                        SAME)
from .plain import clean

MARK = {PASS: ':white_check_mark:', IMPROVED: ':rocket:',
        REGRESSION: ':x:', FAIL: ':x:', INCONCLUSIVE: ':grey_question:',
        INVALID: ':warning:', SAME: ':heavy_equals_sign:',
        'STOPPED': ':warning:', 'UNFINISHED': ':warning:'}


def escape(text):
    """Escape text, so that it makes no markup, mention, link or new cell."""
    text = html.escape(clean(text), quote=False)
    text = re.sub(r'([\\`*_{}\[\]#!|~$:@])', r'\\\1', text)
    return text.replace('\\@', '@\u200b').replace('\\:', ':')


def code(text):
    """A span of code. A bar must be escaped even there, because of tables."""
    text = clean(text).replace('|', '\\|') or ' '
    runs = [len(run) for run in re.findall('`+', text)]
    fence = '`' * (max(runs, default=0) + 1)
    pad = ' ' if text[0] == '`' or text[-1] == '`' else ''
    return f'{fence}{pad}{text}{pad}{fence}'


def table(head, rows, right=()):
    """A table. Its cells are Markdown, so they are not escaped."""
    rule = ['---:' if place in right else '---'
            for place in range(len(head))]
    return ['| ' + ' | '.join(cells) + ' |'
            for cells in ([*head], rule, *rows)]


def folded(title, lines):
    return ['<details>', f'<summary>{html.escape(clean(title))}</summary>',
            '', *lines, '', '</details>', '']


def verdict(said):
    if not said:
        return 'not judged'
    text = f'{MARK.get(said, "")} {escape(said)}'.strip()
    return text if said == PASS else f'**{text}**'
