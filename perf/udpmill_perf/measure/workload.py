# SPDX-License-Identifier: MIT
"""A workload: a service, a kind of load, and a path."""
import os
from dataclasses import asdict, dataclass, replace

from ..errors import PerfError
from ..host.labs import PATHS as LABS

SERVICES = ('echo', 'discard', 'length', 'reflect')
BACKENDS = ('recvfrom', 'mmsg', 'uring')
# Those that take frames from a device, and so not from loopback.
AFAR = ('xdp',)
ARRIVALS = ('single', 'trains', 'split', 'pingpong')
# Of the generator; mmsg is its default, and not named.
ENGINES = ('mmsg', 'uring', 'zerocopy', 'splice')
# Those that give frames to the client's device of tools/lab, with their options.
ENGINES_AFAR = {name: ('--i-own', 'client') for name in ('kernel', 'xdp')}
# Those of them that do not wait for replies.
ENGINES_FLOOD = ('kernel',)
# Ways of serving that are no size: a word of a workload's name, and the options
# of serve.
VARIANTS = {
    'connected': ('--connected',),
    'copyheader': ('--copy', 'header'),
    'copynone': ('--copy', 'none'),
    'spin50': ('--spin=50',),
    'steercpu': ('--steer', 'cpu'),
    'steerflow': ('--steer', 'flow'),
}
WINDOWS = {'single': '64', 'trains': '512', 'split': '512', 'pingpong': '1'}
PATHS = ('loopback', *LABS)
FIRST_PORT = 20000
# On other paths, a server does not echo to ports below the ephemeral range.
FIRST_PORT_AFAR = 40000
MOST = {'bytes': 65507, 'batch': 1024, 'workers': 1024, 'threads': 256,
        'flows': 20000, 'spin': 1, 'shared': 1}
LEAST = {'bytes': 0, 'spin': 0, 'shared': 0}
# With more flows, a window for each would overflow any buffer.
MANY_FLOWS = 1000
TRAIN_MOST = 32000  # bytes of a datagram, because a train has at least two
# Of the workloads tried, this one shows a server's losses in full: see
# perf/STATISTICS.md on sensitivity.
DEFAULT = 'echo-mmsg-trains-1472'


def first_port(path):
    return FIRST_PORT if path == 'loopback' else FIRST_PORT_AFAR


def check_known(what, value, known):
    if value not in known:
        raise PerfError(f'{what}: there is no "{value}"; choose from '
                        f'{", ".join(known)}')


def check_device(workload, text):
    """Refuse what makes or takes frames where no device has any. text: the
    name as it was given."""
    for what, name, afar in (('backend', workload.backend, AFAR),
                             ('engine', workload.engine, ENGINES_AFAR)):
        if name in afar and workload.path == 'loopback':
            raise PerfError(f'{text}: {what} {name} needs a path with a '
                            'device; append -veth')


def check_bounds(workload, names):
    """Check the numbers of a workload of any kind, by their names."""
    for name in names:
        value, least = getattr(workload, name), LEAST.get(name, 1)
        if not least <= value <= MOST[name]:
            raise PerfError(f'{name}: {value} is not within {least} to '
                            f'{MOST[name]}')


