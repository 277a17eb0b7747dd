# SPDX-License-Identifier: MIT
"""A terminal for the e2e suites: a pty, and what would be seen on it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(\r)|(\n)|([^\r\n\x1b])")


class Terminal:
    """Runs a program whose standard error, and input, is a terminal. Lines that
    were scrolled away stay in `rows`."""

    def __init__(self, command, columns=80, rows=24, env=None, all_of_it=False):
        self.columns = columns
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            command, stdin=slave, stderr=slave,
            stdout=slave if all_of_it else subprocess.PIPE,
            start_new_session=True, env={**os.environ, "TERM": "xterm",
                                         "LC_ALL": "C.UTF-8", **(env or {})},
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0))
        self.slave = slave
        self.raw = b""

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self, seconds):
        """Takes what comes within this time; False: nothing did."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.raw += os.read(self.master, 65536)
        return True

    def wait_for(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.text():
            if time.monotonic() > end:
                raise TimeoutError(f"no {text!r} in {self.text()!r}")
            self.read(0.1)

    def finish(self, seconds=60):
        """Waits for the end of the program. Returns its exit code and its
        standard output, unless that is the terminal."""
        end = time.monotonic() + seconds
        out = b""
        if self.process.stdout:
            os.set_blocking(self.process.stdout.fileno(), False)
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.02)
            out += self.process.stdout and self.process.stdout.read() or b""
        while self.read(0):
            pass
        if self.process.stdout:
            out += self.process.stdout.read() or b""
            self.process.stdout.close()
        code = self.process.wait(5)
        self.after = termios.tcgetattr(self.slave)
        os.close(self.slave)
        os.close(self.master)
        return code, out.decode()

    def text(self):
        return self.raw.decode(errors="replace")

    def escapes(self):
        """The final letters of all escapes that were used."""
        return {m[2] for m in PIECE.finditer(self.text()) if m[2]}

    def rows(self):
        """All rows that can be seen, or scrolled back to."""
        rows, y, x = [""], 0, 0
        for m in PIECE.finditer(self.text()):
            if m[2] == "A":
                y = max(0, y - int(m[1] or 1))
            elif m[2] == "K":
                rows[y] = rows[y][:x]
            elif m[3]:
                x = 0
            elif m[4]:
                y, x = y + 1, 0
            elif m[5]:
                if x == self.columns:
                    y, x = y + 1, 0
                rows += [""] * (y + 1 - len(rows))
                rows[y] = rows[y].ljust(x)[:x] + m[5] + rows[y][x + 1:]
                x += 1
            rows += [""] * (y + 1 - len(rows))
        return rows
