# SPDX-License-Identifier: MIT
"""The preset from which the page of results is made (perf/RESULTS.md): base
workloads, one factor varied at a time, the crosses that matter, and the claims
about how far udpmill reaches. Each section has the row that its ratios are to.
"""
from dataclasses import dataclass, replace

from .ladder import FloorWorkload, claim, of_receiver
from .workload import BACKENDS, ENGINES, ENGINES_AFAR, TRAIN_MOST, Workload

ROUNDS = 8  # the fewest that can show a FAIL with 99.5 % confidence
SIZES = (64, 512, 1400, 8900, 65507)
BATCHES = (1, 8, 32, 128)
FLOWS = (1, 8, 64, 10000)
PEER_SIZES = (64, 1400)
CASES = ('flood', 'trains', 'pingpong')
# Of neper's udp_rr with 64 flows to recvfrom one by one with as many; measured
# where both were at hand, because Debian has no neper.
NEPER_TO_RECVFROM = 0.53


@dataclass(frozen=True)
class Section:
    """rows: (workload, the one that its ratio is to)."""
    title: str
    text: str
    rows: tuple

    def as_dict(self):
        return {'title': self.title, 'text': self.text,
                'rows': [[row.name, base.name] for row, base in self.rows]}


def floor_of(workload):
    return FloorWorkload(workload, workload.arrival == 'trains')


BASES = {(service, arrival): Workload(service, arrival=arrival)
         for service in ('echo', 'discard')
         for arrival in ('single', 'trains')}
PING = {spin: Workload('echo', arrival='pingpong', spin=spin)
        for spin in (0, 1)}


def against(rows, base):
    return tuple((row, base) for row in (base, *(r for r in rows
                                                 if r != base)))


def backends(service, arrival):
    """recvfrom receives no trains: the kernel splits them for it."""
    base = BASES[service, arrival]
    own = [replace(base, backend=backend) for backend in BACKENDS]
    floors = [floor_of(w) for w in own
              if (w.backend, arrival) != ('recvfrom', 'trains')]
    return against([*own, *floors], base)


def every(what):
    """what(service, arrival) for the four bases, as one tuple of rows."""
    return tuple(row for key in BASES for row in what(*key))


def varied(field, values, service, arrival):
    base = BASES[service, arrival]
    return against([replace(base, **{field: value}) for value in values
                    if field != 'bytes' or arrival == 'single'
                    or value <= TRAIN_MOST], base)


def paths(service, arrival):
    base = BASES[service, arrival]
    return against([replace(base, path='veth', backend=backend)
                    for backend in ('mmsg', 'uring')], base)


def frames(service):
    """Engines that send frames, one by one, into the same backend; and a
    backend that takes frames, from the same engine."""
    base = Workload(service, path='veth')
    engines = [replace(base, engine=engine) for engine in ENGINES_AFAR]
    xdp = [replace(w, backend='xdp') for w in (base, engines[0])]
    return against([*engines, *xdp], base)


def workers(service, arrival):
    base = replace(BASES[service, arrival], shared=1)
    return against([replace(base, workers=2)], base)


def engines(service, arrival):
    """splice needs replies, to know when a page can be used again."""
    return varied('engine', [engine for engine in ENGINES
                             if (service, engine) != ('discard', 'splice')],
                  service, arrival)


def ways(workload, *names):
    return against([replace(workload, variant=name) for name in names],
                   workload)


def variants():
    two = replace(BASES['echo', 'trains'], workers=2, shared=1)
    return (ways(BASES['discard', 'single'], 'copyheader', 'copynone')
            + ways(BASES['discard', 'trains'], 'copyheader', 'copynone')
            + ways(BASES['echo', 'single'], 'connected')
            + ways(BASES['echo', 'trains'], 'connected')
            + ways(two, 'steercpu', 'steerflow'))


def services(arrival):
    base = BASES['echo', arrival]
    return against([replace(base, service=service) for service in
                    ('discard', 'length', 'reflect')], base)


def pingpong(spin):
    rows = [replace(PING[spin], backend=backend) for backend in BACKENDS]
    rows += [] if spin else [replace(PING[0], variant='spin50')]
    floors = [FloorWorkload(replace(PING[spin], backend='recvfrom'), False)]
    return against([*rows, *floors], PING[spin])