@dataclass(frozen=True)
class Workload:
    """arrival: how datagrams reach the server: one by one (single), in trains
    (trains), in trains that the kernel splits (split), or each after the reply
    to the last one (pingpong)."""
    service: str = 'echo'
    backend: str = 'mmsg'
    bytes: int = 64
    arrival: str = 'single'
    batch: int = 32
    workers: int = 1
    threads: int = 1
    flows: int = 8
    path: str = 'loopback'
    spin: int = 0          # 1: neither side ever sleeps
    shared: int = 0        # 1: both sides may use all CPUs
    engine: str = 'mmsg'   # of the generator
    variant: str = ''      # a key of VARIANTS
    rate: float = 0        # datagrams/s in an open loop; 0: maximum
    scenario: str = ''     # a scenario file for load

    own = None             # of a floor: the workload that it replaces

    def __post_init__(self):
        check_known('service', self.service, SERVICES)
        check_known('backend', self.backend, (*BACKENDS, *AFAR))
        check_known('arrival', self.arrival, ARRIVALS)
        check_known('path', self.path, PATHS)
        check_known('engine', self.engine, (*ENGINES, *ENGINES_AFAR))
        if self.variant:
            check_known('variant', self.variant, VARIANTS)
        check_bounds(self, MOST)
        if self.arrival in ('trains', 'split') and self.bytes > TRAIN_MOST:
            raise PerfError(f'bytes: a datagram in a train has at most '
                            f'{TRAIN_MOST}, not {self.bytes}; use the arrival '
                            'single')

    @property
    def name(self):
        """Names what differs from the defaults."""
        parts = [self.service, self.backend, self.arrival, str(self.bytes)]
        if self.scenario:
            stem = os.path.splitext(os.path.basename(self.scenario))[0]
            parts = [stem, self.service, self.backend]
        if self.batch != 32:
            parts.append(f'batch{self.batch}')
        if self.workers != 1:
            parts.append(f'workers{self.workers}')
        if self.flows != 8:
            parts.append(f'flows{self.flows}')
        if self.threads != 1:
            parts.append(f'threads{self.threads}')
        if self.spin:
            parts.append('spin')
        if self.shared:
            parts.append('shared')
        if self.engine != 'mmsg':
            parts.append(f'engine{self.engine}')
        if self.variant:
            parts.append(self.variant)
        if self.path != 'loopback':
            parts.append(self.path)
        return '-'.join(parts)

    @property
    def has_latency(self):
        """Whether there are replies whose latency can be measured."""
        return self.service != 'discard'

    @property
    def needs_gro(self):
        """Whether the server's veth must have GRO, to take frames."""
        return self.path == 'veth' and (self.engine in ENGINES_AFAR
                                        or self.backend in AFAR)

    def server_options(self):
        trains = 'on' if self.arrival == 'trains' or self.scenario else 'off'
        return ['--service', self.service, '--backend', self.backend,
                '--batch', str(self.batch), '--workers', str(self.workers),
                '--gro', trains, *self.spinning,
                *VARIANTS.get(self.variant, ())]

    @property
    def spinning(self):
        return ['--spin'] if self.spin else []

    def load_options(self):
        if self.scenario:
            return ['--scenario', self.scenario]
        flows = 1 if self.arrival == 'pingpong' else self.flows
        first = first_port(self.path)
        options = ['--length', str(self.bytes), '--flows', str(flows),
                   '--threads', str(self.threads), '--source-ports',
                   f'{first}-{first + flows - 1}', *self.spinning]
        if self.engine != 'mmsg':
            options += ['--engine', self.engine,
                        *ENGINES_AFAR.get(self.engine, ())]
        if self.arrival in ('single', 'pingpong'):
            options += ['--train', 'off']
        if self.rate:
            return options + ['--rate', f'{self.rate:.0f}']
        if self.service == 'discard' or self.engine in ENGINES_FLOOD:
            return options + ['--flood']
        if flows > MANY_FLOWS:
            return options  # they share the windows of 16 flows
        return options + ['--window', WINDOWS[self.arrival]]

    def at_rate(self, rate):
        return replace(self, rate=rate)

    def as_dict(self):
        return {'name': self.name, **asdict(self),
                'trains': self.arrival == 'trains', 'peer': None,
                'load': self.load_options()}


# What may follow the first four parts of a name: a word with a number.
NUMBERED = {'batch': 'batch', 'workers': 'workers', 'flows': 'flows',
            'threads': 'threads'}


def parse(text):
    """A workload from its name, such as "echo-mmsg-split-64-batch8-veth"."""
    parts = text.split('-')
    if len(parts) < 4 or not parts[3].isdecimal():
        raise PerfError(f'there is no workload "{text}"; try {DEFAULT}: '
                        'SERVICE-BACKEND-ARRIVAL-BYTES, then batchN, '
                        'workersN, flowsN, threadsN, spin, shared, engineNAME, '
                        f'{", ".join(VARIANTS)} or a path')
    found = dict(zip(('service', 'backend', 'arrival'), parts))
    found['bytes'] = int(parts[3])
    for part in parts[4:]:
        word = part.rstrip('0123456789')
        if word in NUMBERED and part != word:
            found[NUMBERED[word]] = int(part[len(word):])
        elif part in ('spin', 'shared'):
            found[part] = 1
        elif part in VARIANTS:
            found['variant'] = part
        elif part.startswith('engine'):
            found['engine'] = part.removeprefix('engine')
        else:
            found['path'] = part
    workload = Workload(**found)
    check_device(workload, text)
    return workload
