# SPDX-License-Identifier: MIT
"""Trials: which programs run, with which load, and what is counted."""
