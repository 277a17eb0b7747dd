# SPDX-License-Identifier: MIT
"""Output of runs of `udpmill load`, in the formats that the others have, too."""
