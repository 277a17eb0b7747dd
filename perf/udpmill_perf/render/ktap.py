# SPDX-License-Identifier: MIT
"""KTAP, the format of the kernel's kselftest.

It is a flat list under `KTAP version 1`. The figures of a test come before its
result, in `# ` lines, as KTAP has its diagnostics. By default, INCONCLUSIVE is
a SKIP with its reason: a CI shows it, but does not fail.
"""
from ..file.view import View
from . import headline, plain
from .check import ERROR, FAIL, SKIP
from .checks import checks


def render(documents, inconclusive='skip'):
    lines, number, body = [], 0, []
    for name, document in documents:
        view = View(document, name)
        body += _about(view)
        for check in checks(view, inconclusive):
            number += 1
            body += _check(check, number)
    lines = ['KTAP version 1', f'1..{number}', *body]
    if not number:
        lines[1] = '1..0 # SKIP nothing was measured'
    return '\n'.join(lines) + '\n'


def _about(view):
    facts = ', '.join(headline.facts(view))
    subject = headline.subject(view)
    texts = [f'{headline.source(view)}, '
             f'schema {view.document.get("schema") or "unknown"}',
             view.name, f'{headline.verdict(view)} {subject}'.strip(),
             headline.sentence(view), *view.notes, facts]
    return [_note(text) for text in texts if text]


def _note(text):
    return f'# {plain.clean(text)}'


def _check(check, number):
    lines = [_note(line) for line in check.lines]
    said = ': '.join(filter(None, (check.verdict, check.why)))
    if said and check.outcome != SKIP:
        lines.append(_note(said))
    # A # would begin a directive.
    title = plain.clean(f'{check.suite}: {check.name}').replace('#', '_')
    said = 'not ok' if check.outcome in (FAIL, ERROR) else 'ok'
    line = f'{said} {number} - {title}'
    if check.outcome == SKIP:
        why = plain.clean(' '.join(filter(None, (check.verdict, check.why))))
        line += f' # SKIP {why}'.rstrip()
    return lines + [line]
