# SPDX-License-Identifier: MIT
"""A claim is judged by the figures of all rounds, and by nothing else."""
import copy
import random

import pytest

from udpmill_perf import main, render
from udpmill_perf.errors import UNFIT
from udpmill_perf.file import document
from udpmill_perf.judge import recheck
from udpmill_perf.measure import ladder, matrix, sampled
from udpmill_perf.measure.peers import floor
from udpmill_perf.outcomes import FAIL, INCONCLUSIVE, PASS
from udpmill_perf.verbs import exits, run

PEERS = [matrix.PeerWorkload('iperf3', 'flood'),
         matrix.PeerWorkload('sockperf', 'pingpong')]


def figures(workload):
    """Good enough for every claim."""
    trains = 'trains' in workload.name
    rate = 1e5 * {True: 100, False: 1}[trains]
    if workload.name == ladder.SPIN.name:
        rate = 20e5
    if 'iperf3' in workload.name:
        rate = 2e5
    recvfrom = 'recvfrom' in workload.name
    return {'rate': rate, 'server_ns': 100 if recvfrom else 50,
            'user_share': 0.01, 'peak_mib': 10, 'generator_ns': 5}


def trial(number, n, workload, noise, reasons=(), **changed):
    found = {**figures(workload), **changed}
    made = {'id': number, 'workload': workload.name, 'arm': 'A', 'block': n,
            'validity': 'SUSPECT' if reasons else 'VALID',
            'reasons': list(reasons), 'error': None,
            'metrics': {'datagrams_per_second': found['rate'] * noise,
                        'server_ns_per_datagram': found['server_ns'] * noise},
            'cpu': {'server_user_s': found['user_share'],
                    'server_system_s': 1 - found['user_share']},
            'server_peak_bytes': round(found['peak_mib'] * 2 ** 20),
            'generator_user_ns': found['generator_ns'] * noise}
    return made


def made(rounds=8, reasons=(), leave_out=(), **changed):
    """A run of the ladder. changed: other figures, by the name of a workload.
    """
    workloads = [*ladder.WORKLOADS, *PEERS]
    rng = random.Random(1)
    doc = document.new('run', '1.0', ['udpmill', 'perf'], 1, {
        'metrics': ['datagrams_per_second'], 'claims': list(ladder.CLAIMS),
        'alpha_red': 0.005, 'alpha_pass': 0.05,
        'workloads': [w.name for w in workloads]})
    doc['arms'] = [{'name': 'A'}]
    doc['workloads'] = [w.as_dict() for w in workloads]
    doc['environment'] = {'before': {}, 'after': {}, 'changed': []}
    doc['complete'] = True
    for n in range(rounds):
        for w in workloads:
            if (n, w.name) not in leave_out:
                doc['trials'].append(trial(
                    len(doc['trials']), n, w, rng.uniform(0.99, 1.01),
                    reasons, **changed.get(w.name.replace('-', '_'), {})))
    run.tabulate(doc, workloads)
    return doc


def others(doc):
    """The verdicts that are not PASS, by the claim's text."""
    return {c['text']: c['verdict'] for c in doc['claims']
            if c['verdict'] != PASS}


def test_each_claim_is_about_something_the_preset_measures():
    names = {w.name for w in [*matrix.of_preset(matrix.PRESETS['ladder']),
                              *PEERS]}
    for claim in ladder.CLAIMS:
        assert claim['of'] in names and claim['to'] in names | {None}


def test_all_claims_hold_if_every_figure_is_good():
    doc = document.validate(made())
    assert len(doc['claims']) == len(ladder.CLAIMS) and not others(doc)
    assert exits.of_claims(doc['claims']) == 0


@pytest.mark.parametrize('changed, text', [
    ({'discard_uring_trains_64': {'rate': 24e5}},
     'uring, discard in trains: rate relative to recvfrom'),
    ({'echo_mmsg_single_64': {'server_ns': 66},
      'floor_echo_mmsg_single_64': {'server_ns': 66}},
     'mmsg, echo one by one: CPU time relative to recvfrom'),
    ({'discard_uring_single_64': {'server_ns': 54}},
     'uring, discard one by one: CPU time relative to the floor'),
    # recvfrom is allowed twice the user time.
    ({'echo_recvfrom_single_64': {'user_share': 0.07},
      'echo_mmsg_single_64': {'user_share': 0.07}},
     'mmsg, echo one by one: CPU time in user space'),
    ({'echo_mmsg_single_65507': {'peak_mib': 29}},
     'mmsg: memory of one worker'),
    ({'echo_mmsg_trains_64': {'generator_ns': 13}},
     'echo in trains: generator\'s user time'),
    ({'echo_mmsg_trains_64_flows10000': {'rate': 77e5}},
     '10000 flows: rate relative to 8 flows'),
    ({'echo_recvfrom_pingpong_64_spin': {'rate': 14e5}},
     'ping-pong, spinning: rate relative to sockperf'),
])
def test_a_claim_fails_by_its_own_figure_only(changed, text):
    doc = made(**changed)
    assert others(doc) == {text: FAIL}
    assert exits.of_claims(doc['claims']) == 1


