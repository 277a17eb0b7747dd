#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""As failures.py, for calls of a server that are neither its receives nor its
sends: waits, limits, options and capabilities."""

import os
import signal
import subprocess
import unittest

from failures import (FAILING, LATER, UDPMILL, Cases, answers, reason_to_skip,
                      rules, serve)
from program import run_unless


class Others(Cases):
    POLLING = "--busy-poll", "50us", "--prefer-busy-poll"

    def test_the_call_that_failed_is_the_one_that_is_named(self):
        waits = "epoll_wait", "epoll_pwait"
        cases = [(waits, ("--connected",), "mmsg"), (waits, self.POLLING, "mmsg"),
                 (waits, self.POLLING, "recvfrom")]
        for calls, options, backend in cases:
            with self.subTest(calls=calls, options=options, backend=backend):
                r = serve(rules(calls, "EPERM", LATER), backend, *options,
                          "--time", "20s").end()
                if "EPIOCSPARAMS" in r.err:
                    self.skipTest("an epoll that polls takes Linux 6.9")
                self.assertOneSentence(r, "serve", f"worker 0 failed: {calls[0]}")
                self.assertNotIn("--backend", r.said[0])

    def test_a_failing_timeout_of_receives_is_named(self):
        """SO_RCVTIMEO is the last option that is set, about when the server
        is ready."""
        never = 1000
        for backend in "mmsg", "recvfrom":
            with self.subTest(backend=backend):
                calls = serve(rules(("setsockopt",), "EPERM", never), backend,
                              "--time", "300ms").end().calls
                r = serve(rules(("setsockopt",), "EPERM",
                                calls["setsockopt"][0]), backend).end()
                self.assertOneSentence(r, "serve",
                                       "worker 0 failed: setsockopt")
                self.assertNotIn("--backend", r.said[0])

    def test_a_receive_of_a_connected_socket_is_named(self):
        r = serve(rules(("recvmmsg", "recvmsg"), "EPERM", LATER), "mmsg",
                  "--connected")
        answers(r.ready[0], seconds=0.1)
        r.end()
        self.assertOneSentence(r, "serve", "worker 0 failed: recvmmsg or")
        self.assertNotIn("--backend", r.said[0])

    def test_connected_serves_without_knowing_the_limit_of_descriptors(self):
        r = serve(rules(("prlimit64",), "EPERM"), "mmsg", "--connected")
        self.assertEqual(len(r.ready), 1, r)
        self.assertTrue(answers(r.ready[0]))
        r.end(signal.SIGTERM)
        self.assertEqual((r.code, r.said), (0, []), r)


@unittest.skipIf(os.geteuid() != 0, "capabilities to give up need root")
class Capabilities(Cases):
    def test_capabilities_that_cannot_be_dropped_are_reported(self):
        serving = [FAILING, *rules(("capset",), "EPERM"), "--", UDPMILL,
                   "serve", "0", "-t", "50ms"]
        none = "setpriv", "--bounding-set=-all", "--inh-caps=-all"
        for prefix, code in ((), 3), (none, 0):
            r = subprocess.run([*prefix, *serving], capture_output=True)
            told = b"capset" in r.stderr and b"--backend" not in r.stderr
            self.assertEqual((r.returncode, told), (code, code > 0), r)


class Waits(Cases):
    def test_failing_waits_for_signals_end_the_server(self):
        for error in ("EPERM", "ENOSYS", "EINVAL"):
            for first in (1, 3):
                with self.subTest(error=error, first=first):
                    r = serve(rules(("rt_sigtimedwait",), error, first),
                              "mmsg").end()
                    self.assertOneSentence(r, "serve", "sigtimedwait")
                    self.assertLess(r.failed, 300, r)

    def test_interrupted_waits_are_repeated(self):
        r = serve(rules(("rt_sigtimedwait",), "EINTR", 1, 5), "mmsg")
        self.assertTrue(answers(r.ready[0]))
        self.assertEqual(r.end(signal.SIGTERM).code, 0, r)


if __name__ == "__main__":
    run_unless(reason_to_skip())
