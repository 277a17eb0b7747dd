#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""serve --metrics: what a scraper gets, where it is listened for, and what
those cost who want something else."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import exposition
import scraper
from documents import document
from program import Server, ask, run, wait_for

UDPMILL = sys.argv.pop(1)
NOBODY = 65534
# As src/metrics/endpoint.h says.
CONNECTIONS, SECONDS, SHARE = 16, 5, 20

without = run(UDPMILL, "serve", "0", "--metrics", "0", "--time", "1ms")
WHY = without.stderr.strip() if without.returncode == 3 else None


def listening():
    """The TCP sockets that listen, as links in /proc/PID/fd."""
    with open("/proc/self/net/tcp", encoding="ascii") as f:
        rows = [line.split() for line in f.readlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}


class Metered(Server):
    """A server with --metrics; its URL comes after its addresses."""

    def __init__(self, *arguments, metrics="0", **more):
        super().__init__(UDPMILL, "0", "--metrics", metrics, "--workers", "1",
                         *arguments, **more)
        self.url = self.addresses.pop()


class Case(unittest.TestCase):
    def setUp(self):
        if WHY:
            self.skipTest(WHY)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "socket")
        self.place = f"unix:{self.path}"

    def assertRefused(self, code, *arguments, says=""):
        with self.subTest(arguments=arguments):
            r = run(UDPMILL, "serve", "0", *arguments, "--time", "1ms")
            self.assertEqual((r.returncode, r.stdout), (code, ""), r.stderr)
            self.assertRegex(r.stderr, r"\Audpmill serve: [^\n]*\n\Z")
            self.assertIn(says, r.stderr)


class Scraped(Case):
    def test_both_formats_have_what_the_server_has_counted(self):
        with Metered() as s:
            for _ in range(5):
                ask(s.address, b"hello")
            status, headers, text = scraper.request(s.url)
            self.assertEqual(status, 200)
            self.assertEqual(headers["Content-Type"],
                             "text/plain; version=0.0.4; charset=utf-8")
            old = exposition.parse(text, old=True)
            status, headers, text = scraper.request(
                s.url, Accept=scraper.OPENMETRICS)
            self.assertEqual(headers["Content-Type"],
                             "application/openmetrics-text; version=1.0.0; "
                             "charset=utf-8")
            new = exposition.parse(text)
        self.assertEqual(old["udpmill_rx_bytes_total"].total(), 25)
        self.assertEqual(new["udpmill_rx_bytes"].total(), 25)
        self.assertEqual(s.counters()["rx_bytes"], 25)
        sizes = new["udpmill_rx_train_datagrams"].samples
        worker = (("worker", "0"), ("endpoint", s.address))
        self.assertEqual(
            sizes["udpmill_rx_train_datagrams_bucket",
                  worker + (("le", "1.0"),)], 5)
        self.assertEqual(sizes["udpmill_rx_train_datagrams_sum", worker], 5)
        self.assertLessEqual(
            5, new["node_netstat_Udp_InDatagrams"].total())

    def test_the_parser_of_the_prometheus_client_agrees(self):
        with Metered() as s:
            scraper.assert_client_agrees(self, s.url)

    def test_promtool_has_nothing_to_say_but_of_the_kernels_names(self):
        with Metered() as s:
            _, _, text = scraper.request(s.url)
        try:
            r = subprocess.run(["promtool", "check", "metrics"], input=text,
                               text=True, capture_output=True, timeout=60)
        except FileNotFoundError:
            self.skipTest("promtool is not installed (Debian: prometheus)")
        rest = [line for line in (r.stderr + r.stdout).splitlines()
                if not line.startswith("node_netstat_Udp")]
        self.assertEqual(rest, [])
        # That is how it looks if it has something to say.
        r = subprocess.run(["promtool", "check", "metrics"],
                           input=text.replace("_total", ""),
                           text=True, capture_output=True, timeout=60)
        self.assertIn("udpmill_rx_bytes", r.stderr + r.stdout)

    def test_each_way_to_learn_the_address_says_the_same(self):
        with Metered("-J") as s:
            self.assertRegex(s.url, r"\Ahttp://127\.0\.0\.1:\d+/metrics\Z")
            r = run(UDPMILL, "stat", str(s.pid), "-J")
        self.assertEqual(document(r.stdout)["about"]["config"]["metrics"],
                         s.url)
        self.assertEqual(document(s.out)["config"]["metrics"], s.url)
        self.assertIn(f"\nMetrics at {s.url}\n", s.err)

    def test_without_the_option_nobody_listens(self):
        with Metered(), Server(UDPMILL, "0") as s:
            self.assertTrue(listening())
            for fd in os.listdir(f"/proc/{s.pid}/fd"):
                self.assertNotIn(os.readlink(f"/proc/{s.pid}/fd/{fd}"),
                                 listening())
        self.assertIn("metrics=none", s.out.split())

    def test_only_get_and_head_of_two_paths_are_answered(self):
        with Metered() as s:
            for method, path, code in (
                    ("GET", "/", 200), ("GET", "/metrics?a=b", 200),
                    ("HEAD", "/metrics", 200), ("GET", "/metrics/", 404),
                    ("GET", "/../etc/passwd", 404), ("HEAD", "/x", 404),
                    ("POST", "/metrics", 405), ("PUT", "/", 405),
                    ("OPTIONS", "*", 405), ("GE", "/metrics", 405)):
                with self.subTest(method=method, path=path):
                    status, headers, text = scraper.request(s.url, path,
                                                            method)
                    self.assertEqual(status, code)
                    self.assertEqual(headers["Connection"], "close")
                    self.assertEqual(method == "HEAD", text == "")
            _, headers, _ = scraper.request(s.url, method="POST")
            self.assertEqual(headers["Allow"], "GET, HEAD")

    def test_other_addresses_and_several_ports(self):
        with Server(UDPMILL, "0", "0", "--metrics", "[::1]:0",
                    "--workers", "2") as s:
            *endpoints, url = s.addresses
            self.assertRegex(url, r"\Ahttp://\[::1\]:\d+/metrics\Z")
            ask(endpoints[1], b"x")
            found = scraper.families(url)["udpmill_rx_datagrams"].samples
        by_endpoint = {}
        for (_, labels), value in found.items():
            by_endpoint.setdefault(dict(labels)["endpoint"], []).append(value)
        self.assertEqual(list(by_endpoint), endpoints)
        self.assertEqual([sum(v) for v in by_endpoint.values()], [0, 1])

    def test_counters_need_not_be_exported(self):
        with Metered("--counters", "none") as s:
            ask(s.address, b"x")
            self.assertEqual(
                scraper.total(s.url, "udpmill_rx_datagrams"), 1)

    def test_no_thread_keeps_a_privilege(self):
        if os.geteuid() != 0:
            self.skipTest("not root: there is nothing to give up")
        with Metered() as s:
            scraper.families(s.url)
            self.assertLess(2, len(os.listdir(f"/proc/{s.pid}/task")))
            for task in os.listdir(f"/proc/{s.pid}/task"):
                def kept():
                    with open(f"/proc/{s.pid}/task/{task}/status") as f:
                        return dict(line.split(":", 1) for line in f)
                wait_for(lambda: int(kept()["CapPrm"], 16) == 0 and
                         int(kept()["NoNewPrivs"]) == 1)

    def test_closed_streams_are_not_taken_by_a_connection(self):
        with Metered(prefix=["sh", "-c", 'exec "$@" <&-', "sh"]) as s:
            with scraper.connect(s.url) as c:
                c.sendall(b"GET /metrics HTTP/1.1\r\n")
                for fd in range(3):
                    self.assertNotIn("socket:", os.readlink(
                        f"/proc/{s.pid}/fd/{fd}"))


