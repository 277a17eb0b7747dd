# SPDX-License-Identifier: MIT
"""Starts QEMU with the plugin, and reads what the plugin wrote."""

import collections
import re
import shutil
import subprocess

# of one block in one task
Row = collections.namedtuple(
    "Row", "address task instructions executions iterations")


class Window:
    def __init__(self, switches):
        self.switches = switches
        self.rows = []

    def instructions(self, task=None):
        return sum(r.instructions * r.executions for r in self.rows
                   if task in (None, r.task))

    def iterations(self, address=None):
        return sum(r.iterations for r in self.rows
                   if address in (None, r.address))

    def calls(self, address):
        return sum(r.executions for r in self.rows if r.address == address)

    def tasks(self):
        return {r.task for r in self.rows}


class Workload:
    def __init__(self):
        self.windows = {}
        self.unexpected = None
        self.done = False


def read(path):
    """Its first line, and the workloads."""
    workloads = []
    window = None
    with open(path) as file:
        head = file.readline().strip()
        for line in file:
            word, *rest = line.split()
            if word == "workload":
                assert int(rest[0]) == len(workloads), line
                workloads.append(Workload())
            elif word == "window":
                window = Window(int(rest[1].removeprefix("switches=")))
                workloads[-1].windows[int(rest[0])] = window
            elif word == "b":
                window.rows.append(
                    Row(int(rest[0], 16), *map(int, rest[1:])))
            elif word == "end":
                assert window is workloads[-1].windows[int(rest[0])], line
            elif word == "done":
                assert int(rest[0]) == len(workloads) - 1, line
                workloads[-1].done = True
            else:
                assert word == "unexpected", line
                workloads[-1].unexpected = int(rest[0], 16)
    return head, workloads


def symbols(program):
    done = subprocess.run(["nm", program], capture_output=True, text=True,
                          check=True, timeout=30)
    return {name: int(address, 16) for address, _, name in
            (line.split() for line in done.stdout.splitlines())}


def find(name):
    """Path of a QEMU and its version's first number, or None and 0."""
    path = shutil.which(name)
    if not path:
        return None, 0
    done = subprocess.run([path, "--version"], capture_output=True, text=True,
                          check=True, timeout=30)
    return path, int(re.search(r"version (\d+)", done.stdout)[1])
