# SPDX-License-Identifier: MIT
"""HTML in one self-contained file, without scripts."""
import functools
import pathlib
import shlex

import jinja2
from markupsafe import Markup

from .. import human
from ..file.view import View, keyed, listed
from . import headline, proof
from .count.html import Counted
from .ink import TONES
from .load.html import Loaded
from .plain import clean
from .plots import history as history_plots, sections, shapes
from .together import tables

HERE = pathlib.Path(__file__).parent
METRICS = 4                 # columns of the trials' table
MARGINS = ('ignore', 'tolerance', 'floor')  # ln in a design


@functools.lru_cache(maxsize=None)
def _templates():
    """Once for all pages, since it keeps what it has compiled."""
    loader = jinja2.FileSystemLoader(HERE)
    place = jinja2.Environment(loader=loader, autoescape=True,
                               trim_blocks=True, lstrip_blocks=True,
                               undefined=jinja2.StrictUndefined)
    place.filters['clean'] = clean
    return place


def render(documents, history=()):
    reports = [Report(View(document, name), f'r{number}-', len(documents))
               for number, (name, document) in enumerate(documents)]
    history = list(history_plots.plots(history, documents, 'h-'))
    page = _templates().get_template('report.html.j2')
    text = page.render(reports=reports, history=history, icon=shapes.icon,
                       style=Markup((HERE / 'report.css').read_text()),
                       title=_title(reports), together=tables(documents))
    return text.rstrip() + '\n'


def _title(reports):
    if len(reports) == 1:
        one = reports[0]
        return f'{one.word}: {one.subject or one.view.kind}'
    return f'{len(reports)} reports'


class Report:
    """The texts that the template needs."""

    def __init__(self, view, prefix, of):
        self.view = view
        self.prefix = prefix
        self.several = of > 1
        self.word = headline.verdict(view)
        self.tone = TONES.get(self.word, 'neutral')
        self.subject = headline.subject(view).replace(' -> ', ' → ')
        self.sentence = headline.meaning(view)
        self.facts = headline.facts(view)
        self.level = headline.level(view)
        self.sections = list(sections(view, prefix))
        self.skipped = [(str(row.get('what') or '?'),
                         str(row.get('why') or 'no reason given'))
                        for row in view.skipped if isinstance(row, dict)]
        self.loaded = Loaded(view) if view.kind == 'load' else None
        self.argv = '\n'.join(map(_command, (
            self.loaded.commands() if self.loaded else
            [list(map(clean, listed(view.document.get('argv'))))])))
        self.source = headline.source(view)
        self.changed = headline.changed(view)
        self.counted = Counted(view) if view.kind == 'count' else None

    def judged(self):
        """Rows by workload: [(workload, [row, ...]), ...]"""
        found = {}
        for row in self.view.judged:
            found.setdefault(row.workload, []).append(_judged(self.view, row))
        return list(found.items())

    def doubts(self):
        return [(amount, validity, TONES.get(validity, 'dim'), reason)
                for (validity, reason), amount in self.view.reasons]

    def cells(self):
        return [(kind, [proof.cell(self.view, kind, cell) for cell in cells])
                for kind, cells in self.view.tables]

    def claims(self):
        return [(TONES.get(row.verdict, 'dim'), row)
                for row in proof.claims(self.view)]

    def calibration(self):
        return proof.CALIBRATION_HEAD, proof.calibration(self.view)

    def selftest(self):
        return proof.selftest(self.view)

    def rest(self):
        part = {'calibrate': 'calibration'}.get(self.view.kind,
                                                self.view.kind)
        if part not in proof.KNOWN:
            return []
        return list(proof.rest(self.view, part))

    def design(self):
        found = [(str(key), _flat(key, value))
                 for key, value in self.view.design.items()]
        for key in 'seed', 'design_sha256', 'started':
            if self.view.document.get(key) is not None:
                found.append((key.replace('_', ' '),
                              str(self.view.document[key])))
        return found

    def arms(self):
        """Returns heads, and rows of (key, values, whether they differ)."""
        if self.loaded:
            return self.loaded.settings()
        columns = [_arm(arm) for arm in self.view.arms]
        keys = dict.fromkeys(key for column in columns for key in column)
        rows = [(key, [column.get(key, '') for column in columns])
                for key in keys]
        heads = [self.view.arm_title(arm.get('name'))
                 for arm in self.view.arms]
        return heads, [(key, values, len(set(values)) > 1)
                       for key, values in rows]

    def environment(self):
        """(key, value) of what did not change."""
        before = keyed(self.view.environment.get('before'))
        changed = {key for key, _, _ in self.view.changes}
        return [(key, str(value)) for key, value
                in sorted(before.items()) if key not in changed]

    def trials(self):
        kinds = self.view.metrics[:METRICS]
        blocks = {id: block for block in self.view.blocks
                  for id in listed(block.get('trials'))}
        return kinds, [_trial(self.view, trial, kinds,
                              blocks.get(trial.get('id'), {}))
                       for trial in self.view.trials]


