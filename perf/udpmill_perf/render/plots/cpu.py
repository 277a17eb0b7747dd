# SPDX-License-Identifier: MIT
"""CPU time per datagram, by process, and in user space or the kernel."""
from ... import human
from ...file.view import keyed
from ...metrics import MACHINE_NS, RATE, metric
from .axes import (SINCE, Rows, beside, explained, is_wide, percent_ticks,
                   ticks)
from .svg import Plot, draw, ink

PARTS = (('server_user_s', 'server-user', 'server, user'),
         ('server_system_s', 'server-system', 'server, system'),
         ('client_user_s', 'client-user', 'client, user'),
         ('client_system_s', 'client-system', 'client, system'),
         ('other_s', 'other', 'other'))
CAPTION = ('On loopback the kernel receives on the sender\'s CPU, so only '
           'whole bars can be compared; their parts say where to look.')
SHARES = f'; all bars have the same length, {SINCE}'
LEFT, RIGHT = 1.1, 0.85
TALL = 18                   # bars


def plots(view, prefix):
    groups = [(workload, found) for workload in view.workloads
              if (found := _bars(view, workload))]
    if not groups:
        return
    totals = [sum(parts) for _, found in groups for _, parts in found]
    shares = is_wide(totals)
    sheets = _sheets(groups)
    for number, sheet in enumerate(sheets):
        name = f'{prefix}cpu{number}'
        alt = 'CPU time per datagram: ' + '; '.join(
            f'{workload} {who} {human.duration(sum(parts))}'
            for workload, found in sheet for who, parts in found)
        title = 'CPU time per datagram'
        if len(sheets) > 1:
            title += f', {number + 1} of {len(sheets)}'
        layout = Rows([(workload, [who for who, _ in found])
                       for workload, found in sheet])
        bars = [parts for _, found in sheet for _, parts in found]
        yield Plot(name, title, explained(CAPTION, totals, SHARES), draw(
            name, layout.height(0.235, 0.8), alt,
            _painter(layout, bars, None if shares else max(totals))),
            [(role, 'bar', text) for _, role, text in PARTS])


def _sheets(groups):
    """Two plots side by side, if one would be too tall."""
    if sum(len(found) for _, found in groups) <= TALL:
        return [groups]
    half = (len(groups) + 1) // 2
    return [groups[:half], groups[half:]]


def _bars(view, workload):
    peer = view.workload[workload].get('peer')
    return [(str(peer or view.arm_title(arm)), parts)
            for arm in view.arm_names
            if (parts := _parts(view, workload, arm))]


def _parts(view, workload, arm):
    """Means over the trials, in ns per datagram; medians would not add up."""
    found = []
    for trial in view.kept(workload, arm):
        rate = human.number(keyed(trial.get('metrics')).get(RATE))
        window = human.number(trial.get('window_s'))
        cpu = keyed(trial.get('cpu'))
        if not rate or not window or not cpu:
            continue
        seconds = [human.number(cpu.get(key)) or 0 for key, _, _ in PARTS]
        if human.number(cpu.get('other_s')) is None:
            busy = human.number(cpu.get('machine_busy_s')) or 0
            seconds[-1] = max(0, busy - sum(seconds))
        found.append([1e9 * one / (rate * window) for one in seconds])
    return [sum(column) / len(found) for column in zip(*found)]


def _painter(layout, bars, longest):
    """longest: None to draw the parts as shares of their bar."""
    kind = metric(MACHINE_NS)

    def paint(figure):
        axes = layout.axes(figure, LEFT, RIGHT)
        for place, parts in zip(layout.places, bars):
            _bar(axes, place, parts, 1 if longest else sum(parts) / 100 or 1)
        if longest is None:
            axes.set_xlim(0, 100)
            percent_ticks(axes.xaxis, sign=' %', form='g')
            axes.set_title(f'shares of the {kind.axis}')
        else:
            axes.set_xlim(0, 1.05 * longest or 1)
            ticks(axes.xaxis, kind, 5)
            axes.set_title(kind.axis)
    return paint


def _bar(axes, place, parts, unit):
    start = 0
    for value, (_, role, _) in zip(parts, PARTS):
        axes.barh([place], [value / unit], left=start / unit, height=0.66,
                  color=ink(role), lw=0)
        start += value
    beside(axes, place, human.duration(start))
