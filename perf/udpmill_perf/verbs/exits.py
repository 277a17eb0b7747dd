# SPDX-License-Identifier: MIT
"""The exit code of a verdict, in the convention of the calling program."""
from .. import outcomes
from ..errors import INCONCLUSIVE, INVALID, REGRESSION, UNFIT, USAGE

OF_VERDICT = {outcomes.PASS: 0, outcomes.IMPROVED: 0, outcomes.SAME: 0,
              outcomes.REGRESSION: REGRESSION,
              outcomes.INCONCLUSIVE: INCONCLUSIVE,
              outcomes.INVALID: INVALID}
CHOICES = ('pass', 'fail', 'skip')

# kselftest: 4 is SKIP. meson: 77 is SKIP, 99 is ERROR. git bisect run: 125
# is a commit that cannot be tested, and a code above 127 ends the search.
STYLES = {
    'plain': {},
    'kselftest': {INCONCLUSIVE: 4, UNFIT: 4, USAGE: 1, INVALID: 1},
    'meson': {INCONCLUSIVE: 77, UNFIT: 77, USAGE: 99, INVALID: 99},
    'bisect': {INCONCLUSIVE: 125, UNFIT: 125, INVALID: 125, USAGE: 255},
}


def of_verdict(verdict, inconclusive=None):
    code = OF_VERDICT.get(verdict, 0)
    if code == INCONCLUSIVE and inconclusive == 'pass':
        return 0
    if code == INCONCLUSIVE and inconclusive == 'fail':
        return REGRESSION
    return code


def of_claims(claims):
    said = {claim['verdict'] for claim in claims}
    if outcomes.FAIL in said:
        return REGRESSION
    return INCONCLUSIVE if outcomes.INCONCLUSIVE in said else 0


def in_style(code, style):
    return STYLES[style].get(code, code)


def add_arguments(parser):
    group = parser.add_argument_group('exit code')
    group.add_argument(
        '--inconclusive', choices=CHOICES, default=None,
        help='exit code of an INCONCLUSIVE comparison: 0 (pass), 1 (fail), or '
        '3, unless --exit-style changes it (skip; default)')
    group.add_argument(
        '--exit-style', choices=sorted(STYLES), default='plain',
        help='convention for exit codes: kselftest (4 is a skip), meson (77 '
        'is a skip, 99 an error), bisect (125 is a skip, for git bisect run), '
        'or plain (default)')