SECTIONS = (
    Section('Backends, and the floor',
            'How datagrams enter and leave the server. "floor" is a program '
            'that makes the system calls of a backend and does nothing else, '
            'under the same load. recvfrom cannot receive a train whole.',
            every(backends)),
    Section('Services', 'What the reply is. discard sends none, reflect '
            'writes when each datagram came.',
            services('single') + services('trains')),
    Section('Engines of the generator',
            'How probes enter and leave the kernel.', every(engines)),
    Section('Sizes', 'Bytes of a datagram. A datagram of more than the MTU of '
            'loopback (65536) would be fragmented; none here is.',
            varied('bytes', SIZES, 'echo', 'single')
            + varied('bytes', SIZES, 'echo', 'trains')
            + varied('bytes', (1400, 65507), 'discard', 'single')
            + varied('bytes', (1400, 8900), 'discard', 'trains')),
    Section('Batches', 'Datagrams or trains of a receive call.',
            varied('batch', BATCHES, 'echo', 'single')
            + varied('batch', (1, 8), 'echo', 'trains')),
    Section('Trains off, split, on',
            'single: one by one. split: the generator sends trains, and the '
            'kernel splits them for the server. trains: the server receives '
            'them whole.',
            against([replace(BASES['echo', 'single'], arrival=arrival)
                     for arrival in ('split', 'trains')],
                    BASES['echo', 'single'])
            + against([replace(BASES['discard', 'single'], arrival=arrival)
                       for arrival in ('split', 'trains')],
                      BASES['discard', 'single'])),
    Section('Workers', 'On "shared" rows, both sides may use all CPUs, so '
            'that two workers fit on two of them; elsewhere each worker and '
            'each thread of the generator has a CPU of its own.',
            workers('echo', 'single') + workers('echo', 'trains')
            + workers('discard', 'trains')),
    Section('Flows', 'Sockets of the generator.',
            varied('flows', FLOWS, 'echo', 'trains')
            + against([replace(BASES['echo', 'single'], backend='recvfrom',
                               flows=64)], BASES['echo', 'single'])),
    Section('Paths', 'veth is a pair of devices between two network '
            'namespaces, which tools/lab makes.', every(paths)),
    Section('Frames', 'Past sockets: the engine kernel gives frames to a '
            'device, as fast as it takes them; the engine xdp sends and '
            'receives them, in the loop of the row that it is compared with; '
            'and the backend xdp takes them from a device. Over veth, whose '
            'receiving side has GRO for these rows alone.',
            frames('discard') + frames('echo')),
    Section('Ways of serving', 'How much of a datagram is copied from the '
            'kernel (--copy), a socket for each client (--connected), and '
            'which worker gets a datagram (--steer).', variants()),
    Section('Ping-pong', 'One datagram at a time: the next leaves when the '
            'last was answered. The rate is that of round trips. On "spin" '
            'rows, both sides poll all the time; on "spin50", only the '
            'server, for 50 microseconds.',
            pingpong(0) + pingpong(1)),
)

WORKLOADS = tuple(dict.fromkeys(
    w for section in SECTIONS for row in section.rows for w in row))

DISCARD, ECHO = BASES['discard', 'trains'], BASES['echo', 'trains']
ONE_BY_ONE = Workload('echo', 'recvfrom', flows=64)
SPIN = replace(PING[1], backend='recvfrom')


def of_floor():
    for backend in BACKENDS:
        for service in 'echo', 'discard':
            w = Workload(service, backend)
            yield claim(f'{backend}, {service} one by one: CPU time relative '
                        'to the floor', 'server_ns', w.name, 1.03,
                        floor_of(w).name)


CLAIMS = (
    claim('a sink in trains: rate relative to iperf3 at 64 bytes', 'rate',
          DISCARD.name, 70, 'iperf3-flood-64', least=True),
    claim('a sink in trains: rate relative to iperf3 --gsro at 64 bytes',
          'rate', DISCARD.name, 2, 'iperf3-trains-64', least=True),
    claim('a sink in trains: rate relative to iperf3 --gsro at 1400 bytes',
          'rate', replace(DISCARD, bytes=1400).name, 1.5,
          'iperf3-trains-1400', least=True),
    claim('echo in trains: rate relative to recvfrom one by one, times '
          f'{NEPER_TO_RECVFROM} for the best peer', 'rate', ECHO.name,
          100 * NEPER_TO_RECVFROM, ONE_BY_ONE.name, least=True),
    *(claim(f'{w.service} in trains: generator\'s user time', 'generator_ns',
            w.name, 5, unit='ns') for w in (DISCARD, ECHO)),
    *(claim(f'{w.service} in trains: server\'s user time', 'server_user_ns',
            w.name, 1, unit='ns') for w in (DISCARD, ECHO)),
    *of_floor(),
    *of_receiver(),
    claim('ping-pong, spinning: rate relative to the floor', 'rate',
          SPIN.name, 0.9, FloorWorkload(SPIN, False).name, least=True),
)
