# SPDX-License-Identifier: MIT
"""`udpmill perf verify`: is what a file says what its trials say?"""
import textwrap

from ..errors import INVALID, printable
from ..file import document
from ..judge import recheck

HELP = 'compute a file\'s verdicts again from its trials'
SHOWN = 10  # differences of one check


def add_arguments(parser):
    parser.add_argument('file', nargs='+', metavar='FILE.json')


def report(doc):
    """The lines of a document's checks, and whether all are well."""
    well = True
    if not doc['complete']:
        for line in textwrap.wrap(
                f'it was stopped ({doc["stopped"] or "not by itself"}): what '
                'never ran is not missed', 79, initial_indent='note   ',
                subsequent_indent=' ' * 7):
            yield line, well
    for check in recheck.of(doc):
        found = list(check(doc))
        well = well and not found
        yield f'{"WRONG" if found else "ok":5}  {check.__doc__}', well
        for line in found[:SHOWN]:
            yield f'       {line}', well
        if len(found) > SHOWN:
            yield f'       and {len(found) - SHOWN} more', well


def run(args):
    exit_code = 0
    for path in args.file:
        doc = document.load(path)
        if len(args.file) > 1:
            print(f'{path}:')
        for line, well in report(doc):
            print(printable(line))
            if not well:
                exit_code = INVALID
    return exit_code
