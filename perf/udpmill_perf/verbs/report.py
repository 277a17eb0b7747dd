# SPDX-License-Identifier: MIT
"""udpmill perf report: show documents in the format that is asked for."""
import os
import shutil
import sys

from .. import render
from ..errors import PerfError, printable
from ..file import history, readable
from ..render import output, terminal


WIDEST = 110                # columns; wider lines are harder to read


def add_arguments(parser):
    parser.add_argument('files', nargs='+', metavar='FILE',
                        help='file written by run, compare, count, '
                             'calibrate, selftest or merge; or, by "udpmill '
                             'load", with -J, --csv or --csv-steps: several '
                             'of these are shown side by side')
    parser.add_argument('--format', choices=render.FORMATS, metavar='KIND',
                        help=f'{", ".join(render.FORMATS)} (default: by the '
                        'ending of OUT; terminal, if there is none)')
    parser.add_argument('-o', '--output', metavar='OUT', default='-',
                        help='write the report to this file: .html, .md, '
                             '.csv, .xml (JUnit), .tap (KTAP), .json or .txt '
                             '(default: standard output)')
    parser.add_argument('--page', metavar='FILE.md',
                        help='write the page of results of a run of the '
                             'preset results, with the instructions of '
                             'count, if given, and pictures in pictures/ '
                             'beside it')
    parser.add_argument('--history', metavar='FILE.jsonl',
                        help='append the medians to this file, and plot '
                             'their history in HTML')
    parser.add_argument('--inconclusive', choices=('pass', 'fail', 'skip'),
                        default='skip',
                        help='how to report INCONCLUSIVE in ktap, junit, '
                             'annotations and codeclimate (default: skip)')


PICTURES = 'pictures'


def run(args):
    if args.page:
        return _page(args)
    form = _format(args)
    _refuse_input(args.files, args.output, 'the report')
    _refuse_input(args.files, args.history, 'the history')
    if args.history and args.output != '-':
        _refuse_input([args.history], args.output, 'the report')
    documents = readable.load(args.files)
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


def _page(args):
    from ..render import page
    if args.format or args.history or args.output != '-':
        raise PerfError('--page cannot be combined with --format, --output or '
                        '--history')
    _refuse_input(args.files, args.page, 'the page')
    made = page.render(readable.load(args.files), PICTURES)
    folder = os.path.join(os.path.dirname(args.page), PICTURES)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise PerfError(f'{folder}: {error.strerror}') from None
    for name, svg in made.pictures.items():
        output.write_text(os.path.join(folder, name), svg)
    output.write_text(args.page, made.text)
    return 0


def _format(args):
    if args.format:
        return args.format
    if args.output == '-':
        return 'terminal'
    form = render.format_of(args.output)
    if form is None and os.path.splitext(args.output)[1]:
        known = ', '.join(render.SUFFIXES)
        raise PerfError(f'{args.output}: this ending does not name a format; '
                        f'use --format, or one of {known}')
    return form or 'terminal'


def _refuse_input(files, path, what):
    """Raise if path is one of the files, even under another name: a link, or
    with ./ before it."""
    if not path or path == '-':
        return
    for file in files:
        same = os.path.realpath(file) == os.path.realpath(path)
        if not same and os.path.exists(file) and os.path.exists(path):
            same = os.path.isfile(path) and os.path.samefile(file, path)
        if same:
            raise PerfError(f'{path}: this input would be overwritten by '
                            f'{what}; choose another name')


def _history(path, documents):
    if not path:
        return []
    for name, found in documents:
        if found['kind'] == 'load':
            raise PerfError(f'--history: {name or "some files"}: what load '
                            'wrote has no history; only files of perf have')
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
        pass                # not a real file, but an object that captures
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # As in `| head`: drop the rest, so that the flush at exit succeeds.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
