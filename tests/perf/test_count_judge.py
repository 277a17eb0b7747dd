# SPDX-License-Identifier: MIT
"""The verdicts of `count`, on documents that were made up."""
import math

import pytest
import sample_count
from sample_count import DISCARD, ECHO
from udpmill_perf.judge import counted, exact, twins


def verdict(doc, workload=ECHO):
    return next(row for row in doc['verdicts']
                if row['workload'] == workload)


def flat(factor, name='udp_sendmsg'):
    """One function of 1000 instructions, of which B has so many times as many.
    """
    def change(doc):
        for boot in doc['boots']:
            each = 1000 if boot['arm'] == 'A' else round(1000 * factor)
            for one in boot['workloads'].values():
                one.update(sample_count.counted(
                    10_000, [[name, 'udp', each * 10_000, 10_000, 0]]))
    return change


@pytest.mark.parametrize('factor, said', [
    (1, 'PASS'), (1.004, 'PASS'), (1.005, 'PASS'), (1.006, 'REGRESSION'),
    (1.5, 'REGRESSION'), (0.996, 'PASS'), (0.994, 'IMPROVED')])
def test_the_tolerance_decides_where_no_seed_moves_anything(factor, said):
    doc = sample_count.two(apart=flat(factor))
    row = verdict(doc)
    assert (row['verdict'], doc['verdict']) == (said, said)
    assert row['residue'] == 0 and row['seeds'] == 3
    assert row['estimate'] == pytest.approx(math.log(factor), abs=1e-12)


def test_equals_are_called_so():
    row = verdict(sample_count.two(apart=flat(1)))
    assert row['why'] == 'B executes exactly as many instructions as A.'


def spread(most, effect=0.0):
    """Seeds move both arms by up to so much; effect: of B."""
    def change(doc):
        for boot in doc['boots']:
            worse = (boot['seed'] - 2) * most / 2
            worse += effect if boot['arm'] == 'B' else 0
            for one in boot['workloads'].values():
                one.update(sample_count.counted(10_000, [
                    ['udp_sendmsg', 'udp', round(10 ** 7 * (1 + worse)),
                     10_000, 0]]))
    return change


@pytest.mark.parametrize('most, effect, said', [
    (0.001, 0.0, 'PASS'), (0.001, 0.004, 'PASS'),
    (0.02, 0.0, 'INCONCLUSIVE'), (0.02, 0.015, 'INCONCLUSIVE'),
    (0.02, -0.015, 'INCONCLUSIVE'), (0.02, 0.03, 'REGRESSION'),
    (0.02, -0.03, 'IMPROVED'), (0.004, 0.0045, 'PASS')])
def test_a_change_must_exceed_what_seeds_move(most, effect, said):
    doc = sample_count.two(apart=spread(most, effect))
    row = verdict(doc)
    assert row['verdict'] == said
    assert row['residue'] == pytest.approx(most, rel=0.04)


def test_the_residue_is_that_of_the_difference_if_that_is_larger():
    """Where a seed moves the arms in opposite directions."""
    def change(doc):
        for boot in doc['boots']:
            sign = 1 if boot['arm'] == 'B' else -1
            moved = sign * (boot['seed'] - 2) * 0.004
            for one in boot['workloads'].values():
                one.update(sample_count.counted(10_000, [
                    ['f', 'udp', round(10 ** 7 * (1 + moved)), 1, 0]]))
    row = verdict(sample_count.two(apart=change))
    # Each arm moves by 0.8 %, and so does half the range of the difference.
    assert row['residue'] == pytest.approx(0.008, rel=1e-2)
    assert row['verdict'] == 'INCONCLUSIVE'


def test_the_reason_names_the_functions():
    row = verdict(sample_count.two(sample_count.PATCHED))
    assert row['verdict'] == 'REGRESSION'
    assert 'B executes 2.83 % more instructions per datagram' in row['why']
    # One got shorter, by nearly as much as others got longer.
    assert 'The largest changes are ' in row['why']
    for name in ('udp4_lib_lookup2 (-13', 'kmem_cache_alloc_node (+121',
                 'compute_score (+9'):
        assert name in row['why']