class Places(Case):
    def test_a_socket_file_is_for_user_and_group_and_is_removed(self):
        os.umask(0)
        with Metered(metrics=self.place) as s:
            self.assertEqual(s.url, self.place)
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o660)
            self.assertIn("udpmill_rx_bytes", scraper.families(s.url))
        self.assertEqual((s.code, os.listdir(self.folder)), (0, []))

    def test_it_is_removed_from_another_users_folder(self):
        if os.geteuid() != 0:
            self.skipTest("not root: folders of others cannot be made")
        os.chown(self.folder, NOBODY, NOBODY)
        os.chmod(self.folder, 0o755)
        with Metered(metrics=self.place) as s:
            pass
        self.assertEqual((s.code, os.listdir(self.folder)), (0, []))

    def test_what_a_killed_server_left_is_replaced(self):
        with Metered(metrics=self.place) as s:
            s.process.kill()
            s.wait()
            self.assertTrue(os.path.exists(self.path))
            with Metered(metrics=self.place) as again:
                scraper.families(again.url)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_live_socket_and_any_other_file_are_kept(self):
        with Metered(metrics=self.place) as s:
            self.assertRefused(3, "--metrics", self.place,
                               says="there is a file of that name")
            scraper.families(s.url)
        with open(self.path, "w") as f:
            f.write("precious")
        self.assertRefused(3, "--metrics", self.place,
                           says="there is a file of that name")
        with open(self.path) as f:
            self.assertEqual(f.read(), "precious")

    def test_a_file_that_took_its_place_is_kept(self):
        with Metered(metrics=self.place):
            os.unlink(self.path)
            with open(self.path, "w") as f:
                f.write("precious")
        self.assertEqual(os.listdir(self.folder), ["socket"])

    def test_a_port_in_use_is_one_line(self):
        with Metered() as s:
            port = s.url.split(":")[2].split("/")[0]
            self.assertRefused(3, "--metrics", port,
                               says=f"127.0.0.1:{port}: Address already in "
                                    "use; use another port")

    def test_a_place_that_cannot_be_is_refused(self):
        self.assertRefused(2, "--metrics", "unix:", says="no file is named")
        self.assertRefused(2, "--metrics", "unix:/" + 108 * "x",
                           says="at most 107 bytes")
        self.assertRefused(2, "--metrics", "nonsense", says="--metrics: ")
        self.assertRefused(2, "--metrics", "127.0.0.1:99999",
                           says="--metrics: ")
        self.assertRefused(2, "--metrics", "tftp",
                           says="0 to 65535 or a TCP service")
        self.assertRefused(3, "--metrics", "192.0.2.1:0",
                           says="use an address of this host")
        self.assertRefused(3, "--metrics", "unix:/nonexistent/x",
                           says="name a file in a directory")


