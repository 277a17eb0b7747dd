# SPDX-License-Identifier: MIT
"""What the program lists of its verbs (--list-options), and what may stand for
the value of an option: words, a file, or names that the system knows."""
import dataclasses
import json
import re
import subprocess

MADE = ('Completion of udpmill(1) for {}, made from its tables of options when '
        'it is\n# built: see src/completion. Changes here are lost.')
BY_NAME = {'device': 'devices', 'netns': 'namespaces'}
BRIEF_MOST = 60


@dataclasses.dataclass
class Option:
    long: str      # or None, as short
    short: str
    argument: str  # or None: takes none
    optional: bool
    values: list
    brief: str

    @property
    def names(self):
        return ([f'-{self.short}'] if self.short else []) + (
            [f'--{self.long}'] if self.long else [])

    @property
    def kinds(self):
        """What the system can complete."""
        found = [BY_NAME[self.long]] if self.long in BY_NAME else []
        if self.argument and re.search(r'FILE|DIR|PATH', self.argument):
            found.append('files')
        return found

    @property
    def is_list(self):
        """Several values, separated by commas."""
        return bool(self.values) and (',...' in self.argument or
                                      'LIST' in self.argument)


@dataclasses.dataclass
class Command:
    words: tuple  # ('perf', 'run')
    brief: str
    arguments: str
    options: list

    @property
    def kinds(self):
        """What the system can complete of the arguments."""
        found = ['servers'] if 'PID' in self.arguments else []
        if self.words[0] == 'perf' or 'FILE' in self.arguments:
            found.append('files')
        return found


@dataclasses.dataclass
class Program:
    verbs: list     # (name, brief), all
    perf: list      # (name, brief)
    commands: list  # those whose options are known

    def helped(self):
        """What may follow each word, up to the verb: the words and briefs."""
        verbs = [*self.verbs, ('help', 'explain the options of a verb')]
        return {(): verbs, ('help',): self.verbs, ('perf',): self.perf,
                ('help', 'perf'): self.perf}


def brief_of(text):
    """The first clause, which one line of a menu has room for."""
    clause = re.split(r'[;(]|[.:] |, (?:or|and|at|by|one) ', text)[0].strip()
    if len(clause) <= BRIEF_MOST:
        return clause
    return clause[:BRIEF_MOST].rsplit(' ', 1)[0].rstrip(',') + ' ...'


def listed(udpmill, *verb):
    done = subprocess.run([udpmill, '--list-options', *verb], check=True,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def command(words, brief, found):
    return Command(words, brief, found['arguments'] or '', [
        Option(o['long'], o['short'] if o['short'] != '?' else None,
               o['argument'], o['optional'], o['values'],
               brief_of(o['help'])) for o in found['options']])


def read(udpmill):
    verbs = [(v['name'], v['brief']) for v in listed(udpmill)]
    commands = [command((name,), brief, listed(udpmill, name))
                for name, brief in verbs if name != 'perf']
    perf = listed(udpmill, 'perf')
    # The options of a verb whose Python packages are missing are not known.
    commands += [command(('perf', v['name']), v['brief'], v) for v in perf
                 if v['options'] is not None]
    return Program(verbs, [(v['name'], brief_of(v['brief'])) for v in perf],
                   commands)
