# SPDX-License-Identifier: MIT
"""What a trial, a metric and a comparison can come out as, as documents have
it."""

# A trial: can it be believed?
VALID = 'VALID'
SUSPECT = 'SUSPECT'
INVALID = 'INVALID'  # a comparison too, where too many trials are

# A comparison, and each metric of it.
PASS = 'PASS'
IMPROVED = 'IMPROVED'
REGRESSION = 'REGRESSION'
INCONCLUSIVE = 'INCONCLUSIVE'
SAME = 'A/A'
FAIL = 'FAIL'  # a part of the self-test, or a claim

# What a SUSPECT trial is reproached with where it is the host's fault.
STEAL, OTHERS = 'the hypervisor took CPU time', 'others used CPU time'
OF_HOST = STEAL, OTHERS
