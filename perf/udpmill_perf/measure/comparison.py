# SPDX-License-Identifier: MIT
"""A comparison: blocks of four trials, as many as the plan asks for."""
from contextlib import ExitStack

from ..host.sysctl import Sysctls
from ..judge import pairs, plan, verdict
from ..judge.coin import coin
from . import latency


class Comparison:
    """Of two arms, over a session. own_total: the progress is about this
    comparison alone. with_latency: that comes last."""

    def __init__(self, session, workloads, progress, own_total=True,
                 with_latency=False):
        self.own_total, self.with_latency = own_total, with_latency
        self.session, self.progress = session, progress
        self.workloads = {w.name: w for w in workloads}
        self.design = session.document['design']
        self.blocks = session.document['blocks']
        self.wanted = {key for arm in session.arms.values()
                       for key in arm.sysctls}
        self.sysctls = {}  # by path, since a namespace has its own

    def trials_left(self):
        """As far as it is known now: before a screen, with the screen."""
        return 4 * sum(self._blocks_left(name) for name in self.workloads)

    def _blocks_left(self, name):
        step = plan.next_step(self.design, self.blocks, name)
        more = (plan.setting(self.design, 'screen') if step.phase == 'warm'
                else 0)
        return step.blocks + more

    def trial(self, letter, workload, **where):
        """One, with the arm's settings of the system."""
        arm = self.session.arms[letter]
        if self.sysctls:
            self.sysctls[arm.workload(workload).path].apply(arm.sysctls)
        return self.session.run(arm, workload, **where)

    def block(self, name, step):
        index = len(plan.of(self.blocks, name))
        order = coin(self.session.seed, name, index)
        trials = []
        for place, letter in enumerate(order):
            trials.append(self.trial(letter, self.workloads[name],
                                     block=index, place=place))
            self.progress.step(f'{name}: {step.phase}, block {index}')
        self.blocks.append(pairs.block(
            name, index, order, step.phase, trials,
            plan.setting(self.design, 'metrics')))

    def _round(self):
        """A block of each workload that wants one: workloads are interleaved
        too. Whether there was any."""
        steps = {name: plan.next_step(self.design, self.blocks, name)
                 for name in self.workloads}
        wanting = {name: s for name, s in steps.items() if s.blocks}
        for name, step in wanting.items():
            self.block(name, step)
        self._tell()
        return bool(wanting)

    def _tell(self):
        if self.own_total:
            self.progress.total = self.progress.done + self.trials_left()

    def _open_sysctls(self, stack):
        paths = {arm.workload(w).path for w in self.workloads.values()
                 for arm in self.session.arms.values()} if self.wanted else ()
        for path in paths:
            netns = self.session.places.place(path).server_netns
            self.sysctls[path] = stack.enter_context(
                Sysctls(self.wanted, netns))
        for key in {k for s in self.sysctls.values() for k in s.host_wide()}:
            self.progress.note(f'sysctl {key} is the whole host\'s: it is set '
                               'for each trial, and put back at the end')

    def _latencies(self):
        for name, workload in self.workloads.items():
            self.progress.total += len(latency.ORDER)
            self.session.document['latency'] += latency.measure(
                self.trial, self.session.document, workload,
                lambda name=name: self.progress.step(f'{name}: latency'))

    def run(self):
        # Put back before the session closes its namespaces.
        with ExitStack() as stack:
            self._open_sysctls(stack)
            self._tell()
            while self._round():
                pass
            if self.with_latency:
                self._latencies()

    def judge(self):
        document = self.session.document
        document['verdicts'], document['verdict'] = verdict.judge(document)
