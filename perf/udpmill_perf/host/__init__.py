# SPDX-License-Identifier: MIT
"""This machine: CPUs, namespaces, labs, sysctls, processes, its PMU."""
