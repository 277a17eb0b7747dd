# SPDX-License-Identifier: MIT
"""How the harness judges trials, without making any."""
import contextlib
import json
import os
import signal
from types import SimpleNamespace

import pytest
from udpmill_perf import metrics
from udpmill_perf.errors import PerfError
from udpmill_perf.file import document
from udpmill_perf.host import seats
from udpmill_perf.judge import pairs, plan
from udpmill_perf.measure import (arms, kept, latency, session, validity,
                                  window)
from udpmill_perf.measure.comparison import Comparison
from udpmill_perf.measure.trial import Timing
from udpmill_perf.measure.workload import Workload
from udpmill_perf.verbs import exits
from udpmill_perf.verbs.progress import Progress

LEDGER = {'balances': True, 'server_seen': True, 'corrupt': 0,
          'unexplained': 0, 'sent': 1000, 'refused': {}}


def moment(at, **more):
    machine = dict.fromkeys(window.STAT, 0.0)
    machine.update(more.get('machine', {}))
    return window.Moment(
        at, {'rx_datagrams': more.get('n', 0)}, machine,
        more.get('run_s', {'server': 0.0, 'client': 0.0}),
        {'server': (0.0, 0.0), 'client': (0.0, 0.0)})


def between(seconds=1.0, foreign=0.0, **more):
    return window.Window(moment(5.0), moment(5.0 + seconds, **more), foreign)


def judge(found, load=None, cpus=2):
    return validity.judge(found, {'ledger': {**LEDGER, **(load or {})}},
                          Workload(), cpus)


FULL = {'run_s': {'server': 1.0, 'client': 1.0}, 'n': 10,
        'machine': {'system': 2.0}}


def test_a_quiet_full_window_is_valid():
    assert judge(between(**FULL)) == ('VALID', [])


def test_stolen_time_is_suspect():
    machine = {'system': 1.8, 'steal': 0.2}
    said, why = judge(between(**{**FULL, 'machine': machine}))
    assert said == 'SUSPECT' and 'hypervisor' in why[0]


def test_cpu_time_of_others_is_suspect():
    run_s = {'server': 0.8, 'client': 0.8}
    said, why = judge(between(0.9, 0.3, **{**FULL, 'run_s': run_s}))
    assert said == 'SUSPECT' and 'others' in why[0]


def test_cpu_time_of_others_also_shows_as_a_remainder():
    run_s = {'server': 0.9, 'client': 0.5}
    assert between(**{**FULL, 'run_s': run_s}).other_s() == pytest.approx(0.6)


def test_a_saturated_generator_is_suspect():
    run_s = {'server': 0.5, 'client': 1.0}
    said, why = judge(between(n=10, run_s=run_s, machine={'system': 1.5}))
    assert said == 'SUSPECT' and 'generator' in why[0]


def at_rate(rate, got):
    """A window of an open loop, whose generator spins."""
    run_s = {'server': 0.3, 'client': 1.0}
    found = between(n=got, run_s=run_s, machine={'system': 1.3})
    return validity.judge(found, {'ledger': LEDGER},
                          Workload().at_rate(rate), 2)


def test_a_generator_that_keeps_a_rate_may_spin():
    assert at_rate(1000, 990) == ('VALID', [])


def test_a_rate_that_was_not_kept_is_suspect():
    said, why = at_rate(1000, 900)
    assert said == 'SUSPECT' and '900/s of 1000/s' in why[0]


@pytest.mark.parametrize('load', [
    {'balances': False}, {'server_seen': False}, {'corrupt': 3},
    {'refused': {'refused_not_ephemeral': 1000}}])
def test_an_unbalanced_ledger_is_invalid(load):
    assert judge(between(**FULL), load)[0] == 'INVALID'


def test_a_window_without_datagrams_is_invalid():
    assert judge(between(**{**FULL, 'n': 0}))[0] == 'INVALID'


def test_idle_and_stolen_time_belong_to_nobody():
    machine = {'user': 0.1, 'system': 0.2, 'idle': 3, 'iowait': 1, 'steal': 2}
    assert between(machine=machine).busy_s == pytest.approx(0.3)


