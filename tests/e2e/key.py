#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`serve --key`: clients with the key are answered, and nobody else. The
queries come from an implementation that shares no code with the program
(query.py)."""

import os
import socket
import sys
import tempfile
import unittest

from program import (BACKENDS, Server, ask, missing, run, run_unless,
                     split)
from query import (BYTES, NO, OLD_VERSION, SNAPSHOT, YES, Reply, host, seal,
                   write_key)

UDPMILL = sys.argv.pop(1)


def reason_to_skip():
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "key")
        write_key(path)
        trial = run(UDPMILL, "serve", "127.0.0.1:0", "--key", path, "--time",
                    "1ms")
    return trial.stderr.strip() if trial.returncode == 3 else None


class Keyed(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.path = os.path.join(place.name, "key")
        self.secret = write_key(self.path)

    def serve(self, *options, at="127.0.0.1:0"):
        return Server(UDPMILL, at, "--key", self.path, *options)

    def seal(self, server, secret=None, **more):
        """A query to the server, from any port of this host."""
        more.setdefault("here", ("127.0.0.1", 0))
        more.setdefault("there", split(server.address))
        return seal(secret or self.secret, **more)

    def ask(self, server, *options, **more):
        return Reply(self.secret, ask(server.address,
                                      self.seal(server, *options, **more)))


class File(Keyed):
    def refused(self, *words):
        r = run(UDPMILL, "serve", "127.0.0.1:0", "--key", self.path)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
        for word in ("udpmill serve: --key: ", self.path, *words):
            self.assertIn(word, r.stderr)

    def test_a_file_readable_by_others_is_refused(self):
        for mode in (0o640, 0o604, 0o620, 0o601, 0o644, 0o666):
            with self.subTest(mode=oct(mode)):
                os.chmod(self.path, mode)
                self.refused(f"{mode:04o}", "chmod 600")

    def test_a_missing_file_is_refused(self):
        os.unlink(self.path)
        self.refused("No such file")

    def test_a_directory_is_refused(self):
        os.unlink(self.path)
        os.mkdir(self.path)
        self.refused("is neither a file nor a pipe")

    def test_a_short_key_is_refused(self):
        write_key(self.path, bytes(31))
        self.refused("32")
        open(self.path, "w").close()
        self.refused("32")

    def test_a_key_with_a_missing_digit_is_refused(self):
        os.truncate(self.path, 63)
        self.refused("odd")

    def test_a_file_may_hold_raw_bytes(self):
        with open(self.path, "wb") as f:
            f.write(self.secret)
        with self.serve() as s:
            self.assertEqual(self.ask(s).verdict, YES)

    def test_the_file_may_be_a_pipe(self):
        r = run("/bin/bash", "-c",
                f'"{UDPMILL}" serve 127.0.0.1:0 --time 1ms --key '
                f'<(cat "{self.path}")')
        self.assertEqual(r.returncode, 0, r.stderr)


    def test_a_pipe_without_a_writer_is_refused(self):
        pipe = self.path + ".pipe"
        os.mkfifo(pipe, 0o600)
        self.addCleanup(os.unlink, pipe)
        for arguments in (["serve", "127.0.0.1:0"], ["load", "127.0.0.1:9"]):
            r = run(UDPMILL, *arguments, "--key", pipe, timeout=20)
            self.assertEqual(r.returncode, 2, r.stderr)
            self.assertIn("nobody writes to it", r.stderr)


class Query(Keyed):
    def unanswered(self, server, data):
        """Check that it is not answered: the answer to a later request comes
        first."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.connect(split(server.address))
            s.send(data)
            s.send(self.seal(server, nonce=b"the next one: 16"))
            return Reply(self.secret, s.recv(65536)).nonce == (
                b"the next one: 16")

    def test_hello_is_answered_with_the_servers_identity(self):
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            with self.subTest(backend=backend):
                if why:
                    self.skipTest(why)
                with self.serve("--backend", backend, "--workers", "3",
                                "--service", "discard") as s:
                    r = self.ask(s)
                self.assertEqual(r.texts()[1:], ["discard", backend])
                self.assertEqual((r.nonce, r.run, r.workers),
                                 (b"n" * 16, 7, 3))
                self.assertEqual(s.counters()["query_answered_datagrams"], 1)
                self.assertNotIn("rx_datagrams", s.counters())

    def test_snapshot_is_answered_with_all_counters(self):
        # With one worker: another one might be asked while this one still
        # counts.
        with self.serve("--service", "echo", "--workers", "1") as s:
            for _ in range(5):
                ask(s.address, b"hello")
            table, part, parts = {}, 0, 1
            while part < parts:
                r = self.ask(s, kind=SNAPSHOT, part=part)
                table.update(r.counters())
                parts = r.parts
                part += 1
        self.assertEqual(table["rx_datagrams"], 5)
        self.assertEqual(table["answered_bytes"], 25)
        self.assertGreater(table["socket_rcvbuf_bytes"], 0)
        self.assertGreaterEqual(table["query_datagrams"], 1)

    def test_a_query_without_the_key_is_not_answered(self):
        with self.serve("--service", "echo", "--workers", "1") as s:
            data = self.seal(s)
            forged = [
                self.seal(s, bytes(32)),
                data[:-1] + bytes([data[-1] ^ 1]),
                data[:40] + b"x" + data[41:],
                self.seal(s, magic=b"umlc"),
                self.seal(s, kind=9),
                self.seal(s, version=3),
            ]
            for f in forged:
                self.assertTrue(self.unanswered(s, f))
        self.assertEqual(s.counters()["query_refused_mac"], 3)
        self.assertEqual(s.counters()["query_refused_form"], 3)

    def test_a_replayed_query_is_not_amplified(self):
        with self.serve() as s:
            data = self.seal(s)
            for _ in range(3):
                self.assertEqual(len(ask(s.address, data)), BYTES)

    def test_a_query_is_payload_to_a_server_without_a_key(self):
        data = seal(self.secret)
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo") as s:
            self.assertEqual(ask(s.address, data), data)
        self.assertEqual(s.counters()["rx_datagrams"], 1)
        self.assertNotIn("query_datagrams", s.counters())

    def test_queries_do_not_use_up_the_count(self):
        with self.serve("--count", "2", "--workers", "1") as s:
            for _ in range(4):
                self.ask(s)
            ask(s.address, b"one")
            self.ask(s)
            ask(s.address, b"two")
            self.assertEqual(s.wait(), 0)
        self.assertEqual(s.counters()["rx_datagrams"], 2)

    def test_queries_are_not_printed_with_the_clients_text(self):
        with self.serve("--verbose") as s:
            self.ask(s)
            ask(s.address, b"hello")
        self.assertEqual(s.out.count("The client at"), 1)

    def test_a_query_naming_other_addresses_is_denied(self):
        with self.serve() as s:
            host_, port = split(s.address)
            for more in ({"there": (host_, port - 1)},
                         {"there": ("127.0.0.2", port)},
                         {"here": ("127.0.0.2", 0)},
                         {"here": ("127.0.0.1", 9)},
                         {"kind": SNAPSHOT, "there": ("127.0.0.2", port)}):
                with self.subTest(**more):
                    r = self.ask(s, **more)
                    self.assertEqual((r.verdict, r.body), (NO, b""))
                    self.assertEqual(r.there, (host("127.0.0.1"), port))
                    self.assertEqual(r.here[0], host("127.0.0.1"))
            self.assertEqual(self.ask(s).verdict, YES)
        self.assertEqual(s.counters()["query_denied_datagrams"], 5)
        self.assertEqual(s.counters()["query_answered_datagrams"], 6)

    def test_a_wildcard_server_says_which_address_was_asked(self):
        for backend in BACKENDS:
            why = missing(UDPMILL, backend)
            for at in ("*:0", "[::]:0"):
                with self.subTest(backend=backend, at=at):
                    if why:
                        self.skipTest(why)
                    with self.serve("--backend", backend, at=at) as s:
                        port = split(s.address)[1]
                        for to in ("127.0.0.1", "127.0.0.2"):
                            data = seal(self.secret, here=("127.0.0.1", 0),
                                        there=(to, port))
                            for way in ("127.0.0.1", "127.0.0.2"):
                                r = Reply(self.secret, ask(
                                    f"{way}:{port}", data,
                                    bind=("127.0.0.1", 0)))
                                self.assertEqual(
                                    r.verdict, YES if way == to else NO)
                                self.assertEqual(r.there[0], host(way))

    def test_a_query_may_name_an_address_behind_a_nat(self):
        with self.serve("--key-address", "192.0.2.1:7") as s:
            for there, verdict in ((("192.0.2.1", 7), YES),
                                   (("192.0.2.1", 8), NO),
                                   (("192.0.2.2", 7), NO)):
                self.assertEqual(self.ask(s, there=there).verdict, verdict)
        self.assertIn("key_address=192.0.2.1:7", s.out)

    def test_an_old_query_version_gets_an_empty_reply(self):
        with self.serve() as s:
            r = self.ask(s, version=OLD_VERSION)
        self.assertEqual((r.version, r.body), (OLD_VERSION, b""))


class Address(Keyed):
    def refused(self, words, *options):
        r = run(UDPMILL, *options)
        self.assertEqual(r.returncode, 2, r.stderr)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
        self.assertIn("--key-address", r.stderr)
        self.assertIn(words, r.stderr)

    def test_the_servers_nat_address_is_one_host_and_port(self):
        for text in ("*:7", "0.0.0.0:7", "192.0.2.1:0", "224.0.0.1:7"):
            self.refused("try 203.0.113.9:7007", "serve", "0", "--key",
                         self.path, "--key-address", text)
        self.refused("--key", "serve", "0", "--key-address", "192.0.2.1:7")

    def test_the_clients_nat_address_is_a_host(self):
        for text in ("192.0.2.1:7", "0.0.0.0", "::", "224.0.0.1", ""):
            self.refused("try 203.0.113.9", "load", "127.0.0.1:9",
                         "--key", self.path, "--key-address", text)
        self.refused("--key", "load", "127.0.0.1:9", "--key-address",
                     "192.0.2.1")


if __name__ == "__main__":
    run_unless(reason_to_skip())
