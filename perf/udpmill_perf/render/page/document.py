# SPDX-License-Identifier: MIT
"""The text of a page of results."""
import re
import textwrap

from ... import human
from ...file.view import keyed, listed
from ...outcomes import FAIL, INCONCLUSIVE, PASS, SUSPECT
from .. import headline, proof
from ..markup import code, escape, table

WIDTH = 80
HEAD = ('workload', 'datagrams/s', 'spread', 'Gbit/s', 'ratio', 'spread',
        'server, user', 'kernel', 'generator, user', 'kernel', 'instructions')
READ = (
    'A row is a workload: SERVICE-BACKEND-ARRIVAL-BYTES, then what differs '
    'from the defaults. Its rate is that of datagrams that the server '
    'received. Figures are medians over the rounds, and a spread is from the '
    'first to the third quartile. Rounds are interleaved: in each, every '
    'workload is measured once, in random order.',
    'A ratio is that of the rate to the rate of the row that is named first '
    'in its group (ratio "1"), computed within each round, so that both sides '
    'met the same host; compare ratios and not rates with those of another '
    'machine.',
    'CPU time is nanoseconds a datagram, divided between user space and the '
    'kernel by the kernel\'s own accounting, which counts in ticks and may be '
    'wrong by a factor of two for small shares; on loopback, the kernel '
    'receives on the CPU of the sender. Rows of "floor" are a program that '
    'makes the system calls of a backend and does nothing else.',
    'In the pictures, a dot is a median and the bar below it a spread. The '
    'parts of a bar of CPU time are, from the left: the server in user space '
    '(light blue) and in the kernel (blue), the generator in user space (light '
    'orange) and in the kernel (orange).')
DOUBT = 'A star marks a row of which most trials are suspect'


def paragraph(text):
    return [*textwrap.wrap(escape(text), WIDTH, break_on_hyphens=False,
                           break_long_words=False), '']


def write(runs, counts, pictures):
    lines = ['# Results', '']
    if not runs:
        lines += paragraph('There is no run of the preset results here.')
    for number, run in enumerate(runs):
        lines += _run(run, counts, {key[1:]: path for key, path
                                    in pictures.items() if key[0] == number})
    lines += _counts(counts)
    return '\n'.join(lines).rstrip('\n') + '\n'


def _run(run, counts, pictures):
    lines = _made(run) + ['## How to read it', '']
    for text in (*READ, _doubt(run)):
        lines += paragraph(text)
    lines += _claims(run)
    for section in run.sections:
        lines += [f'## {escape(section.title)}', '', *paragraph(section.text)]
        for kind in 'rate', 'cpu':
            path = pictures.get((section.title, kind))
            if path:
                lines += [f'![{escape(section.title)}, {kind}]({path})', '']
        lines += [*rows_of(section, counts), '']
    return lines + _skipped(run)


def _made(run):
    view = run.view
    before = keyed(view.environment.get('before'))
    tool = keyed(view.document.get('tool'))
    memory = human.number(before.get('memory.total_kib'))
    facts = [
        f'Made {str(view.document.get("started") or "?")[:10]} by udpmill '
        f'{tool.get("version")} ({tool.get("git") or "no git version"}) on '
        f'{before.get("cpu.count") or "?"} CPUs '
        f'({before.get("cpu.model") or "unknown"}), virtualization '
        f'{before.get("machine.hypervisor") or "unknown"}, '
        + (f'{memory / 2 ** 20:.1f} GiB, ' if memory else '')
        + f'Linux {before.get("kernel.release") or "?"}: '
        f'{human.count(run.rounds, "round")}, '
        f'{human.clock(view.document.get("seconds"))}, '
        f'{", ".join(headline.tally(view))}. The command:']
    lines = paragraph(facts[0]) + [
        '```', command_of(view.document.get('argv')), '```', '']
    if not view.complete:
        lines += paragraph(f'This run is not complete: {view.stopped}.')
    for note in view.notes:
        lines += paragraph(note)
    return lines


def _doubt(run):
    """Says why trials are suspect, the commonest reason first."""
    why = [f'{reason} ({human.count(amount, "trial")})'
           for (validity, reason), amount in run.view.reasons
           if validity == SUSPECT]
    return f'{DOUBT}. Why trials are: {"; ".join(why)}.' if why \
        else f'{DOUBT}; here, none is.'


def _claims(run):
    found = proof.claims(run.view)
    if not found:
        return []
    rows = [[verdict_of(row), escape(row.title), escape(row.text)]
            for row in found]
    return ['## What is reached', '', *paragraph(
        'Each claim is judged over the rounds, to 99.5 %. Undecided are those '
        'for which neither could be shown in so few or so noisy rounds.'),
            *table(('', 'claim', 'measured'), rows), '']


WORDS = {PASS: 'reached', FAIL: '**missed**', INCONCLUSIVE: 'undecided'}
NOT_MEASURED = 'not measured'  # as judge/claims.py says it


def verdict_of(row):
    return NOT_MEASURED if row.row.get('why') == NOT_MEASURED \
        else WORDS.get(row.verdict, '')


def without_paths(text):
    """A path tells of the machine and not of what was measured."""
    return re.sub(r'(?<![\w.:/])/[^\s:;,]*/', '', str(text))


def command_of(argv):
    """Without the file of the results."""
    words, skip = [], False
    for word in map(str, listed(argv)):
        if not skip and word not in ('-o', '--output'):
            words.append(without_paths(word))
        skip = word in ('-o', '--output')
    return ' '.join(words).replace('`', "'")


def rows_of(section, counts):
    has_counts = any(counts.figure(row.name) for row in section.rows)
    wide = len(HEAD) - (not has_counts)
    head = [section.ratio if title == 'ratio' else title for title in HEAD]
    return table(head[:wide], [_cells(row, counts)[:wide]
                               for row in section.rows], range(1, wide))


def _between(spread, show):
    """Nothing of a single value."""
    return human.span(show, spread.low, spread.high) \
        if spread and spread.count > 1 else ''


def _cells(row, counts):
    doubt = ' \\*' if 2 * row.doubted > row.trials else ''
    parts = row.parts or [None] * 4
    ratio = row.ratio
    bits = None if row.bytes is None else 8e-9 * row.bytes * row.rate.middle
    counted = counts.figure(row.name)
    return [
        code(row.name) + doubt, human.si(row.rate.middle),
        _between(row.rate, human.si),
        human.NOTHING if bits is None else human.digits(bits),
        '1' if row.base == row.name else human.digits(ratio.middle) if ratio
        else human.NOTHING,
        _between(ratio, human.digits),
        *(human.NOTHING if part is None else f'{part:.1f}' for part in parts),
        human.NOTHING if counted is None else human.figure(counted)]


def _skipped(run):
    rows = [f'- {code(str(row.get("what") or "?"))}: '
            f'{escape(without_paths(row.get("why") or "no reason given"))}'
            for row in run.view.skipped if isinstance(row, dict)]
    return ['## Not measured here', '', *rows, ''] if rows else []


def _counts(counts):
    if not counts:
        return []
    rows = [[code(name), *(
        human.NOTHING if counts.figure(name, what) is None
        else human.figure(counts.figure(name, what))
        for what in ('instructions', 'kernel', 'user'))]
        for name in counts.rows]
    return ['## Instructions a datagram', '', *paragraph(
        f'Counted in an emulator, to the last one, with Linux '
        f'{counts.kernel or "?"}; server and generator together. Instructions '
        'are not time. COUNT.md says how.'),
        *table(('workload', 'all', 'kernel', 'user'), rows, range(1, 4)), '']
