# SPDX-License-Identifier: MIT
"""Workloads, their names, and the workloads of presets."""
import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.measure import arms, matrix, results, workload
from udpmill_perf.measure.peers.peer import Peer
from udpmill_perf.measure.workload import Workload, parse
from udpmill_perf.verbs import run as verb_run


@pytest.mark.parametrize('preset', matrix.PRESETS)
def test_names_in_a_preset_are_unique_and_can_be_parsed(preset):
    found = matrix.of_preset(matrix.PRESETS[preset])
    assert len({w.name for w in found}) == len(found) > 0
    for w in found:
        if w.own is None:  # a floor only has a meaning beside its own
            assert parse(w.name) == w


@pytest.mark.parametrize('text', [
    'echo', 'echo-mmsg-single', 'echo-mmsg-single-x', 'shout-mmsg-single-64',
    'echo-dpdk-single-64', 'echo-mmsg-bursts-64', 'echo-mmsg-single-65508',
    'echo-mmsg-split-32001', 'echo-mmsg-single-64-batch1025',
    'echo-mmsg-single-64-workers0'])
def test_an_unknown_name_is_refused(text):
    with pytest.raises(PerfError):
        parse(text)


def test_a_name_describes_the_whole_workload():
    w = parse('discard-uring-trains-1472-batch8-workers2-flows100-veth')
    assert w == Workload('discard', 'uring', 1472, 'trains', 8, 2, 1, 100,
                         'veth')


def test_which_workloads_flood_and_which_wait():
    assert '--flood' in parse('discard-mmsg-single-64').load_options()
    options = parse('echo-mmsg-pingpong-64').load_options()
    assert options[options.index('--window') + 1] == '1'
    assert options[options.index('--flows') + 1] == '1'
    rated = Workload().at_rate(1000.4).load_options()
    assert rated[rated.index('--rate') + 1] == '1000'
    assert '--window' not in rated


def test_both_arms_have_the_same_ports():
    """So that SO_REUSEPORT sends their flows to the same workers."""
    options = Workload(flows=5).load_options()
    ports = options[options.index('--source-ports') + 1]
    first, last = map(int, ports.split('-'))
    assert (first, last - first) == (workload.FIRST_PORT, 4)


def test_sizes_that_fit_no_train_have_no_workload_of_trains():
    found = matrix.of_lists({'bytes': (64, 65507),
                             'arrival': ('single', 'trains')})
    assert {w.bytes for w in found if w.arrival == 'trains'} == {64}


def test_recvfrom_has_no_trains():
    found = matrix.of_lists({'batch': (8, 32)})
    assert 'recvfrom' not in {w.backend for w in found}


def test_scenarios_run_on_every_backend(tmp_path):
    path = tmp_path / 'voip.ini'
    path.write_text('[load]\n')
    found = matrix.of_arguments([str(path)])
    assert [w.backend for w in found] == list(workload.BACKENDS)
    assert found[0].load_options() == ['--scenario', str(path)]
    with pytest.raises(PerfError, match='no such scenario'):
        matrix.of_arguments([str(tmp_path / 'none.ini')])


def test_missing_peers_are_reported_as_skipped(monkeypatch):
    monkeypatch.setenv('PATH', '/nowhere')
    found, skipped = matrix.of_peers('auto', ('flood',), (64,))
    assert found == []
    assert len(skipped) == len(matrix.peers.ALL)
    assert all('not installed' in row['why'] for row in skipped)
    assert matrix.of_peers('none', ('flood',), (64,)) == ([], [])
    with pytest.raises(PerfError, match='hping'):
        matrix.of_peers('hping', ('flood',), (64,))


def test_peers_run_in_every_size_but_a_pingpong(monkeypatch):
    monkeypatch.setattr(matrix.peers, 'ALL', [Peer(
        'iperf3', ('true',), 'none', ('flood', 'trains', 'pingpong'), None,
        None, None)])
    monkeypatch.setattr(matrix.peers, 'by_name',
                        lambda name: matrix.peers.ALL[0])
    found, skipped = matrix.of_peers('iperf3', results.CASES,
                                     results.PEER_SIZES)
    assert skipped == []
    assert [w.name for w in found] == [
        'iperf3-flood-64', 'iperf3-flood-1400', 'iperf3-trains-64',
        'iperf3-trains-1400', 'iperf3-pingpong-64']


@pytest.mark.parametrize('texts, found', [
    (None, {}), (['net.core.rmem_max=1'], {'net.core.rmem_max': '1'}),
    (['path=veth', 'batch=8'], {'path': 'veth', 'batch': '8'})])
def test_settings_are_parsed(texts, found):
    assert arms.parse_settings(texts) == found


@pytest.mark.parametrize('text', ['x', 'x=', '=1', 'colour=red', 'batch=x'])
def test_invalid_settings_are_refused(text):
    with pytest.raises(PerfError):
        arms.parse_settings([text])


def test_settings_of_an_arm_are_for_the_workload_or_sysctls():
    arm = arms.Arm('A', '/x', [], {'batch': '8', 'path': 'veth', 'a.b': '1'})
    assert arm.workload(Workload()) == Workload(batch=8, path='veth')
    assert arm.sysctls == {'a.b': '1'}


def test_ratios_are_to_recvfrom_or_to_the_first_name():
    def bases(*names):
        workloads = [parse(name) for name in names]
        return [verb_run.base_of(w, names) for w in workloads]
    assert bases('echo-mmsg-trains-64', 'echo-recvfrom-single-64') == [
        'echo-recvfrom-single-64', None]
    assert bases('echo-mmsg-split-64', 'echo-uring-split-64') == [
        None, 'echo-mmsg-split-64']
    assert bases('echo-recvfrom-single-64', 'echo-recvfrom-single-64-veth',
                 'echo-mmsg-single-64-veth') == [
        None, 'echo-recvfrom-single-64', 'echo-recvfrom-single-64-veth']
