# SPDX-License-Identifier: MIT
"""`verify` accepts what `count` wrote, and finds what was changed in it."""
import copy

import pytest
import sample
import sample_count
from sample_count import ECHO
from udpmill_perf import main
from udpmill_perf.errors import INVALID, PerfError
from udpmill_perf.file import document
from udpmill_perf.file.view import View
from udpmill_perf.judge import recount
from udpmill_perf.render import headline

DOCUMENTS = {name: made for name, made
             in sample_count.all_documents(sample.HOSTILE).items()
             if 'hostile' not in name and 'bare' not in name}
GOOD = DOCUMENTS['count REGRESSION']


def wrong(doc):
    """The checks that find something, by name."""
    return {check.__name__ for check in recount.of(doc) if list(check(doc))}


def verify(doc, path, capsys):
    document.save(doc, path)
    code = main.main(['verify', str(path)])
    said = capsys.readouterr()
    assert said.err == ''
    return code, said.out


@pytest.mark.parametrize('name', DOCUMENTS)
def test_what_was_counted_is_well(name, tmp_path, capsys):
    code, out = verify(DOCUMENTS[name], tmp_path / 'a.json', capsys)
    assert code == 0, out
    assert ('note' in out) != DOCUMENTS[name]['complete']


def counted(doc, place=0):
    return doc['boots'][place]['workloads'][ECHO]


def retold(doc):
    doc['verdicts'][0]['verdict'] = 'PASS'


def smaller(doc):
    doc['verdicts'][0]['estimate'] = 0.004


def calmer(doc):
    doc['verdicts'][0]['residue'] = 0.0


def reworded(doc):
    doc['verdicts'][0]['why'] = 'All is well.'


def overruled(doc):
    doc['verdict'] = 'PASS'


def unjudged(doc):
    del doc['verdicts'][0]


def wider(doc):
    doc['design']['tolerance'] = 0.1


def recounted(doc):
    doc['counts'][1]['instructions'] *= 0.99


def uncounted(doc):
    del doc['counts'][0]


def renamed(doc):
    doc['functions'][0]['function'] = 'innocent'


def shorter(doc):
    doc['functions'][0]['b']['calls'] *= 0.5


def hidden(doc):
    doc['functions'].append(doc['functions'].pop(0))


def fewer(doc):
    """In a window: then the functions do not add up."""
    for window in counted(doc)['windows'][1:]:
        window['instructions'] -= 1000
        window['kernel'] -= 1000


def moved(doc):
    counted(doc)['windows'][0]['user'] += 5


def lighter(doc):
    counted(doc)['functions'][3][2] -= 500


def repeated(doc):
    counted(doc)['windows'][1]['iterations'] += 1


def forgotten(doc):
    del doc['boots'][2]


def untwinned(doc):
    doc['boots'] = [boot for boot in doc['boots'] if not boot['twin']]


def called_equal(doc):
    doc['aa'] = True


def other_workloads(doc):
    doc['workloads'].append({'name': 'echo-mmsg-pingpong-64'})


CHANGES = [
    (retold, 'verdicts'), (smaller, 'verdicts'), (calmer, 'verdicts'),
    (reworded, 'verdicts'), (overruled, 'verdicts'), (unjudged, 'verdicts'),
    (wider, 'design'), (recounted, 'counts'), (uncounted, 'counts'),
    (renamed, 'changes'), (shorter, 'changes'), (hidden, 'changes'),
    (fewer, 'functions'), (moved, 'windows'), (lighter, 'functions'),
    (repeated, 'functions'), (forgotten, 'boots'), (untwinned, 'boots'),
    (called_equal, 'equal_arms'), (other_workloads, 'boots')]


@pytest.mark.parametrize('change, check', CHANGES,
                         ids=[c.__name__ for c, _ in CHANGES])
def test_every_change_is_found(change, check, tmp_path, capsys):
    doc = copy.deepcopy(GOOD)
    change(doc)
    assert check in wrong(doc)
    code, out = verify(doc, tmp_path / 'a.json', capsys)
    assert code == INVALID and 'WRONG' in out


def test_equal_arms_are_equal():
    doc = copy.deepcopy(DOCUMENTS['count A/A'])
    doc['arms'][1]['append'] = 'slub_debug'
    assert wrong(doc) == {'equal_arms'}
    assert list(recount.equal_arms(doc)) == [
        'aa: the file says true, but the arms differ in append']
    alone = {**copy.deepcopy(DOCUMENTS['count alone']), 'aa': True}
    assert 'equal_arms' in wrong(alone)


