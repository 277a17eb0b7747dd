# SPDX-License-Identifier: MIT
"""The command line: one file per verb, the options, and the exit codes."""
