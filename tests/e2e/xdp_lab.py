# SPDX-License-Identifier: MIT
"""What the suites of serve --backend xdp share: a server on one end of a veth,
and clients on the other."""

import contextlib
import json
import socket
import subprocess
import sys

from namespaces import (HOSTS, NAMES, TX_CHECKSUMS, entered, inside, ip, main,
                        set_offload)
from program import Server, missing, run, run_unless

UDPMILL = sys.argv.pop(1)
PORT = 7007
HERE = f"{HOSTS[1]}:{PORT}"


def serve(*arguments, address=HERE):
    return Server(UDPMILL, address, "--service", "echo", "--backend", "xdp",
                  *arguments, prefix=inside(1))


def refused(*arguments, prefix=()):
    """The exit code and the line of a serve that must not start."""
    r = run(UDPMILL, "serve", "--time", "1ms", *arguments,
            prefix=(*inside(1), *prefix))
    return r.returncode, r.stderr


def link():
    return subprocess.run(["ip", "-n", NAMES[1], "link", "show", "veth0"],
                          check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def load(*arguments, address=HERE):
    r = run(UDPMILL, "load", address, "--peer-consents", "-J", *arguments,
            prefix=inside(0))
    assert r.returncode == 0, r.stdout + r.stderr
    return json.loads(r.stdout)


def client():
    with entered(0):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    return s


def set_mtu(mtu):
    for name in NAMES:
        ip("-n", name, "link", "set", "veth0", "mtu", str(mtu))


@contextlib.contextmanager
def whole_checksums():
    """A context in which clients compute checksums, and cut trains: in generic
    mode, nothing then looks like a train."""
    set_offload(0, TX_CHECKSUMS, False)
    try:
        yield
    finally:
        set_offload(0, TX_CHECKSUMS, True)


def start():
    """The main program of a suite."""
    why = missing(UDPMILL, "xdp")
    if why:
        run_unless(why)
    main()
