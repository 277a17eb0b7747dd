# SPDX-License-Identifier: MIT
"""Boots a guest for a test, as the harness does."""

import os
import pathlib
import subprocess
import sys

import counts

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "perf"))
from udpmill_perf.errors import PerfError  # noqa: E402
from udpmill_perf.guest import kernel, qemu  # noqa: E402

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
