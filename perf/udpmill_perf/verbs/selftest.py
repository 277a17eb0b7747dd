# SPDX-License-Identifier: MIT
"""udpmill perf selftest: check that slowdowns are found, without false alarms.

    --aa N         count the false alarms in N comparisons of equal arms
    --inject LIST  let B's server waste a percentage of its time for each
                   datagram, and count how many of --times are found
    --replay FILE  count the false alarms in the noise of a stored file, by
                   tossing its coins again
    --simulate N   try the plan on simulated noise, without any traffic
"""
import os
import sys

from .. import outcomes
from ..errors import INVALID, REGRESSION, PerfError
from ..file import document
from ..host import environment
from ..judge import plan, rerandomise, simulate
from ..judge.stats import clopper_pearson
from ..measure import arms
from ..measure.comparison import Comparison
from ..measure.session import begin, draw_seed
from ..measure.workload import DEFAULT, parse
from ..metrics import RATE, SERVER_NS
from . import results
from .options import add_measuring, timing_of
from .progress import Progress, span
from .quantity import count

BASELINE_TRIALS = 5
LEVEL = 0.95


def add_arguments(parser):
    what = parser.add_argument_group('what to try')
    what.add_argument('--aa', type=count(1), metavar='N',
                      help='make N comparisons of equal arms')
    what.add_argument('--inject', metavar='PERCENT,...',
                      help='let B\'s server waste these shares of its time '
                      'for each datagram, such as 3,5,10')
    what.add_argument('--times', type=count(1), default=10, metavar='N',
                      help='comparisons per share of --inject (default 10)')
    what.add_argument('--replay', nargs='+', metavar='FILE', default=[],
                      help='toss the coins of a compare, calibrate or '
                      'selftest file again, and count the false alarms; may '
                      'be several files')
    what.add_argument('--rounds', type=count(1), default=10000, metavar='N',
                      help='rounds of --replay (default 10000)')
    what.add_argument('--simulate', type=count(1), metavar='N',
                      help='simulate N comparisons of each kind')
    parser.add_argument('-w', '--workload', default=DEFAULT, metavar='SPEC',
                        help='workload that --aa and --inject measure '
                        f'(default {DEFAULT})')
    parser.add_argument('--keep', metavar='DIRECTORY', help='keep the files '
                        'of the comparisons in this directory')
    add_measuring(parser)


