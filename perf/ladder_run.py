# SPDX-License-Identifier: MIT
"""One run of the ladder: a server on one CPU, a generator on another.

A server is udpmill, the floor or a peer. What its CPU cost was is asked of the
kernel (wait4), and divided by the datagrams that it says it took itself, so
that the same division is made for all of them.
"""
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass

OMIT_S = 0.3
READY_S = 10
STOP_S = 5
CPUS = sorted(os.sched_getaffinity(0))


class RunError(Exception):
    """A run that yields no figure; the text says why."""


@dataclass(frozen=True)
class Rung:
    service: str   # discard, echo
    arrival: str   # single: one by one; trains; largest: 65507 bytes each
    program: str   # udpmill, floor, iperf3, sockperf
    kind: str = ''  # recvfrom, mmsg, uring

    @property
    def label(self):
        return f'{self.program} {self.kind}'.strip()


@dataclass
class Result:
    datagrams: int
    rate: float              # datagrams/s that arrived and were dealt with
    cpu_ns: float            # server's, per datagram
    user_share: float        # of cpu_ns, in user space
    rss_bytes: int
    per_train: float = 1.0   # datagrams in a train received

    def as_dict(self):
        return asdict(self)


def pinned(cpu):
    return lambda: os.sched_setaffinity(0, {cpu})


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def run_time_ns(pid):
    """What all threads of pid have run for, to the nanosecond."""
    total = 0
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/schedstat') as f:
            total += int(f.read().split()[0])
    return total


def peak_rss_bytes(pid):
    with open(f'/proc/{pid}/status') as f:
        return int(re.search(r'VmHWM:\s+(\d+) kB', f.read())[1]) * 1024


