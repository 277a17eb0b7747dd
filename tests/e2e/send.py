#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verb send, run as a person would run it, against a peer made here."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from documents import document

UDPMILL = sys.argv.pop(1)


class Peer:
    """Calls behave(peer, data, address) for each datagram."""

    def __init__(self, behave, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        port = self.socket.getsockname()[1]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.received = []
        self.behave = behave
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while True:
            data, address = self.socket.recvfrom(65536)
            if address == self.socket.getsockname():
                return
            self.received.append(data)
            self.behave(self, data, address)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        # A datagram from itself ends it: nobody else can have that source.
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


def echo(peer, data, address):
    peer.socket.sendto(data, address)


def mute(peer, data, address):
    pass


def by_a_stranger(peer, data, address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.sendto(b"not asked", address)


def second_time(peer, data, address):
    if len(peer.received) == 2:
        echo(peer, data, address)


def send(*arguments, stdin=b"", stdout=subprocess.PIPE, locale="C"):
    environment = dict(os.environ, LC_ALL=locale)
    return subprocess.run(
        [UDPMILL, "send", *arguments], input=stdin, stdout=stdout,
        stderr=subprocess.PIPE, env=environment, timeout=30)


def own_address():
    """An address of this host that is not on loopback, or None. Connecting
    sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return s.getsockname()[0]


class Send(unittest.TestCase):
    def assertOneLine(self, run, code, pattern):
        text = run.stderr.decode()
        self.assertEqual(run.returncode, code, text)
        self.assertRegex(text, r"\Audpmill send: [^\n]*\n\Z")
        self.assertRegex(text, pattern)

    def test_prints_what_the_original_printed(self):
        with Peer(echo) as peer:
            run = send(peer.address)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr, b"")
        self.assertRegex(run.stdout.decode(), re.compile(
            r"\AAddress before sending: 0\.0\.0\.0:0\n"
            r"Address after sending: 127\.0\.0\.1:[1-9]\d*\n"
            r"The server " + re.escape(peer.address) +
            r' says "This is my message"\n\Z'))
        self.assertEqual(peer.received, [b"This is my message"])

    def test_joins_words_with_blanks(self):
        with Peer(echo) as peer:
            send(peer.address, "two  blanks", "and", "words")
        self.assertEqual(peer.received, [b"two  blanks and words"])

    def test_sends_and_receives_a_datagram_of_zero_bytes(self):
        with Peer(echo) as peer:
            run = send(peer.address, "")
        self.assertEqual(run.returncode, 0)
        self.assertIn(b'says ""\n', run.stdout)
        self.assertEqual(peer.received, [b""])

    def test_never_prints_terminal_escapes(self):
        with Peer(echo) as peer:
            run = send(peer.address, "-", stdin=b'\x1b[31m"\n\xc2\x9b\xff')
        self.assertTrue(run.stdout.endswith(
            rb'says "\x1b[31m\"\n\xc2\x9b\xff"' + b"\n"), run.stdout)

    def test_shows_utf8_if_the_locale_has_it(self):
        with Peer(echo) as peer:
            plain = send(peer.address, "-", stdin="\u20ac".encode())
            shown = send(peer.address, "-", stdin="\u20ac".encode(),
                         locale="C.UTF-8")
        self.assertIn(rb'"\xe2\x82\xac"', plain.stdout)
        self.assertIn('"\u20ac"'.encode(), shown.stdout)

    def test_carries_the_largest_datagram_from_stdin(self):
        data = os.urandom(65507)
        with Peer(echo) as peer:
            run = send(peer.address, "-", stdin=data)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(peer.received, [data])

    def test_refuses_one_byte_too_many_and_sends_nothing(self):
        with Peer(echo) as peer:
            run = send(peer.address, "-", stdin=bytes(65508))
        self.assertOneLine(run, 2, "65507 bytes")
        self.assertEqual(run.stdout, b"")
        self.assertEqual(peer.received, [])

    def test_sends_a_file_unchanged(self):
        data = bytes(range(256))
        with tempfile.NamedTemporaryFile() as file, Peer(echo) as peer:
            file.write(data)
            file.flush()
            run = send(peer.address, "--file", file.name)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(peer.received, [data])

    def test_retries_without_a_reply(self):
        with Peer(second_time) as peer:
            run = send(peer.address, "--timeout", "20ms", "-J")
        report = document(run.stdout)
        self.assertEqual(run.returncode, 0)
        # More often if the answer took longer than that.
        self.assertGreaterEqual(report["tries"], 2)
        self.assertEqual(len(peer.received), report["tries"])

    def test_backs_off_and_gives_up(self):
        with Peer(mute) as peer:
            run = send(peer.address, "--timeout", "10ms", "--retries", "2",
                       "-J")
        report = document(run.stdout)
        self.assertEqual(run.returncode, 4)
        self.assertEqual(report["outcome"], "timeout")
        self.assertEqual(report["tries"], 3)
        self.assertEqual(len(peer.received), 3)
        # 10 + 20 + 40 ms; without back-off it would be 30.
        taken = re.search(r"in ([\d.]+) (m?s)", report["error"])
        self.assertGreaterEqual(
            float(taken[1]) * (1 if taken[2] == "ms" else 1000), 70)

    def test_gives_up_with_one_line(self):
        with Peer(mute) as peer:
            run = send(peer.address, "--timeout", "5ms", "--retries", "0")
        self.assertOneLine(run, 4, r"did not answer in .* asked 1 time$")

    def test_explains_that_a_short_request_may_get_no_reply(self):
        own = own_address()
        if not own or own.startswith("127."):
            self.skipTest("this host has no address besides loopback")
        hint = "18 bytes may be too few: .* unless its --allow names"
        cases = [(own, [], True), (own, ["x" * 22], False),
                 ("127.0.0.1", [], False)]
        for host, text, hinted in cases:
            with self.subTest(host=host, text=text), Peer(mute, host) as peer:
                run = send(peer.address, "--timeout", "5ms", "--retries", "0",
                           *text)
                self.assertOneLine(run, 4, "did not answer")
                self.assertEqual(bool(re.search(hint, run.stderr.decode())),
                                 hinted)

    def test_reports_that_nobody_listens(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % gone.getsockname()[1]
        for option in [], ["--promiscuous"]:
            self.assertOneLine(
                send(address, *option), 4,
                f"nobody listens at {re.escape(address)} "
                r"\(ICMP port unreachable\)")

    def test_ignores_replies_from_strangers(self):
        with Peer(by_a_stranger) as peer:
            run = send(peer.address, "--timeout", "20ms", "--retries", "0")
        self.assertEqual(run.returncode, 4)
        self.assertNotIn(b"not asked", run.stdout)

    def test_promiscuous_accepts_and_reports_them(self):
        with Peer(by_a_stranger) as peer:
            run = send(peer.address, "--promiscuous")
        self.assertEqual(run.returncode, 0)
        self.assertIn(b'says "not asked"\n', run.stdout)
        self.assertIn(
            f"That is not the server that was asked, {peer.address}.".encode(), run.stdout)

    def test_prints_one_json_object(self):
        with Peer(by_a_stranger) as peer:
            run = send("-J", "--promiscuous", peer.address, 'a"\u20ac')
        report = document(run.stdout)
        self.assertEqual(run.stderr, b"")
        self.assertEqual(sorted(report), [
            "after", "answer", "before", "config", "error", "outcome",
            "schema", "tries", "version"])
        self.assertEqual(report["schema"], "udpmill.send/1")
        self.assertEqual(report["outcome"], "answered")
        self.assertEqual(report["config"], {
            "peer": peer.address, "bind": None, "bytes": 5,
            "text": 'a\\"\u20ac', "timeout_seconds": 1.0, "retries": 3,
            "promiscuous": True})
        self.assertIs(report["answer"]["asked"], False)
        self.assertEqual(report["answer"]["bytes"], 9)
        self.assertEqual(report["answer"]["text"], "not asked")
        self.assertGreater(report["answer"]["seconds"], 0)

    def test_prints_times_as_they_were_given(self):
        with Peer(echo) as peer:
            run = send("-J", peer.address, "--timeout", "100ms")
        self.assertIn(b'"timeout_seconds": 0.1,', run.stdout)

    def test_sends_from_the_given_address(self):
        with Peer(echo) as peer:
            run = send(peer.address, "--bind", "127.0.0.2")
        self.assertRegex(
            run.stdout.decode(),
            r"before sending: 127\.0\.0\.2:(\d+)\n.*after sending: "
            r"127\.0\.0\.2:\1\n")

    def test_names_an_address_in_use(self):
        with Peer(echo) as peer:
            run = send(peer.address, "--bind", peer.address)
        self.assertOneLine(run, 3, f"{re.escape(peer.address)}: Address "
                           "already in use; use another port")

    def test_refuses_bad_usage_with_one_line(self):
        cases = [
            ([], "no HOST:PORT"),
            (["1060"], "is not HOST:PORT"),
            (["127.0.0.1"], "is not HOST:PORT|no port"),
            (["::1:7"], "needs brackets"),
            (["127.0.0.1:0"], "not an address to send to"),
            (["127.0.0.1:99999"], "1 to 65535"),
            (["[fe80::1]:7"], r"\[fe80::1%eth0\]:7"),
            (["[fe80::1%nodev]:7"], 'no interface "nodev"'),
            (["0.0.0.0:7"], "not an address to send to"),
            (["*:7"], "not an address to send to"),
            (["224.0.0.1:7"], "address of a multicast group"),
            (["255.255.255.255:7"], "a broadcast address"),
            (["[ff02::1]:7"], "address of a multicast group"),
            (["127.0.0.1:7", "--timeout", "soon"], "--timeout: \"soon\""),
            (["127.0.0.1:7", "--timeout", "0"], "--timeout: \"0\""),
            (["127.0.0.1:7", "--retries", "11"], "--retries: \"11\""),
            (["127.0.0.1:7", "--retries", "-1"], "--retries: \"-1\""),
            (["127.0.0.1:7", "--file", "/"], "Is a directory"),
            (["127.0.0.1:7", "--file", "/nowhere"], "No such file"),
            (["127.0.0.1:7", "--file", "/", "text"], "one of them"),
            (["127.0.0.1:7", "-B", "[::1]"], "not of the peer"),
            (["127.0.0.1:7", "-6"], "family asked for"),
            (["127.0.0.1:7", "-4", "-6"], "-4 and -6"),
        ]
        for arguments, pattern in cases:
            with self.subTest(arguments):
                run = send(*arguments)
                self.assertOneLine(run, 2, pattern)
                self.assertEqual(run.stdout, b"")

    def test_reports_that_its_output_was_lost(self):
        with Peer(echo) as peer, open("/dev/full", "wb") as full:
            run = send(peer.address, stdout=full)
        self.assertOneLine(run, 3, "standard output: No space left")


if __name__ == "__main__":
    unittest.main(verbosity=2)
