# SPDX-License-Identifier: MIT
"""What is kept: documents, the history, calibrations."""
