# SPDX-License-Identifier: MIT
"""The verbs and their options for programs: shell completion is made of them
(src/completion), and src/cli/args/listing.h describes the form."""
import argparse
import json
import sys

from ..errors import PerfError

OPTION = '--list-options'


def entry(action, group):
    longs = [o for o in action.option_strings if o.startswith('--')]
    shorts = [o for o in action.option_strings if not o.startswith('--')]
    takes = action.nargs != 0
    values = action.choices or getattr(action.type, 'words', None) or ()
    argument = None
    if takes:
        metavar = action.metavar
        argument = metavar if isinstance(metavar, str) else (
            '|'.join(map(str, values)) or action.dest.upper())
    # Some words of a metavar are values themselves: "X|max".
    if takes and not values and '|' in argument:
        values = [w for w in argument.split('|') if w.isalpha() and
                  w.islower()]
    return {'long': longs[0][2:] if longs else None,
            'short': shorts[0][1:] if shorts else None,
            'group': group, 'argument': argument,
            'optional': action.nargs == '?',
            'values': [str(v) for v in values],
            'help': (action.help or '').replace('%%', '%')}


def options_of(parser):
    for group in parser._action_groups:
        for action in group._group_actions:
            if action.option_strings and action.help != argparse.SUPPRESS:
                yield entry(action, group.title)


def arguments_of(parser):
    return ' '.join(a.metavar if isinstance(a.metavar, str) else a.dest.upper()
                    for a in parser._actions if not a.option_strings)


def write(verbs, load, parser_of):
    """The options of a verb whose packages are missing are not known, and so
    null."""
    found = []
    for name, brief in verbs.items():
        verb = {'name': name, 'brief': brief, 'arguments': '',
                'options': None}
        try:
            parser = parser_of(name, load(name))
        except PerfError:
            pass
        else:
            verb['arguments'] = arguments_of(parser)
            verb['options'] = list(options_of(parser))
        found.append(verb)
    json.dump(found, sys.stdout, indent=1)
    print(flush=True)
    return 0
