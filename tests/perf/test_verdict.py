# SPDX-License-Identifier: MIT
"""Verdicts, by the rule alone and in whole comparisons."""
import dataclasses

import numpy as np
import pytest

from udpmill_perf.judge import evidence, plan, sentences, verdict

from made_up import comparison

DESIGN = dict(plan.DEFAULTS)


def only(doc, metric='datagrams_per_second'):
    return next(v for v in doc['verdicts'] if v['metric'] == metric)


@pytest.mark.parametrize('effect, sd, overall, phase', [
    (0.0, 0.01, 'PASS', 'screen'),
    (0.05, 0.02, 'REGRESSION', 'confirm'),
    (-0.05, 0.02, 'IMPROVED', 'confirm'),
    (0.02, 0.001, 'REGRESSION', 'confirm'),
    (0.008, 0.001, 'PASS', 'screen')])
def test_comparisons_reach_the_expected_verdicts(effect, sd, overall, phase):
    doc = comparison(effect, sd)
    assert doc['verdict'] == overall
    assert only(doc)['phase'] == phase
    assert only(doc)['estimate'] == pytest.approx(effect, abs=sd)


def test_test_and_bound_agree_on_a_regression():
    item = only(comparison(0.05, 0.02))
    assert item['p'] <= item['p_holm'] <= 0.005
    assert item['lower_bound'] > item['ignore']
    assert item['blocks'] == 24


def test_the_verdict_uses_only_the_new_blocks():
    doc = comparison(0.05, 0.02)
    new = [b['d']['datagrams_per_second'] for b in doc['blocks']
           if b['phase'] == 'confirm']
    screen = [b for b in doc['blocks'] if b['phase'] == 'screen']
    before, _ = verdict.judge(doc)
    for block in screen:
        block['d']['datagrams_per_second'] += 0.3
    assert verdict.judge(doc)[0] == before
    assert before[0]['sd'] == pytest.approx(np.std(new, ddof=1))


def screen_of(values, phase='screen', more=(), second=None):
    """A comparison of one metric with these differences."""
    design = {**DESIGN, 'metrics': ['x_per_second']}
    phases = ['warm'] + ['screen'] * len(values) + [second] * len(more)
    blocks = [{'workload': 'w', 'index': i, 'phase': phase,
               'used': i > 0, 'trials': [], 'd': {'x_per_second': d}}
              for i, (phase, d) in enumerate(zip(phases, [0, *values,
                                                          *more]))]
    return verdict.judge_blocks(design, blocks, ['w'])


def spread(centre, sd, n):
    """n values at the quantiles of a normal distribution."""
    from statistics import NormalDist
    return [NormalDist(centre, sd).inv_cdf((i + 0.5) / n) for i in range(n)]


def test_an_extension_only_serves_to_exclude_the_tolerance():
    """Whatever it shows, it is neither a REGRESSION nor IMPROVED."""
    noisy = spread(0.0, 0.15, 12)
    for centre in (0.0, 0.5, -0.5):
        (item,), overall = screen_of(noisy, more=spread(centre, 0.01, 24),
                                     second='extend')
        assert item['phase'] == 'extend' and item['blocks'] == 36
        assert item['p_holm'] is None
        assert overall == ('INCONCLUSIVE' if centre > 0 else 'PASS')


def test_a_suspicious_screen_does_not_pass():
    (item,), overall = screen_of(spread(0.04, 0.005, 12))
    assert overall == 'INCONCLUSIVE'
    assert item['why'] == 'Stopped after 0 of the 24 blocks of its ' \
        'confirmation.'


def test_a_suspicion_without_confirmation_does_not_pass():
    values = spread(0.02, 0.005, 12)
    design = {**DESIGN, 'confirm': 0}
    f = evidence.of_blocks(design, values)
    assert f.high < DESIGN['tolerance']
    assert verdict.decide(design, 'screen', f, None, None) == 'INCONCLUSIVE'


def test_swapped_arms_mirror_the_figures():
    a, b = spread(0.05, 0.02, 12), spread(0.01, 0.03, 10)
    less = [-x for x in a]
    for one, other in ((evidence.of_blocks(DESIGN, a),
                        evidence.of_blocks(DESIGN, less)),
                       (evidence.of_groups(DESIGN, a, b),
                        evidence.of_groups(DESIGN, b, a))):
        assert (one.p, one.p_better) == (other.p_better, other.p)
        assert one.p < 0.1 < one.p_better
        assert one.upper == pytest.approx(-other.lower)
        assert one.high == pytest.approx(-other.low)
        assert one.lower < one.low < one.high < one.upper


