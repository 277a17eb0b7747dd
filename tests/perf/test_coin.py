# SPDX-License-Identifier: MIT
"""The coin: the same everywhere, fair, and different for each block."""
import hashlib

from udpmill_perf.judge.coin import coin


def test_anyone_can_repeat_the_toss():
    # printf 12345:echo-trains-64:0 | sha256sum
    first = hashlib.sha256(b'12345:echo-trains-64:0').hexdigest()[0]
    assert coin(12345, 'echo-trains-64', 0) == (
        'BAAB' if int(first, 16) >= 8 else 'ABBA')


def test_known_tosses_stay_the_same():
    # for i in 0 1 2 3; do printf 1:echo:$i | sha256sum | cut -c1; done gives e
    # a a 5: three in the upper half, one in the lower.
    assert [coin(1, 'echo', i) for i in range(4)] == [
        'BAAB', 'BAAB', 'BAAB', 'ABBA']


def test_it_is_fair():
    heads = sum(coin(seed, 'echo', i) == 'ABBA'
                for seed in range(100) for i in range(100))
    assert abs(heads - 5000) < 4 * 50


def test_each_workload_has_its_own_coin():
    a, b = ([coin(1, name, i) for i in range(64)] for name in 'ab')
    assert a != b
