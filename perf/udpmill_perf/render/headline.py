# SPDX-License-Identifier: MIT
"""The sentence below the verdict, and a few facts."""
from .. import human
from ..file import bounds
from ..file.view import keyed, listed
from ..outcomes import (IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION,
                        SAME, SUSPECT)
from .count import words as count_words
from .load import words as load_words

WORD = {'compare': 'comparison', 'merge': 'merged comparison', 'run': 'run',
        'calibrate': 'calibration', 'selftest': 'self-test',
        'count': 'count'}
# Kinds with words of their own.
OWN = {'count': count_words, 'load': load_words}


def verdict(view):
    """The word that is printed large."""
    if view.verdict:
        return str(view.verdict)
    if view.kind == 'load':
        return load_words.verdict(view)
    if not view.complete:
        return 'STOPPED' if view.document.get('stopped') else 'UNFINISHED'
    return WORD.get(view.kind, view.kind).upper() if not judges(view) \
        else 'NO VERDICT'


def judges(view):
    """Whether it compares two arms."""
    return view.paired or view.kind == 'count' and len(view.arm_names) > 1


def subject(view):
    """base -> patched; or the arms of a run."""
    if view.kind == 'load':
        return load_words.subject(view)
    labels = [view.arm_label(name) for name in view.arm_names]
    kernels = [change[1:] for change in view.changes
               if change[0] == 'kernel.release']
    if view.kind == 'merge' and len(set(labels)) == 1 and kernels:
        labels = [f'{labels[0]} on {kernel}' for kernel in kernels[0]]
    if judges(view) and len(labels) == 2:
        return f'{labels[0]} -> {labels[1]}'
    return ', '.join(labels)


def sentence(view):
    """The meaning of the verdict, and whether the run was complete."""
    said = meaning(view)
    if not view.complete:
        how = 'Stopped' if view.document.get('stopped') else 'Not finished'
        said = f'{how}: {view.stopped}. {said}'
    return said.strip()


def meaning(view):
    if view.kind in OWN:
        return OWN[view.kind].sentence(view)
    return _paired(view) if view.paired else _other(view)


def _paired(view):
    rows = [row for row in view.judged if row.verdict]
    total = human.count(len(rows), 'measure')
    if view.verdict == INVALID:
        bad = view.validity[INVALID]
        return f'{human.count(bad, "trial")} of {len(view.trials)} ' \
            'INVALID: the measurement failed, which says nothing about B.'
    if view.aa or view.verdict == SAME:
        return 'Both arms are the same, so all differences are noise.'
    if not rows:
        return 'Nothing was judged.'
    if view.verdict == REGRESSION:
        worse = [row for row in rows if row.verdict == REGRESSION]
        return f'B is worse in {len(worse)} of {total}: {_worst(worse)}.'
    if view.verdict == INCONCLUSIVE:
        unsure = [row for row in rows if row.verdict == INCONCLUSIVE]
        return f'{len(unsure)} of {total} could not be decided.'
    if view.verdict == IMPROVED:
        better = [row for row in rows if row.verdict == IMPROVED]
        return f'B is better in {len(better)} of {total}, worse in none.'
    tolerance = human.margin(view.design.get('tolerance', 0.048790))
    return f'B is at most {tolerance} worse in each of {total}.'


def _worst(rows):
    rows = [row for row in rows if row.estimate is not None]
    if not rows:
        return 'see below'
    row = max(rows, key=lambda row: row.estimate)
    return f'{row.workload}, {row.metric.title}, by ' \
        f'{human.percent(row.estimate, sign=False)}'


def _other(view):
    if view.kind == 'run':
        arms = len(view.arm_names)
        peers = sum(bool(entry.get('peer'))
                    for entry in view.workload.values())
        own = len(view.workload) - peers
        text = f'{human.count(own, "workload")} x ' \
            f'{human.count(arms, "arm")}'
        text += f', {human.count(peers, "peer")}.' if peers else '.'
        held = sum(row.get('verdict') == PASS for row in view.claims)
        return text + (f' {held} of {human.count(len(view.claims), "claim")} '
                       'confirmed.' if view.claims else '')
    if view.kind == 'calibrate':
        return 'The smallest differences that this machine can show.'
    if view.kind == 'selftest':
        return _selftest(keyed(view.document.get('selftest')))
    return ''


