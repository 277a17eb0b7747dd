# SPDX-License-Identifier: MIT
"""udpmill perf verify: check that a file's trials support its verdicts."""
import textwrap

from ..errors import INVALID, printable
from ..file import count_document, document
from ..judge import recheck, recount


RECHECKS = {count_document.SCHEMA: recount}
SHOWN = 10  # at most so many differences per check


def add_arguments(parser):
    parser.add_argument('file', nargs='+', metavar='FILE.json',
                        help='file to check')


def report(doc):
    """Yields the lines of a document's checks, each with whether all checks up
    to it have passed."""
    well = True
    if not doc['complete']:
        for line in textwrap.wrap(
                f'it was stopped ({doc["stopped"] or "from outside"}); what '
                'was never measured is not reported as missing', 79,
                initial_indent='note   ',
                subsequent_indent=' ' * 7):
            yield line, well
    for check in RECHECKS.get(doc['schema'], recheck).of(doc):
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
