# SPDX-License-Identifier: MIT
"""Colours on a terminal: a few, each with a meaning, and only if wanted."""
import os

from ..outcomes import (FAIL, IMPROVED, INCONCLUSIVE, INVALID, PASS,
                        REGRESSION, SAME, SUSPECT, VALID)

CODES = {'good': '32', 'bad': '31;1', 'unsure': '33', 'neutral': '36',
         'dim': '2', 'strong': '1'}
TONES = {PASS: 'good', IMPROVED: 'good', SAME: 'neutral',
         REGRESSION: 'bad', INCONCLUSIVE: 'unsure', INVALID: 'bad',
         FAIL: 'bad', VALID: 'dim', SUSPECT: 'unsure'}


def wanted(stream):
    """Whether to use colours: on terminals, unless the user disabled them
    (https://no-color.org)."""
    if os.environ.get('NO_COLOR') or os.environ.get('TERM') == 'dumb':
        return False
    return bool(getattr(stream, 'isatty', lambda: False)())


class Ink:
    def __init__(self, colour):
        self.colour = colour

    def paint(self, text, tone):
        code = CODES.get(tone)
        if not self.colour or not code or not text:
            return text
        return f'\x1b[{code}m{text}\x1b[0m'

    def verdict(self, text, verdict):
        return self.paint(text, TONES.get(verdict))

    def dim(self, text):
        return self.paint(text, 'dim')

    def strong(self, text):
        return self.paint(text, 'strong')