@pytest.mark.parametrize('verdict, inconclusive, style, code', [
    ('PASS', None, 'plain', 0), ('IMPROVED', None, 'bisect', 0),
    ('A/A', None, 'plain', 0), ('REGRESSION', None, 'plain', 1),
    ('REGRESSION', None, 'bisect', 1), ('INCONCLUSIVE', None, 'plain', 3),
    ('INCONCLUSIVE', 'pass', 'plain', 0), ('INCONCLUSIVE', 'fail', 'meson', 1),
    ('INCONCLUSIVE', 'skip', 'kselftest', 4),
    ('INCONCLUSIVE', None, 'meson', 77), ('INCONCLUSIVE', None, 'bisect', 125),
    ('INVALID', None, 'plain', 5), ('INVALID', None, 'meson', 99)])
def test_exit_codes_follow_the_style(verdict, inconclusive, style, code):
    assert exits.in_style(exits.of_verdict(verdict, inconclusive),
                          style) == code


class Fake:
    """A session with made-up trials: B is slower by a factor."""

    def __init__(self, slower, seed=3):
        design = {**plan.DEFAULTS, 'workloads': ['w']}
        self.document = document.new('compare', '0', [], seed, design)
        self.arms = {n: SimpleNamespace(name=n, sysctls={}, napi={})
                     for n in 'AB'}
        self.document['arms'] = [{'name': n} for n in 'AB']
        self.slower, self.seed, self.n = slower, seed, 0

    def run(self, arm, workload, **where):
        self.n += 1
        rate = 1e6 * (1 + self.n % 7 / 1000)
        rate /= self.slower if arm.name == 'B' else 1
        trial = {'id': self.n, 'workload': workload.name, 'arm': arm.name,
                 'validity': 'VALID', 'reasons': [], **where, 'metrics': {
                     'datagrams_per_second': rate,
                     'machine_ns_per_datagram': 2e9 / rate}}
        self.document['trials'].append(trial)
        return trial


def compare(slower):
    made = Fake(slower)
    made.document['workloads'] = [{'name': 'w'}]
    comparison = Comparison(made, [SimpleNamespace(name='w', path='p')],
                            Progress(0, quiet=True))
    comparison.run()
    comparison.judge()
    return made.document


def test_equal_arms_pass_after_the_screen():
    made = compare(1.0)
    assert made['verdict'] == 'PASS'
    assert len(made['blocks']) == 13


def test_a_slower_arm_is_a_regression_after_new_blocks():
    made = compare(1.06)
    assert made['verdict'] == 'REGRESSION'
    assert len(made['blocks']) == 37
    for block in made['blocks']:
        trials = [made['trials'][i - 1] for i in block['trials']]
        assert ''.join(t['arm'] for t in trials) == block['order']
        again = pairs.block('w', block['index'], block['order'],
                            block['phase'], trials, metrics.GATED)
        assert again == block


@pytest.mark.parametrize('most, rate', [(1e9, 0.25), (0.1e6, 0.0625)])
def test_latency_is_measured_at_half_the_slower_arms_rate(most, rate):
    """Or less, if the generator cannot keep that rate."""
    made, asked = Fake(2.0), []
    workload = Workload()
    for arm in 'AB':
        made.run(made.arms[arm], workload)

    def run(arm, at):
        asked.append((arm, at.rate))
        n = len(asked) - probes
        return {'validity': 'VALID', 'metrics': {
            'datagrams_per_second': min(at.rate, most)}, 'latency_ns': {
            'count': 10, 'p50': n, 'p90': n, 'p99': n, 'p999': n, 'max': n,
            'mean': n}}

    probes = {0.25: 1, 0.0625: 3}[rate]
    told = []
    rows = latency.measure(run, made.document, workload,
                           lambda: told.append(len(asked)))
    assert len(told) == latency.STEPS
    assert ''.join(arm for arm, _ in asked[probes:]) == latency.ORDER
    assert {round(at / 1e6, 2) for _, at in asked[probes:]} == {
        round(rate, 2)}
    assert [(r['arm'], r['p99'], r['interval']['p99'], r['count'])
            for r in rows] == [('A', 5.0, [1, 7], 40), ('B', 4.0, [2, 8], 40)]
    discard = Workload(service='discard')
    assert latency.measure(run, made.document, discard, None) == []


