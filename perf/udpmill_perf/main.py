# SPDX-License-Identifier: MIT
"""The verbs of "udpmill perf", and what they exit with."""
import argparse
import importlib
import os
import signal
import sys
import traceback

from .errors import INVALID, UNFIT, USAGE, PerfError, printable
from .verbs import exits

VERBS = {
    'run': 'how fast is it here, and next to the others?',
    'compare': 'did it get slower between A and B?',
    'report': 'show me: HTML, Markdown, JUnit, KTAP, CSV',
    'doctor': 'is this host fit to measure on?',
    'calibrate': 'how much noise is there, and how many blocks does it take?',
    'selftest': 'does the harness find what is there, and nothing else?',
    'verify': 'are the verdicts in a file what its trials say?',
    'merge': 'two kernels: verdicts from the files of many boots',
}
OF_FILES = ('report', 'verify', 'merge')  # what they read may be anybody's
PACKAGES = {'numpy': 'python3-numpy', 'scipy': 'python3-scipy',
            'matplotlib': 'python3-matplotlib', 'jinja2': 'python3-jinja2',
            'jsonschema': 'python3-jsonschema'}
EPILOG = """\
exit codes: 0 pass, 1 regression, 2 usage, 3 inconclusive, 4 the host
is unfit, 5 an invalid measurement{}."""
MAPPED = '; --exit-style maps them'


class Parser(argparse.ArgumentParser):
    """One line, like every verb of udpmill."""

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
            '"udpmill perf VERB --help" says more.\n'
            + EPILOG.format('') + '\n')


def load(verb):
    if verb not in VERBS:
        raise PerfError(f'there is no verb "{verb}"; {", ".join(VERBS)} '
                        'there are')
    try:
        return importlib.import_module(f'.verbs.{verb}', __package__)
    except ModuleNotFoundError as error:
        package = PACKAGES.get((error.name or '').split('.')[0])
        if not package:
            raise
        raise PerfError(f'needs {error.name}: sudo apt-get install '
                        f'{package}', UNFIT) from None


def style_of(argv):
    """Also of a command line that cannot be read: whoever bisects must not
    take that for a bad commit."""
    found = 'plain'
    for word, after in zip(argv, [*argv[1:], '']):
        name, equals, value = word.partition('=')
        if name == '--exit-style':
            value = value if equals else after
            found = value if value in exits.STYLES else 'plain'
    return found


def joined(argv):
    """--b-opts --spin as --b-opts=--spin: argparse takes what begins with a
    dash for an option of its own."""
    found, words = [], iter(argv)
    for word in words:
        if word in ('--a-opts', '--b-opts'):
            after = next(words, None)
            word = word if after is None else f'{word}={after}'
        found.append(word)
    return found


def main(argv):
    if not argv or argv[0] in ('-h', '--help'):
        print(usage(), end='', file=sys.stdout if argv else sys.stderr)
        return 0 if argv else USAGE
    verb, style = argv[0], style_of(argv)
    try:
        module = load(verb)
        args = parser_of(verb, module).parse_args(joined(argv[1:]))
        args.argv = ['udpmill', 'perf', *argv]
        return exits.in_style(module.run(args), style)
    except PerfError as error:
        print(f'udpmill perf {verb}: {error}', file=sys.stderr)
        return exits.in_style(error.exit_code, style)
    except KeyboardInterrupt:
        print(f'\nudpmill perf {verb}: interrupted', file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()
        return exits.in_style(INVALID, style)
    except OSError as error:
        what = f'{error.filename}: ' if error.filename else ''
        print(f'udpmill perf {verb}: {what}{error.strerror or error}',
              file=sys.stderr)
        return exits.in_style(UNFIT, style)
    except Exception as error:
        if verb in OF_FILES and not os.environ.get('UDPMILL_PERF_TRACEBACK'):
            # Whoever sent the file is not who wrote this program.
            print(f'udpmill perf {verb}: a file says what cannot be computed '
                  f'with: {type(error).__name__}: {printable(str(error))}',
                  file=sys.stderr)
            return exits.in_style(INVALID, style)
        # A fault of ours must not look like a regression.
        traceback.print_exc()
        return exits.in_style(INVALID, style)