def test_holm_counts_every_confirmed_test():
    found = [evidence.of_blocks(DESIGN, spread(c, 0.02, 24))
             for c in (0.022, 0.022, 0.3)]
    alone = verdict.adjusted(['confirm', 'screen', 'screen'], found)
    assert alone == [(found[0].p, found[0].p_better), (None, None),
                     (None, None)]
    three = verdict.adjusted(['confirm'] * 3, found)
    assert three[0][0] == 2 * found[0].p
    assert three[2][0] == 3 * found[2].p


def test_holm_rejects_a_narrow_regression():
    """It would be one in a single test at 0.5 %, but not in one of two."""
    f = evidence.of_blocks(DESIGN, spread(0.0228, 0.02, 24))
    assert 0.0025 < f.p <= 0.005
    assert verdict.decide(DESIGN, 'confirm', f, f.p, 1.0) == 'REGRESSION'
    (p, better), _ = verdict.adjusted(['confirm'] * 2, [f, f])
    assert verdict.decide(DESIGN, 'confirm', f, p, better) == 'PASS'


@pytest.mark.parametrize('said, overall', [
    (['PASS', 'PASS'], 'PASS'), (['PASS', 'IMPROVED'], 'IMPROVED'),
    (['IMPROVED', 'INCONCLUSIVE'], 'INCONCLUSIVE'),
    (['INCONCLUSIVE', 'REGRESSION'], 'REGRESSION'), ([], 'INCONCLUSIVE')])
def test_the_worst_decides(said, overall):
    verdicts = [{'verdict': v} for v in said]
    assert verdict.overall(verdicts) == overall
    assert verdict.overall(verdicts, invalid=True) == 'INVALID'
    assert verdict.overall(verdicts, same=True) == 'A/A'
    assert verdict.overall(verdicts, same=True, invalid=True) == 'A/A'


def test_equal_arms_cannot_fail():
    doc = comparison(0.05, 0.02)
    doc['aa'] = True
    verdicts, overall = verdict.judge(doc)
    assert overall == 'A/A'
    assert verdicts[0]['verdict'] == 'REGRESSION'  # for selftest to count


def test_too_many_invalid_blocks_prevent_a_verdict():
    doc = comparison(spoil=lambda index, place:
                     'INVALID' if index % 2 and place == 2 else None)
    assert doc['verdict'] == 'INVALID'
    assert {v['verdict'] for v in doc['verdicts']} == {'INCONCLUSIVE'}
    assert '4 of ' in only(doc)['why']


def test_few_invalid_blocks_are_replaced():
    doc = comparison(spoil=lambda index, place:
                     'INVALID' if index in (3, 4) and place == 0 else None)
    assert doc['verdict'] == 'PASS'
    assert only(doc)['blocks'] == 12
    assert len(doc['blocks']) == 15


def test_suspect_blocks_are_kept_but_a_second_analysis_omits_them():
    doc = comparison(spoil=lambda index, place:
                     'SUSPECT' if index in (3, 4) and place == 0 else None)
    item = only(doc)
    assert item['blocks'] == 12
    assert item['without_suspect']['blocks'] == 10
    assert item['without_suspect']['verdict'] == 'PASS'
    kept = [b['d']['datagrams_per_second'] for b in doc['blocks']
            if b['index'] not in (0, 3, 4)]
    assert item['without_suspect']['estimate'] == evidence.of_blocks(
        DESIGN, kept).estimate


def test_if_all_blocks_are_suspect_the_second_analysis_is_empty():
    doc = comparison(spoil=lambda index, place: 'SUSPECT')
    assert only(doc)['without_suspect'] == {
        'blocks': 0, 'estimate': None, 'interval': [None, None],
        'verdict': 'INCONCLUSIVE'}


@pytest.mark.parametrize('least, said', [(7, 'PASS'), (6, 'INCONCLUSIVE')])
def test_mostly_suspect_blocks_cannot_pass(least, said):
    doc = comparison(spoil=lambda index, place:
                     'SUSPECT' if index >= least else None)
    assert doc['verdict'] == said
    assert ('suspect' in only(doc)['why']) == (said != 'PASS')


def test_suspect_blocks_can_show_a_regression():
    doc = comparison(0.2, spoil=lambda index, place: 'SUSPECT')
    assert doc['verdict'] == 'REGRESSION'


def test_without_suspect_blocks_there_is_no_second_analysis():
    assert only(comparison())['without_suspect'] is None


def test_a_stopped_comparison_is_inconclusive_and_says_where():
    doc = comparison(0.05, 0.02, most=20)
    assert doc['verdict'] == 'INCONCLUSIVE'
    assert only(doc)['why'] == \
        'Stopped after 7 of the 24 blocks of its confirmation.'
    assert only(doc)['estimate'] is not None


