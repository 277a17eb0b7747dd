# SPDX-License-Identifier: MIT
"""The preset results, and the page that is made of it."""
import copy
import functools
import random
import re
import xml.etree.ElementTree as xml

import pytest
import sample_count
from udpmill_perf import main
from udpmill_perf.errors import PerfError
from udpmill_perf.file import document
from udpmill_perf.host import seats
from udpmill_perf.measure import ladder, matrix, results
from udpmill_perf.measure.peers import floor, iperf3, peer
from udpmill_perf.measure.workload import Workload, parse
from udpmill_perf.render import page
from udpmill_perf.verbs import available, run

PEERS = [matrix.PeerWorkload('iperf3', 'flood'),
         matrix.PeerWorkload('iperf3', 'trains'),
         matrix.PeerWorkload('sockperf', 'pingpong')]
ECHO, SINGLE = 'echo-mmsg-trains-64', 'echo-mmsg-single-64'


def rate_of(w):
    if w.as_dict()['peer'] == 'iperf3':
        return 1e5 if w.case == 'flood' else 4e6
    return {'trains': 1e7, 'pingpong': 1e5}.get(
        getattr(w, 'arrival', 'single'), 1e5)


def trial(id, block, w, noise):
    rate = rate_of(w) * noise
    one = rate * 0.4 / 1e9     # seconds for a nanosecond a datagram
    return {'id': id, 'workload': w.name, 'arm': 'A', 'block': block,
            'place': 0, 'start_s': 0.0, 'window_s': 0.4, 'validity': 'VALID',
            'reasons': [], 'error': None,
            'metrics': {'datagrams_per_second': rate,
                        'server_ns_per_datagram': 20.0},
            'cpu': {'server_user_s': 0.5 * one, 'server_system_s': 19 * one,
                    'client_user_s': 4 * one, 'client_system_s': 30 * one},
            'server_peak_bytes': 10 ** 7, 'generator_user_ns': 4.0,
            'generator_cpu_ns': 500 if 'kernel' in w.name else 1000}


@functools.lru_cache(maxsize=None)
def whole():
    """The page of everything, since pictures take a while."""
    return rendered(made())


def made(rounds=8, leave_out=()):
    workloads = [*results.WORKLOADS, *PEERS]
    rng = random.Random(1)
    doc = document.new('run', '1.0', ['udpmill', 'perf', 'run', '-p',
                                      'results', '-o', '/secret/run.json'], 1,
                       {'metrics': ['datagrams_per_second'],
                        'claims': list(results.CLAIMS),
                        'sections': [s.as_dict() for s in results.SECTIONS],
                        'alpha_red': 0.005, 'alpha_pass': 0.05,
                        'workloads': [w.name for w in workloads]})
    doc['tool']['git'] = '0123456789ab'
    doc['arms'] = [{'name': 'A'}]
    doc['workloads'] = [w.as_dict() for w in workloads]
    doc['environment'] = {'before': {
        'cpu.model': 'X', 'cpu.count': 2, 'kernel.release': '6.18.1',
        'memory.total_kib': 2 ** 22}, 'after': {}, 'changed': []}
    doc['complete'] = True
    for n in range(rounds):
        drift = 2.0 ** n  # of the host, from round to round
        for w in workloads:
            if w.name not in leave_out:
                doc['trials'].append(trial(len(doc['trials']), n, w,
                                           drift * rng.uniform(0.99, 1.01)))
    doc['skipped'] = [{'what': 'engine splice',
                       'why': '/home/somebody/udpmill: no "splice"'},
                      {'what': 'neper', 'why': 'not in Debian; '
                       'https://github.com/google/neper'}]
    run.tabulate(doc, workloads)
    return document.validate(doc)


def rendered(*documents):
    return page.render([(f'{n}.json', doc) for n, doc
                        in enumerate(documents)], 'pictures')


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures take a while, and a test may be of the text alone."""
    monkeypatch.setattr(page.pictures, 'plots', lambda run: [])


def row(text, name):
    """The cells of a workload's first row."""
    found = next(line for line in text.splitlines()
                 if line.startswith(f'| `{name}`'))
    return [cell.strip() for cell in found.strip('|').split('|')]


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


def test_the_page_has_a_table_and_two_pictures_of_each_section():
    found = whole()
    titles = [s.title for s in results.SECTIONS] + ['Other programs']
    for title in titles:
        assert f'\n## {title}\n' in found.text
    named = re.findall(r'\(pictures/([^)]*)\)', found.text)
    assert sorted(named) == sorted(found.pictures)
    assert len(named) == 2 * len(titles)


def test_pictures_stand_alone():
    for name, svg in whole().pictures.items():
        xml.fromstring(svg)
        assert 'var(' not in svg and '#0a' not in svg, name
        assert 'aria-label' in svg


def test_a_ratio_is_of_the_same_round():
    """The host doubles its speed from round to round."""
    cells = row(whole().text, 'floor-echo-mmsg-single-64')
    assert 0.98 < float(cells[4]) < 1.02
    assert [0.97 < float(end) < 1.03 for end in cells[5].split(' .. ')] == [
        True, True]