def _command(argv):
    """A command in lines that can be copied: an option begins a new one."""
    if not argv:
        return ''
    lines = [[]]
    for word in argv:
        if word.startswith('-') and len(word) > 1 and lines[-1]:
            lines.append([])
        lines[-1].append(shlex.quote(word))
    return ' \\\n    '.join(map(' '.join, lines))


def _flat(key, value):
    if key in MARGINS and human.number(value) is not None:
        return human.margin(value)
    if isinstance(value, list):
        return ', '.join(str(entry.get('name')) if isinstance(entry, dict)
                         else str(entry) for entry in value)
    return str(value)


def _judged(view, row):
    other = row.without
    take = headline.would_take(view, row)
    return {
        'title': row.metric.title, 'verdict': row.verdict or 'not judged',
        'tone': TONES.get(row.verdict, 'dim'),
        'a': row.metric.show(row.base), 'b': row.metric.show(row.other),
        **_difference(row.row), 'p': _p(row),
        'why': row.why,
        'take': take[:1].upper() + take[1:],
        'without': {
            'suspects': row.doubtful(view.unit), **_difference(other),
            'verdict': str(other.get('verdict') or ''),
            'tone': TONES.get(other.get('verdict'), 'neutral'),
        } if other else None}


def _difference(found):
    return dict(zip(('worse', 'interval', 'blocks', 'sd'),
                    proof.difference(found)))


def _p(row):
    value = human.number(row.row.get('p_holm'))
    if value is None:
        return ''
    return '< 0.0001' if value < 0.0001 else f'{value:.2g}'


def _arm(arm):
    settings = keyed(arm.get('settings'))
    facts = [('command', arm.get('command')), ('binary', arm.get('binary')),
             ('options', shlex.join(map(clean, listed(arm.get('options'))))),
             ('settings', ', '.join(f'{key}={value}' for key, value
                                    in sorted(settings.items()))),
             ('files', ', '.join(map(_file, listed(arm.get('files'))))),
             *_kernel(arm),
             ('version', arm.get('version')), ('git', arm.get('git')),
             ('sha256', arm.get('sha256')), ('build id', arm.get('build_id'))]
    return {key: str(value) for key, value in facts if value}


def _file(found):
    """unbound.conf (the start of its digest)."""
    found = keyed(found)
    return f'{found.get("name")} ({str(found.get("sha256"))[:12]})'


def _kernel(arm):
    """Of an arm of `count`."""
    kernel = keyed(arm.get('kernel'))
    return [('kernel', kernel.get('release') or kernel.get('path')),
            ('kernel version', kernel.get('version')),
            ('kernel image', kernel.get('path') if kernel.get('release')
             else None),
            ('kernel sha256', kernel.get('sha256')),
            ('append', arm.get('append'))]


def _trial(view, trial, kinds, block):
    told = [str(reason) for reason in listed(trial.get('reasons'))]
    if trial.get('error'):
        told.append(str(trial['error']))
    start = human.number(trial.get('start_s'))
    metrics = keyed(trial.get('metrics'))
    number = trial.get('block')
    return {'id': trial.get('id', ''), 'workload': str(trial.get('workload')),
            'arm': view.who(trial), 'block': '' if number is None else number,
            'phase': str(block.get('phase') or ''),
            'start': '' if start is None else f'{start:.1f}',
            'validity': str(trial.get('validity')),
            'tone': TONES.get(trial.get('validity'), 'dim'),
            'numbers': [kind.show(metrics.get(kind.name)) for kind in kinds],
            'reasons': '; '.join(told)}