def test_a_reason_without_decreases_says_where_most_of_it_is():
    row = verdict(sample_count.two({'udp_sendmsg': (500, 2)}))
    assert 'Most of it is in udp_sendmsg (+17' in row['why']


def test_a_function_tells_calls_from_length():
    doc = sample_count.two(sample_count.PATCHED)
    found = {row['function']: row for row in doc['functions']
             if row['workload'] == ECHO}
    called, longer = (found[name] for name in (
        'kmem_cache_alloc_node', 'apparmor_socket_sendmsg'))
    assert [called[side]['calls'] for side in 'ab'] == [2, 3]
    assert [longer[side]['calls'] for side in 'ab'] == [2, 2]
    assert longer['b']['instructions'] / longer['a']['instructions'] \
        == pytest.approx(3.2, rel=0.01)
    assert found['compute_score']['a'] is None
    assert doc['functions'][0]['function'] == 'udp4_lib_lookup2'


def test_functions_add_up_to_the_mean_of_the_whole():
    doc = sample_count.two(sample_count.PATCHED)
    for arm, side in zip('AB', 'ab'):
        parts = sum(row[side]['instructions'] for row in doc['functions']
                    if row['workload'] == ECHO and row[side])
        seeds = counted.by_seed(doc, arm, ECHO).values()
        assert parts == pytest.approx(
            sum(one.each('instructions') for one in seeds) / 3)


def test_twins_that_differ_make_it_invalid():
    doc = sample_count.two(sample_count.PATCHED, apart=sample_count.differing)
    row = verdict(doc)
    assert (row['verdict'], doc['verdict']) == ('INVALID', 'INVALID')
    for text in ('B was booted twice with seed 1', 'udp_sendmsg', 'window 2',
                 'Something in the guest'):
        assert text in row['why']
    assert verdict(doc, DISCARD)['verdict'] == 'PASS'


@pytest.mark.parametrize('where', [
    ('functions', 3, 3), ('windows', 0, 'switches'),
    ('windows', 1, 'left_out', 'kworker')])
def test_twins_are_equal_in_everything(where):
    def change(doc):
        twin = next(boot for boot in doc['boots'] if boot['twin'])
        at = twin['workloads'][ECHO]
        for key in where[:-1]:
            at = at[key]
        at[where[-1]] += 1
    assert sample_count.two(apart=change)['verdict'] == 'INVALID'


def test_the_same_arms_are_the_same():
    doc = sample_count.same()
    assert doc['verdict'] == 'A/A'
    assert {row['verdict'] for row in doc['verdicts']} == {'A/A'}
    assert {row['estimate'] for row in doc['verdicts']} == {0.0}


def test_the_same_arms_may_not_differ():
    doc = sample_count.same()
    for boot in doc['boots']:
        if (boot['arm'], boot['seed']) == ('B', 2):
            boot['workloads'][ECHO]['functions'][0][2] += 1
    doc.update(exact.judge(doc))
    assert doc['verdict'] == 'INVALID'
    assert 'A and B are the same, but differ with seed 2' in verdict(
        doc)['why']


def test_one_arm_has_no_verdict():
    doc = sample_count.alone()
    assert (doc['verdicts'], doc['verdict']) == ([], None)
    assert [row['arm'] for row in doc['counts']] == ['A', 'A']
    assert all(row['b'] is None and row['difference'] is None
               for row in doc['functions'])
    weights = [row['a']['instructions'] for row in doc['functions']
               if row['workload'] == ECHO]
    assert weights == sorted(weights, reverse=True)


def test_one_arm_is_invalid_if_its_twins_differ():
    doc = sample_count.alone()
    next(boot for boot in doc['boots'] if boot['twin'])['workloads'][ECHO][
        'functions'][0][3] += 1
    doc.update(exact.judge(doc))
    assert doc['verdict'] == 'INVALID'
    assert [row['workload'] for row in doc['verdicts']] == [ECHO]


