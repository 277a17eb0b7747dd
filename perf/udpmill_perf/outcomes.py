# SPDX-License-Identifier: MIT
"""The possible results of a trial, of a metric and of a comparison, as they
are stored in documents."""

# Whether a trial can be trusted.
VALID = 'VALID'
SUSPECT = 'SUSPECT'
INVALID = 'INVALID'  # also of a comparison with too many such trials

# The result of a comparison, and of each of its metrics.
PASS = 'PASS'
IMPROVED = 'IMPROVED'
REGRESSION = 'REGRESSION'
INCONCLUSIVE = 'INCONCLUSIVE'
SAME = 'A/A'
FAIL = 'FAIL'  # of a part of the self-test, or of a claim

# The reasons for SUSPECT that are the host's fault.
STEAL, OTHERS = 'the hypervisor took CPU time', 'others used CPU time'
OF_HOST = STEAL, OTHERS
