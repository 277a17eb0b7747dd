# SPDX-License-Identifier: MIT
"""udpmill perf calibrate: measure the noise of this machine, and how many
blocks a comparison needs.

Equal arms are compared, so all differences are noise. The result is stored for
this machine, and `compare` ignores at least the difference found here.
"""
import sys

from ..errors import INVALID, PerfError
from ..file import bounds, calibration
from ..host import environment, pmu
from ..judge import equals, plan
from ..measure import arms
from ..measure.comparison import Comparison
from ..measure.matrix import unique
from ..measure.session import begin
from ..measure.workload import DEFAULT, parse
from . import results
from .options import add_measuring, timing_of
from .progress import Progress
from .quantity import count

BLOCKS = 24


def add_arguments(parser):
    parser.add_argument('-w', '--workload', action='append', metavar='SPEC',
                        help=f'workload to measure (default {DEFAULT}); '
                        'may be repeated')
    parser.add_argument('--blocks', type=count(8, bounds.MOST_BLOCKS),
                        default=BLOCKS, metavar='N', help='blocks per '
                        f'workload, at least 8 (default {BLOCKS})')
    add_measuring(parser)


def prepare(args, workloads):
    both = [arms.Arm(name, arms.own_binary(), label=name) for name in 'AB']
    # Only a screen: nothing is decided here, so no phase follows it.
    design = {**plan.DEFAULTS, 'metrics': pmu.metrics(),
              'screen': args.blocks, 'confirm': 0, 'extend': 0}
    session = begin('calibrate', args.argv, args.seed, design, both, workloads,
                    environment.collect(), results.output(args, 'calibrate'),
                    timing_of(args))
    session.document['aa'] = True
    return session


def run(args):
    workloads = unique(map(parse, args.workload or [DEFAULT]))
    session = prepare(args, workloads)
    made = session.document
    with Progress(0, quiet=args.quiet,
                  each_s=session.timing.trial_s) as progress:
        comparison = Comparison(session, workloads, progress)
        ended = results.carry_out(session, comparison.run,
                                  lambda: conclude(made))
    unknown = any(r['sd'] is None for r in made['calibration']['rows'])
    failed = None if ended or unknown else store(made['calibration'])
    code = results.finish(args, session, ended)
    if failed:
        raise failed
    return code or (INVALID if unknown else 0)


def conclude(made):
    made['calibration'] = {
        'rows': equals.rows(made['design'], made['blocks'],
                           [w['name'] for w in made['workloads']]),
        'fingerprint': made['environment']['fingerprint']}


def store(found):
    """Store the rows for compare. Returns the error, if any: it must not keep
    the results from being saved."""
    try:
        where = calibration.store(found['fingerprint'], found['rows'])
    except PerfError as error:
        return error
    found['stored'] = where
    print(f'wrote {where}, which compare will use', file=sys.stderr)
    return None
