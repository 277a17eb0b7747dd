# SPDX-License-Identifier: MIT
"""The command line of "udpmill perf": its verbs and their exit codes."""
import argparse
import contextlib
import difflib
import importlib
import os
import signal
import sys
import traceback

from .errors import INVALID, UNFIT, USAGE, PerfError, printable
from .verbs import exits, listing

VERBS = {
    'run': 'Measure how fast this host is, next to other programs',
    'compare': 'Decide whether B is slower than A',
    'count': 'Count exactly how many instructions a datagram takes',
    'report': 'Show results, also of load, as text, HTML, Markdown...',
    'doctor': 'Check whether this host is fit to measure on',
    'calibrate': 'Measure the noise, and how many blocks a comparison needs',
    'selftest': 'Check that slowdowns are found, without false alarms',
    'verify': 'Check that the trials in a file support its verdicts',
    'merge': 'Compare two kernels, from the files of many boots',
}
OF_FILES = ('report', 'verify', 'merge')  # their input may come from anybody
PACKAGES = {'numpy': 'python3-numpy', 'scipy': 'python3-scipy',
            'matplotlib': 'python3-matplotlib', 'jinja2': 'python3-jinja2',
            'jsonschema': 'python3-jsonschema'}
EPILOG = """\
Exit codes: 0 pass, 1 regression, 2 usage error, 3 inconclusive, 4 unfit
host, 5 invalid measurement{}."""
MAPPED = '; --exit-style maps them'
TEXTS = ('--a-opts', '--b-opts', '--a-append', '--b-append')


class Parser(argparse.ArgumentParser):
    """Errors take one line, as in every verb of udpmill."""

    def error(self, message):
        raise PerfError(message)


def parser_of(verb, module):
    parser = Parser(prog=f'udpmill perf {verb}', description=VERBS[verb],
                    allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    module.add_arguments(parser)
    mapped = parser.get_default('exit_style') is not None
    parser.epilog = EPILOG.format(MAPPED if mapped else '')
    return parser


def usage():
    verbs = '\n'.join(f'  {name:<10} {brief}' for name, brief in
                      VERBS.items())
    return ('Usage: udpmill perf VERB [OPTION...] [ARGUMENT...]\n'
            f'(or udpmill-perf VERB ...)\n\n{verbs}\n\n'
            'Run "udpmill perf VERB --help" to see the options of a verb.\n'
            + EPILOG.format('') + '\n')


def load(verb):
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, VERBS, 1)
        raise PerfError(f'there is no verb "{verb}"; ' + (
            f'did you mean "{near[0]}"?' if near else
            f'choose one of {", ".join(VERBS)}'))
    try:
        return importlib.import_module(f'.verbs.{verb}', __package__)
    except ModuleNotFoundError as error:
        package = PACKAGES.get((error.name or '').split('.')[0])
        if not package:
            raise
        raise PerfError(f'needs {error.name}; run sudo apt-get install '
                        f'{package}', UNFIT) from None


def style_of(argv):
    """The exit style, even of a command line that cannot be parsed: git bisect
    must not take a usage error for a bad commit."""
    found = 'plain'
    for word, after in zip(argv, [*argv[1:], '']):
        name, equals, value = word.partition('=')
        if name == '--exit-style':
            value = value if equals else after
            found = value if value in exits.STYLES else 'plain'
    return found


def joined(argv):
    """Turn --b-opts --spin into --b-opts=--spin, because argparse takes a word
    that begins with a dash for one of its own options."""
    found, words = [], iter(argv)
    for word in words:
        if word in TEXTS:
            after = next(words, None)
            word = word if after is None else f'{word}={after}'
        found.append(word)
    return found


class Patient:
    """Standard error, of which nothing is lost but itself if it is full or
    gone: neither results nor the exit code."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, text):
        self._attempt(lambda: self.stream.write(text))
        return len(text)

    def flush(self):
        self._attempt(self.stream.flush)

    def _attempt(self, work):
        try:
            work()
        except OSError:  # what is left of it goes nowhere, at the end
            with open(os.devnull, 'wb') as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())

    def __getattr__(self, name):
        return getattr(self.stream, name)


def main(argv):
    if sys.stderr is None:  # closed
        return guarded(argv)
    with contextlib.redirect_stderr(Patient(sys.stderr)):
        return guarded(argv)


def work(argv):
    if argv == [listing.OPTION]:
        return listing.write(VERBS, load, parser_of)
    if not argv or argv[0] in ('-h', '--help'):
        print(usage(), end='', file=sys.stdout if argv else sys.stderr,
              flush=True)
        return 0 if argv else USAGE
    module = load(argv[0])
    args = parser_of(argv[0], module).parse_args(joined(argv[1:]))
    args.argv = ['udpmill', 'perf', *argv]
    return module.run(args)


def guarded(argv):
    """The exit code: no error looks like a regression."""
    verb, style = argv[0] if argv else '--help', style_of(argv)
    try:
        if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return exits.in_style(work(argv), style)
    except PerfError as error:
        print(f'udpmill perf {verb}: {error}', file=sys.stderr)
        return exits.in_style(error.exit_code, style)
    except KeyboardInterrupt:
        print(f'\nudpmill perf {verb}: interrupted', file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()
        return exits.in_style(INVALID, style)
    except MemoryError:
        print(f'udpmill perf {verb}: there is not enough memory, or ulimit -v '
              'allows too little', file=sys.stderr)
        return exits.in_style(UNFIT, style)
    except OSError as error:
        what = f'{error.filename}: ' if error.filename else ''
        print(f'udpmill perf {verb}: {what}{error.strerror or error}',
              file=sys.stderr)
        return exits.in_style(UNFIT, style)
    except Exception as error:
        if verb in OF_FILES and not os.environ.get('UDPMILL_PERF_TRACEBACK'):
            # The file is at fault, so a traceback would not help the user.
            print(f'udpmill perf {verb}: a file has values that cannot be '
                  f'used: {type(error).__name__}: {printable(str(error))}',
                  file=sys.stderr)
            return exits.in_style(INVALID, style)
        # A bug in this program must not look like a regression.
        traceback.print_exc()
        return exits.in_style(INVALID, style)
