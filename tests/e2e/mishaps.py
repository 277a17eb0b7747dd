#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ordinary mishaps of load and send: runs that fail early, network errors,
endless files, addresses of the wrong kind. One line says what is wrong, and
with -J one document."""

import concurrent.futures
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from documents import document
from program import Server, run

UDPMILL = sys.argv.pop(1)
MODES = {
    "closed loop": [],
    "paced": ["--rate", "1k"],
    "search": ["--find-capacity"],
    "stages": ["--stages"],
    "stress": ["--stress=churn"],
}


def free_address(host="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((host, 0))
        return "%s:%d" % s.getsockname()


class Script:
    """A peer that a function of its socket implements, until "end" arrives."""

    def __init__(self, step):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.address = "%s:%d" % self.socket.getsockname()
        self.step, self.over = step, threading.Event()
        self.thread = threading.Thread(target=self.go)
        self.thread.start()

    def go(self):
        while not self.over.is_set():
            self.step(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.socket.close()


class Trickle:
    """Answers each client with three bytes, 20 times a second, forever: more
    often than any wait for a reply ends."""

    def __init__(self):
        self.client, self.next = None, 0

    def __call__(self, s):
        try:
            self.client = s.recvfrom(65536)[1]
        except socket.timeout:
            pass
        if self.client and time.monotonic() >= self.next:
            self.next = time.monotonic() + 0.04
            s.sendto(b"abc", self.client)


class Mishaps(unittest.TestCase):
    def assertOneLine(self, r, code, said):
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertIn(said, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)

    def test_a_run_that_fails_early_prints_json_with_the_error(self):
        free = free_address()
        for mode, options in MODES.items():
            with self.subTest(mode=mode):
                r = run(UDPMILL, "load", free, "-J", "-q", "-t", "300ms",
                        *options)
                self.assertEqual(r.returncode, 4, r.stderr)
                report = document(r.stdout)
                self.assertIn(report["schema"], ("udpmill.load/1",
                                                 "udpmill.capacity/1"))
                if "ledger" not in report:
                    self.assertEqual(report["outcome"], "refused")
                    self.assertEqual(report["exit_code"], 4)
                    self.assertIn(report["error"], r.stderr)

    def test_no_route_has_one_exit_code_in_every_mode(self):
        r = run("unshare", "-rn", "true")
        if r.returncode:
            self.skipTest("no namespace: " + r.stderr.strip())
        for mode, options in {**MODES, "send": None}.items():
            verb = ["send", "192.0.2.1:9", "-J"]
            if options is not None:
                verb = ["load", "192.0.2.1:9", "--peer-consents", "-J",
                        *options]
            with self.subTest(mode=mode):
                r = run(UDPMILL, *verb, prefix=("unshare", "-rn"))
                self.assertEqual(r.returncode, 4, r.stderr)
                report = document(r.stdout)
                self.assertEqual(report["outcome"], "unreachable")
                self.assertIn("unreachable", report["error"])

    def search(self, *options):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            p = subprocess.Popen(
                [UDPMILL, "load", s.address, "--find-capacity", "-t", "100ms",
                 "-O", "0", *options], text=True, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            for _ in range(3):
                self.assertRegex(p.stderr.readline(), r"/s  sent")
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 1, err)
        self.assertRegex(err, r"interrupted after \d+ trials\n\Z")
        return out

    def test_an_interrupted_search_reports_what_it_found(self):
        report = document(self.search("-J"))
        self.assertFalse(report["finished"])
        self.assertEqual(report["outcome"], "interrupted")
        self.assertIn("interrupted", report["error"])
        self.assertGreaterEqual(len(report["trials"]), 3)
        carried = [t["rate"] for t in report["trials"]
                   if t["outcome"] == "carried"]
        self.assertEqual(report["carried"], max(carried, default=0))
        self.assertRegex(self.search(), r"Not finished: .* so far")

    def test_stages_survive_a_network_error(self):
        """A port is closed for some datagrams, and opened again."""
        address = free_address()
        host, port = address.split(":")
        closed = threading.Event()

        def serve():
            for answers in 30, 10000:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                    s.bind((host, int(port)))
                    s.settimeout(3)
                    try:
                        for _ in range(answers):
                            data, peer = s.recvfrom(65536)
                            s.sendto(data, peer)
                    except socket.timeout:
                        return
                if not closed.is_set():
                    closed.set()
                    time.sleep(0.6)

        thread = threading.Thread(target=serve)
        thread.start()
        r = run(UDPMILL, "load", address, "--stages", "-J", "-t", "1s", "-O",
                "0", "--count", "2000")
        thread.join()
        report = document(r.stdout)
        probes = report["stages"]["probes"]
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertGreater(probes["reported"], 0, probes)
        self.assertGreater(probes["answered"], 30)
        self.assertEqual(probes["sent"], probes["answered"] + probes["lost"])

    def test_stages_report_a_peer_that_went_away(self):
        answered = []

        def some(s):
            try:
                data, peer = s.recvfrom(65536)
            except (socket.timeout, OSError):
                return
            if len(answered) < 50:
                s.sendto(data, peer)
                answered.append(1)
            else:
                s.close()

        with Script(some) as peer:
            start = time.monotonic()
            r = run(UDPMILL, "load", peer.address, "--stages", "-J", "-O",
                    "0", "-t", "60s")
            self.assertLess(time.monotonic() - start, 20)
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertIn("failing for a second: nobody listens", r.stderr)
        self.assertEqual(document(r.stdout)["stages"]["probes"]["answered"],
                         50)

    def test_a_trickle_of_replies_does_not_keep_a_run_alive(self):
        def end(options):
            with Script(Trickle()) as peer:
                start = time.monotonic()
                r = run(UDPMILL, "load", peer.address, "-J", "-q", "-t",
                        "500ms", *options, timeout=60)
                return r, time.monotonic() - start

        # They mostly wait, so they run at the same time.
        cases = (["--stages", "--expect", "any", "-O", "0"],
                 ["--stages", "--expect", "text", "-O", "0"],
                 ["--stages", "-O", "0"], ["--stress=churn"],
                 ["-l", "16", "-O", "0"])
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for options, (r, seconds) in zip(cases, pool.map(end, cases)):
                with self.subTest(options=options):
                    self.assertIn(r.returncode, (1, 4), r.stderr)
                    self.assertLess(seconds, 20)

    def test_stages_need_a_peer_that_answers(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "discard") as s:
            for options in [], ["--expect", "none", "-J"]:
                r = run(UDPMILL, "load", s.address, "--stages", *options)
                self.assertOneLine(r, 2, "does not reply")

    def test_endless_files_are_refused(self):
        with tempfile.TemporaryDirectory() as folder, \
                Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            pipe = os.path.join(folder, "pipe")
            line = os.path.join(folder, "line")
            os.mkfifo(pipe)
            with open(line, "w") as f:
                f.write("64 " + "1" * 3000000)
            options = (["load", s.address, "-l", "@%s"],
                       ["load", s.address, "--payload", "%s"],
                       ["load", s.address, "--scenario", "%s"],
                       ["load", s.address, "--pcap", "%s"],
                       ["send", s.address, "--file", "%s"])
            for path in "/dev/zero", pipe, folder, line:
                for option in options:
                    words = [w.replace("%s", path) for w in option]
                    with self.subTest(words=words[2:]):
                        r = run(UDPMILL, *words, timeout=20)
                        self.assertIn(r.returncode, (2, 3))
                        self.assertOneLine(r, r.returncode, path)

    def test_a_pipe_that_ends_is_read(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = run("bash", "-c", f"{UDPMILL} load {s.address} -J -q --count 9"
                    " -l @<(printf '100 1\\n200 1\\n')")
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual(document(r.stdout)["config"]["length"], 150)

    def test_an_address_of_the_wrong_kind_is_named_as_such(self):
        for words, said in (
                (["serve", "239.1.1.1:7007"], "is the address of a multicast group"),
                (["serve", "[ff02::1%lo]:7007"], "is the address of a multicast group"),
                (["load", "127.255.255.255:7"], "is a broadcast address"),
                (["load", "255.255.255.255:7"], "is a broadcast address"),
                (["send", "127.255.255.255:7"], "is a broadcast address"),
                (["load", "[::1]:7", "-B", "::1"], "write [::1]"),
                (["send", "[::1]:7", "-B", "::1"], "write [::1]"),
                (["load", "127.0.0.1:7", "-t", "0"], "from 1ns to 8784h"),
                (["load", "127.0.0.1:7", "-i", "0"], "from 1ns to 8784h"),
                (["load", "127.0.0.1:7", "-O", "x"], "from 0 to 8784h")):
            with self.subTest(words=words):
                self.assertOneLine(run(UDPMILL, *words), 2, said)

    def test_too_many_flows_for_the_descriptor_limit_name_it(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))

        r = run(UDPMILL, "load", "127.0.0.1:7", "-P", "300", preexec_fn=few)
        self.assertOneLine(r, 2, "ulimit -Hn")

    def test_quiet_prints_only_the_report(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            for mode, options in MODES.items():
                # A search would take half a minute, so it is interrupted.
                prefix = ("timeout", "-s", "INT", "2") * (mode == "search")
                with self.subTest(mode=mode):
                    r = run(UDPMILL, "load", s.address, "-q", "-t", "60ms",
                            *options, prefix=prefix)
                    self.assertRegex(r.stderr, r"\A(udpmill load: "
                                     r"interrupted after \d+ trials?\n)?\Z")
                    self.assertEqual(bool(r.stderr), bool(prefix))
                    self.assertGreater(len(r.stdout), 100)

    def test_invalid_utf8_is_quoted_in_json(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            r = subprocess.run(
                [UDPMILL, "load", s.address, "-J", "-q", "--count", "1",
                 "--csv", b"/dev/null", "--histogram", b"/tmp/../dev/null",
                 b"--netns=\xff"], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            self.assertEqual(r.returncode, 2)
            with tempfile.NamedTemporaryFile(prefix=b"\xff\xfe") as f:
                r = subprocess.run(
                    [UDPMILL, "load", s.address, "-J", "-q", "--count", "1",
                     b"--csv=" + f.name], stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertTrue(any("\\xff\\xfe" in word for word in
                                document(r.stdout)["argv"]))


class Memory(unittest.TestCase):
    """Each allocation of a report fails once: no document lacks a part."""

    def test_a_report_is_complete_or_missing(self):
        library = os.environ.get("UDPMILL_PRELOAD")
        if not library:
            self.skipTest("no library that lets allocations fail was built")
        with Server(UDPMILL, "127.0.0.1:0", "--service", "length") as s:
            for words in (["send", s.address, "-J", "some bytes, and more"],
                          ["load", s.address, "-J", "-q", "--count", "20",
                           "-P", "1", "-O", "0"]):
                whole = self.run_with(library, words, 10**9)
                if whole.returncode:
                    self.skipTest(whole.stderr.strip())
                keys = self.keys(whole.stdout)
                count = int(re.search(r"allocations=(\d+)",
                                      whole.stderr).group(1))
                for nth in range(1, count + 1, max(1, count // 15)):
                    r = self.run_with(library, words, nth)
                    with self.subTest(words=words, nth=nth):
                        # Otherwise the exit code says that it failed.
                        if r.returncode == 0:
                            self.assertEqual(self.keys(r.stdout), keys)

    def run_with(self, library, words, nth):
        return run(UDPMILL, *words, env={
            **os.environ, "LD_PRELOAD": library, "SCARCE_AT": str(nth)})

    def keys(self, text):
        def walk(at, value):
            if isinstance(value, dict):
                for key, inner in value.items():
                    yield f"{at}.{key}"
                    yield from walk(f"{at}.{key}", inner)
        return sorted(k for k in walk("", document(text))
                      if "refused_" not in k)


if __name__ == "__main__":
    unittest.main()
