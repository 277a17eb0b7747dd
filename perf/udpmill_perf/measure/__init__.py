# SPDX-License-Identifier: MIT
"""Trials: what is started, loaded, and counted in the window."""