def test_a_stopped_comparison_is_inconclusive_in_the_second_analysis_too():
    doc = comparison(0.05, 0.02, most=36, spoil=lambda index, place:
                     'SUSPECT' if index == 20 else None)
    assert only(doc)['without_suspect']['blocks'] == 22
    assert only(doc)['without_suspect']['verdict'] == 'INCONCLUSIVE'


def test_a_comparison_stopped_before_its_first_block():
    doc = comparison(most=0)
    assert doc['verdict'] == 'INCONCLUSIVE'
    assert only(doc)['blocks'] == 0
    assert only(doc)['interval'] == [None, None]


def test_a_metric_with_gaps_is_not_judged():
    doc = comparison()
    doc['blocks'][5]['d']['datagrams_per_second'] = None
    item = verdict.judge(doc)[0][0]
    assert item['verdict'] == 'INCONCLUSIVE'
    assert item['why'] == '1 of 12 blocks have no figure of it.'


def test_each_workload_has_its_own_verdict():
    doc = comparison(workloads=['a', 'b'])
    assert [(v['workload'], v['verdict']) for v in doc['verdicts']] == [
        ('a', 'PASS')] * 2 + [('b', 'PASS')] * 2


def test_inconclusive_says_what_is_needed():
    (item,), _ = screen_of(spread(0, 0.3, 12), more=spread(0, 0.3, 24),
                           second='extend')
    assert item['verdict'] == 'INCONCLUSIVE'
    room = DESIGN['tolerance'] - DESIGN['ignore']
    assert item['blocks_needed'] == pytest.approx(
        15.6 * (item['sd'] / room) ** 2, rel=0.05)
    assert str(item['blocks_needed']) in item['why']


@pytest.mark.parametrize('n, tests', [(24, 1), (24, 2), (36, 2), (24, 8)])
def test_a_visible_effect_is_found_nine_times_in_ten(n, tests):
    rng = np.random.default_rng(1)
    sample = evidence.of_blocks(DESIGN, spread(0, 0.02, n))
    effect = evidence.visible_effect(DESIGN, sample, tests)
    p = [evidence.of_blocks(DESIGN, rng.normal(effect, sample.sd, n)).p
         for _ in range(1500)]
    assert np.mean(np.array(p) <= 0.005 / tests) == pytest.approx(0.905,
                                                                  abs=0.03)


def test_a_visible_effect_of_boots_is_found_nine_times_in_ten():
    rng = np.random.default_rng(1)
    sample = evidence.of_groups(DESIGN, spread(0, 0.02, 12),
                               spread(0, 0.02, 12))
    effect = evidence.visible_effect(DESIGN, sample, 2)
    p = [evidence.of_groups(DESIGN, rng.normal(effect, sample.sd, 12),
                           rng.normal(0, sample.sd, 12)).p
         for _ in range(600)]
    assert np.mean(np.array(p) <= 0.005 / 2) == pytest.approx(0.905, abs=0.04)


def test_with_the_blocks_needed_the_tolerance_is_visible():
    for sd in (0.005, 0.02, 0.04, 0.08):
        f = evidence.of_blocks(DESIGN, spread(0, sd, 24))
        n = evidence.values_needed(DESIGN, f, 2)
        again = evidence.of_blocks(DESIGN, spread(0, sd, n))
        again = dataclasses.replace(again, sd=f.sd)
        assert evidence.visible_effect(DESIGN, again, 2) <= \
            DESIGN['tolerance'] * 1.01
        fewer = evidence.of_blocks(DESIGN, spread(0, sd, n - 1))
        fewer = dataclasses.replace(fewer, sd=f.sd)
        visible = evidence.visible_effect(DESIGN, fewer, 2)
        assert visible is None or visible > DESIGN['tolerance'] * 0.98


def test_a_small_slowdown_that_passes_is_reported():
    f = evidence.of_blocks(DESIGN, spread(0.022, 0.02, 24))
    assert sentences.passed(DESIGN, f) == (
        'B is worse by about 2.2 %, but by no more than 3 % (95 % sure), '
        'and 5 % is tolerated.')
    f = evidence.of_blocks(DESIGN, spread(0.0, 0.02, 24))
    assert sentences.passed(DESIGN, f).startswith('If B is worse, then by')
    f = evidence.of_blocks(DESIGN, spread(-0.01, 0.02, 24))
    assert sentences.passed(DESIGN, f) == 'B is no worse than A (95 % sure).'


def test_sentences_are_one_plain_line():
    for effect, sd in ((0, 0.01), (0.05, 0.02), (-0.05, 0.02), (0, 0.15)):
        for item in comparison(effect, sd)['verdicts']:
            assert item['why'].endswith('.') and '\n' not in item['why']
            assert 'None' not in item['why'] and 'nan' not in item['why']
