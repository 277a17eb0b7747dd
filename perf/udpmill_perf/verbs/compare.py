# SPDX-License-Identifier: MIT
"""udpmill perf compare: did it get slower between A and B?"""
import shlex

from .. import human
from ..file import calibration, document
from ..host import environment, pmu
from ..judge import plan
from ..measure import arms
from ..measure.comparison import Comparison
from ..measure.matrix import unique
from ..measure.session import begin
from ..measure.trial import TRIAL_OVERHEAD_S
from ..measure.workload import DEFAULT, parse
from . import exits, results
from .options import add_measuring, timing_of
from .progress import Progress, span
from .quantity import count, percent


def add_arguments(parser):
    parser.add_argument('binaries', nargs='*', metavar='BINARY', help='the '
                        'udpmill of A, and that of B (default: this one)')
    sides = parser.add_argument_group('arms')
    for side in 'ab':
        sides.add_argument(f'--{side}-opts', metavar='OPTIONS', default='',
                           help=f'options of "udpmill serve" for '
                           f'{side.upper()}, in one string')
        sides.add_argument(f'--{side}-set', metavar='KEY=VALUE', default=[],
                           action='append', help='a sysctl, or a setting of '
                           'the workload such as path=veth; may be repeated')
        sides.add_argument(f'--{side}-label', metavar='TEXT',
                           help='how reports call it')
    parser.add_argument('-w', '--workload', action='append', metavar='SPEC',
                        help=f'what is measured (default {DEFAULT}); may be '
                        'repeated, and "udpmill perf run --list" shows some')
    how = parser.add_argument_group('how sure')
    how.add_argument('--ignore', type=percent, default=1.0, metavar='PERCENT',
                     help='a change that nobody minds (default 1)')
    how.add_argument('--tolerance', type=percent, default=5.0,
                     metavar='PERCENT', help='a change that PASS has to '
                     'exclude (default 5)')
    for name, default in (('screen', 12), ('confirm', 24), ('extend', 24)):
        how.add_argument(f'--{name}', type=count(0 if name != 'screen' else 6),
                         default=default, metavar='BLOCKS',
                         help=f'(default {default})')
    parser.add_argument('--no-latency', action='store_true', help='do without '
                        'the latency at half capacity, which is measured last '
                        'and judges nothing')
    add_measuring(parser)
    exits.add_arguments(parser)


def words(option, text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise arms.PerfError(f'{option}: "{text}": {error}') from None


def labelled(text, name):
    """What its arm is called; as long as a file may have it."""
    if text and len(text) > document.MOST_NAME:
        raise arms.PerfError(
            f'--{name.lower()}-label: {len(text)} characters; '
            f'{document.MOST_NAME} are the most')
    return text or name


def make_arms(args):
    paths = [arms.find_binary(text) for text in args.binaries]
    if len(paths) not in (0, 1, 2):
        raise arms.PerfError('two programs can be compared, and '
                             f'{len(paths)} are named')
    a = paths[0] if paths else arms.own_binary()
    b = paths[-1] if paths else a
    return [arms.Arm('A', a, words('--a-opts', args.a_opts),
                     arms.parse_settings(args.a_set),
                     labelled(args.a_label, 'A')),
            arms.Arm('B', b, words('--b-opts', args.b_opts),
                     arms.parse_settings(args.b_set),
                     labelled(args.b_label, 'B'))]


def make_design(args, workloads, fingerprint):
    floor = calibration.floor(fingerprint, workloads)
    ignore, tolerance = plan.margins(plan.ln_of_percent(args.ignore),
                                     plan.ln_of_percent(args.tolerance),
                                     floor)
    return {**plan.DEFAULTS, 'metrics': pmu.metrics(), 'ignore': ignore,
            'tolerance': tolerance, 'screen': args.screen,
            'confirm': args.confirm,
            'extend': args.extend, 'floor': floor}


def expected(session, comparison):
    """A line for who wonders how long it takes."""
    trials = comparison.trials_left()
    each = session.timing.warm_s + session.timing.load_s + TRIAL_OVERHEAD_S
    more = session.document['design']['confirm'] * 4
    workloads = human.count(len(session.document['workloads']), 'workload')
    return (f'{workloads}, at least {trials} trials, about '
            f'{span(trials * each)}; up to '
            f'{span((trials + more) * each)} where it is not clear')


def prepare(args, workloads):
    """A session in which nothing was measured yet."""
    both, place = make_arms(args), results.output(args, 'compare')
    before = environment.collect()
    for arm in both:
        for workload in workloads:
            arm.workload(workload)
        arms.check(arm)
    design = make_design(args, workloads, environment.fingerprint(before))
    session = begin('compare', args.argv, args.seed, design, both, workloads,
                    before, place, timing_of(args))
    session.document['aa'] = both[0].same_as(both[1])
    return session


def run(args):
    workloads = unique(map(parse, args.workload or [DEFAULT]))
    session = prepare(args, workloads)
    with Progress(0, quiet=args.quiet) as progress:
        comparison = Comparison(session, workloads, progress,
                                with_latency=not args.no_latency)
        progress.note(expected(session, comparison))
        ended = results.carry_out(session, comparison.run, comparison.judge)
    return results.finish(args, session, ended)
