# SPDX-License-Identifier: MIT
"""A check: one result in KTAP, JUnit XML, annotations and code quality."""
from dataclasses import dataclass, field

OK, FAIL, SKIP, ERROR = 'ok', 'fail', 'skip', 'error'
CHOICES = {'pass': OK, 'fail': FAIL, 'skip': SKIP}  # for INCONCLUSIVE


@dataclass
class Check:
    suite: str                    # a workload
    name: str                     # a metric's title
    outcome: str                  # OK, FAIL, SKIP or ERROR
    verdict: str = ''
    why: str = ''                 # one line, if the outcome is not OK
    lines: list = field(default_factory=list)
    numbers: dict = field(default_factory=dict)     # as in the document
