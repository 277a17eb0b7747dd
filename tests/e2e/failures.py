#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every receive, send and wait fails, with every errno that can occur, at the
first call or later, once or permanently. The program ends with a sentence and
exit code 3, or continues; it is never in a busy loop, and always obeys signals.

A busy loop shows in the number of calls; time and CPU depend on other programs.
"""

import concurrent.futures
import os
import signal
import socket
import subprocess
import sys
import unittest

from documents import document
from program import BACKENDS, Server, missing, run_unless, split

UDPMILL, FAILING = sys.argv[1:3]
del sys.argv[1:3]

RECEIVES = {"recvfrom": ("recvfrom", "recvmsg"), "mmsg": ("recvmmsg", "recvmsg"),
            "uring": ("io_uring_enter",)}
# The last but one is for a lone datagram; sendmsg for what cannot go otherwise.
SENDS = {"recvfrom": ("sendto", "sendmsg"),
         "mmsg": ("sendmmsg", "sendto", "sendmsg"),
         "uring": ("io_uring_enter", "sendmsg")}

# Permanent: the first one ends the program.
FINAL = ("EBADF", "EINVAL", "ENOSYS")
# Perhaps temporary: many in a row end the program (core/failures.h).
LASTING = ("EPERM", "EACCES", "ENOMEM", "ENOBUFS", "EIO")
IN_A_ROW = 20
# Reports of the network, which end nothing.
NETWORK = ("ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN")

LATER = "go"  # the first call that begins when the server is ready


class Run:
    """A program that runs with injected failures, and what became of it."""

    def __init__(self, rules, *arguments, ready=False, prefix=()):
        log, write = os.pipe()
        (told, say), (wait, go) = os.pipe(), os.pipe()
        more = ["--ready-fd", str(say)] if ready else []
        self.process = subprocess.Popen(
            [*prefix, FAILING, "--log", str(write), "--go", str(wait), *rules, "--",
             UDPMILL, *arguments, *more], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=[write, say, wait], text=True)
        for fd in write, say, wait:
            os.close(fd)
        self.log = os.fdopen(log)
        with os.fdopen(told) as lines:
            self.ready = lines.read().split()
        os.close(go)
        self.code = self.calls = self.said = None

    def end(self, sig=None):
        if sig:
            self.process.send_signal(sig)
        self.out, self.err = self.process.communicate(timeout=30)
        self.code = self.process.returncode
        # Without the lines that a server with JSON output prints at its start.
        self.said = [line for line in self.err.splitlines()
                     if line.startswith("udpmill ")]
        with self.log as lines:
            self.calls = {name: (int(made), int(failed)) for name, made, failed
                          in (line.split() for line in lines)}
        self.failed = sum(failed for _, failed in self.calls.values())
        return self

    def __repr__(self):
        return f"{self.code} {self.calls} {self.said}"


def answers(address, n=1, seconds=2.0):
    """Whether the last of n requests is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(split(address))
        s.settimeout(seconds)
        try:
            for _ in range(n):
                s.send(b"x" * 40)
            return bool(s.recv(100))
        except OSError:
            return False


def serve(rules, backend, *options, workers=1):
    return Run(rules, "serve", "127.0.0.1:0", "--backend", backend,
               "--workers", str(workers), "--counters", "none", *options,
               ready=True)


def rules(calls, error, *more):
    return [",".join([f"{call}={error}", *map(str, more)]) for call in calls]


