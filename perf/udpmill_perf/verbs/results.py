# SPDX-License-Identifier: MIT
"""After measuring: the file, the reports, and the exit code."""
import json
import os
import sys
import time

from .. import render
from ..errors import UNFIT, PerfError
from ..file import history, whole_file
from ..measure.kept import Interrupted
from ..render import output as files, terminal
from . import exits


def check_place(path):
    """Check that a file can be written, before anything is measured."""
    try:
        folder = os.path.dirname(os.path.abspath(path))
    except FileNotFoundError:
        raise PerfError(f'{path}: the current directory has been removed; '
                        'change to another one') from None
    if os.path.isdir(path):
        raise PerfError(f'{path}: is a directory; name a file in it')
    if not os.path.isdir(folder):
        raise PerfError(f'{path}: there is no directory {folder}')
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise PerfError(f'{path}: no permission to write it')


def output(args, verb):
    """The file for the results, or None. Checks the reports' files too."""
    for path in args.report:
        check_place(path)
        if not render.format_of(path):
            raise PerfError(f'--report: {path}: the name must end with one of '
                            '.html .md .csv .xml .tap')
    if args.history:
        check_place(args.history)
    if args.output == 'none':
        return None
    path = args.output or whole_file.NewName(
        time.strftime(f'udpmill-{verb}-%Y%m%d-%H%M%S.json'))
    check_place(path)
    return path


def carry_out(session, work, conclude=lambda: None):
    """Returns the signal's exit code, or 0. The document says how the work
    ended, and conclude() adds what follows from the trials so far. An
    exception is raised again after the document has been saved."""
    try:
        with session:
            work()
    except Interrupted as stop:
        # The signal may have come before the session was entered.
        session.document['stopped'] = f'interrupted by {stop}'
        ended = 128 + stop.number
    except Exception:
        conclude()
        session.save()
        raise
    else:
        ended = 0
    conclude()
    return ended


def say_where(session, reports):
    for path in filter(None, [session.output, *reports]):
        print(f'wrote {path}', file=sys.stderr)


def show(made, as_json):
    """Print on standard output, before the reports, because they may fail.
    Returns an error, if any, so that the reports are written all the same."""
    try:
        if as_json:
            print(json.dumps(made, indent=1), flush=True)
        else:
            print(terminal.summary(made, terminal.wants_colour(sys.stdout)),
                  end='', flush=True)
    except BrokenPipeError as error:  # its reader had enough
        return error
    except OSError as error:
        return PerfError(f'standard output: {error.strerror}', UNFIT)
    return None


def saved(session):
    """As for show(): what was measured is printed even if there is no room for
    its file."""
    try:
        session.save()
    except PerfError as error:
        return error
    return None


def finish(args, session, ended=0):
    """Save, print, and write the reports. Returns the exit code."""
    made = session.document
    failed = saved(session)
    failed = show(made, args.json) or failed
    for path in args.report:
        files.write_text(path, render.to_text(
            [(session.output or '', made)], render.format_of(path),
            inconclusive=args_inconclusive(args)))
    if args.history and not ended:
        history.append(args.history, made)
    if failed:
        raise failed
    say_where(session, args.report)
    if ended:
        kept = '; the results so far are kept' if session.output else ''
        print(f'udpmill perf: interrupted{kept}', file=sys.stderr)
        return ended
    return exits.of_verdict(made.get('verdict'),
                            getattr(args, 'inconclusive', None))


def args_inconclusive(args):
    return getattr(args, 'inconclusive', None) or 'skip'
