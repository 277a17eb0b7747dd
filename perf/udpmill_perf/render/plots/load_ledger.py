# SPDX-License-Identifier: MIT
"""What became of what runs of `udpmill load` sent: a bar for all of it, and,
because loss is often too little to see there, one for what is not answered."""
from ... import human
from ...file.load_view import Runs
from .axes import Rows, percent_ticks
from .svg import Plot, draw, ink

GOOD = ('answered', 'absorbed')
ROLES = {'answered': 'good', 'absorbed': 'accent', 'unexplained': 'bad',
         'missing': 'bad'}
OTHERS = ('b', 'd', 'e', 'f', 'c', 'unsure', 'other')
MOST = len(OTHERS) - 1      # other parts with a colour of their own
CAPTION = ('Each bar is all datagrams that a run sent, warm-up included, by '
           'what became of them.')
REST = ('The same, without what was answered or absorbed: the causes of loss, '
        'as the kernel and the server counted them.')
LEFT = 1.5


def plots(view, prefix):
    runs = [run for run in Runs(view).all if run.parts]
    if not runs:
        return
    roles = _roles(runs)
    yield _plot(f'{prefix}ledger', 'All datagrams', CAPTION, [
        (run.label, _folded(run.parts, roles)) for run in runs], roles)
    rest = [(run.label, _folded([part for part in run.parts
                                 if part[0] not in GOOD], roles))
            for run in runs]
    rest = [(label, parts) for label, parts in rest if parts]
    if rest:
        yield _plot(f'{prefix}ledger-rest', 'What was not answered', REST,
                    rest, roles)


def _roles(runs):
    """Part -> role. The parts with most datagrams get the colours."""
    weight = {}
    for run in runs:
        for name, amount in run.parts:
            weight[name] = weight.get(name, 0) + abs(amount)
    others = sorted((name for name in weight if name not in ROLES),
                    key=lambda name: (-weight[name], name))
    if len(others) > MOST + 1:
        others[MOST:] = []
    found = {name: role for name, role in ROLES.items() if name in weight}
    return {**found, **dict(zip(others, OTHERS))}


def _folded(parts, roles):
    """[(name, amount)]; those without a colour are one."""
    known = [(name, abs(amount)) for name, amount in parts if name in roles]
    rest = sum(abs(amount) for name, amount in parts if name not in roles)
    return known + [('other causes', rest)] * bool(rest)


def _plot(name, title, caption, bars, roles):
    layout = Rows([('', [label for label, _ in bars])])
    alt = f'{title}: ' + '; '.join(
        f'{label}: ' + ', '.join(f'{part} {human.grouped(amount)}'
                                 for part, amount in parts)
        for label, parts in bars)

    def paint(figure):
        axes = layout.axes(figure, LEFT, 0.3, 0.4)
        for place, (_, parts) in zip(layout.places, bars):
            at, whole = 0, sum(amount for _, amount in parts) or 1
            for part, amount in parts:
                share = 100 * amount / whole
                axes.barh([place], [share], left=at, height=0.6, lw=0,
                          color=ink(roles.get(part, 'other')))
                at += share
        axes.set_xlim(0, 100)
        percent_ticks(axes.xaxis, 5, form='g')
        axes.set_title('share of datagrams')

    there = dict.fromkeys(part for _, parts in bars for part, _ in parts)
    return Plot(name, title, caption,
                draw(name, layout.height(0.32, 0.85), alt, paint),
                [(roles.get(part, 'other'), 'bar', _told(part, bars))
                 for part in there])


def _told(part, bars):
    """A part, with its number if there is one run."""
    if len(bars) > 1:
        return part
    return f'{part} {human.grouped(dict(bars[0][1])[part])}'
