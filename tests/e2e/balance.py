# SPDX-License-Identifier: MIT
"""Runs of the verb load, and checks that hold for each of them on any machine:
the sums of the ledger and of a plan. No limit depends on the machine's speed.
"""

import json
import re
import unittest

from documents import document
from program import run

FAULTS = ("corrupt", "duplicate", "reordered", "late", "stale")


def load(program, address, *arguments, seconds="300ms", warm_up="0", **more):
    """Run load. Returns the finished process, and its report or None."""
    r = run(program, "load", address, "-J", "-t", seconds, "-O", warm_up,
            *arguments, **more)
    return r, document(r.stdout) if r.stdout else None

# An interval on standard error: see --interval.
PROGRESS = re.compile(r" *\d+\.\d s  sent +\S+( [kMG])?/s .*"
                      r"  answered +.*/s .*")


def messages(stderr):
    """The program's messages, without the intervals, whose number depends on
    the machine."""
    return [line for line in stderr.splitlines()
            if not PROGRESS.fullmatch(line)]


class Balance(unittest.TestCase):
    def assertBalances(self, r, report, code=0, faults=FAULTS):
        """Every datagram that was sent is accounted for, and the server got
        datagrams from nobody else."""
        self.assertIsNotNone(report, r.stderr)
        self.assertIn("ledger", report, r.stderr)
        ledger = report["ledger"]
        said = json.dumps(ledger)
        self.assertEqual(r.returncode, code, r.stderr + said)
        self.assertTrue(ledger["server_seen"] and ledger["balances"], said)
        self.assertFalse(ledger["shared"], said)
        self.assertEqual(ledger["unexplained"], 0, said)
        # The datagrams that a refused train had already sent are sent twice.
        self.assertEqual(
            ledger["sent"] + ledger["repeated"],
            ledger["answered"] + ledger["absorbed"]
            + sum(ledger["dropped"].values())
            + sum(ledger["refused"].values()), said)
        for fault in faults:
            self.assertEqual(ledger[fault], 0, said)
        self.assertGreater(ledger["sent"], 0, said)
        return ledger

    def assertSaid(self, r, code, pattern):
        """The run exited with this code and printed only intervals and one
        sentence."""
        said = messages(r.stderr)
        self.assertEqual((r.returncode, len(said)), (code, 1), r.stderr)
        self.assertRegex(said[0], pattern)

    def assertIntervals(self, report):
        """The intervals follow each other without gaps and cover the run. Each
        has the length that was asked for, except the last ones of the warm-up
        and of the run."""
        told, config = report["intervals"], report["config"]
        warm_up = [one for one in told if one["omitted"]]
        self.assertEqual(told[:len(warm_up)], warm_up)
        self.assertEqual(len(warm_up) > 0, config["omit_s"] > 0)
        end = 0
        for one in told:
            self.assertAlmostEqual(one["start_s"], end, delta=1e-6)
            end = one["start_s"] + one["seconds"]
            if one not in (warm_up[-1:] + told[-1:]):
                self.assertGreaterEqual(one["seconds"], config["interval_s"])
        self.assertGreaterEqual(end, config["omit_s"] + config["time_s"]
                                - 0.1 * config["interval_s"])
        for what in "sent", "answered":
            total = sum(one[what] for one in told)
            self.assertGreater(total, 0)
            self.assertLessEqual(total, report["ledger"][what])

    def assertKept(self, report, random=0):
        """For a run without a warm-up: everything that the plan made due was
        sent or is reported as not sent, and nothing left early. A random plan
        may be off its mean by this many datagrams."""
        pacing, sent = report["pacing"], report["ledger"]["sent"]
        threads, count = report["config"]["threads"], report["config"]["count"]
        # Each thread's plan begins and ends between two of its bursts.
        most = threads * pacing["burst"] + random
        self.assertGreaterEqual(pacing["due"], pacing["planned"] - most,
                                pacing)
        self.assertEqual(pacing["not_sent"],
                         0 if count else pacing["due"] - sent, pacing)
        self.assertEqual(pacing["lag_ns"]["count"], sent)
        if not count:
            return
        self.assertEqual(sent, count)
        self.assertLessEqual(sent, pacing["planned"] + most, pacing)
        if threads > 1:
            return
        # It ended no later than the plan, apart from the lag that it reports.
        late_s = max(pacing["lag_ns"]["max"], report["latency_ns"]["max"]) / 1e9
        rate = max(pacing["rate_first"], pacing["rate_last"])
        self.assertLessEqual(pacing["planned"],
                             sent + most + 1.01 * late_s * rate, pacing)