def test_of_other_programs_it_says_how_many_times_udpmill_is():
    text = whole().text
    assert '| udpmill is |' in text
    assert 99 < float(row(text, 'iperf3-flood-64')[4]) < 101


def test_cpu_time_is_split_by_side_and_mode():
    assert row(whole().text, ECHO)[6:] == ['0.5', '19.0', '4.0',
                                                   '30.0']


@pytest.mark.usefixtures('undrawn')
def test_claims_are_reached_missed_or_not_measured():
    doc = made(leave_out=['iperf3-trains-64'])
    text = rendered(doc).text
    claims = text.partition('## What is reached')[2].partition('\n## ')[0]
    assert '| reached | a sink in trains: rate relative to iperf3 at' in claims
    assert '| not measured | a sink in trains: rate relative to iperf3 --gsro' \
        in claims
    assert '| reached | ping-pong, spinning: rate relative to the floor' \
        in claims
    assert '| reached | discard over a veth: generator' in claims
    slow = made()
    for t in slow['trials']:
        if t['workload'] == ECHO:
            t['generator_user_ns'] = 9.0
    run.tabulate(slow, [])
    assert '| **missed** | echo in trains: generator' in rendered(slow).text


@pytest.mark.usefixtures('undrawn')
def test_rows_that_were_not_measured_are_left_out_and_their_reason_told():
    gone = 'echo-mmsg-trains-64-engineuring'
    text = rendered(made(leave_out=[gone])).text
    assert f'`{gone}`' not in text
    assert '- `engine splice`: udpmill: no "splice"' in text
    engines = [w.name for w in results.WORKLOADS if w.as_dict().get(
        'engine', 'mmsg') != 'mmsg']
    text = rendered(made(leave_out=(*engines, f'{SINGLE}-connected'))).text
    assert 'Engines of' not in text
    ways = text.partition('## Ways of serving')[2].partition('\n## ')[0]
    assert '-connected`' in ways and f'`{SINGLE}`' not in ways


def test_nothing_of_the_machine_but_its_description_is_told():
    text = whole().text
    assert 'secret' not in text and 'somebody' not in text
    assert 'udpmill perf run -p results\n' in text
    assert 'https://github.com/google/neper' in text
    assert 'udpmill 1.0 (0123456789ab) on 2 CPUs (X)' in text
    assert '4.0 GiB' in text and 'Linux 6.18.1' in text


@pytest.mark.usefixtures('undrawn')
def test_doubt_is_marked():
    doc = made()
    for t in doc['trials']:
        if t['workload'] == ECHO:
            t['validity'] = 'SUSPECT'
    text = rendered(doc).text
    assert row(text, ECHO)[0].endswith('\\*')
    assert not row(text, SINGLE)[0].endswith('\\*')


@pytest.mark.usefixtures('undrawn')
def test_counted_instructions_stand_beside_the_figures():
    count = sample_count.alone()
    text = rendered(made(), count).text
    name = count['design']['workloads'][0]
    assert '## Instructions a datagram' in text
    assert row(text, name)[-1] == f'{count["counts"][0]["instructions"]:.0f}'


def test_text_of_a_document_makes_no_markup():
    doc = copy.deepcopy(made(rounds=1))
    bad = '`|<script>alert(1)</script>|![x](y)'
    doc['skipped'] = [{'what': bad, 'why': bad}]
    doc['design']['sections'][0]['title'] = bad
    doc['argv'].append(bad)
    found = rendered(doc)
    outside = re.sub(r'```.*?```|(`+).*?\1', '',
                     found.text.replace('\\`', ''), flags=re.S)
    assert '<script>' not in outside and '![x]' not in outside
    assert all(re.fullmatch(r'results-[a-z-]*\.svg', name)
               for name in found.pictures)


@pytest.mark.usefixtures('undrawn')
def test_one_round_has_no_spread():
    cells = row(rendered(made(rounds=1)).text, 'floor-echo-mmsg-single-64')
    assert cells[2] == cells[5] == ''


def test_an_empty_run_has_a_page():
    doc = made(rounds=1)
    doc['trials'], doc['claims'] = [], []
    assert '# Results' in rendered(doc).text
    assert 'no run' in rendered().text


def test_the_command_writes_the_page_and_its_pictures(tmp_path, capsys):
    path = tmp_path / 'run.json'
    document.save(made(rounds=2), str(path))
    out = tmp_path / 'page' / 'RESULTS.md'
    out.parent.mkdir()
    assert main.main(['report', str(path), '--page', str(out)]) == 0
    assert out.read_text().startswith('# Results\n')
    assert len(list((out.parent / 'pictures').glob('*.svg'))) > 20
    assert main.main(['report', str(path), '--page', str(path)]) == 2
    assert main.main(['report', str(path), '--page', str(out), '--format',
                      'csv']) == 2
    assert '--page' in capsys.readouterr().err
