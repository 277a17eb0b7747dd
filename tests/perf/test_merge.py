# SPDX-License-Identifier: MIT
"""Boots of two kernels: what is refused, and what is reported."""
import argparse
import copy

import numpy as np
import pytest

from udpmill_perf import metrics
from udpmill_perf.errors import INCONCLUSIVE, INVALID, REGRESSION, PerfError
from udpmill_perf.file import document
from udpmill_perf.judge import boots, plan, recheck
from udpmill_perf.judge.stats import rank_sum
from udpmill_perf.verbs import merge as verb_merge

from made_up import boot

RATE, COST = metrics.GATED


def sides(count=8, effect=0.0, sd=0.01, new='6.2', **more):
    """Alternating boots of an old and a new kernel."""
    return [[(f'A{i}.json', boot(2 * i, '6.1', sd=sd, **more))
             for i in range(count)],
            [(f'B{i}.json', boot(2 * i + 1, new, effect, sd, **more))
             for i in range(count)]]


def merged(found):
    return verb_merge.merged(found, None, *plan.margins(), ['udpmill'])


@pytest.mark.parametrize('effect, sd, overall', [
    (0.0, 0.01, 'PASS'), (0.06, 0.01, 'REGRESSION'),
    (-0.06, 0.01, 'IMPROVED'), (0.0, 0.2, 'INCONCLUSIVE')])
def test_two_kernels_are_compared(effect, sd, overall):
    made = merged(sides(10, effect, sd))
    document.validate(made)
    assert made['verdict'] == overall
    assert made['verdicts'][0]['boots'] == [10, 10]
    assert made['environment']['changed'] == ['kernel.release']
    assert not any(list(check(made)) for check in recheck.of(made))


def test_estimate_and_p_are_those_of_the_medians():
    found = sides(9, 0.03)
    item = merged(found)['verdicts'][1]
    a, b = ([-np.median(np.log([t['metrics'][COST] for t in run['trials']]))
             for _, run in side] for side in found)
    assert item['metric'] == COST
    assert item['estimate'] == pytest.approx(rank_sum.estimate(a, b))
    assert item['p'] == rank_sum.greater(a, b, item['ignore']).p


def test_seven_boots_are_too_few():
    made = merged(sides(7, 0.2))
    assert made['verdict'] == 'INCONCLUSIVE'
    assert made['verdicts'][0]['why'].startswith('7 boots of A and 7 of B: '
                                                 'it takes 8 a side')


def test_a_noisy_result_says_how_many_boots_are_needed():
    item = merged(sides(8, 0.0, 0.2))['verdicts'][0]
    assert item['blocks_needed'] > 100
    assert f'about {item["blocks_needed"]}' in item['why']
    assert 'boots a side' in item['why']


def test_a_second_analysis_leaves_out_suspect_trials():
    found = sides(8)
    for trial in found[0][0][1]['trials'][:2]:
        trial['validity'] = 'SUSPECT'
        trial['metrics'][RATE] *= 2
    made = merged(found)
    assert made['boots'][0]['cells'][0]['suspect_values']
    beside = made['verdicts'][0]['without_suspect']
    assert beside['verdict'] == 'PASS' and beside['blocks'] == 8
    for trial in found[0][1][1]['trials']:
        trial['validity'] = 'SUSPECT'
    beside = merged(found)['verdicts'][0]['without_suspect']
    assert beside['verdict'] == 'INCONCLUSIVE' and beside['blocks'] == 7


def test_a_boot_without_the_figure_prevents_a_verdict():
    found = sides(9)
    for trial in found[1][2][1]['trials']:
        trial['metrics'][COST] = None
    made = merged(found)
    assert [v['verdict'] for v in made['verdicts']] == ['PASS',
                                                        'INCONCLUSIVE']
    assert made['verdicts'][1]['why'] == '1 of 18 boots have no figure of it.'


def test_the_same_kernel_on_both_sides_is_labelled():
    made = merged(sides(8, effect=0.2, new='6.1'))
    assert made['aa'] and made['verdict'] == 'A/A'


def test_unknown_values_do_not_count_as_equal():
    found = sides(8, effect=0.2, new='6.1')
    for side in found:
        for _, run in side:
            del run['environment']['before']['kernel.version']
    assert merged(found)['verdict'] == 'REGRESSION'


def test_a_different_kernel_setting_counts_as_a_change():
    found = sides(8, effect=0.2, new='6.1')
    for _, run in found[1]:
        run['environment']['before']['kernel.cmdline'] = 'mitigations=off'
    made = merged(found)
    assert made['environment']['changed'] == ['kernel.cmdline']
    assert made['verdict'] == 'REGRESSION'


