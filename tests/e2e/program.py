# SPDX-License-Identifier: MIT
"""Starts and stops the program under test, for the e2e suites."""

import contextlib
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

import documents

BACKENDS = ("recvfrom", "mmsg", "uring")
CPU = min(os.sched_getaffinity(0))
# The suites rely on this many.
DESCRIPTORS = 1024


def _prepare():
    """Whoever starts a suite may have closed standard input, so that the next
    file gets its number, may ignore signals, as nohup does, which programs
    inherit, or may allow few descriptors. Returns how many are allowed, which
    is fewer than DESCRIPTORS if the limit cannot be raised."""
    for number in signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= DESCRIPTORS:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE,
                           (DESCRIPTORS, max(DESCRIPTORS, hard)))
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


descriptors = _prepare()
many_descriptors = unittest.skipIf(
    descriptors < DESCRIPTORS,
    f"no more than {descriptors} descriptors are allowed (ulimit -Hn)")


def each_backend(test, program):
    """The backends that are built in, each in a subtest of its own, in which
    one that cannot run here is skipped."""
    for backend in BACKENDS:
        why = missing(program, backend)
        with test.subTest(backend=backend):
            if why:
                test.skipTest(why)
            yield backend


def run_unless(why):
    """Run the tests of the suite, or say why they are skipped."""
    if why:
        print("skipped:", why)
        sys.exit(77)
    unittest.main()


def assert_refused(test, done, verb, right):
    """A command ended with exit code 2 and one line, which says what is
    right."""
    test.assertEqual((done.returncode, done.stdout), (2, ""))
    test.assertRegex(done.stderr, rf"\Audpmill {verb}: [^\n]*\n\Z")
    test.assertIn(right, done.stderr)


class Server:
    """A `serve` that is ready, on ports of its own choice.

    It reports its addresses by --ready-fd, so no test has to sleep. At the end
    of a with block it is ended by SIGTERM; code, out and err have the rest.
    """

    def __init__(self, program, *arguments, prefix=()):
        ready, write = os.pipe()
        self.process = subprocess.Popen(
            [*prefix, program, "serve", *arguments, "--ready-fd", str(write)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[write],
            stdin=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(ready) as lines:
            self.addresses = lines.read().split()
        self.pid = self.process.pid
        if not self.addresses:
            self.wait()
            raise RuntimeError(f"serve {' '.join(arguments)} ended with "
                               f"{self.code}: {self.err.strip()}")
        self.address = self.addresses[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait(self, seconds=30):
        out, err = self.process.communicate(timeout=seconds)
        self.out, self.err = out.decode(), err.decode()
        self.code = self.process.returncode
        documents.check_output(self.out)
        return self.code

    def stop(self, seconds=30):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        if not self.process.stdout.closed:
            self.wait(seconds)
        return self.code

    def counters(self):
        """The counters in the text that serve prints at its end, by name."""
        table = {}
        for line in self.out.split("Counters, summed")[-1].splitlines()[1:]:
            words = line.split()
            table[words[0]] = int("".join(words[1:-1]))
        return table


@contextlib.contextmanager
def before_others():
    """A context in which this thread, and threads and programs that it starts,
    get a CPU before all others of the host. For a light load whose times
    matter."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        raise unittest.SkipTest(
            "a real-time priority is not allowed here") from None
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def wait_for(condition, seconds=30):
    """Wait until the condition is true; gives up after a long time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what is waited for does not come")
        time.sleep(0.001)


@contextlib.contextmanager
def disturbed(*steps):
    """Runs steps during a load: each (seconds after its first datagram,
    function, arguments...), but none before the one before it has ended, since
    on a busy machine timers of their own overtake one another. Yields arguments
    of run() that make the load tell when it begins."""
    ready, write = os.pipe()

    def go():
        with os.fdopen(ready) as lines:
            if not lines.readline():
                return
        start = time.monotonic()
        for seconds, function, *arguments in steps:
            time.sleep(max(0, start + seconds - time.monotonic()))
            function(*arguments)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield ["--ready-fd", str(write)], {"pass_fds": [write]}
    finally:
        os.close(write)
        thread.join()


def stop(process):
    """Stop a process, and wait until all of its threads have stopped."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)


def udp_sockets(pid="self"):
    """The IPv4 UDP sockets in the network namespace of a process: addresses,
    bytes of memory in their queues, and datagrams dropped."""
    def address(text):
        host, port = text.split(":")
        return "%s:%d" % (socket.inet_ntoa(
            int(host, 16).to_bytes(4, sys.byteorder)), int(port, 16))

    with open(f"/proc/{pid}/net/udp", encoding="ascii") as f:
        rows = [line.split() for line in f.readlines()[1:]]
    return [{"local": address(row[1]), "remote": address(row[2]),
             "queued": int(row[4].split(":")[1], 16), "drops": int(row[-1])}
            for row in rows]


def is_static(program):
    """Has this ELF file of 64 bits no loader and no libraries?"""
    dynamic, loader = 2, 3  # PT_DYNAMIC, PT_INTERP
    with open(program, "rb") as f:
        elf = f.read()
    order = "<" if elf[5] == 1 else ">"
    (at,) = struct.unpack_from(order + "Q", elf, 32)
    size, count = struct.unpack_from(order + "HH", elf, 54)
    kinds = {struct.unpack_from(order + "I", elf, at + i * size)[0]
             for i in range(count)}
    return not kinds & {dynamic, loader}


def run(program, *arguments, timeout=60, prefix=(), **more):
    done = subprocess.run(
        [*prefix, program, *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=timeout,
        text=True, **more)
    documents.check_output(done.stdout)
    return done


def split(address):
    """"127.0.0.1:5" or "[::1]:5" as an address for a socket."""
    host, port = address.rsplit(":", 1)
    return host.strip("[]"), int(port)


def ask(address, data, bind=None, family=None):
    """Send one request over a new socket, and return the reply."""
    host, port = split(address)
    family = family or (socket.AF_INET6 if ":" in host else socket.AF_INET)
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        if bind:
            s.bind(bind)
        s.connect((host, port))
        s.send(data)
        return s.recv(65536)


def missing(program, backend):
    """The reason why this backend cannot be tested here, or None."""
    trial = run(program, "serve", "127.0.0.1:0", "--backend", backend,
                "--time", "1ms")
    return trial.stderr.strip() if trial.returncode == 3 else None
