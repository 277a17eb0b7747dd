# SPDX-License-Identifier: MIT
"""Kernels booted in an emulator, to count instructions (perf count)."""
