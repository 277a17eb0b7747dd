# SPDX-License-Identifier: MIT
"""The preset results."""
import copy

import pytest
from sample_results import ECHO, PEERS, SINGLE
from udpmill_perf.errors import PerfError
from udpmill_perf.host import seats
from udpmill_perf.measure import ladder, results
from udpmill_perf.measure.peers import floor, iperf3, peer
from udpmill_perf.measure.workload import Workload, parse
from udpmill_perf.verbs import available


def test_every_row_is_compared_with_a_row_that_is_measured():
    names = {w.name for w in results.WORKLOADS}
    assert len(names) == len(results.WORKLOADS)
    for section in results.SECTIONS:
        assert section.rows and section.text
        rows = [pair for pair in section.as_dict()['rows']]
        assert {name for pair in rows for name in pair} <= names
        assert len({name for name, _ in rows}) == len(rows), section.title


def test_what_is_asked_for_is_there():
    def values(field, **among):
        return {getattr(w, field) for w in results.WORKLOADS
                if isinstance(w, Workload)
                and all(getattr(w, k) == v for k, v in among.items())}
    assert values('bytes') == {64, 512, 1400, 8900, 65507}
    assert values('service') == {'echo', 'discard', 'length', 'reflect'}
    assert values('path') == {'loopback', 'veth'}
    assert values('workers') == {1, 2}
    for service in 'echo', 'discard':
        assert values('arrival', service=service) >= {'single', 'trains',
                                                      'split'}
    own = {w.own.backend for w in results.WORKLOADS if w.own}
    assert own == {'recvfrom', 'mmsg', 'uring'}


def test_no_row_asks_for_what_is_refused():
    assert not [w.name for w in results.WORKLOADS
                if (w.own or w).service == 'discard'
                and (w.own or w).engine == 'splice']


def test_each_claim_is_about_something_that_is_measured():
    names = {w.name for w in [*results.WORKLOADS, *PEERS]}
    for claim in results.CLAIMS:
        assert claim['of'] in names and claim['to'] in names | {None}


@pytest.mark.parametrize('name, options', [
    ('discard-mmsg-single-64-copyheader', ['--copy', 'header']),
    ('echo-mmsg-trains-64-connected', ['--connected'])])
def test_a_variant_is_a_word_of_the_name(name, options):
    w = parse(name)
    assert w.name == name
    assert w.server_options()[-len(options):] == options


def test_an_engine_is_a_word_of_the_name():
    w = parse('echo-mmsg-trains-64-engineuring-veth')
    assert (w.engine, w.path) == ('uring', 'veth')
    assert w.load_options()[w.load_options().index('--engine') + 1] == 'uring'
    assert '--engine' not in parse(ECHO).load_options()
    with pytest.raises(PerfError, match='engine'):
        parse('echo-mmsg-trains-64-enginenone')


def test_frames_go_by_the_device_of_a_lab():
    w = parse('discard-xdp-single-64-enginekernel-veth')
    options = w.load_options()
    assert options[options.index('--engine') + 1:][:3] == [
        'kernel', '--i-own', 'client']
    assert w.server_options()[2:4] == ['--backend', 'xdp']
    assert '--window' in parse('echo-mmsg-single-64-enginexdp-veth'
                               ).load_options()
    assert '--flood' in parse('echo-mmsg-single-64-enginekernel-veth'
                              ).load_options()
    assert w.needs_gro and not parse('discard-mmsg-single-64-veth').needs_gro


def test_gro_of_a_lab_is_switched_only_where_it_must_be(monkeypatch):
    told = []
    monkeypatch.setattr(seats, 'within', lambda _, work: work())
    monkeypatch.setattr(seats, 'set_gro', lambda *how: told.append(how))
    place = seats.Place('192.0.2.1', 1, 3, 4)
    for name in ('echo-mmsg-single-64-veth', 'echo-xdp-single-64-veth',
                 'echo-xdp-single-64-veth', 'echo-mmsg-single-64-veth'):
        place.seat(parse(name))
    assert told == [('server', True), ('server', False)]


def test_shared_rows_have_all_cpus(monkeypatch):
    monkeypatch.setattr(seats, 'cores', lambda: [4, 7])
    place = seats.Place('127.0.0.1', 1)
    seat = place.seat(parse('echo-mmsg-single-64-workers2-shared'))
    assert (seat.server_cpus, seat.client_cpus) == ((4, 7), (4, 7))
    seat = place.seat(parse('echo-mmsg-single-64'))
    assert (seat.server_cpus, seat.client_cpus) == ((7,), (4,))
    assert ('CPUs', 2) in available.needs(parse(
        'echo-mmsg-single-64-workers2-shared'))
    assert ('CPUs', 3) in available.needs(parse('echo-mmsg-single-64-workers2'))


def test_a_floor_receives_trains_whole_if_its_workload_does():
    def words(workload):
        case = peer.Case('flood', 64, '127.0.0.1', 7, 1, workload.own,
                         workload.trains)
        return floor.server(case)[4:]
    assert words(results.floor_of(parse(ECHO))) == ['trains']
    assert words(results.floor_of(parse(SINGLE))) == []
    assert words(ladder.FloorWorkload(parse(SINGLE))) == ['trains']
    assert words(ladder.FloorWorkload(results.SPIN, False)) == ['spin']


def test_a_spinning_ping_pong_has_a_floor_of_both_sides(monkeypatch):
    monkeypatch.setattr(floor, 'program', lambda: 'floor')
    monkeypatch.setattr(floor.arms, 'own_binary', lambda: 'udpmill')
    def client(own):
        return floor.client(peer.Case('pingpong', 64, '127.0.0.1', 7, 1, own))
    assert client(results.SPIN) == ['floor', 'ping', 'echo', 7]
    assert client(results.PING[0])[:2] == ['udpmill', 'load']


def test_another_iperf3_can_be_named_for_trains(monkeypatch, tmp_path):
    other = tmp_path / 'iperf3'
    other.write_text('#!/bin/sh\necho "  --gsro"\n')
    other.chmod(0o755)
    case = {name: peer.Case(name, 64, '127.0.0.1', 7, 1)
            for name in ('flood', 'trains')}
    monkeypatch.setenv(iperf3.OTHER, str(other))
    assert iperf3.lacks('trains') is None
    assert iperf3.client(case['trains'])[0] == str(other)
    assert iperf3.client(case['flood'])[0] == 'iperf3'
    monkeypatch.setenv(iperf3.OTHER, str(tmp_path / 'none'))
    assert iperf3.OTHER in iperf3.lacks('trains')


class Session:
    def __init__(self):
        self.document, self.trials = {'skipped': []}, []

    def add(self, name, validity):
        self.trials.append({'workload': name, 'validity': validity,
                            'error': 'no such device', 'reasons': []})


def test_a_workload_that_fails_twice_is_given_up_and_noted():
    session, w = Session(), [parse(ECHO), parse(SINGLE)]
    failing = available.Failing(session)
    session.add(ECHO, 'INVALID')
    assert failing.left(w) == w
    # At the end of a run, there is no second chance.
    assert available.Failing(copy.deepcopy(session)).left(w, 1) == w[1:]
    session.add(ECHO, 'INVALID')
    session.add(SINGLE, 'INVALID')
    session.add(SINGLE, 'SUSPECT')
    assert failing.left(w) == [parse(SINGLE)]
    assert session.document['skipped'] == [{'what': ECHO,
                                            'why': 'no such device'}]
