# SPDX-License-Identifier: MIT
"""The statistics: numbers in, numbers out. Nothing here knows about udpmill.
"""
