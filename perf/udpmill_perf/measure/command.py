# SPDX-License-Identifier: MIT
"""An arm that is a command: a UDP server of any kind, with placeholders for
where it listens, and files that it needs."""
import hashlib
import os
import shlex
from dataclasses import dataclass

from ..errors import PerfError
from ..file import whole_file
from . import arms, commanded
from .requests import FIELDS

HOST, PORT, FOLDER = '{host}', '{port}', '{dir}'
EXAMPLE = "'unbound -d -c {dir}/unbound.conf' --a-file unbound.conf"
MOST_FILE = 16 << 20


@dataclass(frozen=True)
class NeededFile:
    """A file that is copied to the directory of a trial, with placeholders
    replaced."""
    name: str
    path: str
    data: bytes
    mode: int

    def as_dict(self):
        return {'name': self.name, 'path': self.path,
                'sha256': hashlib.sha256(self.data).hexdigest()}


@dataclass(frozen=True)
class Command:
    """program: its absolute path; words: all others, with placeholders."""
    program: str
    words: tuple
    files: tuple = ()

    @property
    def text(self):
        """The command, as one may type it."""
        return shlex.join([self.program, *self.words])

    def argv(self, host, port, folder):
        return [self.program,
                *(filled(word, host, port, folder) for word in self.words)]

    def laid_out(self, host, port, folder):
        """{path in folder: (contents, mode)} of its files."""
        return {os.path.join(folder, needed.name): (
            filled(needed.data.decode('latin-1'), host, port, folder)
            .encode('latin-1'), needed.mode) for needed in self.files}

    def lay_out(self, host, port, folder):
        """Write its files into folder."""
        for path, (data, mode) in self.laid_out(host, port, folder).items():
            with open(path, 'wb') as file:
                file.write(data)
            os.chmod(path, mode)

    def has_port(self):
        return any(PORT in word for word in self.words) or any(
            PORT.encode() in needed.data for needed in self.files)


def filled(text, host, port, folder):
    for mark, value in (HOST, host), (PORT, str(port)), (FOLDER, folder):
        text = text.replace(mark, value)
    return text


def needed_file(option, text):
    """[NAME=]PATH; without a name, it is the path's."""
    name, equals, path = text.partition('=')
    if not equals:
        name, path = os.path.basename(text), text
    if not name or os.sep in name or name in ('.', '..'):
        raise PerfError(f'{option}: "{name}" is not the name of a file; try '
                        'unbound.conf=PATH')
    try:
        data = whole_file.read(path, MOST_FILE)
        mode = 0o755 if os.access(path, os.X_OK) else 0o644
    except OSError as error:
        raise PerfError(f'{option}: {path}: {error.strerror}') from None
    return NeededFile(name, os.path.abspath(path), data, mode)


def parse(option, text, files):
    """The command of --a-cmd or --b-cmd. files: of --a-file or --b-file."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise PerfError(f'{option}: "{text}": {error}') from None
    if not words:
        raise PerfError(f'{option}: is empty; try {EXAMPLE}')
    try:
        program = arms.find_binary(words[0], 'a UDP server')
    except PerfError as error:
        raise PerfError(f'{option}: {error}') from None
    found = Command(program, tuple(words[1:]), tuple(files))
    if not found.has_port():
        raise PerfError(f'{option}: {PORT} is in neither the command nor its '
                        'files, but the server must listen where the harness '
                        f'wants it; try {EXAMPLE}')
    names = [needed.name for needed in files]
    if len(set(names)) < len(names):
        raise PerfError(f'{option}: two of its files have the same name')
    return found


class OfCommand:
    """What an arm that is a command adds to an Arm, whose binary is the
    program of the command, and which has no options."""
    command: Command = None

    def workload(self, base):
        return base.with_settings(
            {key: arms.convert(key, value, FIELDS)
             for key, value in self.settings.items() if '.' not in key})

    def version(self):
        return None

    def same_as(self, other):
        return super().same_as(other) and self.runs() == other.runs()

    def runs(self):
        """What is compared of a command: not where its files were."""
        return self.command.words, sorted(
            (f.name, f.data, f.mode) for f in self.command.files)

    def as_dict(self):
        return {**super().as_dict(), 'command': self.command.text,
                'files': [f.as_dict() for f in self.command.files]}


@dataclass
class CommandArm(OfCommand, arms.Arm):
    command: Command = None
    ready_s: float = commanded.READY_S

    @classmethod
    def of(cls, name, command, settings, label, ready_s):
        return cls(name, command.program, [], settings, label, command,
                   ready_s)

    def check(self, workload):
        commanded.try_out(self, workload, arms.own_binary())

    def measure(self, workload, *how):
        return commanded.measure(self, workload, *how)
