# SPDX-License-Identifier: MIT
"""GitLab's code quality report: problems, shown next to the changes."""
import hashlib
import json

from ..file.view import View
from ..outcomes import INCONCLUSIVE
from .check import ERROR, FAIL
from .checks import checks
from .plain import clean

SEVERITY = {FAIL: 'major', ERROR: 'blocker'}


def render(documents, inconclusive='skip'):
    found = []
    for name, document in documents:
        view = View(document, name)
        for check in checks(view, inconclusive):
            severity = SEVERITY.get(check.outcome)
            if not severity and check.verdict == INCONCLUSIVE \
                    and inconclusive != 'pass':
                severity = 'info'
            if severity:
                found.append(_issue(view, check, severity))
    return json.dumps(found, indent=2) + '\n'


def _issue(view, check, severity):
    """An issue. Its fingerprint depends only on what was measured, so that the
    same problem is recognised in the next report."""
    what = f'{view.kind}\0{check.suite}\0{check.name}'
    told = '. '.join(text.rstrip('.') for text in
                     [f'{check.suite}, {check.name}: {check.verdict}',
                      *check.lines[:1], check.why] if text)
    return {'description': clean(told) + '.',
            'check_name': f'udpmill-perf-{view.kind}',
            'fingerprint': hashlib.sha256(what.encode()).hexdigest()[:40],
            'severity': severity,
            'location': {'path': clean(view.name) or 'udpmill-perf.json',
                         'lines': {'begin': 1}}}