def side_by_side(work, cases):
    """Call work for all cases at once, because they mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return list(zip(cases, pool.map(lambda case: work(*case), cases)))


class Cases(unittest.TestCase):
    backends = []

    @classmethod
    def setUpClass(cls):
        for name in BACKENDS:
            why = missing(UDPMILL, name)
            if why:
                print("without", name + ":", why)
            else:
                cls.backends.append(name)
        cls.backends = sorted(set(cls.backends))

    def assertOneSentence(self, r, verb, *parts):
        self.assertEqual(r.code, 3, r)
        self.assertEqual(len(r.said), 1, r)
        self.assertIn(f"udpmill {verb}: ", r.said[0])
        for part in parts:
            self.assertIn(part, r.said[0])


class Receives(Cases):
    @staticmethod
    def ending(backend):
        """The backend makes such calls to cancel what is in flight, too."""
        return backend == "uring"

    def test_a_server_whose_receives_fail_from_the_start_is_never_ready(self):
        def work(backend, error):
            return serve(rules(RECEIVES[backend], error), backend).end()

        cases = [(b, e) for b in self.backends for e in FINAL + LASTING]
        for (backend, error), r in side_by_side(work, cases):
            with self.subTest(backend=backend, error=error):
                self.assertEqual(r.ready, [], r)
                self.assertEqual(r.failed - self.ending(backend), 1, r)
                self.assertOneSentence(r, "serve", "worker 0 failed: " +
                                       ("io_uring_enter" if backend == "uring"
                                        else "recv"))

    def test_receives_that_fail_permanently_end_the_server_with_its_report(self):
        def work(backend, error):
            return serve(rules(RECEIVES[backend], error, LATER), backend).end()

        cases = [(b, e) for b in self.backends for e in FINAL + LASTING]
        for (backend, error), r in side_by_side(work, cases):
            with self.subTest(backend=backend, error=error):
                self.assertEqual(len(r.ready), 1, r)
                self.assertEqual(r.failed - self.ending(backend),
                                 1 if error in FINAL else IN_A_ROW, r)
                self.assertIn("Counters, summed over all workers", r.out)
                self.assertOneSentence(r, "serve", "worker 0 failed: ")

    def test_the_server_survives_a_few_failed_receives(self):
        def work(backend, error, times):
            r = serve(rules(RECEIVES[backend], error, LATER, times), backend)
            answered = answers(r.ready[0])
            return answered, r.end(signal.SIGTERM)

        cases = [(b, e, n) for b in self.backends for e, n in (
            ("EPERM", 1), ("ENOMEM", IN_A_ROW - 1), ("EIO", 3),
            ("ECONNREFUSED", 100), ("EINTR", 3), ("EAGAIN", 3))]
        for (backend, error, times), (answered, r) in side_by_side(
                work, cases):
            with self.subTest(backend=backend, error=error):
                self.assertTrue(answered, r)
                self.assertEqual((r.code, r.said), (0, []), r)

    def test_endless_network_errors_cause_no_busy_loop_and_signals_still_work(self):
        def work(backend, error):
            r = serve(rules(RECEIVES[backend], error), backend, "--time",
                      "300ms")
            return r, serve(rules(RECEIVES[backend], error, LATER), backend
                            ).end(signal.SIGTERM), r.end()

        cases = [(b, e) for b in self.backends for e in NETWORK]
        for (backend, error), (r, ordered, _) in side_by_side(work, cases):
            with self.subTest(backend=backend, error=error):
                self.assertEqual((r.code, r.said), (0, []), r)
                self.assertEqual((ordered.code, ordered.said), (0, []),
                                 ordered)
                # 64 at once, and then one each 10 ms.
                self.assertLess(r.failed, 64 + 1000, r)

    def test_a_worker_that_fails_ends_all_workers(self):
        # Calls of all workers are counted together: one of them meets it.
        for backend in self.backends:
            with self.subTest(backend=backend):
                r = serve(rules(RECEIVES[backend], "ENOSYS", LATER, 1), backend,
                          "-J", workers=3).end()
                self.assertEqual(r.failed, 1, r)
                self.assertOneSentence(r, "serve", "failed: ")
                report = document(r.out)
                self.assertEqual(report["counters"]["recv_errors"], 1)


class Sends(Cases):
    def test_denied_sends_are_counted_and_reported_once(self):
        counter = {"EPERM": "send_failed_denied",
                   "EACCES": "send_failed_denied",
                   "ENOBUFS": "send_failed_nobufs",
                   "ENOMEM": "send_failed_nobufs",
                   "ENETUNREACH": "send_failed_unreachable",
                   "EBUSY": "send_failed_other"}

        def work(backend, error):
            r = serve(rules(SENDS[backend], error), backend, "-J")
            answered = answers(r.ready[0], 5, seconds=0.2)
            return answered, r.end(signal.SIGTERM)

        cases = [(b, e) for b in self.backends if b != "uring"
                 for e in counter]
        for (backend, error), (answered, r) in side_by_side(work, cases):
            with self.subTest(backend=backend, error=error):
                counters = document(r.out)["counters"]
                self.assertFalse(answered)
                self.assertEqual(r.code, 0, r)
                self.assertEqual(counters[counter[error]], 5, r)
                denied = error in ("EPERM", "EACCES")
                self.assertEqual(len(r.said), denied, r)
                self.assertEqual("could not be sent" in r.err, denied, r)

    def test_sends_that_cannot_work_end_the_server(self):
        for backend in self.backends:
            with self.subTest(backend=backend):
                calls = SENDS[backend]
                first = LATER if backend == "uring" else 1
                r = serve(rules(calls, "ENOSYS", first), backend)
                answers(r.ready[0], seconds=0.1)
                r.end()
                self.assertOneSentence(r, "serve", "worker 0 failed: " +
                                       calls[0], "not implemented")

    def test_a_send_that_fails_once_costs_one_reply(self):
        for backend in self.backends:
            with self.subTest(backend=backend):
                # A server sends at its start, too: to find the longest train.
                r = serve(rules(SENDS[backend][-2:-1], "EBUSY", LATER, 1),
                          backend)
                first = answers(r.ready[0], seconds=0.1)
                second = answers(r.ready[0])
                r.end(signal.SIGTERM)
                self.assertEqual((first, second), (backend == "uring", True), r)
                self.assertEqual((r.code, r.said), (0, []), r)

    def test_a_server_with_a_full_send_buffer_still_ends_on_a_signal(self):
        for backend in self.backends:
            with self.subTest(backend=backend):
                calls = [c for c in SENDS[backend] if c != "io_uring_enter"]
                r = serve(rules(calls, "EAGAIN"), backend)
                answers(r.ready[0], 50, seconds=0.01)
                r.end(signal.SIGTERM)
                self.assertEqual((r.code, r.said), (0, []), r)


class Load(Cases):
    """Each mode, against a server without failures."""

    MODES = {
        "window": ("-t", "20s"),
        "many": ("-t", "20s", "-P", "20"),
        "spin": ("-t", "20s", "--spin"),
        "flood": ("-t", "20s", "--flood"),
        "paced": ("-t", "20s", "--rate", "20k"),
        "stages": ("-t", "20s", "--stages", "--spin"),
    }
    CALLS = {
        "receive": ("recvmmsg", "recvmsg", "recvfrom"),
        "send": ("sendmmsg", "sendto", "sendmsg"),
    }

    @classmethod
    def setUpClass(cls):
        cls.server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                            "--counters", "none")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def load(self, rules, *options):
        return Run(rules, "load", self.server.address, "-J", *options).end()

    def test_load_ends_with_one_sentence_and_a_report(self):
        def work(mode, call, error, first):
            return self.load(rules(self.CALLS[call], error, first),
                             *self.MODES[mode])

        cases = [(m, c, e, f) for m in self.MODES for c in self.CALLS
                 for e in ("EPERM", "ENOSYS") for f in (1, 10)]
        for (mode, call, error, first), r in side_by_side(work, cases):
            with self.subTest(mode=mode, call=call, error=error, first=first):
                # The error queue is read after each.
                self.assertLess(r.failed, 3 * IN_A_ROW, r)
                self.assertEqual(r.code, 3, r)
                self.assertEqual(len(r.said), 1, r)
                if mode != "stages":
                    report = document(r.out)
                    self.assertIn(self.CALLS[call][0], report["halted"])
                    self.assertIn(report["halted"], r.err)

    def test_load_ends_if_it_cannot_wait(self):
        waits = {"many": ("epoll_pwait2", "epoll_pwait", "epoll_wait"),
                 "paced": ("ppoll",)}
        for mode, calls in waits.items():
            r = self.load(rules(calls, "ENOSYS"), *self.MODES[mode])
            with self.subTest(mode=mode):
                self.assertEqual(r.code, 3, r)
                self.assertIn("epoll_wait", document(r.out)["halted"])

    def test_load_falls_back_to_an_older_call_for_waiting(self):
        for error in ("ENOSYS", "EPERM"):
            r = self.load(rules(("epoll_pwait2",), error), "-t", "100ms",
                          "-P", "20")
            with self.subTest(error=error):
                self.assertEqual((r.code, r.said), (0, []), r)

    def test_load_survives_temporary_failures(self):
        def work(call, error, times):
            return self.load(rules(self.CALLS[call], error, 5, times), "-t",
                             "300ms")

        cases = [(c, e, n) for c in self.CALLS for e, n in (
            ("EPERM", 1), ("ENOMEM", 5), ("EINTR", 3))]
        for (call, error, times), r in side_by_side(work, cases):
            with self.subTest(call=call, error=error):
                self.assertEqual(r.code, 0, r)
                self.assertNotIn("halted", document(r.out))


class Send(Cases):
    def test_send_names_the_call_that_failed(self):
        with Server(UDPMILL, "127.0.0.1:0") as s:
            for calls, error, says in (
                    (("sendto",), "EPERM", "sending to"),
                    (("sendto",), "ENOSYS", "sending to"),
                    (("recvfrom",), "EPERM", "receiving from"),
                    (("recvfrom",), "ENOMEM", "receiving from"),
                    (("ppoll",), "EPERM", "waiting for")):
                with self.subTest(calls=calls, error=error):
                    r = Run(rules(calls, error), "send", s.address, "hello",
                            "--timeout", "10s").end()
                    self.assertOneSentence(r, "send", says)
                    self.assertEqual(r.failed, 1, r)

    def test_send_ends_in_time_despite_interruptions(self):
        with Server(UDPMILL, "127.0.0.1:0") as s:
            r = Run(rules(("ppoll",), "EINTR") + rules(("recvfrom",), "EAGAIN"),
                    "send", s.address, "hello", "--timeout", "50ms",
                    "--retries", "0").end()
        self.assertEqual(r.code, 4, r)


def reason_to_skip():
    trial = subprocess.run([FAILING, "poll=EPERM", "--", "/bin/true"],
                           stderr=subprocess.PIPE, text=True)
    return trial.stderr.strip() if trial.returncode == 77 else None


if __name__ == "__main__":
    run_unless(reason_to_skip())
