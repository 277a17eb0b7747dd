# SPDX-License-Identifier: MIT
"""From blocks to verdicts: what `compare` prints and `verify` checks.

Both use this code, so that a stored verdict and one that is computed again can
differ only if the trials do.
"""
from dataclasses import dataclass, field

from ..outcomes import IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION, SAME
from . import evidence, pairs, plan, sentences
from .plan import setting
from .stats import holm


@dataclass(frozen=True)
class Sample:
    """The data of a test: a metric of a workload, in the phase that decides on
    it."""
    workload: str
    metric: str
    phase: str
    blocks: list = field(repr=False)
    step: plan.Step

    def values(self, leave_out=frozenset()):
        kept = [b for b in self.blocks if b['index'] not in leave_out]
        return plan.differences(kept, self.metric)

    @property
    def finished(self):
        # A metric that passed does not wait for the others' extension.
        return (self.step.phase == 'done'
                or self.phase == 'screen' and self.step.phase == 'extend')


def _phase_of(design, blocks, metric):
    """The phase that decides on a metric, and the phases of its blocks."""
    if plan.used(blocks, 'confirm'):
        return 'confirm', ('confirm',)
    if (plan.used(blocks, 'extend')
            and plan.outcomes(design, blocks)[metric] == plan.OPEN):
        return 'extend', ('screen', 'extend')
    return 'screen', ('screen',)


def samples(design, blocks, workloads):
    """All judged tests of a comparison."""
    found = []
    for workload in workloads:
        own = plan.of(blocks, workload)
        step = plan.next_step(design, own, workload)
        for metric in setting(design, 'metrics'):
            phase, phases = _phase_of(design, own, metric)
            found.append(Sample(workload, metric, phase,
                                plan.used(own, *phases), step))
    return found


def decide(design, phase, f, p, p_better):
    """The rule. p and p_better are Holm's, among all tests of `confirm`."""
    red = setting(design, 'alpha_red')
    excluded = f.high is not None and f.high < setting(design, 'tolerance')
    if phase in ('confirm', 'boots'):
        if p <= red:
            return REGRESSION
        if p_better <= red:
            return IMPROVED
        return PASS if excluded else INCONCLUSIVE
    if phase == 'extend':
        return PASS if excluded else INCONCLUSIVE
    # A screen that hints at something is never the last word.
    quiet = min(f.p, f.p_better) > setting(design, 'suspicion')
    return PASS if excluded and quiet else INCONCLUSIVE


def adjusted(phases, found):
    """Holm's (p, p_better) for each: among all tests that were confirmed,
    separately for each side. None for the others, which cannot be called
    worse."""
    family = [i for i, phase in enumerate(phases)
              if phase in ('confirm', 'boots')]
    worse = holm.adjust([found[i].p for i in family])
    better = holm.adjust([found[i].p_better for i in family])
    pairs_of_p = [(None, None)] * len(found)
    for i, pair in zip(family, zip(worse, better)):
        pairs_of_p[i] = pair
    return pairs_of_p


def explain(design, item, f, unit='blocks'):
    """The sentence for a verdict that was reached by the rule."""
    result = item['verdict']
    if result == REGRESSION:
        return sentences.regression(design, f, item['p_holm'])
    if result == IMPROVED:
        return sentences.improved(design, f, item['p_better_holm'])
    if result == PASS:
        return sentences.passed(design, f)
    return sentences.unclear(design, f, item['visible_effect'],
                             item['blocks_needed'], unit)


def entry(design, test, phase, f, p, p_better, tests):
    """A verdict of the document, still without the verdict itself. test:
    workload and metric; tests: the number of tests in Holm's adjustment."""
    workload, metric = test
    return {
        'workload': workload, 'metric': metric, 'phase': phase,
        'blocks': f.n, 'estimate': f.estimate, 'interval': [f.low, f.high],
        'level': round(f.level, 6), 'attained': f.attained,
        'lower_bound': f.lower, 'upper_bound': f.upper,
        'bound_level': 1 - setting(design, 'alpha_red'),
        'p': f.p, 'p_holm': p, 'p_better': f.p_better,
        'p_better_holm': p_better, 'sd': f.sd,
        'ignore': setting(design, 'ignore'),
        'tolerance': setting(design, 'tolerance'),
        'visible_effect': evidence.visible_effect(design, f, tests),
        'blocks_needed': evidence.values_needed(design, f, tests),
        'without_suspect': None,
    }


