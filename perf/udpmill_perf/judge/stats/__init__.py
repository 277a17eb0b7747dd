# SPDX-License-Identifier: MIT
"""The statistics: numbers in, numbers out, nothing of udpmill in them."""
