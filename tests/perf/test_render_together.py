# SPDX-License-Identifier: MIT
"""Instructions and time side by side, in one table."""
import copy

import pytest
import sample
import sample_count
from sample_count import ECHO
from udpmill_perf import render
from udpmill_perf.file.together import differing, pairs
from udpmill_perf.file.view import View
from udpmill_perf.judge import exact
from udpmill_perf.render import together

FORMS = ('terminal', 'markdown', 'html')


def count():
    """Of two udpmills in one kernel."""
    doc = sample_count.two(sample_count.PATCHED, arms=[
        sample_count.arm(name, version='0.1.0', git=git, label=git,
                         sha256=sample_count.sha(f'static {git}'))
        for name, git in (('A', '4f1c2ab'), ('B', '99aa001'))])
    doc['aa'] = False
    doc.update(exact.judge(doc))
    return doc


def times():
    """Of the same two, on this host, with one workload that was counted."""
    doc = copy.deepcopy(sample.compare('REGRESSION'))
    for arm, counted in zip(doc['arms'], count()['arms']):
        arm.update(git=counted['git'], options=[], settings={})
    text = doc['workloads'][0]['name']
    for part in 'workloads', 'trials', 'blocks', 'verdicts', 'latency':
        for row in doc[part]:
            for key in 'name', 'workload':
                if row.get(key) == text:
                    row[key] = ECHO
    return doc


def both(counted=None, timed=None):
    return [('count.json', counted or count()),
            ('times.json', timed or times())]


def test_a_workload_has_its_instructions_and_its_times():
    table, = together.tables(both())
    assert [row[:2] for row in table.rows[:3]] == [
        [ECHO, 'instructions'], ['', 'delivered'], ['', 'CPU per datagram']]
    assert table.rows[0][2:] == ['+2.83 %', 'residue 0.04 %', 'REGRESSION']
    assert table.rows[1][4] == 'REGRESSION'
    assert table.rows[3][1] == 'instructions'       # that was only counted
    assert 'discard-flood-64' in [row[0] for row in table.rows]


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('turned', (False, True))
def test_each_format_has_the_table(form, turned):
    documents = both()[::-1] if turned else both()
    said = render.to_text(documents, form)
    assert 'Instructions and time: ' in said
    assert 'residue 0.04 %' in said
    alone = render.to_text(documents[:1], form)
    assert 'Instructions and time' not in alone


def test_the_table_fits_a_terminal():
    said = render.to_text(both(), 'terminal')
    assert max(map(len, said.splitlines())) <= 80


def change(side, place, **more):
    found = {'count': count(), 'times': times()}
    found[side]['arms'][place].update(more)
    return differing(*(View(found[name]) for name in ('count', 'times')))


@pytest.mark.parametrize('side, more, told', (
    ('count', {}, ''), ('times', {'options': ['--batch', '8']}, 'options'),
    ('times', {'settings': {'path': 'veth'}}, 'settings'),
    ('count', {'append': 'nosmt'}, 'append'),
    ('times', {'git': 'other'}, 'program'),
    ('times', {'git': None, 'sha256': sample_count.sha('static 99aa001')}, ''),
    ('count', {'command': 'unbound {port}'}, 'command'),
    ('count', {'files': [{'name': 'a', 'sha256': 'b'}]}, 'files'),
    ('count', {'kernel': {'sha256': 'f' * 64}}, 'kernel')))
def test_only_the_same_arms_are_compared(side, more, told):
    assert change(side, 1, **more) == told


def test_kernels_are_compared_where_both_have_them():
    counted, timed = sample_count.two(), copy.deepcopy(times())
    for arm, other in zip(timed['arms'], counted['arms']):
        arm.update(kernel=other['kernel'], git=other['git'])
    views = View(counted), View(timed)
    assert differing(*views) == ''
    timed['arms'][0]['kernel'] = {'sha256': 'f' * 64}
    assert differing(View(counted), View(timed)) == 'kernel'


@pytest.mark.parametrize('form', FORMS)
def test_other_arms_are_told_apart(form):
    timed = times()
    timed['arms'][1]['options'] = ['--batch', '8']
    said = ' '.join(render.to_text(both(timed=timed), form).split())
    assert 'they do not compare the same arms, which differ in their ' \
        'options.' in said


def test_a_count_of_one_arm_is_left_alone():
    assert pairs([View(sample_count.alone()), View(times())]) == []