def test_too_few_rounds_are_inconclusive():
    assert set(others(made(rounds=4)).values()) == {INCONCLUSIVE}
    assert not others(made(rounds=5))


def test_a_claim_is_not_measured_if_a_run_that_it_needs_failed():
    name = 'floor-echo-uring-trains-64'
    doc = made(leave_out=[(n, name) for n in range(8)])
    text = 'uring, echo in trains: CPU time relative to the floor'
    assert others(doc) == {text: INCONCLUSIVE}
    found = next(c for c in doc['claims'] if c['text'] == text)
    assert found['why'] == 'not measured' and found['measured'] is None
    assert exits.of_claims(doc['claims']) == 3


def test_a_round_with_a_failed_run_is_left_out():
    doc = made(leave_out=[(3, 'floor-echo-uring-trains-64')])
    rounds = {c['text']: c['rounds'] for c in doc['claims']}
    text = 'uring, echo in trains: CPU time relative to the floor'
    assert rounds.pop(text) == 7
    assert set(rounds.values()) == {8}


def test_only_runs_of_the_same_round_are_compared():
    doc = made()
    for t in doc['trials']:
        t['metrics']['server_ns_per_datagram'] *= 2 ** t['block']
    run.tabulate(doc, [])
    assert not others(doc)


def test_disturbed_trials_cannot_make_a_claim_hold():
    found = others(made(reasons=['others used CPU time (9%)']))
    assert set(found.values()) == {INCONCLUSIVE}
    # Memory is not affected.
    assert len(ladder.CLAIMS) - len(found) == 3
    # This is normal for the generator of a flood.
    assert not others(made(reasons=['the generator was saturated (99%)']))


def test_sampled_user_time_is_preferred_to_the_kernels():
    doc = made(**{'echo_mmsg_single_64': {'user_share': 0.09}})
    for n in range(8):
        looked_at = trial(len(doc['trials']), n,
                          matrix.Workload('echo', 'mmsg'), 1)
        looked_at.update(metrics={}, cpu={'server_user_share': 0.02})
        doc['trials'].append(looked_at)
    assert list(others(doc)) == ['mmsg, echo one by one: CPU time in user '
                                 'space']
    run.tabulate(doc, [])
    assert not others(doc)


def test_the_user_share_is_computed_from_samples(tmp_path, monkeypatch):
    perf = tmp_path / 'perf'
    perf.write_text('#!/bin/sh\nprintf "# said\\n\\n  96.00%%;[kernel.'
                    'kallsyms]\\n   3.00%%;udpmill\\n   1.00%%;libc.so.6\\n"\n')
    perf.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:/usr/bin:/bin')
    assert sampled.user_share('any') == pytest.approx(0.04)
    perf.write_text('#!/bin/sh\n')
    assert sampled.user_share('any') is None


def test_claims_are_computed_again(tmp_path):
    doc = made()
    assert not list(recheck.claims(doc))
    changed = copy.deepcopy(doc)
    changed['claims'][0]['measured'] *= 2
    assert len(list(recheck.claims(changed))) == 1
    changed['claims'] = []
    assert len(list(recheck.claims(changed))) == 1


@pytest.mark.parametrize('form', render.FORMATS)
def test_each_report_has_the_claims(form):
    doc = made(rounds=8, **{'echo_mmsg_single_65507': {'peak_mib': 29}})
    text = render.to_text([('f.json', doc)], form)
    if form not in ('csv', 'annotations', 'codeclimate'):
        assert 'mmsg: memory of one worker' in text
    if form == 'terminal':
        assert f'{len(ladder.CLAIMS) - 1} of {len(ladder.CLAIMS)} claims' \
            in text and 'FAIL          mmsg: memory of one worker' in text
        assert max(map(len, text.splitlines())) <= 80
    if form == 'ktap':
        assert 'not ok' in text


def test_a_workload_and_its_floor_run_next_to_each_other():
    order = run.shuffled(ladder.WORKLOADS, random.Random(7))
    names = [w.name for w in order]
    assert sorted(names) == sorted(w.name for w in ladder.WORKLOADS)
    for own in ladder.SAMPLED:
        apart = names.index(own.name) - names.index(f'floor-{own.name}')
        assert abs(apart) == 1
    assert names != [w.name for w in run.shuffled(ladder.WORKLOADS,
                                                  random.Random(8))]


def test_the_ladder_needs_the_floor(tmp_path, monkeypatch, capsys):
    program = tmp_path / 'bin/src/udpmill'
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    monkeypatch.setenv('UDPMILL', str(program))
    assert 'not installed' in floor.missing()
    assert main.main(['run', '-p', 'ladder', '-o', 'none']) == UNFIT
    assert 'ladder' in capsys.readouterr().err
