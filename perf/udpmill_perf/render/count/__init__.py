# SPDX-License-Identifier: MIT
"""Output of documents of `count`, in the formats that the others have, too."""
