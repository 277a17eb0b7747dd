#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The source of udpmill-counters(5): counters.py COUNTERS.DEF TEMPLATE.

A comment above counters becomes a heading, up to its first full stop, and a
paragraph of the rest; each counter becomes an entry, with the help that stat
--describe prints."""
import re
import sys
import textwrap

COUNTER = re.compile(r'^COUNTER\((\w+), (\w+), (\w+), (\w+), "((?:[^"\\]|\\.)*)"'
                     r'\)$', re.M)
COMMENT = re.compile(r'/\*(.*?)\*/', re.S)


def escaped(text):
    return re.sub(r'([\\*_#-])', r'\\\1', text)


def sentence(text):
    return escaped(text[0].upper() + text[1:]) + '.'


def section(comment):
    words = ' '.join(re.sub(r'^ \* ?', '', comment, flags=re.M).split())
    words = re.sub(r' ?\([\w/]+\.h\)', '', words)
    heading, _, rest = words.partition('. ')
    yield f'## {escaped(heading.rstrip("."))}\n'
    if rest:
        yield textwrap.fill(escaped(rest), 80, break_on_hyphens=False,
                            break_long_words=False) + '\n'


def entry(_, name, kind, unit, help_text):
    yield f'*{escaped(name)}* ({kind.lower()}, {escaped(unit)})'
    yield '\t' + '\n\t'.join(textwrap.wrap(
        sentence(help_text), 72, break_on_hyphens=False)) + '\n'


def entries(text):
    """From where the list begins."""
    text = text[text.index('/* clang-format off */') + 22:]
    text = text[:text.index('/* clang-format on */')]
    counters = 0
    for match in re.finditer(f'{COMMENT.pattern}|{COUNTER.pattern}', text,
                             re.S | re.M):
        if match[1] is not None:
            yield from section(match[1])
        else:
            yield from entry(*match.groups()[1:])
            counters += 1
    if counters != text.count('COUNTER('):
        sys.exit('counters.py: a line of counters.def was not understood')


if __name__ == '__main__':
    with open(sys.argv[1]) as definitions, open(sys.argv[2]) as template:
        print(template.read().replace(
            '@COUNTERS@', '\n'.join(entries(definitions.read())).rstrip()),
            end='')
