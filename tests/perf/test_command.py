# SPDX-License-Identifier: MIT
"""Servers that are not udpmill's: their commands, what is sent to them, and
what is counted. Nothing is measured here."""
import os
from types import SimpleNamespace

import pytest
from udpmill_perf import main
from udpmill_perf.errors import PerfError
from udpmill_perf.host import foreign_server
from udpmill_perf.judge import recheck
from udpmill_perf.measure import arms, command, family, validity
from udpmill_perf.measure.commanded import Totals
from udpmill_perf.measure.requests import Requests, payload_of, variant

ECHO = 'python3 echo.py {host} {port}'


def arm(name='A', text=ECHO, files=(), settings=None):
    return command.CommandArm.of(
        name, command.parse('--a-cmd', text, files), settings or {}, name, 15)


def test_placeholders_are_filled_in_words_and_in_files(tmp_path):
    template = tmp_path / 'b.conf'
    template.write_bytes(b'listen {host}:{port} \xff\n{dir} {other}\n')
    made = command.parse('--a-cmd', 'sh -c "x {dir}/a.conf"', [
        command.needed_file('--a-file', f'a.conf={template}')])
    assert made.argv('10.0.0.1', 53, '/d') == [
        arms.find_binary('sh'), '-c', 'x /d/a.conf']
    made.lay_out('10.0.0.1', 53, str(tmp_path))
    assert (tmp_path / 'a.conf').read_bytes() == (
        b'listen 10.0.0.1:53 \xff\n%b {other}\n' % os.fsencode(tmp_path))


def test_arms_are_the_same_if_what_runs_is(tmp_path):
    paths = [tmp_path / name for name in ('one', 'same', 'other')]
    for path, text in zip(paths, ('x', 'x', 'y')):
        path.write_text(text)
    one, same, other = (
        arm(files=[command.needed_file('--a-file', f'conf={path}')])
        for path in paths)
    assert one.same_as(same) and not one.same_as(other)
    assert not one.same_as(arm(text=ECHO + ' -v', files=one.command.files))
    assert not one.same_as(arm(files=one.command.files,
                               settings={'workers': '2'}))
    for b, wrong in (same, 0), (other, 1):
        doc = {'aa': True, 'kind': 'compare',
               'arms': [one.as_dict(), b.as_dict()]}
        assert len(list(recheck.equal_arms(doc))) == wrong


@pytest.mark.parametrize('text, data', [
    ('hex:0a ff', b'\x0a\xff'), ('text:hex:', b'hex:'), ('text:é', b'\xc3\xa9')])
def test_a_payload_is_written_in_three_ways(text, data, tmp_path):
    assert payload_of(text) == data
    path = tmp_path / 'query'
    path.write_bytes(data)
    assert payload_of(str(path)) == data


@pytest.mark.parametrize('made, name, options', [
    (Requests(), 'probes-64', ['--length', '64']),
    (Requests(b'abc', flows=2, path='veth'), 'payload-3-flows2-veth',
     ['--payload', 'PAYLOAD', '--source-ports', '40000-40001']),
    (Requests(expect='none', workers=2), 'probes-64-none-workers2',
     ['--expect', 'none', '--flood']),
    (Requests(pcap='/x/a.pcap'), 'pcap-a.pcap',
     ['--pcap', '/x/a.pcap', '--speed', 'replies']),
    (Requests(pcap='/x/a.pcap', speed='2'), 'pcap-a.pcap-speed2',
     ['--pcap', '/x/a.pcap', '--speed', '2']),
    (Requests(rate=500.0), 'probes-64', ['--rate', '500'])])
def test_requests_have_a_name_and_options_of_load(made, name, options):
    assert made.name == name
    assert set(options) <= set(made.load_options())
    assert ('--flood' in made.load_options()) == (not made.answers)


def test_a_variant_says_what_it_changes():
    made = variant(Requests(b'x'), 'flows64-workers2-veth')
    assert (made.flows, made.workers, made.path) == (64, 2, 'veth')
    with pytest.raises(PerfError, match='batch8'):
        variant(Requests(), 'batch8')


