# SPDX-License-Identifier: MIT
"""What a user types: a file a verb, its options, and exit codes."""
