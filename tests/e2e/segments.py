#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever other users of the host put into /dev/shm misleads nobody, stops
nobody, and costs little.

Needs root, to act as several users, and a mount namespace with its own
/dev/shm; exits with 77 without them.
"""

import fcntl
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import balance
from documents import document
from program import (Server, ask, many_descriptors, run, run_unless,
                     split)
from shm import (SHM, User, as_user, copy, isolate, limit, most_workers,
                 path_of, put_live)

EVIL, BOB = 64321, 64322

UDPMILL = sys.argv.pop(1)


def usage(*arguments):
    """Run udpmill. Returns its exit code, output, MiB and CPU seconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        p = subprocess.Popen([UDPMILL, *arguments], stdout=out, stderr=err)
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return (p.returncode, out.read().decode(), err.read().decode(),
                used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)


def load(address, *arguments, prefix=(), seconds="200ms"):
    return balance.load(UDPMILL, address, *arguments, seconds=seconds,
                        prefix=prefix)


class Segments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Other users may have no access to the place where it is.
        global UDPMILL
        cls.folder = tempfile.mkdtemp()
        os.chmod(cls.folder, 0o755)
        UDPMILL = shutil.copy(UDPMILL, cls.folder)
        cls.server = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.folder)

    def tearDown(self):
        for name in os.listdir(SHM):
            if name != f"udpmill.{self.server.pid}":
                os.unlink(os.path.join(SHM, name))

    def listed(self, **more):
        r = run(UDPMILL, "stat", "--list", "-J", **more)
        self.assertEqual(r.returncode, 0, r.stderr)
        return [s["pid"] for s in document(r.stdout)["servers"]], r.stderr

    def assertBalanced(self, report):
        self.assertTrue(report["ledger"]["server_seen"])
        self.assertEqual(report["ledger"]["unexplained"], 0)

    def test_many_links_to_a_big_fake_hide_nobody_and_cost_little(self):
        data = copy(self.server.pid, PID=1) + bytes(1 << 20)

        def deed():
            fake = put_live(path_of(1), data)
            for i in range(1100):
                os.link(fake.name, path_of(1000000 + i))
            return fake

        with User(EVIL, deed):
            pids, err = self.listed(preexec_fn=limit(64))
            self.assertEqual(pids, [self.server.pid])
            self.assertRegex(err, r"\Audpmill stat: segments in [^\n]* left out: "
                             r"1, [^\n]*\n\Z")
            code, out, _, mib, cpu = usage("stat", "-J")
            self.assertEqual(document(out)["about"]["pid"], self.server.pid)
            self.assertLess(mib, 200)
            self.assertLess(cpu, 3)
            r, report = load(self.server.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertBalanced(report)

    def test_a_fake_with_a_huge_size_in_its_header_is_not_read(self):
        most = most_workers(self.server.pid)
        for workers, code in (65536, 2), (most + 1, 2), (most, 0):
            data = copy(self.server.pid, PID=1, WORKER_COUNT=workers,
                        BYTES=292 << 20)
            with put_live(path_of(1), data, 292 << 20):
                got, out, _, mib, _ = usage("stat", path_of(1), "-J")
                self.assertEqual(got, code)
                self.assertLess(mib, 600)
                if code == 0:
                    self.assertEqual(len(document(out)["workers"]), workers)
            os.unlink(path_of(1))

    def test_watching_a_big_fake_ends_by_a_signal(self):
        data = copy(self.server.pid, PID=1, BYTES=292 << 20,
                    WORKER_COUNT=most_workers(self.server.pid))
        with put_live(path_of(1), data, 292 << 20):
            for sig in signal.SIGINT, signal.SIGTERM:
                p = subprocess.Popen(
                    [UDPMILL, "stat", "1", "-J", "--watch=1ms"],
                    stdout=subprocess.PIPE)
                p.stdout.read(4096)
                p.send_signal(sig)
                p.communicate(timeout=60)
                self.assertIn(p.returncode, (0, -sig))

    def test_a_newer_fake_with_a_servers_address_is_not_believed(self):
        data = copy(self.server.pid, PID=1, STARTED=1 << 63)
        with User(EVIL, lambda: put_live(path_of(1), data)):
            r, report = load(self.server.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertBalanced(report)
            self.assertRegex(r.stderr, rf"udpmill load: {path_of(1)} is "
                             rf"ignored: it belongs to user {EVIL}")
            r = run(UDPMILL, "stat", "1")
            self.assertEqual(r.returncode, 4)
            self.assertRegex(r.stderr, rf"\Audpmill stat: [^\n]*user {EVIL}"
                             r"[^\n]*\n\Z")
            self.assertEqual(run(UDPMILL, "stat", path_of(1)).returncode, 0)

    def test_a_fake_for_a_socket_that_receives_nothing_is_not_believed(self):
        """A socket at [::], for IPv6 only, beside a server's 127.0.0.1 with the
        same port."""
        data = copy(self.server.pid, PID=1, STARTED=1 << 63)
        port = split(self.server.address)[1]
        data = data.replace(self.server.address.encode(),
                            f"[::]:{port}".encode().ljust(
                                len(self.server.address), b"\0"))

        def deed():
            s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind(("::", port))
            return s, put_live(path_of(1), data)

        if not socket.has_ipv6:
            self.skipTest("no IPv6 here")
        with User(EVIL, deed):
            self.assertIn(1, self.listed()[0])  # the socket is really theirs
            r, report = load(self.server.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertBalanced(report)
            self.assertIn("does not own the socket", r.stderr)

    def test_a_dead_servers_segment_locked_by_another_does_not_fool_load(self):
        dead = Server(UDPMILL, "127.0.0.1:0", "--service", "echo")
        path = path_of(dead.pid)

        def deed():
            f = open(path, "rb")
            while True:
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return f
                except BlockingIOError:
                    time.sleep(0.001)

        dead.process.kill()
        dead.wait()
        with User(EVIL, deed), \
                Server(UDPMILL, dead.address, "--service", "echo",
                       prefix=as_user(EVIL)) as theirs:
            r, report = load(theirs.address)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertBalanced(report)
            self.assertIn(f"{path} is ignored", r.stderr)

    def test_each_user_sees_and_loads_the_others_servers(self):
        with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                    prefix=as_user(BOB)) as bobs:
            both = sorted([self.server.pid, bobs.pid])
            for prefix in (), as_user(BOB), as_user(EVIL):
                pids, err = self.listed(prefix=prefix)
                self.assertEqual((sorted(pids), err), (both, ""))
                for server in self.server, bobs:
                    r, report = load(server.address, prefix=prefix)
                    self.assertEqual(r.returncode, 0, r.stderr)
                    self.assertBalanced(report)

    @many_descriptors
    def test_no_user_crowds_out_another(self):
        data = copy(self.server.pid, PID=1)

        def deed():
            return [put_live(path_of(1 + i), data) for i in range(100)]

        with User(EVIL, deed), Server(UDPMILL, "0",
                                      prefix=as_user(BOB)) as bobs:
            for prefix in (), as_user(BOB):
                pids, err = self.listed(prefix=prefix)
                self.assertEqual(sorted(pids),
                                 sorted([self.server.pid, bobs.pid]))
                self.assertIn("\nudpmill stat: files in /dev/shm left out: "
                              "36, since one user has too many", err)

    def squatted(self, owner, mode=0o644, uid=0):
        """A server whose usual name, after its PID, somebody has just taken."""
        squat = ("import os, sys; p = '%s/udpmill.%%d' %% os.getpid(); "
                 "os.close(os.open(p, os.O_CREAT | os.O_WRONLY, %d)); "
                 "os.chown(p, %d, %d); os.setuid(%d); "
                 "os.execv(sys.argv[1], sys.argv[1:])"
                 % (SHM, mode, owner, owner, uid))
        return Server(UDPMILL, "127.0.0.1:0",
                      prefix=(sys.executable, "-c", squat))

    def test_a_server_whose_name_is_taken_uses_another(self):
        for owner, uid in (EVIL, 0), (EVIL, BOB), (0, BOB):
            with self.subTest(owner=owner, uid=uid), \
                    self.squatted(owner, uid=uid) as s:
                ask(s.address, b"x")
                report = document(run(UDPMILL, "stat", str(s.pid),
                                        "-J").stdout)
                self.assertRegex(report["about"]["file"],
                                 rf"\A{path_of(s.pid)}\.\d+\Z")
                self.assertEqual(report["totals"]["rx_datagrams"], 1)
                self.assertIn(s.pid, self.listed()[0])
            self.assertEqual(os.stat(path_of(s.pid)).st_uid, owner)
            os.unlink(path_of(s.pid))
            self.assertEqual(os.listdir(SHM), [f"udpmill.{self.server.pid}"])

    def test_an_empty_file_of_the_same_user_is_no_obstacle(self):
        for uid in 0, BOB:
            with self.squatted(uid, uid=uid) as s:
                self.assertGreater(os.path.getsize(path_of(s.pid)), 0)

    def test_links_to_other_kinds_of_files_are_not_followed(self):
        fifo = os.path.join(self.folder, "fifo")
        os.mkfifo(fifo)
        targets = ["/proc/kmsg", "/proc/self/environ", "/dev/zero", fifo,
                   "/dev/shm", "udpmill.1000"]
        for i, target in enumerate(targets):
            os.symlink(target, path_of(1000 + i))
            with User(EVIL, lambda: os.symlink(target, path_of(2000 + i))):
                pass
        for prefix in (), as_user(BOB):
            self.assertEqual(self.listed(prefix=prefix),
                             ([self.server.pid], ""))
        self.assertEqual(
            run(UDPMILL, "stat", "--clean").returncode, 0)
        self.assertEqual(len(os.listdir(SHM)), 1 + 2 * len(targets))

    def test_a_link_is_followed_only_if_its_owner_is_trusted(self):
        """Like the kernel's default (fs.protected_symlinks)."""
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            path = os.path.join(folder, "counters")
            with Server(UDPMILL, "0", "--counters", path,
                        prefix=as_user(BOB)) as s:
                self.assertIn(s.pid, self.listed(prefix=as_user(BOB))[0])
                self.assertNotIn(s.pid, self.listed()[0])
                self.assertEqual(run(UDPMILL, "stat", path).returncode, 0)

    def test_everybody_may_read_counters_whatever_the_umask(self):
        prefix = ("sh", "-c", 'umask 077; exec "$@"', "sh")
        with Server(UDPMILL, "127.0.0.1:0", prefix=prefix) as s:
            self.assertEqual(os.stat(path_of(s.pid)).st_mode & 0o777, 0o644)
            self.assertIn(s.pid, self.listed(prefix=as_user(BOB))[0])

    def test_unreadable_segments_are_reported(self):
        os.chmod(path_of(self.server.pid), 0o600)
        try:
            pids, err = self.listed(prefix=as_user(BOB))
            self.assertEqual(pids, [])
            self.assertIn("you are not permitted to read", err)
            r = run(UDPMILL, "stat", str(self.server.pid),
                    prefix=as_user(BOB))
            self.assertEqual(r.returncode, 3)
        finally:
            os.chmod(path_of(self.server.pid), 0o644)

    def test_clean_removes_only_the_users_own_segments_except_for_root(self):
        left = {}
        for uid in EVIL, BOB:
            s = Server(UDPMILL, "0", prefix=as_user(uid))
            s.process.kill()
            s.wait()
            left[uid] = path_of(s.pid)
        r = run(UDPMILL, "stat", "--clean", prefix=as_user(BOB))
        self.assertEqual((r.returncode, r.stdout, r.stderr),
                         (0, f"removed {left[BOB]}\n", ""))
        r = run(UDPMILL, "stat", "--clean")
        self.assertEqual((r.returncode, r.stdout, r.stderr),
                         (0, f"removed {left[EVIL]}\n", ""))

    def test_more_servers_than_descriptors_are_listed(self):
        files = [put_live(path_of(1 + i), copy(self.server.pid, PID=1 + i))
                 for i in range(40)]
        pids, err = self.listed(preexec_fn=limit(32))
        self.assertEqual((len(pids), err), (41, ""))
        for f in files:
            f.close()

    def test_too_few_descriptors_are_reported(self):
        for arguments in ["--list"], [], [str(self.server.pid)], ["--clean"]:
            r = run(UDPMILL, "stat", *arguments, preexec_fn=limit(4))
            self.assertEqual(r.returncode, 3, arguments)
            self.assertRegex(r.stderr, r"\Audpmill stat: [^\n]*: Too many open "
                             r"files\n\Z")

    def test_a_segment_that_is_deleted_is_made_again(self):
        """Like logind, which deletes everything that its user has there."""
        with tempfile.TemporaryDirectory() as folder:
            there = os.path.join(folder, "counters")
            for arguments in [], ["--counters", there]:
                with Server(UDPMILL, "127.0.0.1:0", "--service", "echo",
                            *arguments) as s:
                    def delete():
                        for path in {path_of(s.pid), *(arguments[1:])}:
                            os.unlink(path)

                    timer = threading.Timer(0.3, delete)
                    timer.start()
                    r, report = load(s.address, seconds="2500ms")
                    timer.join()
                    self.assertEqual(r.returncode, 0, r.stderr)
                    self.assertBalanced(report)
                    self.assertGreater(report["ledger"]["sent"], 1000)
                    self.assertFalse(report["ledger"]["server_gone"])
                    now = document(run(UDPMILL, "stat", str(s.pid),
                                         "-J").stdout)
                    self.assertEqual(now["totals"]["rx_datagrams"],
                                     report["ledger"]["sent"])
                self.assertEqual(s.err.count("\n"), 1, s.err)
                self.assertRegex(s.err, r"\Audpmill serve: counters at [^\n]*"
                                 "somebody deleted the file; it was made again")
                self.assertEqual(os.listdir(folder), [])

    def mounted(self, script):
        """The prefix of a command that runs in a new mount namespace, after
        script."""
        return ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
                script + '\nexec "$@"', "sh")

    def test_without_dev_shm_counters_go_elsewhere(self):
        dev = os.path.join(self.folder, "dev")
        read_only = f"mount -t tmpfs -o ro tmpfs {SHM}"
        missing = f"""mkdir -p {dev}
            for f in null zero full random urandom
            do
                : >{dev}/$f
                mount --bind /dev/$f {dev}/$f
            done
            mount --rbind {dev} /dev"""
        for script, reason in ((read_only, "Read-only file system"),
                               (missing, "No such file or directory")):
            prefix = self.mounted(script)
            r = run(UDPMILL, "serve", "127.0.0.1:0", "-t", "10ms",
                    prefix=prefix)
            self.assertEqual(r.returncode, 3, r.stderr)
            self.assertRegex(r.stderr, rf"\Audpmill serve: counters at {SHM}/"
                             rf"udpmill\.\d+: {reason}; --counters FILE "
                             r"[^\n]*--counters none [^\n]*\n\Z")
            path = os.path.join(self.folder, "counters")
            with Server(UDPMILL, "127.0.0.1:0", "--counters", path,
                        prefix=prefix) as s:
                r = run(UDPMILL, "stat", path)
                self.assertEqual(r.returncode, 0, r.stderr)
            self.assertRegex(s.err, rf"\Audpmill serve: counters: cannot link "
                             rf"them from {SHM} \({reason}\): [^\n]*\n\Z")
            with Server(UDPMILL, "127.0.0.1:0", "--counters", "none",
                        prefix=prefix) as s:
                ask(s.address, b"x")
            self.assertEqual(s.err, "")

    def test_a_server_without_room_leaves_nothing_behind(self):
        r = run(UDPMILL, "serve", "127.0.0.1:0", "-t", "10ms",
                preexec_fn=limit(4096, resource.RLIMIT_FSIZE))
        self.assertEqual(r.returncode, 3, r.stderr)
        self.assertRegex(r.stderr, r"\Audpmill serve: counters at [^\n]*: "
                         r"File too large[^\n]*\n\Z")
        self.assertEqual(os.listdir(SHM), [f"udpmill.{self.server.pid}"])


if __name__ == "__main__":
    run_unless(isolate())