@pytest.mark.parametrize('received, answered, more, apart, expect, counts', [
    (200, 100, 0, False, '', (100, 100, 100)),     # one reply each
    (300, 100, 0, False, '', (200, 100, 66)),      # half of them answered
    (300, 100, 100, False, '', (100, 100, 66)),    # two replies each
    (100, 100, 0, True, '', (100, 100, 200)),      # only requests are seen
    (100, 0, 0, False, 'none', (100, 100, 200)),
    (0, 0, 0, False, 'none', (0, 0, 0))])
def test_what_counts(received, answered, more, apart, expect, counts):
    """counts: delivered, counted, and how many count of 200 that sockets
    received."""
    load = {'ledger': {'answered': answered, 'duplicate': more, 'late': 0,
                       'stale': 0, 'corrupt': 0}}
    seat = SimpleNamespace(server_netns=3, client_netns=4 if apart else 3)
    found = Totals.of(received, load, Requests(expect=expect), seat)
    assert (found.delivered, found.counted) == counts[:2]
    assert found.share(200) == pytest.approx(counts[2], abs=1)


def test_a_server_that_answers_nothing_makes_a_trial_invalid():
    load = {'ledger': {'answered': 0, 'corrupt': 0}}
    window = SimpleNamespace(datagrams=0)
    assert validity.judge_foreign(window, load, Requests(), 2, True, True) == (
        'INVALID', ['the server answered nothing'])
    said, why = validity.judge_foreign(window, load, Requests(expect='none'),
                                       2, True, True)
    assert said == 'INVALID' and 'no datagram arrived' in why[0]


def test_a_family_is_a_group_and_its_descendants():
    known = {1: (0, 1), 10: (1, 10), 11: (10, 10), 12: (11, 12), 13: (12, 13),
             14: (1, 10), 20: (1, 20), 21: (20, 20)}
    assert family.of(10, known) == (10, 11, 12, 13, 14)
    assert family.of(20, known) == (20, 21)


def test_the_end_of_what_was_written_is_one_line():
    assert foreign_server.last_lines('a\n\nb \n c\nd\n') == 'b; c; d'
    long = foreign_server.last_lines('x' * 1000)
    assert long.startswith('...x') and len(long) < 310


GOOD = ['--a-cmd', 'cat {port}']
LINES = [
    (['--a-cmd', '/no/such {port}'], '--a-cmd: /no/such: there is no such'),
    (['--a-cmd', 'cat'], '{port} is in neither'),
    (['--a-cmd', "cat '{port}"], '--a-cmd: "cat'),
    (['--a-cmd', ' '], '--a-cmd: is empty'),
    ([*GOOD, '--b-cmd', 'cat'], '--b-cmd: {port}'),
    (['--b-cmd', 'cat {port}'], '--b-cmd needs --a-cmd'),
    (['--payload', 'text:x'], '--payload needs --a-cmd'),
    (['--length', '0'], '--length needs --a-cmd'),
    ([*GOOD, 'udpmill'], 'BINARY is for udpmill servers'),
    ([*GOOD, '--b-opts', '--batch 8'], '--b-opts is for udpmill servers'),
    ([*GOOD, '--a-set', 'batch=8'], 'no setting "batch"'),
    ([*GOOD, '--a-set', 'path=vet'], 'vet'),
    ([*GOOD, '-w', 'echo-mmsg-single-64'], 'echo-mmsg-single-64'),
    ([*GOOD, '--a-file', '/no/such'], '--a-file: /no/such: No such file'),
    ([*GOOD, '--a-file', 'a/b=/dev/null'], '"a/b" is not the name'),
    ([*GOOD, '--a-file', '/dev/null', '--a-file', 'null=/dev/null'],
     'two of its files'),
    ([*GOOD, '--payload', 'hex:123'], 'even number of digits'),
    ([*GOOD, '--payload', '/no/such'], '/no/such: No such file'),
    ([*GOOD, '--payload', 'text:'], '0 bytes'),
    ([*GOOD, '--payload', 'text:x', '--length', '9'], 'both say what is sent'),
    ([*GOOD, '--pcap', '/no/such'], '/no/such: there is no such file'),
    ([*GOOD, '--speed', '2'], '--speed is that of a capture'),
]


@pytest.mark.parametrize('argv, told', LINES)
def test_a_mistake_is_told_in_a_line(argv, told, capsys):
    assert main.main(['compare', *argv, '-o', 'none', '-q']) == 2
    said = capsys.readouterr()
    assert told in said.err and said.err.count('\n') == 1
    assert not said.out
