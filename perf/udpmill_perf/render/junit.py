# SPDX-License-Identifier: MIT
"""JUnit XML, for CI systems: one suite per workload."""
import xml.etree.ElementTree as tree

from .. import human
from ..file.view import View, keyed
from . import headline
from .check import ERROR, FAIL, SKIP
from .checks import checks
from .plain import clean

ELEMENT = {FAIL: 'failure', ERROR: 'error', SKIP: 'skipped'}
COUNTS = (('failures', FAIL), ('errors', ERROR), ('skipped', SKIP))


def render(documents, inconclusive='skip'):
    root = tree.Element('testsuites', name='udpmill perf')
    everything = []
    for name, document in documents:
        view = View(document, name)
        found = checks(view, inconclusive)
        everything += found
        for suite in dict.fromkeys(check.suite for check in found):
            _suite(root, view, suite,
                   [check for check in found if check.suite == suite])
    _count(root, everything)
    tree.indent(root)
    text = tree.tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _text(text):
    """Removes the control characters, most of which XML cannot express."""
    return ''.join(char if char not in '\ufffe\uffff' else '?'
                   for char in clean(text))


def _count(element, found):
    element.set('tests', str(len(found)))
    for key, outcome in COUNTS:
        element.set(key, str(sum(check.outcome == outcome
                                 for check in found)))


def _suite(root, view, name, found):
    suite = tree.SubElement(root, 'testsuite', name=_text(name))
    _count(suite, found)
    if view.document.get('started'):
        suite.set('timestamp',
                  _text(view.document['started']).replace('Z', ''))
    seconds = _seconds(view, name)
    suite.set('time', f'{seconds:.3f}')
    properties = {'kind': view.kind, 'verdict': headline.verdict(view),
                  'file': view.name, 'seed': view.document.get('seed'),
                  'fingerprint': view.environment.get('fingerprint')}
    for place, arm in enumerate(view.arms):
        key = f'arm.{arm.get("name", place)}'
        properties[f'{key}.label'] = arm.get('label')
        properties[f'{key}.sha256'] = arm.get('sha256')
    _properties(suite, properties)
    for check in found:
        _case(suite, check, seconds / len(found))


def _seconds(view, workload):
    """How long a workload was measured; of boots that ran several, its
    share."""
    trials = sum(trial.get('window_s') or 0 for trial in view.trials
                 if trial.get('workload') == workload)
    boots = sum((human.number(boot.get('seconds')) or 0) / len(ran)
                for boot in view.boots
                for ran in [keyed(boot.get('workloads'))] if workload in ran)
    return trials + boots


def _properties(parent, found):
    element = tree.SubElement(parent, 'properties')
    for key, value in found.items():
        if value is not None and value != '':
            tree.SubElement(element, 'property', name=_text(key),
                            value=_text(value))


def _case(suite, check, seconds):
    case = tree.SubElement(
        suite, 'testcase', name=_text(check.name),
        classname=f'udpmill.perf.{_text(check.suite)}',
        time=f'{seconds:.3f}')
    numbers = {key: repr(value) if isinstance(value, float) else value
               for key, value in keyed(check.numbers).items()}
    if check.verdict:
        numbers['verdict'] = check.verdict
    if numbers:
        _properties(case, numbers)
    if check.outcome in ELEMENT:
        message = ' '.join(filter(None, (check.verdict, check.why)))
        told = tree.SubElement(case, ELEMENT[check.outcome],
                               message=_text(message))
        if check.outcome != SKIP:
            told.set('type', _text(check.verdict or 'error'))
    if check.lines:
        tree.SubElement(case, 'system-out').text = \
            '\n'.join(_text(line) for line in check.lines)
