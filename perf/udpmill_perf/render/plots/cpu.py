# SPDX-License-Identifier: MIT
"""CPU time per datagram: whose it is, and whether the kernel's."""
from .. import figures
from ..metrics import KNOWN
from ..view import keyed
from .axes import Rows, human, room
from .svg import Plot, SMALL, draw, ink

PARTS = (('server_user_s', 'server-user', 'server, user'),
         ('server_system_s', 'server-system', 'server, system'),
         ('client_user_s', 'client-user', 'client, user'),
         ('client_system_s', 'client-system', 'client, system'),
         ('other_s', 'other', 'other'))
CAPTION = ('On loopback the kernel receives on the sender\'s CPU, so only '
           'the whole bar compares; its parts say where to look.')
LEFT, RIGHT = 0.95, 0.75


def plots(view, prefix):
    groups, rows = [], []
    for workload in view.workloads:
        found = [(arm, parts) for arm in view.arm_names
                 if (parts := _parts(view, workload, arm))]
        if found:
            entry = view.workload[workload]
            groups.append((workload, [
                entry.get('peer') or view.arm_title(arm)
                for arm, _ in found]))
            rows += [(workload, arm, parts) for arm, parts in found]
    if not rows:
        return
    layout = Rows(groups)
    name = f'{prefix}cpu'
    alt = 'CPU time per datagram: ' + '; '.join(
        f'{workload} {view.arm_label(arm)} '
        f'{figures.duration(sum(parts))}' for workload, arm, parts in rows)
    yield Plot(name, 'CPU time per datagram', CAPTION, draw(
        name, layout.height(0.21, 0.85), alt,
        lambda figure: _paint(figure, layout, [row[2] for row in rows])),
        [(role, 'bar', text) for _, role, text in PARTS])


def _parts(view, workload, arm):
    """Means of the trials in ns a datagram: means add up, medians do not."""
    found = []
    for trial in view.kept(workload, arm):
        rate = figures.number(
            keyed(trial.get('metrics')).get('datagrams_per_second'))
        window = figures.number(trial.get('window_s'))
        cpu = keyed(trial.get('cpu'))
        if not rate or not window or not cpu:
            continue
        seconds = [figures.number(cpu.get(key)) or 0 for key, _, _ in PARTS]
        if figures.number(cpu.get('other_s')) is None:
            busy = figures.number(cpu.get('machine_busy_s')) or 0
            seconds[-1] = max(0, busy - sum(seconds))
        found.append([1e9 * one / (rate * window) for one in seconds])
    return [sum(column) / len(found) for column in zip(*found)]


def _paint(figure, layout, rows):
    axes = figure.add_subplot()
    room(figure, LEFT, RIGHT, 0.35, 0.45)
    layout.label(axes, LEFT)
    axes.grid(axis='x')
    for place, parts in zip(layout.places, rows):
        start = 0
        for value, (_, role, _) in zip(parts, PARTS):
            axes.barh([place], [value], left=start, height=0.66,
                      color=ink(role), lw=0)
            start += value
        axes.annotate(figures.duration(start).replace('us', 'µs'),
                      (1, place), xycoords=('axes fraction', 'data'),
                      xytext=(6, 0), textcoords='offset points',
                      va='center', fontsize=SMALL, annotation_clip=False)
    axes.set_xlim(left=0)
    human(axes.xaxis, KNOWN['machine_ns_per_datagram'], 4)
    axes.set_title(KNOWN['machine_ns_per_datagram'].axis)