class Hostile(Case):
    """Whatever scrapers do, datagrams are answered, and the end comes at
    once."""

    def setUp(self):
        super().setUp()
        self.server = Metered()
        self.addCleanup(self.finish)

    def finish(self):
        begin = time.monotonic()
        self.assertEqual(self.server.stop(), 0, self.server.err)
        self.assertLess(time.monotonic() - begin, SECONDS - 1)

    def connect(self):
        s = scraper.connect(self.server.url)
        self.addCleanup(s.close)
        return s

    def assertAnswers(self):
        self.assertEqual(ask(self.server.address, b"hello"),
                         b"Your data was 5 bytes")

    def test_hundreds_who_never_finish_their_request(self):
        url = scraper.urlsplit(self.server.url)
        crowd = []
        for _ in range(300):
            s = socket.socket()
            self.addCleanup(s.close)
            s.setblocking(False)
            s.connect_ex((url.hostname, url.port))
            crowd.append(s)
            try:
                s.send(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
            except OSError:
                pass  # it waits until there is room
        self.assertAnswers()
        fds = os.listdir(f"/proc/{self.server.pid}/fd")
        self.assertLess(len(fds), CONNECTIONS + 30)

    def test_when_they_have_gone_scrapers_are_answered(self):
        crowd = [self.connect() for _ in range(CONNECTIONS)]
        for s in crowd:
            s.sendall(b"GET /")
        for s in crowd:
            s.close()
        scraper.families(self.server.url)

    def test_who_sends_a_byte_now_and_then_is_cut_off(self):
        s = self.connect()
        begin = time.monotonic()
        with self.assertRaises(ConnectionError):
            for byte in 1000 * b"X":
                s.send(bytes([byte]))
                time.sleep(0.1)
        self.assertLess(SECONDS - 1, time.monotonic() - begin)
        self.assertAnswers()
        scraper.families(self.server.url)

    def test_a_head_of_a_megabyte(self):
        s = self.connect()
        try:
            s.sendall(b"GET /metrics HTTP/1.1\r\nX: " + (1 << 20) * b"x")
        except ConnectionError:
            pass
        self.assertNotIn(b"200 OK", scraper.drain(s))
        self.assertAnswers()
        scraper.families(self.server.url)

    def test_of_pipelined_requests_the_first_is_answered(self):
        s = self.connect()
        s.sendall(100 * b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(scraper.drain(s).count(b"HTTP/1.1 200 OK"), 1)
        self.assertAnswers()

    def test_who_goes_in_the_middle_of_the_reply(self):
        for _ in range(100):
            s = scraper.connect(self.server.url)
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            scraper.reset(s)
        self.assertAnswers()
        scraper.families(self.server.url)

    def test_nonsense(self):
        for data in (b"\0" * 1000, b"\r\n" * 1000, b"GET\r\n\r\n",
                     b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01" * 100,
                     b"GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"ffffffffffffffff\r\n"):
            with self.subTest(data=data[:20]):
                s = self.connect()
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                scraper.drain(s)
        self.assertAnswers()
        scraper.families(self.server.url)

    def metrics_thread(self):
        """Its time on a CPU, in seconds."""
        tasks = f"/proc/{self.server.pid}/task"
        newest = max(os.listdir(tasks), key=int)
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, int(newest)), 10)
        with open(f"{tasks}/{newest}/schedstat") as f:
            return int(f.read().split()[0]) / 1e9

    def test_who_asks_without_end_gets_a_small_part_of_a_cpu(self):
        over = threading.Event()

        def ask_on():
            while not over.is_set():
                try:
                    scraper.request(self.server.url)
                except OSError:
                    pass

        scraper.families(self.server.url)
        before, begin = self.metrics_thread(), time.monotonic()
        crowd = [threading.Thread(target=ask_on) for _ in range(4)]
        for t in crowd:
            t.start()
        time.sleep(1)
        self.assertAnswers()
        over.set()
        for t in crowd:
            t.join()
        spent = self.metrics_thread() - before
        self.assertLess(spent, 0.02 + (time.monotonic() - begin) / SHARE)

    def test_a_scrape_is_under_way_when_the_server_ends(self):
        for _ in range(3):
            s = self.connect()
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        s.sendall(b"\r\n")


if __name__ == "__main__":
    unittest.main()
