# SPDX-License-Identifier: MIT
"""A comparison: blocks of four trials, as many as the plan requires."""
from contextlib import ExitStack

from ..host.napi import Napi
from ..host.sysctl import Sysctls
from ..judge import pairs, plan, verdict
from ..judge.coin import coin
from . import latency


class Comparison:
    """A comparison of two arms, in a session. own_total: progress shows this
    comparison alone. with_latency: measure latency at the end."""

    def __init__(self, session, workloads, progress, own_total=True,
                 with_latency=False):
        self.own_total = own_total
        self.session, self.progress = session, progress
        self.workloads = {w.name: w for w in workloads}
        # Of which the latency is still to be measured.
        self.latencies = [w for w in workloads
                          if with_latency and w.has_latency]
        self.design = session.document['design']
        self.blocks = session.document['blocks']
        self.wanted = {key for arm in session.arms.values()
                       for key in arm.sysctls}
        # By path, because each namespace has its own.
        self.sysctls, self.napi = {}, {}

    def trials_left(self):
        """The trials known to be left; before the screen, this includes it."""
        return (4 * sum(self._blocks_left(name) for name in self.workloads)
                + latency.STEPS * len(self.latencies))

    def _blocks_left(self, name):
        step = plan.next_step(self.design, self.blocks, name)
        more = (plan.setting(self.design, 'screen') if step.phase == 'warm'
                else 0)
        return step.blocks + more

    def trial(self, letter, workload, **where):
        """Measure a trial, with the settings of its arm."""
        arm = self.session.arms[letter]
        if self.sysctls:
            self.sysctls[arm.workload(workload).path].apply(arm.sysctls)
        if self.napi:
            self.napi[arm.workload(workload).path].apply(arm.napi)
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
        self._tell()

    def _round(self):
        """Measure one block of each workload that needs one, so that workloads
        are interleaved too. Returns whether there was any."""
        steps = {name: plan.next_step(self.design, self.blocks, name)
                 for name in self.workloads}
        wanting = {name: s for name, s in steps.items() if s.blocks}
        for name, step in wanting.items():
            self.block(name, step)
        return bool(wanting)

    def _tell(self):
        if self.own_total:
            self.progress.total = self.progress.done + self.trials_left()

    def _paths(self):
        return {arm.workload(w).path for w in self.workloads.values()
                for arm in self.session.arms.values()}

    def _open_napi(self, stack):
        """Both arms have NAPI, whichever has settings of it."""
        if not any(arm.napi for arm in self.session.arms.values()):
            return
        for path in self._paths():
            self.napi[path] = stack.enter_context(Napi(
                path, self.session.places.place(path)))
        self.progress.note('napi: in both arms, veth devices have GRO and no '
                           'TSO, so that datagrams go through NAPI')

    def _open_sysctls(self, stack):
        for path in self._paths() if self.wanted else ():
            netns = self.session.places.place(path).server_netns
            self.sysctls[path] = stack.enter_context(
                Sysctls(self.wanted, netns))
        for key in {k for s in self.sysctls.values() for k in s.host_wide()}:
            self.progress.note(f'sysctl {key} affects the whole host; it is '
                               'set for each trial, and restored at the end')

    def _latencies(self):
        while self.latencies:
            workload = self.latencies[0]
            self.session.document['latency'] += latency.measure(
                self.trial, self.session.document, workload,
                lambda what=f'{workload.name}: latency':
                self.progress.step(what))
            del self.latencies[0]
            self._tell()

    def run(self):
        # Settings are restored before the session closes its namespaces.
        with ExitStack() as stack:
            self._open_sysctls(stack)
            self._open_napi(stack)
            self._tell()
            while self._round():
                pass
            self._latencies()

    def judge(self):
        document = self.session.document
        document['verdicts'], document['verdict'] = verdict.judge(document)
