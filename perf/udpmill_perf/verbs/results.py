# SPDX-License-Identifier: MIT
"""What comes after measuring: the file, the reports, the exit code."""
import json
import os
import sys
import time

from .. import render
from ..errors import PerfError
from ..file import history
from ..measure.session import Interrupted
from ..render import output as files, terminal
from . import exits


def check_place(path):
    """Before anything is measured for it."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        raise PerfError(f'{path}: is a directory; a file in it would be right')
    if not os.path.isdir(folder):
        raise PerfError(f'{path}: there is no directory {folder}')
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise PerfError(f'{path}: may not be written')


def output(args, verb):
    """The file for the results, None for none. Reports are checked too."""
    for path in args.report:
        check_place(path)
        if not render.format_of(path):
            raise PerfError(f'--report: {path}: its name ends with none of '
                            '.html .md .csv .xml .tap')
    if args.history:
        check_place(args.history)
    if args.output == 'none':
        return None
    path = args.output or time.strftime(f'udpmill-{verb}-%Y%m%d-%H%M%S.json')
    check_place(path)
    return path


def carry_out(session, work, conclude=lambda: None):
    """The signal's exit code, or 0. The document says how it ended, and what
    follows from as much as was measured: conclude() is for that. A PerfError
    goes on after it was saved."""
    try:
        with session:
            work()
    except Interrupted as stop:
        # Also one that came before the session was entered.
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
        print(f'{path} has been written', file=sys.stderr)


def show(made, as_json):
    """On standard output, before the reports: they may fail. What is in the
    way here, which must not cost them."""
    try:
        if as_json:
            print(json.dumps(made, indent=1), flush=True)
        else:
            print(terminal.summary(made, terminal.wants_colour(sys.stdout)),
                  end='', flush=True)
    except OSError as error:
        return error
    return None


def finish(args, session, ended=0):
    """Saves, prints, reports; the exit code."""
    made = session.document
    session.save()
    failed = show(made, args.json)
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
        print('udpmill perf: interrupted; what was measured is kept',
              file=sys.stderr)
        return ended
    return exits.of_verdict(made.get('verdict'),
                            getattr(args, 'inconclusive', None))


def args_inconclusive(args):
    return getattr(args, 'inconclusive', None) or 'skip'
