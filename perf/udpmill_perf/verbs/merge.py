# SPDX-License-Identifier: MIT
"""`udpmill perf merge`: boots of one kernel against boots of another."""
import argparse
import sys
import time

from ..errors import printable
from ..file import document
from ..judge import boots, merge, plan
from . import exits

HELP = 'compare two kernels: files of `run`, one per boot'
IN_TURNS = ('All boots of one side came before the other\'s: what drifts in '
            'the machine looks the same as a difference. Boot them in turns.')


def percentage(text):
    """'5' or '5%' -> ln"""
    try:
        percent = float(text.strip().removesuffix('%'))
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no percentage') \
            from None
    if not 0 <= percent <= 1000:
        raise argparse.ArgumentTypeError(f'{text}: from 0 to 1000')
    return plan.ln_of_percent(percent)


def add_arguments(parser):
    parser.add_argument('base', nargs='+', metavar='A.json',
                        help='a boot of the side that is compared with')
    parser.add_argument('--vs', nargs='+', required=True, metavar='B.json',
                        help='a boot of the side that may have got worse')
    parser.add_argument('--arm', metavar='NAME',
                        help='which program of the files (the first)')
    parser.add_argument('--ignore', type=percentage, metavar='PERCENT',
                        default=plan.DEFAULTS['ignore'],
                        help='changes up to this do not matter (1)')
    parser.add_argument('--tolerance', type=percentage, metavar='PERCENT',
                        default=plan.DEFAULTS['tolerance'],
                        help='PASS when more than this is excluded (5)')
    parser.add_argument('--output', '-o', metavar='FILE',
                        default='udpmill-perf-merge.json',
                        help='the merged document (%(default)s)')
    exits.add_arguments(parser)


def merged(sides, arm, ignore, tolerance, argv):
    """The document, judged."""
    boots.check(sides, arm)
    made = merge.combine(sides, arm, sides[0][0][1]['tool']['version'], argv,
                         ignore, tolerance)
    made['environment'] = boots.environment(sides)
    made['aa'] = boots.equal(sides, arm)
    made['notes'] = [] if boots.in_turns(sides) else [IN_TURNS]
    made['verdicts'], made['verdict'] = merge.judge(made)
    return made


def run(args):
    began = time.monotonic()
    ignore, tolerance = plan.margins(args.ignore, args.tolerance)
    sides = [[(path, document.load(path)) for path in paths]
             for paths in (args.base, args.vs)]
    made = merged(sides, args.arm, ignore, tolerance, sys.argv)
    made['seconds'] = round(time.monotonic() - began, 3)
    document.validate(made)
    document.save(made, args.output)
    for item in made['verdicts']:
        print(printable(f'{item["verdict"]:12} {item["workload"]}, '
                        f'{item["metric"]}: {item["why"]}'))
    for note in made['notes']:
        print(f'note: {note}')
    print(f'{made["verdict"]}: {len(sides[0])} boots of A, {len(sides[1])} of '
          f'B; {args.output}')
    return exits.of_verdict(made['verdict'], args.inconclusive)
