# SPDX-License-Identifier: MIT
"""perf/ladder judges a claim by the figures, and by all of them."""
import importlib.util
import pathlib
import sys
import unittest
from importlib.machinery import SourceFileLoader

PERF = pathlib.Path(__file__).parents[2] / 'perf'
sys.path.insert(0, str(PERF))
loader = SourceFileLoader('ladder', str(PERF / 'ladder'))
spec = importlib.util.spec_from_loader('ladder', loader)
ladder = importlib.util.module_from_spec(spec)
sys.modules['ladder'] = ladder
loader.exec_module(ladder)


def result(rate=1.0, cpu_ns=100.0, user_share=0.01, rss_mib=10):
    return ladder.Result(datagrams=1000, rate=rate, cpu_ns=cpu_ns,
                         user_share=user_share, rss_bytes=rss_mib * 2**20)


def table_where(**changed):
    """Every claim holds but for what is changed: "echo_trains_udpmill_mmsg"
    is one rung's result."""
    table = ladder.Table()
    for service, arrival in (*ladder.WORKS, ladder.MEMORY):
        for program in ('udpmill', 'floor'):
            for kind in ladder.KINDS:
                trains = arrival == 'trains'
                good = result(rate=100 if trains else 1,
                              cpu_ns=100 if kind == 'recvfrom' else 50)
                key = f'{service}_{arrival}_{program}_{kind}'
                table.add(ladder.Rung(service, arrival, program, kind),
                          changed.get(key, good))
    return table


def verdicts(table):
    return {c.text: c.verdict for c in
            ladder.claims_of(table, list(ladder.KINDS))}


class Claims(unittest.TestCase):
    def assert_only(self, table, verdict, *texts):
        other = {t for t, v in verdicts(table).items() if v != 'PASS'}
        self.assertEqual(other, set(texts))
        for text in texts:
            self.assertEqual(verdicts(table)[text], verdict)

    def test_hold_where_every_figure_is_good(self):
        self.assert_only(table_where(), 'PASS')

    def test_miss_where_trains_are_too_slow(self):
        self.assert_only(
            table_where(discard_trains_udpmill_uring=result(24, 50)), 'MISS',
            'discard with trains, uring: rate to recvfrom\'s')

    def test_miss_where_coupling_saves_too_little(self):
        self.assert_only(
            table_where(echo_single_udpmill_mmsg=result(1, 66),
                        echo_single_floor_mmsg=result(1, 66)), 'MISS',
            'echo one by one, mmsg coupled: CPU to recvfrom\'s')

    def test_miss_by_the_worst_work_of_a_backend(self):
        self.assert_only(
            table_where(discard_single_udpmill_uring=result(1, 53)), 'MISS',
            'uring: CPU to the floor\'s')

    def test_allow_recvfrom_twice_the_user_time(self):
        self.assert_only(
            table_where(
                echo_single_udpmill_recvfrom=result(1, 100, 0.07),
                echo_single_udpmill_mmsg=result(1, 50, 0.07)), 'MISS',
            'mmsg: user time, of its CPU')

    def test_miss_where_a_worker_takes_too_much_memory(self):
        self.assert_only(
            table_where(echo_largest_udpmill_mmsg=result(rss_mib=29)),
            'MISS', 'mmsg: memory of one worker, MiB')

    def test_are_not_measured_where_a_run_that_they_need_failed(self):
        self.assert_only(
            table_where(echo_trains_floor_uring=None), 'NONE',
            'uring: CPU to the floor\'s')


class Figures(unittest.TestCase):
    def setUp(self):
        self.table = ladder.Table()
        self.a = ladder.Rung('echo', 'single', 'udpmill', 'mmsg')
        self.b = ladder.Rung('echo', 'single', 'floor', 'mmsg')

    def add(self, a, b):
        self.table.add(self.a, a and result(cpu_ns=a))
        self.table.add(self.b, b and result(cpu_ns=b))

    def test_compare_what_was_measured_in_the_same_round(self):
        self.add(110, 100)
        self.add(220, 200)
        self.add(33, 30)
        self.assertAlmostEqual(
            self.table.ratio(self.a, self.b, 'cpu_ns'), 1.1)

    def test_leave_out_a_round_in_which_one_failed(self):
        self.add(110, 100)
        self.add(None, 1)
        self.assertAlmostEqual(
            self.table.ratio(self.a, self.b, 'cpu_ns'), 1.1)

    def test_spread_is_the_range_by_the_median(self):
        for value in (90, 100, 120):
            self.add(value, 1)
        self.assertAlmostEqual(self.table.spread(self.a, 'cpu_ns'), 0.3)


if __name__ == '__main__':
    unittest.main(verbosity=2)
