# SPDX-License-Identifier: MIT
"""Files that can be reported on, whatever program of the project wrote them."""
from . import document, load_file


def _one(path):
    text = document.read(path)
    if load_file.is_csv(text):
        return load_file.of_csv(text, path)
    found = document.parsed(text, path)
    if isinstance(found, dict) and found.get('schema') in load_file.SCHEMAS:
        return load_file.check(found, path)
    return document.validate(found, path)


def load(paths):
    """[(path, document), ...]. Runs of `udpmill load` are one document, in the
    place of the first of them."""
    others, runs, at = [], [], None
    for path in paths:
        found = _one(path)
        if found['schema'] in load_file.SCHEMAS:
            at = len(others) if at is None else at
            runs.append((path, found))
        else:
            others.append((path, found))
    if runs:
        name = runs[0][0] if len(runs) == 1 else ''
        others.insert(at, (name, load_file.joined(runs)))
    return others
