# SPDX-License-Identifier: MIT
"""What `udpmill load` wrote: its JSON, or the CSV of its intervals or steps.
All files of a report become one document of the kind "load", because runs are
shown side by side."""
import csv
import io
import math

from ..errors import INVALID, PerfError
from .bounds import MOST_NAME, where, wrong_sizes

LOAD, CAPACITY = 'udpmill.load/1', 'udpmill.capacity/1'
SCHEMAS = (LOAD, CAPACITY)
KIND = 'load'
HEAD = ('start_s', 'seconds', 'omitted', 'sent', 'answered')  # of the CSV
LATENCY = 'latency_'                # its columns: latency_p50_ns and so on
MOST_LINES = 1_000_000
# Parts that are read, and what they must be. A key may always be missing, and
# a value be null.
NUMBER, TEXT, FLAG = (int, float), str, bool
LATENCIES = {key: NUMBER for key in (
    'count', 'min', 'p50', 'p90', 'p99', 'p999', 'p9999', 'p99999', 'max',
    'mean')}
INTERVAL = {**{key: NUMBER for key in (
    'start_s', 'seconds', 'sent', 'answered', 'lost', 'jitter_ns', 'step',
    'planned_per_second', 'rate_first', 'rate_last')},
    'omitted': FLAG, 'latency_ns': LATENCIES}
FIGURES = {'datagrams_per_second': NUMBER, 'datagrams': NUMBER}
COUNTS = {'*': NUMBER}
SHAPE = {
    'version': TEXT, 'argv': [TEXT], 'seconds': NUMBER, 'interrupted': FLAG,
    'outcome': TEXT, 'error': TEXT, 'config': {'*': None},
    'environment': {'ended_at': TEXT, 'kernel': TEXT, 'server': {
        'service': TEXT, 'backend': TEXT, 'version': TEXT}},
    'sent': FIGURES, 'answered': FIGURES, 'delivered': FIGURES,
    'loss': {'sent': NUMBER, 'lost': NUMBER, 'share': NUMBER,
             'max_share': NUMBER, 'borne': FLAG},
    'latency_ns': LATENCIES, 'intervals': [INTERVAL], 'steps': [INTERVAL],
    'cpu': {'machine_ns_per_datagram': NUMBER,
            'server': {'ns_per_datagram': NUMBER}},
    'ledger': {**{key: NUMBER for key in (
        'sent', 'answered', 'absorbed', 'unexplained', 'missing', 'corrupt')},
        'server_seen': FLAG, 'balances': FLAG, 'dropped': COUNTS,
        'refused': COUNTS},
    'capacity': NUMBER, 'above': NUMBER, 'loss_bound': NUMBER,
    'finished': FLAG, 'generator_limited': FLAG, 'trials': [{
        **{key: NUMBER for key in (
            'rate', 'sent_per_second', 'sent', 'lost', 'loss',
            'latency_p50_ns', 'latency_p99_ns')},
        'outcome': TEXT, 'main_cause': TEXT, 'balances': FLAG,
        'latency_ns': LATENCIES}],
    'stages': {'seconds': NUMBER, 'round_trip_ns': {
        'plain': LATENCIES, 'stamped': LATENCIES},
        'stages_ns': {'*': LATENCIES}},
    'stress': {'seconds': NUMBER, 'verdicts': COUNTS, 'rows': [{
        **{key: TEXT for key in ('stress', 'case', 'expected', 'verdict',
                                 'why')},
        'packets': NUMBER, 'answered': NUMBER, 'wrong': NUMBER}]},
}
NAMES = {NUMBER: 'a number', TEXT: 'a text', FLAG: 'true or false'}


def _is(value, kind):
    if kind is FLAG:
        return isinstance(value, bool)
    if kind is NUMBER:
        return isinstance(value, NUMBER) and not isinstance(value, bool)
    return isinstance(value, kind)


def _wrong_shape(value, shape, path=()):
    """What is wrong with a value, or None."""
    if value is None or shape is None:
        return None
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f'{where(path)}: must be a list'
        items = [(place, item, shape[0]) for place, item in enumerate(value)]
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            return f'{where(path)}: must be an object'
        items = [(key, item, shape.get(key, shape.get('*')))
                 for key, item in value.items()]
    elif not _is(value, shape):
        return f'{where(path)}: must be {NAMES[shape]}'
    else:
        return None
    return next(filter(None, (_wrong_shape(item, inner, (*path, key))
                              for key, item, inner in items)), None)


def check(document, path):
    """Returns the document. Raises PerfError that says which part is wrong."""
    wrong = wrong_sizes(document) or _wrong_shape(document, SHAPE)
    if wrong:
        raise PerfError(f'{path}: {wrong}', INVALID)
    return document


def is_csv(text):
    return text.partition('\n')[0].startswith(','.join(HEAD))


def _cell(path, line, column, text):
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PerfError(f'{path}: line {line}, {column}: "{text[:40]}" is not '
                        'a number', INVALID)
    return value


def _interval(cells):
    """A line of the CSV as the JSON has it."""
    found = {key: value for key, value in cells.items()
             if not key.startswith(LATENCY)}
    latency = {key[len(LATENCY):].removesuffix('_ns'): value
               for key, value in cells.items()
               if key.startswith(LATENCY) and value is not None}
    found['omitted'] = bool(found.get('omitted'))
    found['latency_ns'] = latency if latency.get('count') else None
    return found


def _lines(text, path):
    """(number, cells) of each line."""
    lines = csv.reader(io.StringIO(text, newline=''))
    try:
        yield from enumerate(lines, 1)
    except csv.Error as error:
        raise PerfError(f'{path}: line {lines.line_num}: {error}',
                        INVALID) from None


def of_csv(text, path):
    """The same document as of JSON, with intervals or steps only."""
    lines = _lines(text, path)
    (_, columns), rows = next(lines), []
    for line, cells in lines:
        if len(cells) != len(columns):
            raise PerfError(f'{path}: line {line} has {len(cells)} columns, '
                            f'and the header {len(columns)}; is the file '
                            'complete?', INVALID)
        if line > MOST_LINES:
            raise PerfError(f'{path}: more than {MOST_LINES} lines', INVALID)
        rows.append(_interval({
            column: _cell(path, line, column, cell)
            for column, cell in zip(columns, cells)}))
    part = 'steps' if 'rate_first' in columns else 'intervals'
    return check({'schema': LOAD, part: rows}, path)


def _labels(paths):
    """Short names that differ: of the files, or else whole paths."""
    stems = [path.rpartition('/')[2].rpartition('.')[0]
             or path.rpartition('/')[2] for path in paths]
    return [(path if stems.count(stem) > 1 else stem)[-MOST_NAME:]
            for path, stem in zip(paths, stems)]


def joined(runs):
    """One document of all runs, [(path, document), ...]."""
    versions = {document.get('version') for _, document in runs} - {None}
    labels = _labels([path for path, _ in runs])
    return {'schema': runs[0][1]['schema'], 'kind': KIND, 'tool': {
        'name': 'udpmill load', 'version': versions.pop()
        if len(versions) == 1 else ''},
        'notes': [f'{label} was interrupted; the report has what was measured '
                  'until then.' for label, (_, document) in zip(labels, runs)
                  if document.get('interrupted')],
        'runs': [{'file': path, 'label': label, 'document': document}
                 for label, (path, document) in zip(labels, runs)]}
