# SPDX-License-Identifier: MIT
"""udpmill perf: is it fast, and did it get slower?"""
