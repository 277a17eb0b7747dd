# SPDX-License-Identifier: MIT
"""From trials to verdicts, and verdicts computed again."""
