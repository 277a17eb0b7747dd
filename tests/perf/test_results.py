# SPDX-License-Identifier: MIT
"""The page that is made of the preset results."""
import copy
import re
import xml.etree.ElementTree as xml

import pytest
import sample_count
from sample_results import ECHO, SINGLE, made, rendered, whole
from udpmill_perf import main
from udpmill_perf.file import document
from udpmill_perf.measure import results
from udpmill_perf.render import page
from udpmill_perf.verbs import run


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures take a while, and a test may be of the text alone."""
    monkeypatch.setattr(page.pictures, 'plots', lambda run: [])


def row(text, name):
    """The cells of a workload's first row."""
    found = next(line for line in text.splitlines()
                 if line.startswith(f'| `{name}`'))
    return [cell.strip() for cell in found.strip('|').split('|')]


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


def test_names_are_whole_in_pictures():
    """Those of a section may differ in their last letters only."""
    for name, svg in whole().pictures.items():
        assert not re.search(r'>[^<]*\.\.</text>', svg), name
    ways = whole().pictures['results-ways-of-serving-rate.svg']
    assert '>echo-mmsg-trains-64-workers2-shared-steerflow</text>' in ways


def test_a_ratio_is_of_the_same_round():
    """The host doubles its speed from round to round."""
    cells = row(whole().text, 'floor-echo-mmsg-single-64')
    assert 0.98 < float(cells[4]) < 1.02
    assert [0.97 < float(end) < 1.03 for end in cells[5].split(' .. ')] == [
        True, True]


def test_of_other_programs_it_says_how_many_times_udpmill_is():
    text = whole().text
    assert '| udpmill is |' in text
    assert 99 <= float(row(text, 'iperf3-flood-64')[4]) <= 101


def test_cpu_time_is_split_by_side_and_mode():
    assert row(whole().text, ECHO)[6:] == ['0.5', '19.0', '4.0',
                                                   '30.0']


@pytest.mark.usefixtures('undrawn')
def test_claims_are_reached_missed_or_not_measured():
    doc = made(leave_out=['iperf3-trains-64'])
    text = rendered(doc).text
    claims = text.partition('## What is reached')[2].partition('\n## ')[0]
    assert '| reached | a sink in trains: rate relative to iperf3 at' in claims
    assert '| reached | ping-pong, spinning: rate relative to the floor' \
        in claims
    assert '| reached | discard over a veth: generator' in claims
    assert '| not measured | a sink in trains: rate relative to iperf3 ' \
        '--gsro at 64 bytes' in claims
    assert '| reached | a sink in trains: rate relative to iperf3 --gsro at ' \
        '1400 bytes' in claims
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


@pytest.mark.usefixtures('undrawn')
def test_a_star_is_explained_by_the_reasons_that_trials_have():
    doc = made()
    assert 'are suspect; here, none is.' in \
        ' '.join(rendered(doc).text.split())
    for t in doc['trials']:
        if t['workload'] == ECHO:
            t.update(validity='SUSPECT', reasons=[
                'the generator was saturated (99%) and the server was not '
                '(63%)'])
    doc['trials'][0].update(validity='SUSPECT', reasons=['others used it'])
    text = rendered(doc).text
    assert f'| `{ECHO}` \\* |' in text
    assert ('Why trials are: the generator was saturated and the server was '
            'not (8 trials); others used it (1 trial).') in ' '.join(text.split())


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
