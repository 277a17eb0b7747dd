# SPDX-License-Identifier: MIT
"""A view of a document of `count` for the renderers, beside view.py: figures
of workloads, functions and groups. Missing parts are empty here, too."""
from dataclasses import dataclass
from functools import cached_property

from .. import human
from .view import Told, keyed, listed


FEW = 5  # parts that are shown where nothing differs


def _sum(values):
    found = [value for value in values if value is not None]
    return sum(found) if found else None


@dataclass
class Side:
    """Of a function or a group in an arm: instructions and calls per datagram;
    None if the arm has none."""
    instructions: float | None = None
    calls: float | None = None

    @property
    def each(self):
        """Instructions per call."""
        if not self.calls or self.calls < 0 or self.instructions is None:
            return None
        return self.instructions / self.calls


@dataclass
class Part:
    """A function, a group, or all those that are not shown by name."""
    name: str
    group: str
    a: Side
    b: Side

    @property
    def difference(self):
        return (self.b.instructions or 0.0) - (self.a.instructions or 0.0)


def joined(name, group, parts, calls=False):
    """Several parts as one."""
    sides = [Side(_sum(getattr(part, side).instructions for part in parts),
                  _sum(getattr(part, side).calls for part in parts)
                  if calls else None) for side in 'ab']
    return Part(name, group, *sides)


def is_nameless(function):
    """Whether it stands for all code of a file that has no names. Where its
    functions begin, and so how often they are called, is not known."""
    return function.startswith('[')


def _side(found, nameless):
    found = keyed(found)
    return Side(human.number(found.get('instructions')),
                None if nameless else human.number(found.get('calls')))


@dataclass
class Result(Told):
    """The result of a workload. row: of the document's verdicts; a, b: of its
    counts. All may be empty."""
    workload: str
    row: dict
    a: dict
    b: dict

    @property
    def verdict(self):
        return str(self.row.get('verdict') or '')

    @property
    def residue(self):
        return human.number(self.row.get('residue'))

    def figure(self, side, name='instructions'):
        return human.number(getattr(self, side).get(name))

    @property
    def tasks(self):
        """(task, a, b) of the work that is not in the figures."""
        sides = [keyed(side.get('left_out')) for side in (self.a, self.b)]
        return [(str(task), *(human.number(side.get(task))
                              for side in sides))
                for task in dict.fromkeys((*sides[0], *sides[1]))]


class Counts:
    """What a View is for trials. view: of the same document."""

    def __init__(self, view):
        self.view = view
        self.two = len(view.arm_names) > 1
        self.by = 'group' if view.design.get('by') == 'group' else 'function'
        self.without = [str(group)
                        for group in listed(view.design.get('without'))]
        self.machine = keyed(view.document.get('machine'))
        self.seeds = listed(view.design.get('seeds'))

    @cached_property
    def results(self):
        rows = {str(row.get('workload')): row for row
                in listed(self.view.document.get('verdicts'))}
        counts = {(str(row.get('workload')), str(row.get('arm'))): row
                  for row in listed(self.view.document.get('counts'))}
        names = [*self.view.workloads, *rows]
        return [Result(name, rows.get(name, {}),
                       *(counts.get((name, arm), {}) for arm in 'AB'))
                for name in dict.fromkeys(names)]

    @cached_property
    def _functions(self):
        found = {}
        for row in listed(self.view.document.get('functions')):
            name = str(row.get('function'))
            if str(row.get('group')) not in self.without:
                found.setdefault(str(row.get('workload')), []).append(Part(
                    name, str(row.get('group')),
                    *(_side(row.get(arm), is_nameless(name))
                      for arm in 'ab')))
        return found

    def functions(self, workload):
        """In the document's order: those that moved most, or that are largest,
        come first. Without the groups that are left out."""
        return self._functions.get(workload, [])

    def groups(self, workload):
        """The functions of each group as one, in the same order."""
        found = {}
        for part in self.functions(workload):
            found.setdefault(part.group, []).append(part)
        groups = [joined(group, group, parts)
                  for group, parts in found.items()]
        return sorted(groups, key=lambda part: (
            -abs(part.difference) if self.two else 0,
            -(part.a.instructions or 0), part.name))

    def parts(self, workload):
        """As the user asked for them: by function, or by group."""
        if self.by == 'group':
            return self.groups(workload)
        return self.functions(workload)

    def has_moved(self, workload, least):
        """Whether any part differs by more than that."""
        return self.two and any(abs(part.difference) > least
                                for part in self.parts(workload))

    def shown(self, workload, most, least=0.0):
        """The first parts, and all others as one, or None. least: a smaller
        difference is not shown by name, but if there is no larger one, the
        largest parts are."""
        parts = self.parts(workload)
        if self.two and not self.has_moved(workload, least):
            parts = sorted(parts, key=lambda part: -(part.a.instructions or 0))
            first = parts[:FEW]
        else:
            first = [part for part in parts[:most + (len(parts) == most + 1)]
                     if not self.two or abs(part.difference) > least]
        rest = parts[len(first):]
        name = human.count(len(rest), f'other {self.by}')
        return first, joined(name, '', rest) if rest else None

    def largest(self, workload, most):
        """The groups with the most instructions in either arm, and all others
        as one, or None."""
        def weight(part):
            return max(part.a.instructions or 0, part.b.instructions or 0)
        parts = sorted(self.groups(workload),
                       key=lambda part: (-weight(part), part.name))
        most += len(parts) == most + 1  # rather than one row for one group
        rest = parts[most:]
        name = human.count(len(rest), 'other group')
        return parts[:most], joined(name, '', rest) if rest else None

    def boots(self):
        """(arm, seed, whether again, seconds, workload, windows) of each."""
        for boot in self.view.boots:
            for name, found in keyed(boot.get('workloads')).items():
                yield (str(boot.get('arm')), boot.get('seed'),
                       bool(boot.get('twin')), boot.get('seconds'),
                       str(name), [keyed(window) for window in listed(
                           keyed(found).get('windows'))])
