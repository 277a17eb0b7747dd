# SPDX-License-Identifier: MIT
"""udpmill perf compare: decide whether B is slower than A."""
import shlex

from .. import human
from ..file import bounds, calibration
from ..host import environment, pmu
from ..judge import plan
from ..measure import arms
from ..measure.comparison import Comparison
from ..measure.matrix import unique
from ..measure.session import begin
from ..measure.workload import DEFAULT, parse
from . import commands, compare_kernels, exits, results
from .options import add_measuring, timing_of
from .progress import Progress, span
from .quantity import count, percent


PHASES = (
    ('screen', 12, 'blocks to look at first, at least 6'),
    ('confirm', 24, 'new blocks that decide, if the screen is suspicious'),
    ('extend', 24, 'blocks to add, if the screen shows nothing but is too '
     'noisy to exclude the tolerance'))
DEFAULTS = {'no_latency': False,
            **{name: default for name, default, _ in PHASES}}


def add_arguments(parser):
    parser.add_argument('binaries', nargs='*', metavar='BINARY', help='the '
                        'udpmill programs of A and of B; if only one is named, '
                        'it is both; if none is, this udpmill is both')
    sides = parser.add_argument_group('arms')
    for side in 'ab':
        sides.add_argument(f'--{side}-opts', metavar='OPTIONS', default='',
                           help=f'options of "udpmill serve" for '
                           f'{side.upper()}, as one string')
        sides.add_argument(f'--{side}-set', metavar='KEY=VALUE', default=[],
                           action='append', help='a sysctl, a setting of NAPI '
                           '(napi.threaded=1), or one of the workload, such as '
                           'path=veth; may be repeated')
        sides.add_argument(f'--{side}-label', metavar='TEXT',
                           help='name of this arm in reports')
        commands.add_arms(sides, side)
    commands.add_timed(commands.add_requests(parser))
    parser.add_argument('-w', '--workload', action='append', metavar='SPEC',
                        help=f'workload to measure (default {DEFAULT}); may '
                        'be repeated; "udpmill perf run --list" has examples; '
                        'with --a-cmd, only what follows such a name, as in '
                        'flows64-veth')
    how = parser.add_argument_group('margins and number of blocks')
    how.add_argument('--ignore', type=percent, default=1.0, metavar='PERCENT',
                     help='ignore changes up to this size (default 1)')
    how.add_argument('--tolerance', type=percent, default=5.0,
                     metavar='PERCENT', help='the change for the worse that '
                     'PASS must exclude (default 5)')
    for name, default, brief in PHASES:
        least = 6 if name == 'screen' else 0
        how.add_argument(f'--{name}', type=count(least, bounds.MOST_BLOCKS),
                         default=default, metavar='BLOCKS',
                         help=f'{brief} (default {default})')
    parser.add_argument('--no-latency', action='store_true', help='do not '
                        'measure the latency at half capacity; it comes last '
                        'and has no influence on the verdict')
    compare_kernels.add_arguments(parser)
    add_measuring(parser)
    exits.add_arguments(parser)


def words(option, text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise arms.PerfError(f'{option}: "{text}": {error}') from None


def labelled(text, name, default=None):
    """The label of an arm, checked to be short enough for a document."""
    if text and len(text) > bounds.MOST_NAME:
        raise arms.PerfError(
            f'--{name.lower()}-label: {len(text)} characters; use at most '
            f'{bounds.MOST_NAME}')
    if text and not text.isprintable():
        raise arms.PerfError(f'--{name.lower()}-label: has characters that '
                             'cannot be printed')
    return text or (name if default is None else default)


def labels(args):
    return labelled(args.a_label, 'A'), labelled(args.b_label, 'B')


def make_arms(args):
    paths = [arms.find_binary(text) for text in args.binaries]
    if len(paths) not in (0, 1, 2):
        raise arms.PerfError('name at most two programs to compare, not '
                             f'{len(paths)}')
    a = paths[0] if paths else arms.own_binary()
    b = paths[-1] if paths else a
    label_a, label_b = labels(args)
    return [arms.Arm('A', a, words('--a-opts', args.a_opts),
                     arms.parse_settings(args.a_set), label_a),
            arms.Arm('B', b, words('--b-opts', args.b_opts),
                     arms.parse_settings(args.b_set), label_b)]


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
    """A line about how long the comparison will take."""
    trials = comparison.trials_left()
    each = session.timing.trial_s
    more = session.document['design']['confirm'] * 4
    workloads = human.count(len(session.document['workloads']), 'workload')
    return (f'{workloads}, at least {trials} trials, about '
            f'{span(trials * each)}; up to '
            f'{span((trials + more) * each)} if more blocks are needed')


def chosen(args):
    """(the arms, the workloads), checked as far as nothing has to run."""
    if commands.asked(args, ((args.binaries, 'BINARY'),
                             (args.a_opts, '--a-opts'),
                             (args.b_opts, '--b-opts'))):
        both = commands.make_arms(args, labels(args))
        workloads = unique(commands.workloads(args, args.workload))
    else:
        workloads = unique(map(parse, args.workload or [DEFAULT]))
        both = make_arms(args)
    for arm in both:
        for workload in workloads:
            arm.workload(workload)
    return both, workloads


def check(both, workloads):
    """Check that the servers start, before anything is measured."""
    for arm in both[:1] if both[0].same_as(both[1]) else both:
        arm.check(workloads[0])


def prepare(args):
    """(a session without any measurements yet, its workloads)."""
    both, workloads = chosen(args)
    place = results.output(args, 'compare')
    before = environment.collect()
    check(both, workloads)
    design = make_design(args, workloads, environment.fingerprint(before))
    session = begin('compare', args.argv, args.seed, design, both, workloads,
                    before, place, timing_of(args))
    session.document['aa'] = both[0].same_as(both[1])
    return session, workloads


def run(args):
    if compare_kernels.wanted(args, DEFAULTS):
        return compare_kernels.run(args, *chosen(args))
    session, workloads = prepare(args)
    with Progress(0, quiet=args.quiet,
                  each_s=session.timing.trial_s) as progress:
        comparison = Comparison(session, workloads, progress,
                                with_latency=not args.no_latency)
        progress.note(expected(session, comparison))

        def conclude():
            comparison.judge()
            if args.a_cmd is not None:
                commands.note(session.document, workloads[0])

        ended = results.carry_out(session, comparison.run, conclude)
    return results.finish(args, session, ended)
