# SPDX-License-Identifier: MIT
"""`verify` accepts measured files, and finds changes."""
import argparse
import copy

import numpy as np
import pytest

from udpmill_perf.errors import INVALID
from udpmill_perf.file import document
from udpmill_perf.judge import equals, recheck
from udpmill_perf.verbs import verify as verb_verify

from made_up import boot, comparison, measure, start, table

PASSED = comparison(workloads=['echo', 'discard'])
CONFIRMED = comparison(0.05, 0.02)


def verify(doc, path, capsys):
    document.save(doc, path)
    parser = argparse.ArgumentParser()
    verb_verify.add_arguments(parser)
    exit_code = verb_verify.run(parser.parse_args([str(path)]))
    return exit_code, capsys.readouterr().out


def wrong(doc):
    """The names of the checks that find something."""
    return {check.__name__ for check in recheck.of(doc) if list(check(doc))}


@pytest.mark.parametrize('doc', [
    PASSED, CONFIRMED, comparison(-0.05, 0.02), comparison(0, 0.15),
    comparison(most=7), comparison(most=0), boot(1),
    comparison(spoil=lambda i, p: 'INVALID' if i == 3 else None),
    comparison(spoil=lambda i, p: 'INVALID' if i % 2 else 'SUSPECT'),
], ids=['screened', 'confirmed', 'improved', 'extended', 'stopped', 'empty',
        'run', 'replaced', 'invalid'])
def test_an_unchanged_file_is_accepted(doc, tmp_path, capsys):
    exit_code, out = verify(doc, tmp_path / 'a.json', capsys)
    assert exit_code == 0
    assert ('note' in out) != doc['complete']
    checked = [line for line in out.splitlines() if line[:4] != 'note'
               and line[:1] != ' ']
    assert checked and all(line.startswith('ok ') for line in checked)


def calibrated():
    doc = copy.deepcopy(PASSED)
    doc.update(kind='calibrate', verdicts=[], verdict=None)
    doc['calibration'] = {'fingerprint': '0' * 12, 'rows': equals.rows(
        doc['design'], doc['blocks'], [w['name'] for w in doc['workloads']])}
    return doc


def test_a_calibration_follows_from_its_blocks():
    doc = calibrated()
    assert not wrong(doc)
    doc['calibration']['rows'][0]['sd'] *= 0.9
    assert wrong(doc) == {'calibration'}
    doc['calibration']['rows'].clear()
    assert wrong(doc) == {'calibration'}


def test_trials_of_an_interrupted_block_are_accepted():
    doc = copy.deepcopy(comparison(most=7))
    doc['trials'].append({**doc['trials'][-1], 'id': 999, 'block': 7,
                          'place': 0})
    assert not wrong(doc)
    doc['complete'] = True
    assert wrong(doc) == {'trials', 'phases'}


def retold(doc):
    doc['verdicts'][0]['verdict'] = 'IMPROVED'


def smaller(doc):
    doc['verdicts'][0]['estimate'] += 0.001


def overruled(doc):
    doc['verdict'] = 'IMPROVED'


def unjudged(doc):
    del doc['verdicts'][1]


def another(doc):
    doc['verdicts'].append({**doc['verdicts'][0], 'metric': 'x_per_second'})


def wider(doc):
    doc['design']['tolerance'] = 0.2


def reseeded(doc):
    doc['seed'] += 1


def faster(doc):
    doc['trials'][20]['metrics']['datagrams_per_second'] *= 1.01


def swapped(doc):
    doc['blocks'][4]['trials'].reverse()
    doc['blocks'][4]['trials'][:2] = doc['blocks'][4]['trials'][1::-1]


def dropped(doc):
    doc['blocks'][4]['used'] = False


def forgotten(doc):
    del doc['blocks'][6]


def rephased(doc):
    doc['blocks'][5]['phase'] = 'confirm'


def unfinished(doc):
    del doc['blocks'][-1]
    del doc['trials'][-4:]


def called_equal(doc):
    doc['aa'], doc['verdict'] = True, 'A/A'