def _unreached(sample, own):
    """The reason why the rule cannot be applied yet, or None."""
    if sample.step.phase == 'invalid':
        begun = [b for b in own if b['phase'] != 'warm']
        return sentences.invalid(sum(not b['used'] for b in begun),
                                 len(begun))
    if not sample.finished:
        phase = sample.step.phase
        done = len(plan.used(own, phase))
        return sentences.unfinished(phase, done, done + sample.step.blocks)
    gaps = len(sample.blocks) - len(sample.values())
    return sentences.unmeasured(gaps, len(sample.blocks)) if gaps else None


def _suspects(document):
    """workload -> indexes of its blocks with a SUSPECT trial."""
    trials = {trial['id']: trial for trial in document['trials']}
    found = {}
    for block in document['blocks']:
        if block['used'] and pairs.suspect(
                [trials[i] for i in block['trials']]):
            found.setdefault(block['workload'], set()).add(block['index'])
    return found


def _doubted(test, suspects):
    """Whether most of the blocks are suspect. Other work on the host, or a
    generator at its limit, can hide a slowdown, and so cause a wrong PASS, but
    no other wrong verdict."""
    left_out = (suspects or {}).get(test.workload, ())
    return (2 * sum(b['index'] in left_out for b in test.blocks)
            > len(test.blocks))


def _beside(design, tests, suspects):
    """The second analysis, without the suspect blocks."""
    found = [evidence.of_blocks(design, test.values(
        suspects.get(test.workload, ()))) for test in tests]
    phases = [test.phase for test in tests]
    return [{'blocks': f.n, 'estimate': f.estimate,
             'interval': [f.low, f.high],
             'verdict': decide(design, test.phase, f, *both)}
            for test, f, both in zip(tests, found, adjusted(phases, found))]


def judge(document):
    """(verdicts, overall) of a comparison, from its design, its blocks and
    its trials' validity."""
    return judge_blocks(document['design'], document['blocks'],
                        [w['name'] for w in document['workloads']],
                        _suspects(document), document.get('aa'))


def judge_blocks(design, blocks, workloads, suspects=None, same=False):
    """As judge(). suspects: workload -> indexes of blocks that the second
    analysis leaves out."""
    tests = samples(design, blocks, workloads)
    found = [evidence.of_blocks(design, test.values()) for test in tests]
    beside = _beside(design, tests, suspects) if suspects else None
    phases = [test.phase for test in tests]
    family = phases.count('confirm') or len(setting(design, 'metrics'))
    verdicts = []
    for i, both in enumerate(adjusted(phases, found)):
        test, f = tests[i], found[i]
        item = entry(design, (test.workload, test.metric), test.phase, f,
                     *both, family)
        why = _unreached(test, plan.of(blocks, test.workload))
        item['verdict'] = (INCONCLUSIVE if why
                           else decide(design, test.phase, f, *both))
        if item['verdict'] == PASS and _doubted(test, suspects):
            item['verdict'] = INCONCLUSIVE
            why = sentences.DOUBTED
        item['why'] = why or explain(design, item, f)
        if test.workload in (suspects or ()):
            item['without_suspect'] = beside[i]
            if why:
                beside[i]['verdict'] = INCONCLUSIVE
        verdicts.append(item)
    invalid = any(test.step.phase == 'invalid' for test in tests)
    return verdicts, overall(verdicts, same, invalid)


def overall(verdicts, same=False, invalid=False):
    """The verdict of the comparison: the worst of all, except that equal arms
    cannot fail."""
    if same:
        return SAME
    if invalid:
        return INVALID
    said = {item['verdict'] for item in verdicts}
    for verdict in (REGRESSION, INCONCLUSIVE, IMPROVED):
        if verdict in said:
            return verdict
    return PASS if verdicts else INCONCLUSIVE
