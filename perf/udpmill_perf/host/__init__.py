# SPDX-License-Identifier: MIT
"""This machine: CPUs, namespaces, labs, sysctls, NAPI, processes, its PMU."""