class Server:
    """A process that is ended, and its cost known, when the block is left."""

    def __init__(self, argv, ready, pass_fds=(), exit_codes=(0,)):
        self.argv, self.ready, self.pass_fds = argv, ready, pass_fds
        self.exit_codes = exit_codes
        self.output = self.usage = None

    def __enter__(self):
        self.process = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=pinned(CPUS[1]),
            pass_fds=self.pass_fds)
        try:
            self.endpoint = self.ready(self.process)
            self.start_ns = run_time_ns(self.process.pid)
        except BaseException:
            self.end()
            raise
        return self

    def stop(self, number=signal.SIGTERM):
        """Asks it to end; output and usage are valid from then on."""
        pid = self.process.pid
        self.rss_bytes = peak_rss_bytes(pid)
        self.process.send_signal(number)
        self.output = self.process.stdout.read().decode()
        error = self.process.stderr.read().decode()
        _, status, self.usage = os.wait4(pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode not in self.exit_codes:
            raise RunError(f'{self.argv[0]} exited with '
                           f'{self.process.returncode}: {error.strip()}')

    def end(self):
        if self.process.returncode is None:
            # Asked first, so that it takes its segment away.
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __exit__(self, *_):
        self.end()
        self.process.stdout.close()
        self.process.stderr.close()

    def result(self, datagrams, rate, per_train=1.0):
        user, system = self.usage.ru_utime, self.usage.ru_stime
        if not datagrams:
            raise RunError(f'{self.argv[0]}: no datagram arrived')
        cpu_ns = (user + system) * 1e9 - self.start_ns
        return Result(datagrams=datagrams, rate=rate,
                      cpu_ns=cpu_ns / datagrams,
                      user_share=user / (user + system),
                      rss_bytes=self.rss_bytes, per_train=per_train)


def read_line(fd, process, what):
    """The first line of fd, waited for no longer than READY_S."""
    line, deadline = b'', time.monotonic() + READY_S
    while not line.endswith(b'\n'):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise RunError(f'{what}: not ready after {READY_S} s')
        byte = os.read(fd, 1)
        if not byte:
            process.wait()
            why = process.stderr.read().decode().strip()
            raise RunError(f'{what}: {why or "ended at once"}')
        line += byte
    return line.decode().strip()


# Said, and not left to what is known of the server: of the floor nothing is.
LOADS = {
    ('discard', 'single'): ('--train', 'off', '--flood'),
    ('discard', 'trains'): ('--flood',),
    ('echo', 'single'): ('--train', 'off', '--window', '64'),
    ('echo', 'trains'): ('--window', '512'),
    ('echo', 'largest'): ('--train', 'off', '--window', '4', '--length',
                          '65507'),
}


def generate(udpmill, endpoint, rung, seconds, options):
    argv = [udpmill, 'load', endpoint, '--json', '--time', f'{seconds}s',
            '--omit', f'{OMIT_S}s', *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False,
                          preexec_fn=pinned(CPUS[0]), timeout=seconds + 60)
    if done.returncode:
        raise RunError(f'{rung.label}: load: exit code {done.returncode}: '
                       f'{done.stderr.strip()}')
    return json.loads(done.stdout)


def rate_of(load, rung, datagrams):
    """Where nothing is answered only the server knows what arrived, and the
    floor counts from its start to its end."""
    if rung.service == 'echo':
        return load['answered']['datagrams_per_second']
    return datagrams / (load['seconds'] + OMIT_S)


def run_udpmill(programs, rung, seconds, watch=None, serve=(), load=None):
    """Its server, ended, and the generator's report. watch, a function of a
    pid, is a context in which the load is generated."""
    read_end, write_end = os.pipe()
    argv = [programs.udpmill, 'serve', '127.0.0.1:0', '--backend', rung.kind,
            '--service', rung.service, '--workers', '1', '--json',
            '--ready-fd', str(write_end), *serve]
    options = LOADS[rung.service, rung.arrival] if load is None else load

    def ready(process):
        os.close(write_end)
        return read_line(read_end, process, 'udpmill serve')

    try:
        with Server(argv, ready, (write_end,)) as server:
            with watch(server.process.pid) if watch else nullcontext():
                report = generate(programs.udpmill, server.endpoint, rung,
                                  seconds, options)
            server.stop()
    finally:
        os.close(read_end)
    return server, report


def measure_udpmill(programs, rung, seconds):
    server, load = run_udpmill(programs, rung, seconds)
    counters = json.loads(server.output)['counters']
    datagrams = counters['rx_datagrams']
    return server.result(datagrams, rate_of(load, rung, datagrams),
                         datagrams / max(counters['rx_trains'], 1))


class Sampler:
    """perf(1), looking twenty thousand times a second where a process is."""

    ARGV = ('perf', 'record', '-q', '-F', '20000', '-e', 'cpu-clock')

    def __init__(self, pid, path):
        self.pid, self.path = pid, path

    def __enter__(self):
        self.process = subprocess.Popen(
            [*self.ARGV, '-o', self.path, '-p', str(self.pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def sampled_user_share(programs, rung, seconds):
    """The part of the server's CPU time that is not the kernel's; None where
    perf cannot say. A run of its own, for looking costs time.

    What the kernel itself tells, where it counts by ticks of 4 ms, can be off
    by its double: the tick wakes threads, and so meets them at their start.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'samples')
        run_udpmill(programs, rung, seconds, lambda pid: Sampler(pid, path))
        done = subprocess.run(
            ['perf', 'report', '-i', path, '--stdio', '--sort', 'dso', '-t',
             ';'], capture_output=True, text=True, check=False)
    shares = [line.split(';') for line in done.stdout.splitlines()
              if line.strip() and not line.startswith('#')]
    if not shares:
        return None
    return sum(float(share.strip().rstrip('%')) for share, where in shares
               if '[kernel' not in where) / 100


def measure_floor(programs, rung, seconds):
    argv = [programs.floor, rung.kind, rung.service, '0', 'trains']

    def ready(process):
        return read_line(process.stdout.fileno(), process, 'floor')

    with Server(argv, ready) as server:
        load = generate(programs.udpmill, server.endpoint, rung, seconds,
                        LOADS[rung.service, rung.arrival])
        server.stop()
    counted = json.loads(server.output)
    datagrams = counted['datagrams']
    return server.result(datagrams, rate_of(load, rung, datagrams),
                         datagrams / max(counted['trains'], 1))


def run_peer(argv, seconds):
    done = subprocess.run(argv, capture_output=True, text=True, check=False,
                          preexec_fn=pinned(CPUS[0]), timeout=seconds + 60)
    if done.returncode:
        raise RunError(f'{argv[0]}: exit code {done.returncode}: '
                       f'{(done.stderr or done.stdout).strip()[-200:]}')
    return done.stdout


def measure_iperf3(_programs, rung, seconds):
    port = str(free_port(socket.SOCK_STREAM))

    def ready(process):
        while 'listening' not in read_line(process.stdout.fileno(), process,
                                           'iperf3'):
            pass

    argv = ['iperf3', '-s', '-B', '127.0.0.1', '-p', port, '--forceflush']
    # It says that it was interrupted, and exits with 1.
    with Server(argv, ready, exit_codes=(0, 1)) as server:
        text = run_peer(['iperf3', '-c', '127.0.0.1', '-p', port, '-u', '-l',
                         '64', '-b', '0', '-t', str(round(seconds)),
                         '--udp-counters-64bit', '--json'] +
                        (['--gsro'] if rung.arrival == 'trains' else []),
                        seconds)
        server.stop()
    total = json.loads(text)['end']['sum']
    datagrams = total['packets'] - total['lost_packets']
    return server.result(datagrams, datagrams / total['seconds'])


def run_sockperf(mode, seconds):
    """Its server, ended, and what its client said."""
    port = str(free_port(socket.SOCK_DGRAM))

    def ready(process):
        while 'to block on socket' not in read_line(
                process.stdout.fileno(), process, 'sockperf'):
            pass

    argv = ['stdbuf', '-oL', 'sockperf', 'server', '-i', '127.0.0.1', '-p',
            port]
    with Server(argv, ready) as server:
        said = run_peer(['sockperf', mode, '-i', '127.0.0.1', '-p', port,
                         '-m', '64', '-t', str(max(round(seconds), 1))],
                        seconds)
        server.stop(signal.SIGINT)
    return server, said


def measure_sockperf(_programs, _rung, seconds):
    server, _ = run_sockperf('throughput', seconds)
    found = re.search(r'Total (\d+) messages received', server.output)
    if not found:
        raise RunError('sockperf: its server printed no total')
    return server.result(int(found[1]), int(found[1]) / round(seconds))


MEASURE = {
    'udpmill': measure_udpmill,
    'floor': measure_floor,
    'iperf3': measure_iperf3,
    'sockperf': measure_sockperf,
}


def measure(programs, rung, seconds):
    """A Result, or RunError."""
    try:
        return MEASURE[rung.program](programs, rung, seconds)
    except (OSError, ValueError, KeyError, TypeError,
            subprocess.TimeoutExpired) as error:
        raise RunError(f'{rung.label}: {error!r}') from error
