# SPDX-License-Identifier: MIT
"""The boots of a count: which, in which order, and side by side where there
are CPUs; from arms, workloads and a design to the entries of a document."""
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from ..errors import UNFIT, PerfError
from ..guest import counts, initramfs, parts, paths, plan, qemu, results
from ..guest import symbols
from ..guest.boot import Boot
from ..guest.modules import Modules
from ..host import environment, napi, scratch
from ..host.seats import Seat
from . import arms as binaries
from . import trial
from .count_arms import PAYLOAD_FILE
from .requests import PAYLOAD

LOOK_EVERY_S = 0.05
LEFT_BEHIND = 32 << 20   # bytes of a boot's names and counts, and some more
LOAD_SEED = 1
# Bounds in CPU time, several times what is needed.
BOOT_S = 120
DATAGRAMS_PER_S = 100
LOAD_MOST = '3600s'  # guest time; the windows end a run
MEMORY_EACH_MIB = qemu.MEMORY_MIB + 256
GENERATOR = '/bin/udpmill-load'  # in the guest, if it is not the arm's own
# Priorities of the server and of the load under SCHED_FIFO (decision 48).
EQUALS = 1, 1         # each runs until it has nothing left to do
SERVER_FIRST = 2, 1   # a flood always has


def check_workload(workload):
    """Raises PerfError if one CPU and one generator thread cannot run it."""
    if workload.threads != 1:
        raise PerfError(f'{workload.name}: a count has one thread of the '
                        'generator, because its marks cut the windows; leave '
                        'out threadsN')
    if workload.spin:
        raise PerfError(f'{workload.name}: in a guest with one CPU, a side '
                        'that never sleeps holds the other one up; leave out '
                        'spin')
    if workload.scenario:
        raise PerfError(f'{workload.name}: a scenario runs by the clock, and '
                        'a count by datagrams; choose a workload by its name')


def is_same(path, other):
    return binaries.digest(path) == binaries.digest(other)


class Guest:
    """What all boots of an arm have in common. generator: the udpmill that
    generates the load in both arms."""

    def __init__(self, arm, workloads, design, generator):
        napi.refuse(arm)
        self.arm, self.names = arm, [w.name for w in workloads]
        self.generator = None if is_same(generator, arm.binary) else generator
        self.made, self.kernel, self.tables = {}, None, {}
        self.files = {}
        own = [arm.workload(workload) for workload in workloads]
        for workload in own:
            self.check(workload)
        roads = {w.path: paths.find(w.path, arm.sysctls) for w in own}
        self.programs = sorted({name for road in roads.values()
                                for name in road.programs})
        modules = Modules(arm.kernel)
        loaded = modules.of_paths(roads)
        self.modules = {name: modules.read(name) for name in loaded}
        self.plan = plan.Plan(
            self.jobs(own, roads, design), loaded, arm.sysctls,
            [command for road in roads.values() for command in road.commands])
        plan.write(self.plan, True)  # raises PerfError for what it cannot hold

    check = staticmethod(check_workload)

    def jobs(self, own, roads, design):
        return [self.job(name, workload, roads[workload.path], design)
                for name, workload in zip(self.names, own)]

    def job(self, name, workload, road, design):
        seat = Seat((0,), (0,), host=road.host, port=paths.PORT)
        server, listens = self.arm.server(workload, seat)
        load = trial.load_command(self.loads, workload, seat, LOAD_SEED)
        self.files.update(self.arm.files(workload, seat))
        return plan.Job(
            name, [*road.server, *server],
            [*road.client,
             *(PAYLOAD_FILE if word == PAYLOAD else word for word in load),
             '--time', LOAD_MOST, '--count-windows',
             f'{design["warm"]},{design["datagrams"]}'], listens,
            SERVER_FIRST if '--flood' in load else EQUALS)

    @property
    def loads(self):
        """The program in the guest that generates the load."""
        return GENERATOR if self.generator else initramfs.UDPMILL

    def initramfs(self, with_names):
        if with_names not in self.made:
            extra = {GENERATOR: self.generator} if self.generator else {}
            self.made[with_names] = initramfs.compose(
                parts.find(parts.INIT),
                {**self.arm.programs, **extra},
                plan.write(self.plan, with_names), self.modules,
                self.programs, self.files)
        return self.made[with_names]

    def learn(self, frames):
        """Take the kernel's names, from the boot that was asked for them."""
        texts = results.names_in(frames)
        if texts and self.kernel is None:
            self.kernel = symbols.of_kernel(*texts)

    def names_of(self, maps):
        """The Names for a workload, from the mappings of its server."""
        if maps not in self.tables:
            found = [self.arm.names(maps)]
            if self.generator:
                found.append(symbols.of_program(self.generator, maps,
                                                GENERATOR))
            self.tables[maps] = found
        return symbols.Names(self.kernel, self.tables[maps])