class Told(Progress):
    """Notes the total at each step."""

    def __init__(self):
        super().__init__(0, quiet=True)
        self.totals = []

    def step(self, what, n=1):
        super().step(what, n)
        self.totals.append(self.total)


def test_latency_is_in_the_total_from_the_start(monkeypatch):
    """So the time left does not jump when the blocks are done."""
    workload = Workload()
    made, progress = Fake(1.0), Told()
    made.document['design']['workloads'] = [workload.name]
    made.document['workloads'] = [{'name': workload.name}]
    monkeypatch.setattr(latency, 'measure', lambda run, document, w, tell: [
        tell() for _ in range(latency.STEPS)][:0])
    Comparison(made, [workload], progress, with_latency=True).run()
    assert set(progress.totals) == {4 * 13 + latency.STEPS}
    assert progress.done == progress.total


def test_a_faster_arm_is_reported_as_improved():
    assert compare(0.9)['verdict'] == 'IMPROVED'


def test_a_signal_ends_a_session_with_a_complete_file(tmp_path):
    path = tmp_path / 'out.json'
    made = document.new('run', '0', [], 1, {})
    one = session.Session(made, {}, [], 'none', str(path), Timing())
    with pytest.raises(kept.Interrupted) as stop, one:
        os.kill(os.getpid(), signal.SIGTERM)
    one.save()
    assert stop.value.number == signal.SIGTERM
    stored = json.loads(path.read_text())
    assert not stored['complete'] and 'SIGTERM' in stored['stopped']


@pytest.mark.parametrize('trials_follow', (True, False))
def test_a_signal_that_python_swallows_ends_a_session_too(trials_follow):
    """It may arrive while an object is destroyed, where Python drops
    exceptions."""
    made = document.new('run', '0', [], 1, {})
    one = session.Session(made, {}, [], 'none', None, Timing())
    with pytest.raises(kept.Interrupted), one:
        with contextlib.suppress(kept.Interrupted):
            os.kill(os.getpid(), signal.SIGINT)
        if trials_follow:
            one.note(Workload(), SimpleNamespace(name='A'), None)
            pytest.fail('a trial was begun')
    assert not made['complete'] and 'SIGINT' in made['stopped']


def test_a_trial_that_fails_is_kept_as_invalid(monkeypatch):
    # It fails before anything is pinned to them.
    monkeypatch.setattr(seats, 'cores', lambda: [0, 1])
    made = document.new('run', '0', [], 1, {})
    one = session.Session(made, {}, [], 'none', None, Timing())

    def fail(_seat):
        raise PerfError('the server fell over')

    workload = Workload()
    with one:
        entry = one.note(workload, SimpleNamespace(name='A'), fail)
    assert entry['validity'] == 'INVALID'
    assert made['trials'] == [entry] and 'fell over' in entry['error']


def test_arms_describe_themselves():
    path = os.environ['UDPMILL']
    one, other = arms.Arm('A', path), arms.Arm('B', path)
    assert one.same_as(other)
    assert not one.same_as(arms.Arm('B', path, ['--batch', '8']))
    made = one.as_dict()
    assert len(made['sha256']) == 64
    assert made['version'].count('.') == 2
    assert made['build_id'] is None or int(made['build_id'], 16)


def test_a_file_that_is_no_program_is_reported(tmp_path):
    plain = tmp_path / 'plain'
    plain.write_text('')
    plain.chmod(0o644)
    for text, word in ('/none/such', 'no such program'), (plain, 'executed'):
        with pytest.raises(PerfError, match=word) as error:
            arms.find_binary(str(text))
        assert error.value.exit_code == 2


def test_a_program_that_is_not_udpmill_is_reported():
    with pytest.raises(PerfError, match='is not udpmill'):
        arms.version('/bin/echo')
