# SPDX-License-Identifier: MIT
"""The package is imported from the tree, wherever pytest is started."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
for folder in HERE, HERE.parents[1] / 'perf':
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
