# SPDX-License-Identifier: MIT
"""udpmill perf report: documents as somebody wants to read them."""
import os
import shutil
import sys

from .. import render
from ..errors import PerfError, printable
from ..file import document, history
from ..render import output, terminal

HELP = 'show files of the others: terminal, Markdown, HTML, what a CI reads'
WIDEST = 110                # columns: wider is not read more easily


def add_arguments(parser):
    parser.add_argument('files', nargs='+', metavar='FILE',
                        help='what run, compare, calibrate, selftest or '
                             'merge wrote')
    parser.add_argument('--format', choices=render.FORMATS, metavar='KIND',
                        help=f'{", ".join(render.FORMATS)} (default: from '
                        'OUT\'s suffix, or terminal)')
    parser.add_argument('-o', '--output', metavar='OUT', default='-',
                        help='a file; .html, .md, .csv, .xml (JUnit), .tap '
                             '(KTAP), .json, .txt')
    parser.add_argument('--history', metavar='FILE.jsonl',
                        help='append the medians to it, and draw in HTML '
                             'how they went')
    parser.add_argument('--inconclusive', choices=('pass', 'fail', 'skip'),
                        default='skip',
                        help='what INCONCLUSIVE is in ktap, junit, '
                             'annotations, codeclimate (default: skip)')


def run(args):
    form = _format(args)
    _refuse_input(args.files, args.output, 'the report')
    _refuse_input(args.files, args.history, 'the history')
    if args.history and args.output != '-':
        _refuse_input([args.history], args.output, 'the report')
    documents = [(path, document.load(path)) for path in args.files]
    entries = _history(args.history, documents)
    to_stdout = args.output == '-'
    text = render.to_text(
        documents, form, inconclusive=args.inconclusive, history=entries,
        colour=to_stdout and terminal.wants_colour(sys.stdout),
        width=_width() if to_stdout else 80)
    if to_stdout:
        _print(text)
    else:
        output.write_text(args.output, text)
    return 0


def _format(args):
    if args.format:
        return args.format
    if args.output == '-':
        return 'terminal'
    form = render.format_of(args.output)
    if form is None and os.path.splitext(args.output)[1]:
        known = ', '.join(render.SUFFIXES)
        raise PerfError(f'{args.output}: no format is known by this suffix; '
                        f'give --format, or one of {known}')
    return form or 'terminal'


def _refuse_input(files, path, what):
    """Also under another name: a link, or ./ before it."""
    if not path or path == '-':
        return
    for file in files:
        same = os.path.realpath(file) == os.path.realpath(path)
        if not same and os.path.exists(file) and os.path.exists(path):
            same = os.path.isfile(path) and os.path.samefile(file, path)
        if same:
            raise PerfError(f'{path}: is read here and would be overwritten '
                            f'by {what}; give another name')


def _history(path, documents):
    if not path:
        return []
    for _, found in documents:
        history.append(path, found)
    entries, complaints = history.load(path)
    for line in complaints:
        print(printable(line), file=sys.stderr)
    return entries


def _width():
    return min(WIDEST, max(80, shutil.get_terminal_size((80, 24)).columns))


def _print(text):
    try:
        sys.stdout.reconfigure(errors='backslashreplace', newline='')
    except AttributeError:
        pass                # not a file: somebody reads what is printed
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # `| head` has seen enough; nothing is left to be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
