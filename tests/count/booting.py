# SPDX-License-Identifier: MIT
"""Boots a guest for a test, as the harness does."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import counts

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "perf"))
from udpmill_perf.errors import PerfError  # noqa: E402
from udpmill_perf.guest import (  # noqa: E402
    frames, initramfs, kernel, modules, qemu)

PATIENCE_S = 400
FILES = ("initrd", "console", "results", "counts")


def wanted():
    """The kernel that UDPMILL_TEST_KERNEL names, or else this host's newest;
    and why there is none to boot."""
    if not counts.find(qemu.PROGRAM)[0]:
        return None, f"{qemu.PACKAGE} is not installed"
    try:
        named = os.environ.get("UDPMILL_TEST_KERNEL")
        return (kernel.find(named) if named else kernel.default()), None
    except PerfError as error:
        return None, f"{error} (for this test, by UDPMILL_TEST_KERNEL)"


def or_skip():
    """Like wanted(), but exits 77 with the reason if there is none."""
    found, why = wanted()
    if why:
        print(why)
        sys.exit(77)
    return found


def start(image, folder, initrd, plugins=None, seed=1, machine=None):
    """Returns the process of QEMU, and the paths of its files, by name.
    plugins: their directory; None: nothing is counted. machine: another than
    that of counts."""
    path, major = counts.find(qemu.PROGRAM)
    api = 2 if major >= 9 else 1
    there = {name: str(folder / name) for name in FILES}
    pathlib.Path(there["initrd"]).write_bytes(initrd)
    machine = machine or qemu.Qemu(
        path, str(major), f"{plugins}/udpmill-count-{api}.so", api)
    command = machine.command(
        image, there["initrd"], "", seed, there["console"], there["results"],
        there["counts"])
    if not plugins and "-plugin" in command:
        at = command.index("-plugin")
        del command[at:at + 2]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL), there


class Guest:
    """A boot that carries out a plan, which it need not end. loaded: names of
    modules; names: of this host's programs."""

    def __init__(self, system, plan, machine=None, loaded=(), names=()):
        with tempfile.TemporaryDirectory() as folder:
            lines = "".join(f"module /modules/{name}.ko\n" for name in loaded)
            emulator, there = start(
                system.kernel.image, pathlib.Path(folder), initramfs.compose(
                    system.init, {initramfs.UDPMILL: system.udpmill},
                    f"udpmill-plan 1\n{lines}{plan}off\n",
                    {name: system.modules.read(name) for name in loaded},
                    names), machine=machine)
            try:
                code = emulator.wait(PATIENCE_S)
            finally:
                emulator.kill()
                emulator.wait()
            sent, console = (pathlib.Path(there[name]).read_bytes()
                             for name in ("results", "console"))
        self.frames = [(tag, body.decode()) for tag, body
                       in frames.split(sent)]
        last = self.frames[-1] if self.frames else ("nothing", "")
        if code or last[0] != "off":
            raise AssertionError(f"QEMU {code}: {last}: "
                                 f"{console.decode(errors='replace')[-800:]}")

    def reports(self):
        """What the loads of the plan printed, by the names of workloads."""
        found, name = {}, None
        for tag, body in self.frames:
            if tag == "begin":
                name = body.strip()
            elif tag == "json":
                found[name] = json.loads(body)
        return found


@dataclasses.dataclass
class System:
    """What is booted. init, udpmill: paths here."""
    kernel: kernel.Kernel
    init: str
    udpmill: str

    def __post_init__(self):
        self.modules = modules.Modules(self.kernel)
        self.release = tuple(map(int, re.match(
            r"(\d+)\.(\d+)", self.kernel.release).groups()))

    def order(self, *names):
        """The modules to load, and ipv6 before them."""
        ipv6 = ["ipv6"] if "ipv6" in self.modules.paths else []
        return self.modules.order([*ipv6, *names])


def workload(name, server, load, inside=((), ()), more=""):
    """Text of a plan. inside: what precedes the command of either side."""
    server, load = (" ".join([*words, text])
                    for words, text in zip(inside, (server, load)))
    return (f"workload {name}\nready /tmp/ready\n{more}server {server}\n"
            f"load {load}\nend\n")