@pytest.mark.parametrize('spoil, told', [
    (lambda boot: boot['workloads'].pop(ECHO), 'Only 2 of 3 seeds were'),
    (lambda boot: boot['workloads'][ECHO]['windows'].reverse(),
     'In B, with seed 3, window 2 took no more')])
def test_a_workload_that_was_not_counted_is_inconclusive(spoil, told):
    def change(doc):
        for boot in doc['boots']:
            if (boot['arm'], boot['seed']) == ('B', 3):
                spoil(boot)
    doc = sample_count.two(apart=change)
    assert verdict(doc)['verdict'] == doc['verdict'] == 'INCONCLUSIVE'
    assert verdict(doc)['why'].startswith(told)
    assert verdict(doc, DISCARD)['verdict'] == 'PASS'


def test_windows_that_are_too_short_are_told_of_one_arm_too():
    doc = sample_count.alone()
    for boot in doc['boots']:
        boot['workloads'][ECHO]['windows'].reverse()
    doc.update(exact.judge(doc))
    assert doc['verdict'] == 'INCONCLUSIVE'
    assert 'Count more datagrams' in verdict(doc)['why']
    assert [row['workload'] for row in doc['counts']] == [DISCARD]


def test_a_workload_that_no_boot_has_is_inconclusive():
    def change(doc):
        for boot in doc['boots']:
            del boot['workloads'][DISCARD]
    doc = sample_count.two(apart=change)
    row = verdict(doc, DISCARD)
    assert (row['verdict'], row['estimate']) == ('INCONCLUSIVE', None)
    assert row['why'] == 'No seed was counted in both arms.'


def test_without_twins_nothing_is_shown():
    def change(doc):
        doc['boots'] = [boot for boot in doc['boots']
                        if not (boot['twin'] and boot['arm'] == 'A')]
    doc = sample_count.two(apart=change)
    assert doc['verdict'] == 'INCONCLUSIVE'
    assert 'No seed was booted twice in A' in verdict(doc)['why']


def test_one_seed_shows_no_residue():
    row = verdict(sample_count.two(sample_count.PATCHED, seeds=(1,)))
    assert (row['verdict'], row['residue']) == ('INCONCLUSIVE', None)
    assert 'two or more' in row['why']


def test_a_group_is_left_out_of_the_figure():
    changes = {'__schedule': (900, 0.5)}
    with_it, without = (
        sample_count.two(changes, without=groups)
        for groups in ([], ['scheduler and idle']))
    assert verdict(with_it)['verdict'] == 'REGRESSION'
    assert verdict(without)['verdict'] == 'PASS'
    for more, less in zip(with_it['counts'], without['counts']):
        assert more['instructions'] == pytest.approx(
            less['instructions'] + less['without'], rel=1e-3)
        assert more['without'] == 0 and less['without'] > 18


def test_the_worst_decides():
    def said(*verdicts):
        return exact.overall([{'verdict': one} for one in verdicts])
    assert said('PASS', 'IMPROVED') == 'IMPROVED'
    assert said('IMPROVED', 'INCONCLUSIVE') == 'INCONCLUSIVE'
    assert said('INCONCLUSIVE', 'REGRESSION') == 'REGRESSION'
    assert said('REGRESSION', 'INVALID') == 'INVALID'
    assert said() == 'INCONCLUSIVE'
    assert exact.overall([], arms=1) is None


def test_functions_of_one_name_are_one():
    """Static functions of a kernel may share a name."""
    doc = sample_count.alone()
    for boot in doc['boots']:
        found = boot['workloads'][ECHO]['functions']
        found += [list(found[0]), list(found[0])]
    row = next(row for row in counted.functions(doc)
               if row['workload'] == ECHO)
    assert row['function'] == 'udp_sendmsg'
    assert row['a']['calls'] == 6
    assert twins.moved(doc, ECHO) is None
