# SPDX-License-Identifier: MIT
"""From trials to verdicts, and those computed again."""
