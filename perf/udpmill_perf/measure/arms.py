# SPDX-License-Identifier: MIT
"""The arms of a comparison: a binary, its options, and settings of the system
or of the workload."""
import hashlib
import os
import re
import shlex
import shutil
import struct
import subprocess
from dataclasses import dataclass, field, fields, replace

from ..errors import UNFIT, USAGE, PerfError
from ..host import napi
from . import trial
from .workload import Workload

ELF = b'\x7fELF'
SYSCTL = re.compile(r'[\w-]+\.[\w@:-]+(?:[./][\w@:-]+)*', re.ASCII)
NOTE_BUILD_ID = 3
PROGRAM_NOTE = 4
FIELDS = {f.name: f.type for f in fields(Workload)
          if f.name not in ('rate', 'scenario')}


@dataclass
class Arm:
    name: str
    binary: str
    options: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)   # as given
    label: str = ''

    @property
    def sysctls(self):
        return {k: v for k, v in self.settings.items()
                if '.' in k and not k.startswith(napi.PREFIX)}

    @property
    def napi(self):
        return {k: v for k, v in self.settings.items()
                if k.startswith(napi.PREFIX)}

    def workload(self, base):
        """The workload with the settings of this arm."""
        changes = {k: convert(k, v) for k, v in self.settings.items()
                   if '.' not in k}
        return replace(base, **changes) if changes else base

    def version(self):
        return version(self.binary)

    def check(self, _workload):
        """Check that its server starts, before anything is measured."""
        check(self)

    def measure(self, workload, *how):
        """Measure a trial; how: as for trial.measure."""
        return trial.measure(self, workload, *how)

    def same_as(self, other):
        return (self.options == other.options
                and self.settings == other.settings
                and digest(self.binary) == digest(other.binary))

    def as_dict(self):
        return {'name': self.name, 'label': self.label or self.name,
                'binary': self.binary, 'sha256': digest(self.binary),
                'build_id': build_id(self.binary),
                'version': self.version(), 'git': git(self.binary),
                'options': self.options, 'settings': self.settings,
                'command': shlex.join([self.binary, 'serve', *self.options])}


def convert(key, text, known=FIELDS):
    """The value of a workload's field, from the text that the user typed.
    known: the types of all fields that may be set."""
    if key not in known:
        raise PerfError(f'there is no setting "{key}"; give a sysctl by its '
                        'dotted name (net.core.rmem_max=4194304), or one of '
                        f'{", ".join(known)}')
    kind = known[key] if isinstance(known[key], type) else str
    try:
        return kind(text)
    except ValueError:
        raise PerfError(f'{key}: "{text}" is not a number') from None


def check_sysctl(key):
    """Names of interfaces may have dots, as in net.ipv4.conf.eth0/1.mtu."""
    if not SYSCTL.fullmatch(key):
        raise PerfError(f'"{key}" is not the name of a sysctl; give it as '
                        'sysctl -a does: net.core.rmem_max')


def parse_settings(texts, known=FIELDS):
    """['a.b=1', 'batch=8'] as a dict. known: as for convert()."""
    found = {}
    for text in texts or ():
        key, equals, value = text.partition('=')
        if not equals or not key or not value:
            raise PerfError(f'"{text}" is not a setting; try '
                            'net.core.rmem_max=4194304')
        if key.startswith(napi.PREFIX):
            napi.check(key, value)
        elif '.' in key:
            check_sysctl(key)
        else:
            convert(key, value, known)
        found[key] = value
    return found


def find_binary(text, what='a udpmill'):
    """The absolute path of an executable file. what: what it should be."""
    path = shutil.which(text) if os.sep not in text else text
    if not path or not os.path.isfile(path):
        raise PerfError(f'{text}: there is no such program; give the path of '
                        f'{what}')
    if not os.access(path, os.X_OK):
        raise PerfError(f'{text}: cannot be executed; give the path of {what}')
    return os.path.abspath(path)


def own_binary():
    """The udpmill that started the harness, or the one in PATH."""
    return find_binary(os.environ.get('UDPMILL') or 'udpmill')


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.file_digest(f, 'sha256').hexdigest()


def notes(data):
    """Yields (type, name, value) for each note of a 64-bit little-endian ELF
    file."""
    at, size, count = (struct.unpack_from('<Q', data, 0x20)[0],
                       *struct.unpack_from('<HH', data, 0x36))
    for i in range(count):
        kind, _, offset, _, _, length = struct.unpack_from(
            '<IIQQQQ', data, at + i * size)
        end = offset + length
        while kind == PROGRAM_NOTE and offset + 12 <= end:
            n, d, note = struct.unpack_from('<III', data, offset)
            name_at, value_at = offset + 12, offset + 12 + (n + 3 & ~3)
            yield (note, data[name_at:name_at + n],
                   data[value_at:value_at + d])
            offset = value_at + (d + 3 & ~3)


def build_id(path):
    """The build ID that the linker wrote, or None."""
    with open(path, 'rb') as f:
        data = f.read()
    if not data.startswith(ELF + b'\x02\x01'):
        return None
    try:
        for kind, name, value in notes(data):
            if kind == NOTE_BUILD_ID and name == b'GNU\0':
                return value.hex()
    except struct.error:
        pass
    return None


def version(path):
    try:
        done = subprocess.run([path, '--version'], capture_output=True,
                              text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PerfError(f'{path}: does not run: {error}', UNFIT) from error
    # Further lines say what that build has.
    words = done.stdout.partition('\n')[0].split()
    if done.returncode or len(words) != 2 or words[0] != 'udpmill':
        raise PerfError(f'{path}: is not udpmill: --version says '
                        f'"{(done.stdout or done.stderr).strip()[:60]}"')
    return words[1]


def sign(made):
    """Note in a document of which commit this udpmill is. Returns it."""
    made['tool']['git'] = git(own_binary())
    return made


def check(arm):
    """Check that serve accepts the arm's options, before anything is
    measured."""
    try:
        done = subprocess.run(
            [arm.binary, 'serve', '127.0.0.1:0', '--time', '1ms',
             '--counters', 'none', *arm.options], capture_output=True,
            text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PerfError(f'{arm.name}: {arm.binary}: {error}', UNFIT) from error
    if done.returncode in (2, 3):
        raise PerfError(f'{arm.name}: {done.stderr.strip()}',
                        USAGE if done.returncode == 2 else UNFIT)


def git(path):
    """The commit checked out in the directory of the binary, or None."""
    try:
        done = subprocess.run(
            ['git', '-C', os.path.dirname(path), 'describe', '--always',
             '--dirty', '--abbrev=12'], capture_output=True, text=True,
            timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
