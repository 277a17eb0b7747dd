# SPDX-License-Identifier: MIT
"""What the suites of load --engine xdp share beside frames_lab."""

import contextlib
import functools
import json
import os
import subprocess

import frames_lab
from frames_lab import UDPMILL, load_by
from namespaces import NAMES

load = functools.partial(load_by, "xdp")


@contextlib.contextmanager
def loading(address, *arguments):
    """A context with a load that has begun to run."""
    ready, write = os.pipe()
    with subprocess.Popen(
            [UDPMILL, "load", address, "--engine", "xdp", "--netns",
             NAMES[0], "-q", "-J", "--ready-fd", str(write), *arguments],
            pass_fds=[write], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as p:
        os.close(write)
        with os.fdopen(ready) as lines:
            told = lines.read()
        try:
            if not told:
                raise RuntimeError(p.communicate(timeout=30)[1])
            yield p
        finally:
            p.kill()


def has_filter():
    """Has load's device an XDP program?"""
    said = subprocess.run(["ip", "-n", NAMES[0], "link", "show", "veth0"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    return "xdp" in said


def statistic(name):
    """Of load's device."""
    said = subprocess.run(["ip", "-n", NAMES[0], "-j", "-s", "link", "show",
                           "veth0"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    way, what = name.split("_")
    return json.loads(said)[0]["stats64"][way][what]


def start():
    """The main program of a suite."""
    frames_lab.start("xdp", ("BPF", "AF_XDP"))
