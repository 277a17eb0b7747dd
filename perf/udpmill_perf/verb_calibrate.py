# SPDX-License-Identifier: MIT
"""udpmill perf calibrate: how much noise is there on this machine, and how
many blocks does a comparison take?

Equals are compared, so all that is seen is noise. It is stored for this
machine, and `compare` raises what it ignores to what equals differ by here.
"""
import math
import sys
from contextlib import ExitStack

from . import arms, calibration, document, environment, figures, plan, results
from .compare import Comparison
from .options import add_measuring, timing_of
from .progress import Progress
from .quantity import count
from .session import Session, draw_seed
from .workload import DEFAULT, parse

EFFECTS = (0.03, 0.05, 0.10)
BLOCKS = 24


def add_arguments(parser):
    parser.add_argument('-w', '--workload', action='append', metavar='SPEC',
                        help=f'(default {DEFAULT}); may be repeated')
    parser.add_argument('--blocks', type=count(8), default=BLOCKS,
                        metavar='N', help=f'of each (default {BLOCKS})')
    add_measuring(parser)


def blocks_for(design, sd, effect):
    """That find so large an effect nine times in ten."""
    return figures.values_needed({**design,
                                  'tolerance': math.log1p(effect)}, sd)


def floor_of(f):
    """What equals are sure to differ by: 0 where their interval holds 0."""
    if f.low is None or f.low <= 0 <= f.high:
        return 0.0
    return max(abs(f.low), abs(f.high))


def row(design, blocks, workload, metric):
    f = figures.of_blocks(design, plan.differences(blocks, metric))
    needed = {str(e): blocks_for(design, f.sd, e) for e in EFFECTS}
    return {'workload': workload, 'metric': metric, 'blocks': f.n,
            'sd': f.sd, 'floor': floor_of(f), 'interval': [f.low, f.high],
            'blocks_needed': needed,
            'recommended': max(needed[str(EFFECTS[1])] or 0,
                               plan.DEFAULTS['screen'])}


def prepare(args, workloads, timing):
    binary, before = arms.own_binary(), environment.collect()
    both = [arms.Arm(name, binary, label=name) for name in 'AB']
    # One screen, which nothing follows: nobody decides anything here.
    design = {**plan.DEFAULTS, 'screen': args.blocks, 'confirm': 0,
              'extend': 0, 'workloads': [w.name for w in workloads],
              'warm_s': timing.warm_s, 'window_s': timing.window_s,
              'slices': timing.slices}
    made = document.new('calibrate', arms.version(binary), args.argv,
                        args.seed or draw_seed(), design)
    made['arms'] = [arm.as_dict() for arm in both]
    made['workloads'] = [w.as_dict() for w in workloads]
    made['aa'] = True
    return Session(made, before, both, binary,
                   results.output(args, 'calibrate'), timing)


def run(args):
    workloads = [parse(spec) for spec in args.workload or [DEFAULT]]
    session = prepare(args, workloads, timing_of(args))
    made = session.document
    with Progress(0, quiet=args.quiet) as progress, ExitStack() as stack:
        comparison = Comparison(session, workloads, progress)
        ended = results.carry_out(session, lambda: comparison.run(stack))
    rows = [row(made['design'], plan.used(plan.of(made['blocks'], w.name),
                                          'screen'), w.name, metric)
            for w in workloads for metric in plan.METRICS]
    fingerprint = made['environment']['fingerprint']
    made['calibration'] = {'rows': rows, 'fingerprint': fingerprint}
    if not ended:
        where = calibration.store(fingerprint, rows)
        made['calibration']['stored'] = where
        print(f'{where} has been written; compare will look there',
              file=sys.stderr)
    return results.finish(args, session, ended)
