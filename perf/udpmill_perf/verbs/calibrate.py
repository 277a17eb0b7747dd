# SPDX-License-Identifier: MIT
"""udpmill perf calibrate: how much noise is there on this machine, and how
many blocks does a comparison take?

Equals are compared, so all that is seen is noise. It is stored for this
machine, and `compare` raises what it ignores to what equals differ by here.
"""
import sys

from ..errors import INVALID, PerfError
from ..file import calibration
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
                        help=f'(default {DEFAULT}); may be repeated')
    parser.add_argument('--blocks', type=count(8), default=BLOCKS,
                        metavar='N', help=f'of each (default {BLOCKS})')
    add_measuring(parser)


def prepare(args, workloads):
    both = [arms.Arm(name, arms.own_binary(), label=name) for name in 'AB']
    # One screen, which nothing follows: nobody decides anything here.
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
    with Progress(0, quiet=args.quiet) as progress:
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
    """For compare. What was in the way, which must not cost the results."""
    try:
        where = calibration.store(found['fingerprint'], found['rows'])
    except PerfError as error:
        return error
    found['stored'] = where
    print(f'{where} has been written; compare will look there',
          file=sys.stderr)
    return None
