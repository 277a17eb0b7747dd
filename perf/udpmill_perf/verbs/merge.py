# SPDX-License-Identifier: MIT
"""udpmill perf merge: compare boots of one kernel with boots of another."""
import argparse
import sys
import time

from ..errors import printable
from ..file import document
from ..judge import boots, merge, plan
from . import exits


IN_TURNS = ('All boots of one side came before those of the other, so drift '
            'of the machine looks like a difference. Boot them in turns.')


def percentage(text):
    """'5' or '5%' -> ln"""
    try:
        percent = float(text.strip().removesuffix('%'))
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a percentage; '
                                         'try 5 or 2.5%') \
            from None
    if not 0 <= percent <= 1000:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not within 0 to 1000')
    return plan.ln_of_percent(percent)


def add_arguments(parser):
    parser.add_argument('base', nargs='+', metavar='A.json',
                        help='file of a boot of A, the base')
    parser.add_argument('--vs', nargs='+', required=True, metavar='B.json',
                        help='file of a boot of B, which may be slower')
    parser.add_argument('--arm', metavar='NAME',
                        help='program in the files to compare (default: the '
                        'first)')
    parser.add_argument('--ignore', type=percentage, metavar='PERCENT',
                        default=plan.DEFAULTS['ignore'],
                        help='ignore changes up to this size (default 1)')
    parser.add_argument('--tolerance', type=percentage, metavar='PERCENT',
                        default=plan.DEFAULTS['tolerance'],
                        help='the change for the worse that PASS must '
                        'exclude (default 5)')
    parser.add_argument('--output', '-o', metavar='FILE',
                        default='udpmill-perf-merge.json',
                        help='file for the result (default %(default)s)')
    exits.add_arguments(parser)


def merged(sides, arm, ignore, tolerance, argv):
    """The merged document, with its verdicts."""
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
