# SPDX-License-Identifier: MIT
"""What the suites of load --engine xdp share: a veth pair, with load on one
end."""

import contextlib
import json
import os
import subprocess
import sys
import unittest

import balance
from namespaces import (HOSTS, NAMES, inside, introduce, ip, make_lab,
                        reason_to_skip, remove_lab)
from program import Server, run

UDPMILL = os.path.abspath(sys.argv.pop(1))
HOSTS6 = ["fd00:76::1", "fd00:76::2"]


def make():
    make_lab()
    for name, host in zip(NAMES, HOSTS6):
        ip("-n", name, "address", "add", f"{host}/64", "dev", "veth0", "nodad")
    introduce()


def why_not():
    """Why this engine cannot run here, or None."""
    r = run(UDPMILL, "load", "--help")
    if "xdp" not in r.stdout.split("--engine", 1)[1].split("--", 1)[0]:
        return "this build has no XDP (meson: -Dxdp)"
    with serve("--service", "discard") as s:
        r, _ = load(s.address, "--count", "1")
    if r.returncode == 3 and ("BPF" in r.stderr or "AF_XDP" in r.stderr):
        return r.stderr.strip()
    return None


def serve(*arguments, host=HOSTS[1], **more):
    return Server(UDPMILL, f"[{host}]:0" if ":" in host else f"{host}:0",
                  *arguments, prefix=inside(1), **more)


def load(address, *arguments, netns=NAMES[0], prefix=(), **more):
    return balance.load(
        UDPMILL, address, "--engine", "xdp",
        *(["--netns", netns] if netns else []), *arguments, prefix=prefix,
        **more)


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
    why = reason_to_skip(make)
    try:
        why = why or why_not()
        if why:
            print("skipped:", why)
            sys.exit(77)
        unittest.main()
    finally:
        remove_lab()