def make_folder(path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise PerfError(f'--keep: {path}: {error.strerror}') from None


def percents(text):
    try:
        found = [float(part) for part in text.split(',') if part]
    except ValueError:
        found = [-1.0]
    if any(not 0 < value < 100 for value in found):
        raise PerfError(f'--inject: "{text}" is not a list of percentages; '
                        'try 3,5,10')
    return found


def expected_trials(burn_ns):
    """The trials of a comparison of equal arms, or of one with a slowdown."""
    keys = ('discard', 'screen') + (('confirm',) if burn_ns else ())
    return 4 * sum(plan.DEFAULTS[key] for key in keys)


class Selftest:
    """Comparisons, one after the other, each with its own document."""

    def __init__(self, args, workload, progress):
        self.args, self.workload, self.progress = args, workload, progress
        self.timing, self.binary = timing_of(args), arms.own_binary()
        self.before = environment.collect()
        self.seed = args.seed or draw_seed()
        self.documents = []

    def begin(self, kind, both, seed, output):
        return begin(kind, self.args.argv, seed, plan.DEFAULTS, both,
                     [self.workload], self.before, output, self.timing)

    def session(self, name, burn_ns=0.0):
        options = ['--burn', f'{burn_ns:.3f}'] if burn_ns else []
        both = [arms.Arm('A', self.binary, label='A'),
                arms.Arm('B', self.binary, options, label='B')]
        # Not marked as A/A, because such a comparison cannot fail.
        keep = (os.path.join(self.args.keep, f'{name}.json')
                if self.args.keep and name else None)
        return self.begin('compare', both,
                          self.seed + len(self.documents) + 1, keep)

    def compare(self, name, burn_ns=0.0):
        """The document of one comparison, with its verdict. If the plan saves
        or adds blocks, the expected total is corrected."""
        expected = self.progress.done + expected_trials(burn_ns)
        session = self.session(name, burn_ns)
        with session:
            comparison = Comparison(session, [self.workload], self.progress,
                                    own_total=False)
            comparison.run()
        self.progress.total += self.progress.done - expected
        comparison.judge()
        session.save()
        self.documents.append(session.document)
        made = session.document
        self.progress.note(
            f'{name}: {made["verdict"]}, {len(made["blocks"])} blocks, '
            f'{span(made["seconds"])}')
        return made

    def server_ns(self):
        """The server's time per datagram without waste: a median of trials."""
        session = self.session(None)
        with session:
            found = [session.run(session.arms['A'], self.workload)
                     for _ in range(BASELINE_TRIALS)]
        values = sorted(t['metrics'][SERVER_NS] for t in found
                        if t['validity'] != outcomes.INVALID)
        if not values:
            raise PerfError('no valid trial: ' + found[0]['reasons'][0],
                            INVALID)
        return values[len(values) // 2]

    def plan(self, args):
        """Set the expected number of trials, as far as it is known."""
        self.progress.restart(
            (args.aa or 0) * expected_trials(0)
            + len(percents(args.inject or '')) * args.times
            * expected_trials(1), self.timing.trial_s)

    def aa(self, n):
        red = sum(self.compare(f'aa-{i + 1:02}')['verdict']
                  == outcomes.REGRESSION for i in range(n))
        said = [made['verdict'] for made in self.documents[-n:]]
        seconds = sorted(made['seconds'] for made in self.documents[-n:])
        return {'comparisons': n, 'false_positives': red,
                'passed': said.count(outcomes.PASS),
                'invalid': said.count(outcomes.INVALID),
                'seconds_median': seconds[len(seconds) // 2], 'level': LEVEL,
                'interval': list(clopper_pearson.interval(red, n, LEVEL))}

    def inject(self, percent, times, base_ns):
        burn = base_ns * percent / 100
        before = len(self.documents)
        for i in range(times):
            self.compare(f'inject-{percent:g}-{i + 1:02}', burn)
        made = self.documents[before:]
        found = sum(m['verdict'] == outcomes.REGRESSION for m in made)
        effects = sorted(v['estimate'] for m in made for v in m['verdicts']
                         if v['metric'] == RATE
                         and v['estimate'] is not None)
        return {'percent': percent, 'burn_ns': round(burn, 3),
                'measured': effects[len(effects) // 2] if effects else None,
                'comparisons': times, 'detected': found,
                'inconclusive': sum(m['verdict'] == outcomes.INCONCLUSIVE
                                    for m in made), 'level': LEVEL,
                'interval': list(clopper_pearson.interval(found, times,
                                                          LEVEL))}


def replays(args, progress):
    found = []
    for path in args.replay:
        made = document.load(path)
        if not made.get('blocks'):
            raise PerfError(f'{path}: has no blocks; give a file of '
                            '"udpmill perf" compare or calibrate')
        progress.restart(args.rounds)
        found.append({'file': os.path.basename(path), **rerandomise.replay(
            made, args.rounds, seed=args.seed or 1,
            progress=lambda done, of: progress.step(path))})
    return found


def simulated(args, progress):
    progress.restart(0)

    def tell(done, of):
        progress.total = of
        progress.step('simulated', done - progress.done)
    return simulate.table(args.simulate, args.seed or 1, tell)


def try_all(args, test, found, progress):
    """Put each result into found at once, so that it is kept if a later part
    fails."""
    if args.replay:
        found['replay'] = replays(args, progress)
    if args.simulate:
        found['simulated'] = simulated(args, progress)
    test.plan(args)
    if args.aa:
        found['aa'] = test.aa(args.aa)
    if args.inject:
        base = found[SERVER_NS] = test.server_ns()
        found['inject'] = []
        for percent in percents(args.inject):
            found['inject'].append(test.inject(percent, args.times, base))


def said(holds):
    return outcomes.PASS if holds else outcomes.FAIL


def verdict_of(found):
    """Judge what was tried: no false alarm, nine of ten slowdowns of 5 % and
    more found, and all of 10 % and more. Returns whether something failed."""
    aa = found.get('aa')
    if aa:
        aa['verdict'] = said(not aa['false_positives'] and not aa['invalid'])
    for item in found.get('inject', ()):
        share = item['detected'] / item['comparisons']
        least = 1.0 if item['percent'] >= 10 else 0.9
        if item['percent'] >= 5:
            item['verdict'] = said(share >= least)
    rows = [aa or {}, *found.get('inject', ())]
    return any(row.get('verdict') == outcomes.FAIL for row in rows)


def run(args):
    if not (args.aa or args.inject or args.replay or args.simulate):
        raise PerfError('nothing to do; try --aa 20, --inject 5,10, --replay '
                        'FILE or --simulate 1500')
    if args.inject is not None and not percents(args.inject):
        raise PerfError('--inject: no percentages given; try 3,5,10')
    if args.keep:
        make_folder(args.keep)
    where = results.output(args, 'selftest')
    with Progress(0, quiet=args.quiet) as progress:
        test = Selftest(args, parse(args.workload), progress)
        session = test.begin('selftest', [arms.Arm('A', test.binary)],
                             test.seed, where)
        session.document['selftest'] = found = {'seed': test.seed}
        ended = results.carry_out(
            session, lambda: try_all(args, test, found, progress))
    failed = verdict_of(found)
    code = results.finish(args, session, ended)
    if failed:
        print('udpmill perf selftest: failed on this host; see above',
              file=sys.stderr)
    return code or (REGRESSION if failed else 0)