def _selftest(found):
    parts = []
    same = keyed(found.get('aa'))
    if same.get('comparisons'):
        alarms = human.count(same.get('false_positives', 0), 'false alarm')
        parts.append(f'{alarms} in {same["comparisons"]} comparisons of '
                     'identical code.')
    for row in listed(found.get('inject')):
        parts.append(f'{row.get("percent")} % slower: {row.get("detected")} '
                     f'of {row.get("comparisons")} found.')
    again = [row for row in listed(found.get('replay'))
             if isinstance(row, dict)]
    if again:
        red = sum(keyed(row.get('verdicts')).get(REGRESSION, 0)
                  for row in again)
        rounds = sum(row.get('rounds', 0) for row in again)
        parts.append(f'{human.count(red, "false alarm")} in {rounds} '
                     'comparisons with coins tossed again.')
    return ' '.join(parts)


def facts(view):
    """Short facts: number of trials, date, duration, seed."""
    if view.kind in OWN:
        return OWN[view.kind].facts(view)
    out = []
    if view.trials:
        out += tally(view)
    if view.document.get('seconds'):
        out.append(human.clock(view.document['seconds']))
    if view.document.get('started'):
        out.append(str(view.document['started'])
                   .replace('T', ' ').replace('Z', ' UTC'))
    if view.document.get('seed') is not None:
        out.append(f'seed {view.document["seed"]}')
    if view.environment.get('fingerprint'):
        out.append(f'machine {view.environment["fingerprint"]}')
    return out


def limits(view):
    """What a reader must know, however short the report is."""
    return count_words.limits(view) if view.kind == 'count' else []


def tally(view):
    """104 trials; 3 suspect; 1 invalid."""
    parts = [human.count(len(view.trials), 'trial')]
    for validity in SUSPECT, INVALID:
        if view.validity[validity]:
            parts.append(f'{view.validity[validity]} {validity.lower()}')
    return parts


def would_take(view, row):
    """The smallest visible effect, and how many blocks are needed."""
    seen = human.number(row.row.get('visible_effect'))
    needed = human.number(row.row.get('blocks_needed'))
    if row.verdict != INCONCLUSIVE or view.verdict == INVALID \
            or not view.complete:
        return ''
    noisy = view.kind == 'compare' and needed is not None \
        and needed > bounds.MOST_BLOCKS
    if needed is not None and f' {needed:g}' in row.why:
        # The sentence says it.
        return f'{_noisy(row)}; --extend adds no more than ' \
            f'{bounds.MOST_BLOCKS}' if noisy else ''
    parts = []
    if seen is not None:
        parts.append(f'visible with {human.count(row.blocks, view.unit)}: '
                     f'from {human.percent(seen, sign=False)}')
    if noisy:
        parts.append(f'{_noisy(row)}: that takes {int(needed)} blocks, and '
                     f'--extend adds no more than {bounds.MOST_BLOCKS}')
    elif needed is not None:
        parts.append(f'to decide: {human.count(int(needed), view.unit)}')
    return '; '.join(parts)


def _noisy(row):
    tolerance = human.margin(row.row.get('tolerance', 0.048790))
    return f'this host is too noisy to decide on {tolerance}'


def changed(view):
    """(title, head, head) of the table of differing environment keys."""
    if view.kind == 'merge':
        return 'Differs between A and B', 'A', 'B'
    return 'Changed during the measurement', 'before', 'after'


def level(view):
    """The level of the intervals, such as 95 %, if it is the same for all."""
    if len(view.levels) != 1:
        return ''
    return human.share(view.levels[0])


def source(view):
    """The program and the version that made the document."""
    tool = keyed(view.document.get('tool'))
    git = f' ({tool["git"]})' if tool.get('git') else ''
    return f'{tool.get("name") or "udpmill perf"} ' \
        f'{tool.get("version") or ""}{git}'.rstrip()
