# SPDX-License-Identifier: MIT
"""GitHub's workflow commands: one line for each result that needs attention.

They are escaped as in GitHub's toolkit (actions/toolkit, command.ts): `%`, CR
and LF in the message, and also `:` and `,` in a property. If all measures
passed, there is a single notice.
"""
from ..file.view import View
from ..outcomes import INCONCLUSIVE
from . import headline
from .check import ERROR, FAIL
from .checks import checks
from .plain import clean


def render(documents, inconclusive='skip'):
    lines = []
    for name, document in documents:
        lines += _document(View(document, name), inconclusive)
    return '\n'.join(lines) + '\n'


def _document(view, inconclusive):
    lines = []
    for check in checks(view, inconclusive):
        if check.outcome in (FAIL, ERROR):
            command = 'error'
        elif check.verdict == INCONCLUSIVE:
            command = 'warning' if inconclusive == 'skip' else 'notice'
        else:
            continue
        lines.append(_command(command, f'{check.verdict or "ERROR"}: '
                              f'{check.suite}, {check.name}',
                              '\n'.join([*check.lines, check.why]).strip()))
    if not lines:
        title = f'{headline.verdict(view)}: {headline.subject(view)}'
        told = [headline.sentence(view), *headline.limits(view),
                ', '.join(headline.facts(view))]
        lines.append(_command('notice', title, '\n'.join(told)))
    return lines


def _command(command, title, message):
    return f'::{command} title={_property(title)}::{_data(message)}'


def _data(text):
    text = '\n'.join(clean(line) for line in text.split('\n'))
    return text.replace('%', '%25').replace('\n', '%0A')


def _property(text):
    return _data(clean(text)).replace(':', '%3A').replace(',', '%2C')
