# SPDX-License-Identifier: MIT
"""A comparison: blocks of four trials, as many as the plan asks for."""
from contextlib import ExitStack

from . import pairs, plan, verdict
from .coin import coin
from .sysctl import Sysctls


class Comparison:
    """Of two arms, over a session. sysctls are set per trial. own_total: the
    progress is about this comparison alone."""

    def __init__(self, session, workloads, progress, own_total=True):
        self.own_total = own_total
        self.session, self.progress = session, progress
        self.workloads = {w.name: w for w in workloads}
        self.design = session.document['design']
        self.blocks = session.document['blocks']
        self.wanted = {key for arm in session.arms.values()
                       for key in arm.sysctls}

    def trials_left(self):
        """As far as it is known now: before a screen, with the screen."""
        return 4 * sum(self._blocks_left(name) for name in self.workloads)

    def _blocks_left(self, name):
        step = plan.next_step(self.design, self.blocks, name)
        more = (plan.setting(self.design, 'screen') if step.phase == 'warm'
                else 0)
        return step.blocks + more

    def block(self, name, step, sysctls):
        index = len(plan.of(self.blocks, name))
        order = coin(self.session.seed, name, index)
        trials = []
        for place, letter in enumerate(order):
            arm = self.session.arms[letter]
            if sysctls:
                sysctls[self.workloads[name].path].apply(arm.sysctls)
            trials.append(self.session.run(
                arm, self.workloads[name], block=index, place=place))
            self.progress.step(f'{name}: {step.phase}, block {index}')
        self.blocks.append(pairs.block(
            name, index, order, step.phase, trials,
            plan.setting(self.design, 'metrics')))

    def _round(self, sysctls):
        """A block of each workload that wants one: workloads are interleaved
        too. Whether there was any."""
        steps = {name: plan.next_step(self.design, self.blocks, name)
                 for name in self.workloads}
        wanting = {name: s for name, s in steps.items() if s.blocks}
        for name, step in wanting.items():
            self.block(name, step, sysctls)
        self._tell()
        return bool(wanting)

    def _tell(self):
        if self.own_total:
            self.progress.total = self.progress.done + self.trials_left()

    def _sysctls(self, stack):
        """By path, since a namespace has its own."""
        if not self.wanted:
            return {}
        found = {}
        for workload in self.workloads.values():
            netns = self.session.places.place(workload.path).server_netns
            found[workload.path] = stack.enter_context(
                Sysctls(self.wanted, netns))
        for key in {k for s in found.values() for k in s.host_wide()}:
            self.progress.note(f'sysctl {key} is the whole host\'s: it is set '
                               'for each trial, and put back at the end')
        return found

    def run(self):
        # Put back before the session closes its namespaces.
        with ExitStack() as stack:
            sysctls = self._sysctls(stack)
            self._tell()
            while self._round(sysctls):
                pass

    def judge(self):
        document = self.session.document
        document['verdicts'], document['verdict'] = verdict.judge(document)