def test_measuring_one_side_after_the_other_gives_a_note():
    assert merged(sides(8))['notes'] == []
    found = sides(8)
    for i, (_, run) in enumerate(found[1]):
        run['started'] = f'2026-11-26T12:{i:02}:00Z'
    assert merged(found)['notes'] == [verb_merge.IN_TURNS]


def redesigned(run):
    run['design_sha256'] = '0' * 64


def compared(run):
    run['kind'] = 'compare'


def interrupted(run):
    run.update(complete=False, stopped='interrupted')


def nameless(run):
    del run['environment']['before']['boot.id']


def rebooted_not(run):
    run['environment']['before']['boot.id'] = 'boot-0'


def moved(run):
    run['environment']['before']['cpu.model'] = 'Y'


def updated(run):
    run['environment']['before']['kernel.release'] = '6.3'


def rebuilt(run):
    run['arms'][0]['sha256'] = '1' * 64


def other_arms(run):
    run['arms'][0].update(name='Z')


def unusable(run):
    for trial in run['trials'][:2]:
        trial['validity'] = 'INVALID'


def silent(run):
    for trial in run['trials'][:2]:
        trial['metrics'][RATE] = 0


REFUSED = [
    (redesigned, 'the design is 0000'), (compared, 'of kind compare'),
    (interrupted, 'not complete'), (nameless, 'no "boot.id"'),
    (rebooted_not, 'the same boot as A0.json'), (moved, 'cpu.model is Y'),
    (updated, 'kernel.release within a side is 6.3'),
    (rebuilt, 'what was measured within a side'),
    (unusable, '2 of 5 trials cannot be used'),
    (silent, '2 of 5 trials cannot be used')]


@pytest.mark.parametrize('change, said', REFUSED,
                         ids=[c.__name__ for c, _ in REFUSED])
def test_files_that_do_not_belong_together_are_refused(change, said):
    found = sides(8)
    change(found[1][3][1])
    with pytest.raises(PerfError, match=said) as error:
        merged(found)
    assert str(error.value).startswith('B3.json: ')
    assert error.value.exit_code == (INVALID if 'cannot' in said else 2)


def test_an_arm_is_found_by_its_label_or_refused():
    found = sides(8)
    boots.check(found, 'base')
    with pytest.raises(PerfError, match='no arm "x"; it has base'):
        boots.check(found, 'x')


def arguments(tmp_path, found, *more):
    names = []
    for side in found:
        for path, run in side:
            document.save(run, tmp_path / path)
        names.append([str(tmp_path / path) for path, _ in side])
    parser = argparse.ArgumentParser()
    verb_merge.add_arguments(parser)
    return parser.parse_args([*names[0], '--vs', *names[1], '-o',
                              str(tmp_path / 'merged.json'), *more])


@pytest.mark.parametrize('effect, sd, more, exit_code', [
    (0.0, 0.01, (), 0), (0.06, 0.01, (), REGRESSION),
    (-0.06, 0.01, (), 0), (0.0, 0.2, (), INCONCLUSIVE),
    (0.06, 0.01, ('--ignore', '10%', '--tolerance', '20'), 0)])
def test_the_command_merges_files(
        tmp_path, capsys, effect, sd, more, exit_code):
    args = arguments(tmp_path, sides(8, effect, sd), *more)
    assert verb_merge.run(args) == exit_code
    made = document.load(tmp_path / 'merged.json')
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(f'{made["verdict"]}: 8 boots of A, 8 of B')
    assert len(lines) == 3


def test_a_changed_value_in_a_merged_file_is_found():
    made = copy.deepcopy(merged(sides(8, 0.06)))
    made['boots'][0]['cells'][0]['values'][:3] = [1.0] * 3
    assert list(recheck.medians(made))
    made['boots'][0]['cells'][0]['ln_median'] = 0.0
    assert not list(recheck.medians(made)) and list(recheck.verdicts(made))


def test_a_boot_that_was_copied_in_is_found():
    made = merged(sides(8))
    made['boots'].append(made['boots'][0])
    assert list(recheck.medians(made)) == ['boots: one of them counts twice']


def test_different_sides_are_not_called_equal():
    made = merged(sides(8, 0.06))
    made.update(aa=True)
    assert 'aa: the sides differ in kernel.release' in list(
        recheck.equal_arms(made))


@pytest.mark.parametrize('text', ['fast', '-1', '', 'nan', '1e9'])
def test_invalid_percentages_are_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        verb_merge.percentage(text)
