# SPDX-License-Identifier: MIT
"""A terminal of any size for a program under test, by tmux."""

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from program import run

# What the terminal runs: the program, between two looks at its settings.
SCRIPT = """cd "$0"; trap : INT; stty -g >before; echo this was here before
sh -c 'echo $$ >pid; exec "$@"' sh "$@" 2>err
echo $? >code; stty -g >after; mv code ended; exec cat"""


def lacking(program):
    """The reason why this build has no top, or None."""
    trial = run(program, "top")
    return trial.stderr.strip() if trial.returncode == 3 else None


def missing(program):
    """The reason why top cannot be tested in a terminal here, or None."""
    if shutil.which("tmux"):
        return lacking(program)
    return "there is no tmux here (Debian: tmux)"


def held(pid):
    """A descriptor of the process, or None if it does not run. pid: as
    text."""
    try:
        return os.pidfd_open(int(pid))
    except (ProcessLookupError, ValueError):
        return None


class Pane:
    """A terminal in which a command runs; ended with the with block."""

    def __init__(self, *command, columns=80, rows=24, **env):
        self.folder = tempfile.mkdtemp(prefix="pane")
        self.path("config", "set -g status off\nset -g escape-time 0\n")
        settings = [f"{name}={value}" for name, value in env.items()
                    if value is not None]
        unset = [f"--unset={name}" for name, value in env.items()
                 if value is None]
        self.tmux("-f", os.path.join(self.folder, "config"), "new-session",
                  "-d", "-x", str(columns), "-y", str(rows),
                  "sh", "-c", SCRIPT, self.folder, "env", *unset, *settings,
                  *command)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        program = held(self.read("pid"))
        script = held(self.tmux("display-message", "-p", "#{pane_pid}",
                                check=False))
        self.tmux("kill-server", check=False)
        # LeakSanitizer may never end in a program whose terminal is gone.
        # Others have ended by now, or soon will.
        if program is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(program, signal.SIGKILL)
            os.close(program)
        # Until it ends, the script may write another file.
        if script is not None:
            select.select([script], [], [])
            os.close(script)
        shutil.rmtree(self.folder)

    def path(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def tmux(self, *arguments, check=True):
        clean = {name: value for name, value in os.environ.items()
                 if name not in ("TMUX", "TMUX_PANE", "NO_COLOR")}
        return subprocess.run(
            ["tmux", "-u", "-S", os.path.join(self.folder, "socket"),
             *arguments], check=check, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
            env=dict(clean, LC_ALL="C.UTF-8")).stdout.decode()

    def text(self, *arguments):
        """What the terminal shows; with "-e", its escapes too."""
        return self.tmux("capture-pane", "-p", *arguments)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def wait(self, pattern, seconds=60):
        """Wait until the pattern is to be seen, and return the screen."""
        return self.wait_until(
            lambda text: re.search(pattern, text, re.M), pattern, seconds)

    def wait_until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while True:
            text = self.text()
            if condition(text):
                return text
            if time.monotonic() > end:
                raise TimeoutError(f"{what} does not come:\n{text}"
                                   f"{self.read('err')}")
            time.sleep(0.02)

    def read(self, name):
        """A file that the script writes; "" while there is none."""
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def wait_for_file(self, name, seconds=60):
        end = time.monotonic() + seconds
        while not self.read(name):
            if time.monotonic() > end:
                raise TimeoutError(f"no {name}:\n{self.text()}")
            time.sleep(0.02)
        return self.read(name)

    def pid(self):
        return int(self.wait_for_file("pid"))

    def ended(self):
        """Wait for the end of the command; its exit code and its messages."""
        return int(self.wait_for_file("ended")), self.read("err")
