# SPDX-License-Identifier: MIT
"""The options of all verbs that measure."""
from dataclasses import replace

from ..measure.trial import Timing
from .quantity import count, seconds


def add_measuring(parser):
    group = parser.add_argument_group('measuring')
    group.add_argument('--window', type=seconds, metavar='TIME',
                       help='length of the measured part of a trial (default '
                       '500ms; for run, the preset\'s)')
    group.add_argument('--warm-up', type=seconds, metavar='TIME',
                       help='length of the warm-up before it (default 300ms)')
    group.add_argument('--seed', type=count(1), metavar='N',
                       help='seed of all random choices (default: a random '
                       'one, which is reported)')
    add_output(parser)


def add_output(parser, *names):
    """names: other names of --output."""
    out = parser.add_argument_group('output')
    out.add_argument('-o', '--output', *names, metavar='FILE', help='write '
                     'the results to this file, as JSON (default: '
                     'udpmill-VERB-TIME.json in the current directory); '
                     '"none" writes no file')
    out.add_argument('--report', action='append', metavar='FILE', default=[],
                     help='also write a report; the name\'s ending decides '
                     'its kind: .html .md .csv .xml (JUnit) .tap (KTAP); may '
                     'be repeated')
    out.add_argument('--history', metavar='FILE.jsonl',
                     help='append the medians to this file')
    out.add_argument('-J', '--json', action='store_true',
                     help='print the results as JSON, instead of the table')
    out.add_argument('-q', '--quiet', action='store_true',
                     help='print no progress')


def timing_of(args, default=Timing()):
    return replace(default, warm_s=args.warm_up or default.warm_s,
                   window_s=args.window or default.window_s)
