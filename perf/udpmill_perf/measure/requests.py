# SPDX-License-Identifier: MIT
"""The workload of a server that is not udpmill's: what is sent to it, and what
it is expected to reply."""
import hashlib
import os
from dataclasses import asdict, dataclass, fields, replace

from ..errors import PerfError
from ..file import whole_file
from .workload import (MOST, NUMBERED, PATHS, check_bounds, check_known,
                       first_port)

EXPECT = ('probes', 'text', 'any', 'none')
MOST_STEM = 60      # characters of a capture's name in the workload's
MOST_SHOWN = 2048   # bytes of a payload that is stored in a document
PAYLOAD = 'PAYLOAD'  # in the options of load: the file of a trial


@dataclass(frozen=True)
class Requests:
    """payload: of each datagram; None: probes, of which replies are checked.
    pcap: a capture whose payloads are sent instead, at this speed ('': over
    and over, as replies come). expect: as for load; '' is load's default."""
    payload: bytes | None = None
    pcap: str = ''
    speed: str = ''
    bytes: int = 64
    expect: str = ''
    flows: int = 8
    threads: int = 1
    workers: int = 1       # CPUs for the server
    path: str = 'loopback'
    spin: int = 0
    rate: float = 0

    own = peer = None      # see Workload
    scenario = ''

    def __post_init__(self):
        check_known('path', self.path, PATHS)
        check_bounds(self, ('bytes', 'flows', 'threads', 'workers', 'spin'))

    @property
    def answers(self):
        return self.expect != 'none'

    @property
    def has_latency(self):
        """A capture cannot be sent at a given rate."""
        return self.answers and not self.pcap

    @property
    def name(self):
        """Names what is sent, and what differs from the defaults."""
        parts = [f'probes-{self.bytes}']
        if self.payload is not None:
            parts = [f'payload-{len(self.payload)}']
        elif self.pcap:
            parts = [f'pcap-{os.path.basename(self.pcap)[:MOST_STEM]}']
        if self.speed:
            parts.append(f'speed{self.speed}')
        if self.expect:
            parts.append(self.expect)
        for what, plain in ('flows', 8), ('workers', 1), ('threads', 1):
            if getattr(self, what) != plain:
                parts.append(f'{what}{getattr(self, what)}')
        if self.spin:
            parts.append('spin')
        if self.path != 'loopback':
            parts.append(self.path)
        return '-'.join(parts)

    def content_options(self):
        """Of load."""
        if self.payload is not None:
            return ['--payload', PAYLOAD]
        if self.pcap:
            return ['--pcap', self.pcap]
        return ['--length', str(self.bytes)]

    def expect_options(self):
        return ['--expect', self.expect] if self.expect else []

    def load_options(self):
        """Without a rate, load decides how many datagrams are in flight; it
        takes care not to overrun the receive buffer of a server that it does
        not know."""
        first = first_port(self.path)
        options = [*self.content_options(), *self.expect_options(), '--flows',
                   str(self.flows), '--threads', str(self.threads),
                   '--source-ports', f'{first}-{first + self.flows - 1}']
        if self.spin:
            options.append('--spin')
        if self.pcap:
            return options + ['--speed', self.speed or 'replies']
        options += ['--train', 'off']
        if self.rate:
            return options + ['--rate', f'{self.rate:.0f}']
        return options if self.answers else options + ['--flood']

    def at_rate(self, rate):
        return replace(self, rate=rate)

    def with_settings(self, changes):
        return replace(self, **changes) if changes else self

    def as_dict(self):
        made = {**asdict(self), 'name': self.name, 'service': None,
                'backend': None, 'batch': None, 'trains': False, 'peer': None,
                'load': self.load_options()}
        if self.pcap:
            made['bytes'] = None
        if self.payload is not None:
            made['bytes'] = len(self.payload)
            made['payload_sha256'] = hashlib.sha256(self.payload).hexdigest()
            made['payload'] = (self.payload.hex() if len(self.payload)
                               <= MOST_SHOWN else None)
        return made


# What the arms may set.
FIELDS = {f.name: f.type for f in fields(Requests)
          if f.name in ('flows', 'threads', 'workers', 'path', 'spin')}


def payload_of(text):
    """The bytes of hex:123401, of text:hello, or of a file."""
    kind, colon, rest = text.partition(':')
    if colon and kind == 'hex':
        try:
            data = bytes.fromhex(rest)
        except ValueError:
            raise PerfError('--payload: after hex:, give an even number of '
                            'digits 0 to 9 and a to f') from None
    elif colon and kind == 'text':
        data = rest.encode()
    else:
        try:
            data = whole_file.read(text, MOST['bytes'])
        except OSError as error:
            raise PerfError(f'--payload: {text}: {error.strerror}; give a '
                            'file, hex:DIGITS or text:TEXT') from None
    if not 1 <= len(data) <= MOST['bytes']:
        raise PerfError(f'--payload: {len(data)} bytes; a datagram has 1 to '
                        f'{MOST["bytes"]}')
    return data


def variant(base, text):
    """base with what -w asks for, such as flows64-workers2-veth."""
    changes = {}
    for part in text.split('-'):
        word = part.rstrip('0123456789')
        if word in NUMBERED and word in FIELDS and part != word:
            changes[word] = int(part[len(word):])
        elif part == 'spin':
            changes['spin'] = 1
        elif part in PATHS:
            changes['path'] = part
        else:
            raise PerfError(f'with --a-cmd, there is no workload "{text}"; '
                            'give flowsN, threadsN, workersN (CPUs of the '
                            'server), spin or a path, joined by hyphens')
    return replace(base, **changes)