def lent(doc):
    doc['blocks'][5]['trials'][0] = doc['blocks'][4]['trials'][0]


CHANGES = [
    (retold, 'verdicts'), (smaller, 'verdicts'), (overruled, 'verdicts'),
    (unjudged, 'verdicts'), (another, 'verdicts'), (wider, 'design'),
    (reseeded, 'order'), (faster, 'differences'), (swapped, 'order'),
    (dropped, 'differences'), (forgotten, 'trials'), (rephased, 'phases'),
    (unfinished, 'phases'), (called_equal, 'equal_arms'), (lent, 'trials')]


@pytest.mark.parametrize('change, check', CHANGES,
                         ids=[c.__name__ for c, _ in CHANGES])
def test_every_change_is_found(change, check, tmp_path, capsys):
    doc = copy.deepcopy(CONFIRMED)
    change(doc)
    assert check in wrong(doc)
    exit_code, out = verify(doc, tmp_path / 'a.json', capsys)
    assert exit_code == INVALID
    assert 'WRONG' in out


def test_a_change_is_reported_with_its_place():
    doc = copy.deepcopy(CONFIRMED)
    retold(doc)
    assert list(recheck.verdicts(doc)) == [
        'echo, datagrams_per_second, verdict: the file says IMPROVED, '
        'computed REGRESSION']


def test_a_removed_block_is_found():
    doc = copy.deepcopy(CONFIRMED)
    gone = doc['blocks'].pop(6)
    doc['trials'] = [t for t in doc['trials'] if t['id'] not in gone['trials']]
    assert list(recheck.trials(doc))[0].startswith(
        'echo: its blocks are numbered 0, 1, 2, 3, 4, 5, 7')


def test_last_bits_do_not_matter():
    doc = copy.deepcopy(CONFIRMED)
    for block in doc['blocks']:
        block['d'] = {m: d * (1 + 1e-14) for m, d in block['d'].items()}
    assert not wrong(doc)


def test_blocks_past_the_plan_are_found():
    """The plan exists to prevent measuring until the result pleases."""
    doc = copy.deepcopy(PASSED)
    for _ in range(24):
        measure(doc, 'echo', 'confirm', np.zeros((2, 400)), 0.0)
    assert 'phases' in wrong(doc)


def test_invalid_trials_are_not_in_the_table():
    doc = boot(1)
    doc['trials'][0]['validity'] = 'INVALID'
    doc['trials'][0]['metrics'] = {m: v * 9 for m, v in
                                   doc['trials'][0]['metrics'].items()}
    item = table(doc)[0]
    assert item['trials'] == 4 and item['high'] < item['median'] * 1.1


def test_a_cell_of_the_table_is_computed_again():
    doc = boot(1)
    doc['cells'][0]['median'] *= 1.01
    assert wrong(doc) == {'table'}


def test_ratios_of_the_table_are_computed_again():
    doc = start('run')
    doc['arms'] = [{'name': 'A'}, {'name': 'B'}]
    doc['complete'] = True
    for other in boot(1), boot(2, effect=0.3):
        name = 'AB'[bool(doc['trials'])]
        doc['trials'] += [{**t, 'arm': name, 'id': t['id'] + 10 * ord(name)}
                          for t in other['trials']]
    doc['cells'] = table(doc)
    assert [c['ratio'] and c['ratio']['to'] for c in doc['cells']] == [
        None, 'A', None, 'A']
    assert doc['cells'][1]['ratio']['value'] < 0.8
    assert doc['cells'][3]['ratio']['value'] > 1.2
    assert not wrong(doc)
    doc['cells'][1]['ratio']['low'] = 1.0
    assert wrong(doc) == {'table'}


def test_terminal_escapes_are_not_printed(tmp_path, capsys):
    doc = copy.deepcopy(CONFIRMED)
    doc['verdicts'][0]['why'] = '\x1b[2J'
    _, out = verify(doc, tmp_path / 'a.json', capsys)
    assert '\x1b' not in out
