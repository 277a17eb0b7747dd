# SPDX-License-Identifier: MIT
"""Options that all verbs which measure have."""
from dataclasses import replace

from ..measure.trial import Timing
from .quantity import count, seconds


def add_measuring(parser):
    group = parser.add_argument_group('measuring')
    group.add_argument('--window', type=seconds, metavar='TIME',
                       help='what is measured of a trial (default '
                       '500ms; of run\'s presets, their own)')
    group.add_argument('--warm-up', type=seconds, metavar='TIME',
                       help='what goes before it (default 300ms)')
    group.add_argument('--seed', type=count(1), metavar='N',
                       help='of every coin (default: drawn, and told)')
    out = parser.add_argument_group('output')
    out.add_argument('-o', '--output', metavar='FILE', help='the results, as '
                     'JSON (default: udpmill-VERB-TIME.json here; none)')
    out.add_argument('--report', action='append', metavar='FILE', default=[],
                     help='a report too, of the kind that the name ends with: '
                     '.html .md .csv .xml (JUnit) .tap (KTAP); may be '
                     'repeated')
    out.add_argument('--history', metavar='FILE.jsonl',
                     help='add the results to this file')
    out.add_argument('-J', '--json', action='store_true',
                     help='print the results as JSON')
    out.add_argument('-q', '--quiet', action='store_true',
                     help='no progress')


def timing_of(args, default=Timing()):
    return replace(default, warm_s=args.warm_up or default.warm_s,
                   window_s=args.window or default.window_s)
