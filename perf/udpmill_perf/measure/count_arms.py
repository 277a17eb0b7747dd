# SPDX-License-Identifier: MIT
"""The arms of a count: a kernel, its command line, a udpmill, options and
settings."""
import os
from dataclasses import dataclass, replace

from ..errors import USAGE, PerfError
from ..guest import initramfs, mapped, plan, programs, qemu, symbols
from . import arms, trial
from .arms import Arm
from .command import Command, OfCommand

MOST_APPEND = 1024          # characters; the kernel takes 2048 in all
LABEL = 60                  # characters of a label that nobody gave
APPENDED, PATH = 'appended', 'path'  # kinds of facts
PAYLOAD_FILE = '/srv/payload'
FOLDER = '/srv/'            # of the files of a command; then the host


@dataclass
class CountArm(Arm):
    kernel: object = None   # as guest/kernel.py found it
    append: str = ''        # to the command line of the kernel

    def same_as(self, other):
        return (super().same_as(other) and self.append == other.append
                and self.kernel.sha256 == other.kernel.sha256)

    def as_dict(self):
        made = super().as_dict()
        del made['command']  # it runs in the guest
        return {**made, 'append': self.append, 'kernel': {
            'path': self.kernel.image, 'sha256': self.kernel.sha256,
            'release': self.kernel.release, 'version': self.kernel.version}}

    own_server = True       # a udpmill

    def check(self, _workload):
        check(self)

    @property
    def programs(self):
        """Paths here of what the guest gets, by those in the guest."""
        return {initramfs.UDPMILL: self.binary}

    def files(self, _workload, _seat):
        """Other files, as for initramfs.compose()."""
        return {}

    def server(self, workload, seat):
        """(its command in the guest, the port that shows that it is ready, or
        None)"""
        arm = replace(self, binary=initramfs.UDPMILL)
        return [*trial.server_argv(arm, workload, seat), '--ready-file',
                plan.READY], None

    def names(self, maps):
        """The Table of the server's functions. maps: its mappings."""
        return symbols.of_program(self.binary, maps, initramfs.UDPMILL)

    def facts(self):
        """(kind, text) of what may tell it from another arm, what counts most
        first. A text may be empty."""
        return [('kernel', self.kernel.release
                 or os.path.basename(self.kernel.image)),
                (PATH, self.kernel.image),
                ('options', ' '.join(self.options)),
                ('settings', ' '.join(f'{key}={value}' for key, value
                                      in self.settings.items())),
                (APPENDED, self.append),
                ('udpmill', arms.git(self.binary) or ''),
                (PATH, self.binary)]


@dataclass
class CountCommandArm(OfCommand, CountArm):
    """A server that is not udpmill's."""
    command: Command = None

    own_server = False

    def check(self, _workload):
        """It can be packed; whether it starts, only a guest can tell."""
        programs.libraries(self.binary)

    @property
    def programs(self):
        return {self.binary: self.binary}

    def files(self, workload, seat):
        found = self.command.laid_out(seat.host, seat.port,
                                      FOLDER + seat.host)
        if workload.payload is not None:
            found[PAYLOAD_FILE] = workload.payload, 0o644
        return found

    def server(self, workload, seat):
        return self.command.argv(seat.host, seat.port,
                                 FOLDER + seat.host), seat.port

    def names(self, maps):
        files = {os.path.normpath(path): path
                 for path in programs.libraries(self.binary)}
        return mapped.of_server(maps, {**files, self.binary: self.binary})

    def facts(self):
        return [('command', self.command.text),
                ('files', ', '.join(f.path for f in self.command.files)),
                *super().facts()]


def name_them(both, line=qemu.APPEND):
    """Label the arms that have no label by what they differ in, and only
    that. line: the kernel's command line, to which they append."""
    facts = [arm.facts() for arm in both]
    for arm, own, other in zip(both, facts, reversed(facts)):
        if not arm.label:
            told = [named(kind, text, others, line) for (kind, text), (_, others)
                    in zip(own, other) if text != others]
            arm.label = cut((told or [own[0][1]])[0])


def named(kind, text, other, line):
    """What an arm has of a kind, where the other arm has something else. With
    nothing of its own, it has what both began with."""
    if kind == PATH:
        return differing(text, other)
    if text:
        return text
    keys = [word.partition('=')[0] for word in other.split()]
    if kind == APPENDED:
        began = [word for word in line.split()
                 if word.partition('=')[0] in keys]
        return ' '.join(began) or f'without {other}'
    return f'no {kind}' if kind == 'files' else f'default {kind}'


def differing(path, other):
    """/k/6.1/bzImage and /k/6.12/bzImage -> 6.1: without the directories at
    both ends that are the same."""
    own, others = path.split('/'), other.split('/')
    start = len(os.path.commonprefix([own, others]))
    own, others = own[start:], others[start:]
    end = len(os.path.commonprefix([own[::-1], others[::-1]]))
    return '/'.join(own[:len(own) - end]) or path


def cut(text):
    return text if len(text) <= LABEL else '..' + text[2 - LABEL:]


def checked_append(option, text):
    """What is appended to a kernel's command line."""
    if not text.isprintable():
        raise PerfError(f'{option}: only printable characters can be on the '
                        'command line of a kernel')
    if len(text) > MOST_APPEND:
        raise PerfError(f'{option}: {len(text)} characters; use at most '
                        f'{MOST_APPEND}')
    return text.strip()


def check(arm):
    """Check that serve accepts the arm's options, before anything is booted.
    What this host lacks does not matter: the guest may have it."""
    try:
        arms.check(arm)
    except PerfError as error:
        if error.exit_code == USAGE:
            raise