@dataclass
class Turn:
    """A boot that is to be, or was, done."""
    guest: Guest
    seed: int
    twin: bool
    with_names: bool
    stack: ExitStack = field(default_factory=ExitStack)
    boot: Boot = None
    started: float = 0.0
    seconds: float = 0.0

    @property
    def label(self):
        return (f'arm {self.guest.arm.name}, seed {self.seed}'
                + (', again' if self.twin else ''))

    def start(self, emulator, stall_s):
        arm, self.started = self.guest.arm, time.monotonic()
        self.boot = self.stack.enter_context(Boot(
            self.label, emulator, arm.kernel.image,
            self.guest.initramfs(self.with_names), arm.append, self.seed,
            stall_s, stall_s * (len(self.guest.names) + 1)))

    def take(self):
        """What the boot left behind, which then goes."""
        with self.stack:
            self.seconds = time.monotonic() - self.started
            self.frames = self.boot.frames()
            try:
                self.told = results.workloads(self.frames,
                                              self.guest.arm.own_server)
                self.windows = counts.read(self.boot.path('counts'))
            except PerfError as error:
                raise PerfError(f'{self.label}: {error}',
                                error.exit_code) from None
        self.guest.learn(self.frames)

    def entry(self):
        """The entry of the document, once the names are known."""
        return {'arm': self.guest.arm.name, 'seed': self.seed,
                'twin': self.twin, 'seconds': round(self.seconds, 3),
                'workloads': results.attributed(
                    self.guest.names, self.told, self.windows,
                    self.guest.names_of)}


def turns(guests, seeds):
    """All boots, in order. Those of the last seed are asked for the names, and
    come first, since nothing can be said without names. Boots of one seed are
    asked for the same, or they would not be equal."""
    found = []
    for seed in [seeds[-1], *seeds[:-1]]:
        for twin in (False, True) if seed == seeds[0] else (False,):
            found += [Turn(guest, seed, twin, seed == seeds[-1])
                      for guest in guests]
    return found


def at_once(meminfo='/proc/meminfo', of_group='/sys/fs/cgroup/memory.max'):
    """How many boots may run side by side. of_group: the bound of a
    container."""
    cpus = len(os.sched_getaffinity(0))
    for line in (environment.read(meminfo) or '').splitlines():
        if line.startswith('MemAvailable:'):
            free = int(line.split()[1]) // 1024
            bound = environment.read(of_group) or ''
            if bound.isdecimal():  # or it is "max"
                free = min(free, int(bound) >> 20)
            return max(1, min(cpus, free // MEMORY_EACH_MIB))
    return cpus


def find_generator():
    """The udpmill that generates the load in guests."""
    path, own = parts.udpmill(), binaries.own_binary()
    found, wanted = map(binaries.version, (path, own))
    if found != wanted:  # one of them was left by another build
        raise PerfError(f'{path}: is udpmill {found}, but {own} is {wanted}; '
                        'build or install both again', UNFIT)
    return path


def guests_of(arms, workloads, design):
    generator = find_generator()
    return [Guest(arm, workloads, design, generator) for arm in arms]


def check(arms, workloads, design):
    """Raises PerfError for all that can be refused before a boot."""
    qemu.find()
    guests = guests_of(arms, workloads, design)
    scratch.check_room(at_once() * (LEFT_BEHIND + max(
        len(guest.initramfs(True)) for guest in guests)))


def learn(made, name, frames):
    """Note in the document what a guest told of the kernel of its arm."""
    told = results.kernel_of(frames)
    for arm in made['arms']:
        if arm['name'] == name:
            for key, value in told.items():
                arm['kernel'][key] = arm['kernel'].get(key) or value


def note(made, turn):
    """Put a boot into the document, in the order of arms and seeds."""
    made['boots'].append(turn.entry())
    made['boots'].sort(key=lambda b: (b['arm'], b['seed'], b['twin']))
    learn(made, turn.guest.arm.name, turn.frames)


class Queue:
    """A context: boots that wait, run, or wait for names. None runs after
    it."""

    def __init__(self, waiting, emulator, stall_s):
        self.waiting, self.emulator, self.stall_s = waiting, emulator, stall_s
        self.running, self.nameless, self.most = [], [], at_once()
        self.took = []          # seconds of each boot

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with ExitStack() as stack:
            for turn in self.running:
                stack.push(turn.stack)

    def fill(self):
        while self.waiting and len(self.running) < self.most:
            turn = self.waiting.pop(0)
            self.running.append(turn)
            turn.start(self.emulator, self.stall_s)

    def finished(self):
        """The turns that can be noted now."""
        for turn in [t for t in self.running if t.boot.is_done()]:
            turn.take()
            self.took.append(turn.seconds)
            self.running.remove(turn)
            self.nameless.append(turn)
        found = [t for t in self.nameless if t.guest.kernel]
        self.nameless = [t for t in self.nameless if not t.guest.kernel]
        return found

    def left_s(self, now):
        """Seconds until all boots are done, several of them side by side; None
        if none has been done yet."""
        if not self.took:
            return None
        each = sum(self.took) / len(self.took)
        left = [max(each - (now - turn.started), 0) for turn in self.running]
        whole = sum(left) + each * len(self.waiting)
        return max(whole / self.most, *left, 0)


def boots(made, arms, workloads, progress, keep, look=lambda: None):
    """Carry out the design of a document, made. keep(): called after each
    boot; look(): often, to raise what a signal's handler could not. Raises
    PerfError if a boot fails; the others are then ended."""
    design = made['design']
    guests = guests_of(arms, workloads, design)
    emulator = qemu.find()
    made['machine'] = emulator.as_dict()
    stall_s = BOOT_S + design['datagrams'] * 2 / DATAGRAMS_PER_S
    with Queue(turns(guests, design['seeds']), emulator, stall_s) as queue:
        while queue.waiting or queue.running:
            look()
            queue.fill()
            found = queue.finished()
            left = queue.left_s(time.monotonic())
            if left is not None:
                progress.expect(left)
            for turn in found:
                note(made, turn)
                keep()
                progress.step(turn.label)
            if not found:
                progress.waiting(f'{len(queue.running)} running')
                time.sleep(LOOK_EVERY_S)
    if queue.nameless:
        raise PerfError(f'{queue.nameless[0].label}: the guest told no names '
                        'of functions', UNFIT)
