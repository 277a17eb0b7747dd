# SPDX-License-Identifier: MIT
"""Sentences and numbers about counted instructions, for all renderers."""
from ... import human
from ...file.count_view import Counts, is_nameless
from ...file.view import keyed, listed
from ...outcomes import (IMPROVED, INCONCLUSIVE, INVALID, REGRESSION, SAME)

LEAST = 0.1             # a difference of a part that is worth a line
NAMELESS = ('[name] is all code of a file that has no names of functions; how '
            'often they are called is not known.')
MITIGATIONS = 'mitigations='
LIMITS = ('Instructions are not time: the emulated machine has no caches, no '
          'contention, one CPU and no network card.')


def sentence(view):
    """The meaning of the verdict, and what the arms have in common."""
    return ' '.join(filter(None, (_meaning(view), common(view))))


def common(view):
    """In both: Linux 6.1.0-57, udpmill 0.1.0 (4f1c2ab), mitigations=off."""
    if not view.arms:
        return ''
    sides = [_of_arm(view, arm) for arm in view.arms]
    told = [text for text in sides[0]
            if text and all(text in other for other in sides)]
    where = 'In both' if len(sides) > 1 else 'Counted'
    return f'{where}: {", ".join(told)}.' if told else ''


def _of_arm(view, arm):
    """Short texts on what an arm is."""
    release = keyed(arm.get('kernel')).get('release')
    version, git = arm.get('version'), arm.get('git')
    own = f'udpmill {version}' + (f' ({git})' if git else '')
    added = str(arm.get('append') or '')
    line = f'{keyed(view.document.get("machine")).get("append")} {added}'
    last = [word for word in line.split() if word.startswith(MITIGATIONS)]
    return [f'Linux {release}' if release else '',
            str(arm.get('command') or own if version or arm.get('command')
                else ''),
            ' '.join(map(str, listed(arm.get('options')))),
            ', '.join(f'{key}={value}' for key, value
                      in keyed(arm.get('settings')).items()),
            last[-1] if last else '',
            f'appended {added}' if added else '']


def _meaning(view):
    counts = Counts(view)
    rows = [row for row in counts.results if row.verdict]
    total = human.count(len(rows), 'workload')
    found = {verdict: [row for row in rows if row.verdict == verdict]
             for verdict in (REGRESSION, IMPROVED, INCONCLUSIVE)}
    if view.verdict == INVALID:
        return 'Boots that should be identical differ, so nothing follows ' \
            'from the counts.'
    if view.verdict == SAME:
        return 'Both arms are the same, and so are their counts.'
    if not counts.two:
        return _alone(counts, found[INCONCLUSIVE])
    if not rows:
        return 'Nothing was judged.'
    if view.verdict == REGRESSION:
        return f'B executes more instructions in {len(found[REGRESSION])} ' \
            f'of {total}: {_worst(found[REGRESSION])}.'
    if view.verdict == INCONCLUSIVE:
        return f'{len(found[INCONCLUSIVE])} of {total} could not be decided.'
    if view.verdict == IMPROVED:
        return f'B executes fewer instructions in {len(found[IMPROVED])} of ' \
            f'{total}, more in none.'
    tolerance = human.margin(view.design.get('tolerance'))
    where = total if len(rows) == 1 else f'each of {total}'
    return f'B executes at most {tolerance} more instructions in {where}.'


def _alone(counts, bad):
    done = len([row for row in counts.results if row.a and row not in bad])
    told = [f'{human.count(done, "workload")}, with '
            f'{human.count(len(counts.seeds), "seed")}.'] if done else []
    if bad:
        told.append(f'{human.count(len(bad), "workload")} could not be '
                    'counted.')
    return ' '.join(told) or 'Nothing was counted.'


def _worst(rows):
    rows = [row for row in rows if row.estimate is not None]
    if not rows:
        return 'see below'
    row = max(rows, key=lambda row: row.estimate)
    return f'{row.workload}, by {human.hundredths(row.estimate, sign=False)}'


def facts(view):
    """Short facts: number of boots, duration, date, seeds, machine."""
    counts = Counts(view)
    out = []
    if view.boots:
        out.append(human.count(len(view.boots), 'boot'))
    if view.document.get('seconds'):
        out.append(human.clock(view.document['seconds']))
    if view.document.get('started'):
        out.append(str(view.document['started'])
                   .replace('T', ' ').replace('Z', ' UTC'))
    if counts.seeds:
        out.append(human.count(len(counts.seeds), 'seed'))
    if human.number(view.design.get('datagrams')):
        out.append(f'{view.design["datagrams"]} datagrams')
    if counts.machine.get('qemu'):
        out.append(f'QEMU {counts.machine["qemu"]}')
    if counts.machine.get('cpu'):
        out.append(f'CPU {str(counts.machine["cpu"]).split(",")[0]}')
    return out


def title(counts, workload):
    """Of the table of a workload's parts."""
    if not counts.two:
        return f'{workload}: where they are, by {counts.by}, per datagram'
    if counts.has_moved(workload, LEAST):
        return f'{workload}: what differs, by {counts.by}, per datagram'
    return (f'{workload}: the largest {counts.by}s; none differs by more than '
            f'{LEAST}')


def nameless(parts):
    """[what a name in brackets is], if there is one."""
    return [NAMELESS] if any(is_nameless(part.name) for part in parts) else []


def limits(view):
    without = Counts(view).without
    return [LIMITS] + ([f'Without {", ".join(without)}, as asked.']
                       if without else [])


def change(a, b, write=human.figure):
    """10.0 -> 32.0, or one number if both are written alike."""
    if a is None and b is None:
        return human.NOTHING
    said = [human.NOTHING if value is None else write(value)
            for value in (a, b)]
    return said[0] if said[0] == said[1] else ' -> '.join(said)


def pair(counts, a, b, write=human.figure):
    """The same, of a document that may have one arm only."""
    if counts.two:
        return change(a, b, write)
    return human.NOTHING if a is None else write(a)


def small(value):
    """A figure that may be next to nothing."""
    return '<0.01' if 0 < value < 0.005 else human.figure(value)


def each(value):
    """Calls per datagram, in at most five characters, if below a thousand."""
    if 0 < value < 0.0005:
        return '<.001'
    if abs(value) < 0.1:
        return f'{value:.3f}' if value else '0'
    return human.trimmed(value, 2 if abs(value) < 1 else 3)


def consists(counts, result):
    """What a workload's figure consists of, in a few words."""
    told = []
    for name in 'user', 'kernel':
        a, b = (result.figure(side, name) for side in 'ab')
        if a is not None or b is not None:
            told.append(f'{name} {pair(counts, a, b)}')
    strings = [result.figure(side, 'iterations') for side in 'ab']
    if any(strings):
        told.append(f'not counted: {pair(counts, *strings)} repetitions in '
                    'string instructions')
    return '; '.join(told)


def excluded(counts, result):
    """Lines on what is not in a workload's figure. Never silent."""
    lines = []
    if counts.without:
        taken = pair(counts, *(result.figure(side, 'without')
                               for side in 'ab'))
        lines.append(f'Without {", ".join(counts.without)}, as asked: {taken} '
                     'instructions per datagram.')
    tasks = [f'{task} {pair(counts, a, b, small)}'
             for task, a, b in result.tasks]
    if tasks:
        lines.append('Other tasks, left out: ' + ', '.join(tasks)
                     + ' instructions per datagram.')
    return lines
