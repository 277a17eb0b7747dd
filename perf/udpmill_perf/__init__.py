# SPDX-License-Identifier: MIT
"""udpmill perf: how fast is UDP here, and did a change make it slower?"""
