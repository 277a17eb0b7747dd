# SPDX-License-Identifier: MIT
"""Output of documents, for people and for other programs."""
import json
import os

# A format's module is imported only when it is needed: matplotlib is slow to
# load, and a host without it can still print.
FORMATS = ('terminal', 'markdown', 'html', 'ktap', 'junit', 'annotations',
           'codeclimate', 'csv', 'json')
SUFFIXES = {'.html': 'html', '.htm': 'html', '.md': 'markdown',
            '.markdown': 'markdown', '.csv': 'csv', '.xml': 'junit',
            '.tap': 'ktap', '.ktap': 'ktap', '.json': 'json',
            '.txt': 'terminal'}


def format_of(path):
    """The format that belongs to the ending of a file's name, or None."""
    return SUFFIXES.get(os.path.splitext(str(path))[1].lower())


def to_text(documents, format, *, colour=False, width=80,
            inconclusive='skip', history=()):
    """One text for all documents, [(name, document), ...]."""
    documents = list(documents)
    if format == 'terminal':
        from . import terminal
        return '\n'.join([
            *(terminal.summary(document, colour, width, name)
              for name, document in documents),
            *terminal.together(documents, colour, width)])
    if format == 'markdown':
        from . import markdown
        return markdown.render(documents)
    if format == 'csv':
        from . import trials_csv
        return trials_csv.render(documents)
    if format == 'html':
        from . import html
        return html.render(documents, history)
    if format == 'json':
        found = [document for _, whole in documents
                 for document in _written(whole)]
        return json.dumps(found[0] if len(found) == 1 else found,
                          indent=1) + '\n'
    return _checked(format)(documents, inconclusive)


def _written(document):
    """The documents as programs wrote them: runs are joined to be shown."""
    if document.get('kind') != 'load':
        return [document]
    return [run['document'] for run in document.get('runs', ())]


def _checked(format):
    from . import annotations, codeclimate, junit, ktap
    return {'ktap': ktap, 'junit': junit, 'annotations': annotations,
            'codeclimate': codeclimate}[format].render