def test_a_change_is_reported_with_its_place():
    doc = copy.deepcopy(GOOD)
    retold(doc)
    assert list(recount.verdicts(doc)) == [
        f'{ECHO}, instructions_per_datagram, verdict: the file says PASS, '
        'computed REGRESSION']


def test_a_window_that_does_not_grow_is_told():
    doc = copy.deepcopy(GOOD)
    counted(doc)['windows'][1]['datagrams'] = 10
    assert f'{ECHO}, A, seed 1: window 2 has 10 datagrams, and window 1 ' \
        '10000' in list(recount.windows(doc))


@pytest.mark.parametrize('path, value, place', [
    (['boots', 0, 'arm'], 'C', 'boots[0].arm'),
    (['boots', 0, 'seed'], 9, 'boots[0].seed'),
    (['boots', 0, 'seed'], 2, 'boots['),
    (['boots', 0, 'workloads'], {'x': counted(GOOD)}, 'boots[0].workloads'),
    (['boots', 0, 'workloads', ECHO, 'windows'], [], 'boots[0].workloads.'),
    (['boots', 0, 'workloads', ECHO, 'functions', 1], ['f', 'udp', 1, 1],
     f'boots[0].workloads.{ECHO}.functions[1]'),
    (['boots', 0, 'workloads', ECHO, 'functions', 1, 2], 1.5,
     f'boots[0].workloads.{ECHO}.functions[1][2]'),
    (['boots', 0, 'workloads', ECHO, 'functions', 1, 0], 'x' * 201,
     f'boots[0].workloads.{ECHO}.functions[1][0]'),
    (['boots', 0, 'workloads', ECHO, 'windows', 0, 'user'], -1,
     f'boots[0].workloads.{ECHO}.windows[0].user'),
    (['counts', 0, 'workload'], 'other', 'counts[0].workload'),
    (['functions', 2, 'a'], {'calls': 1}, 'functions[2].a'),
    (['verdicts', 0, 'verdict'], 'FINE', 'verdicts[0].verdict'),
    (['verdicts', 1, 'workload'], ECHO, 'verdicts[1]'),
    (['arms', 0, 'kernel'], None, 'arms[0].kernel'),
    (['arms', 1, 'name'], 'C', 'arms'), (['arms', 1, 'name'], 'A', 'arms'),
    (['design', 'seeds'], [], 'design.seeds'),
    (['design', 'by'], 'file', 'design.by'), (['aa'], 1, 'aa')])
def test_the_place_of_an_error_is_named(path, value, place):
    doc = copy.deepcopy(GOOD)
    part = doc
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(PerfError) as error:
        document.validate(doc, 'a.json')
    assert str(error.value).startswith(f'a.json: {place}')
    assert error.value.exit_code == INVALID


def test_unknown_keys_are_accepted():
    doc = copy.deepcopy(GOOD)
    doc['new'] = doc['boots'][0]['new'] = doc['design']['new'] = {'a': 1}
    document.validate(doc)


def test_a_saved_document_can_be_loaded(tmp_path):
    document.save(GOOD, tmp_path / 'a.json')
    assert document.load(tmp_path / 'a.json') == GOOD


def test_what_differs_is_told_in_words():
    doc = copy.deepcopy(GOOD)
    doc['counts'][0]['left_out'] = {'kworker': 1.5, 'rcu': 0.06}
    doc['counts'][1]['left_out'] = {}
    lines = list(recount.counts(doc))
    assert lines[0] == f'{ECHO}, A, left_out, kworker: the file says 1.5, ' \
        'computed 3.1'
    assert any(line.endswith('rcu: the file says nothing, computed 0.06')
               for line in lines)
    assert not [line for line in lines if '{' in line or 'None' in line]


def test_a_document_says_of_which_commit_its_maker_is(tmp_path):
    doc = copy.deepcopy(GOOD)
    doc['tool']['git'] = '36d886ce5fda'
    document.save(doc, tmp_path / 'a.json')
    read = document.load(tmp_path / 'a.json')
    assert headline.source(View(read)) == 'udpmill perf 0.1.0 (36d886ce5fda)'
