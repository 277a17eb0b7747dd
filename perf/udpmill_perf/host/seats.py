# SPDX-License-Identifier: MIT
"""The CPUs and namespaces that the two sides of a trial get."""
import errno
import os
import socket
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..errors import INVALID, UNFIT, PerfError
from . import labs, namespace
from .environment import of_namespace
from .offload import set_gro
from .sysctl import within

PORT = 10600
SERVER_DEVICE = 'server'  # of tools/lab
FREE_S = 10


@dataclass(frozen=True)
class Seat:
    """CPUs and namespaces (None: the harness's own) of the two sides, and the
    server's address."""
    server_cpus: tuple
    client_cpus: tuple
    server_netns: int | None = None
    client_netns: int | None = None
    host: str = '127.0.0.1'
    port: int = 1060

    def wait_until_free(self):
        """Wait until the port is free: after a server is killed, its io_uring
        keeps the port for some milliseconds."""
        deadline = time.monotonic() + FREE_S
        while not within(self.server_netns, self._is_free):
            if time.monotonic() > deadline:
                raise PerfError(f'{self.host}:{self.port} is still in use '
                                f'after {FREE_S} s', INVALID)
            time.sleep(0.005)

    def _is_free(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            try:
                s.bind((self.host, self.port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                return False
        return True

def cores():
    """The allowed CPUs: first one of each core, then their siblings."""
    allowed = sorted(os.sched_getaffinity(0))
    first, rest, seen = [], [], set()
    for cpu in allowed:
        path = (f'/sys/devices/system/cpu/cpu{cpu}/topology/'
                'thread_siblings_list')
        try:
            with open(path, encoding='ascii') as f:
                core = f.read().strip()
        except OSError:
            core = str(cpu)
        (rest if core in seen else first).append(cpu)
        seen.add(core)
    return first + rest


def divide(workers, threads, cpus=None, shared=False):
    """Returns (server's CPUs, generator's CPUs)."""
    cpus = cpus or cores()
    if shared:
        return tuple(cpus[:workers]), tuple(cpus)
    if len(cpus) < 2:
        raise PerfError('only one CPU may be used, but the server and the '
                        'generator need one each', UNFIT)
    threads = min(threads, len(cpus) - 1)
    client, server = cpus[:threads], cpus[threads:threads + workers]
    return tuple(server), tuple(client)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Place:
    """An open path, which has seats for any workload."""

    def __init__(self, host, port, server_netns=None, client_netns=None):
        self.host, self.port = host, port
        self.server_netns, self.client_netns = server_netns, client_netns
        self.gro = False  # of the server's veth, which has none at first

    def offload(self, wanted=False):
        """Switch GRO on for the workloads that need it, and off again."""
        if wanted != self.gro:
            within(self.server_netns, lambda: set_gro(SERVER_DEVICE, wanted))
            self.gro = wanted

    def seat(self, workload):
        self.offload(getattr(workload, 'needs_gro', False))
        server, client = divide(workload.workers, workload.threads,
                                shared=getattr(workload, 'shared', False))
        return Seat(server, client, self.server_netns, self.client_netns,
                    self.host, self.port)


@contextmanager
def loopback():
    """The loopback path: in a new namespace if permitted, so that no other
    program moves its counters."""
    try:
        netns = namespace.make()
    except OSError:
        yield Place('127.0.0.1', free_port())
        return
    try:
        yield Place('127.0.0.1', PORT, netns, netns)
    finally:
        os.close(netns)


@contextmanager
def lab(path):
    with labs.Lab(path) as made:
        for line in made.removed:
            print(line, file=sys.stderr)
        yield Place(made.server, PORT, made.server_netns, made.client_netns)


def facts(path, place):
    """The part of the environment that belongs to a path's namespaces."""
    sides = {'server': place.server_netns, 'client': place.client_netns}
    if place.server_netns == place.client_netns:
        sides = {'both': place.server_netns}
    return {f'path.{path}.{side}.{key}': value
            for side, netns in sides.items() if netns is not None
            for key, value in within(netns, of_namespace).items()}


class Places:
    """A context that opens each path when it is first needed. before: the
    state of the namespaces at that time."""

    def __init__(self):
        self.stack, self.open, self.before = ExitStack(), {}, {}

    def place(self, path):
        if path not in self.open:
            place = self.stack.enter_context(
                loopback() if path == 'loopback' else lab(path))
            self.before.update(facts(path, place))
            self.open[path] = place
        return self.open[path]

    def facts(self):
        """The present state of the namespaces, with GRO as it was."""
        found = {}
        for path, place in self.open.items():
            place.offload()
            found.update(facts(path, place))
        return found

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)
