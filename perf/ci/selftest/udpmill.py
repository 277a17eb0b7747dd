#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""UDP between two hosts, in the manner of the kernel's selftests: a server of
udpmill here, its generator at the remote end, and no datagram unaccounted for.

Copy this file to tools/testing/selftests/drivers/net/ of a kernel's tree, and
udpmill to a directory in PATH of both ends (udpmill-static runs anywhere). The
README.rst there says how to name the device and the remote end. Each end must
be yours: the generator is told that its peer consents."""
import json

from lib.py import ksft_eq, ksft_exit, ksft_ge, ksft_pr, ksft_run
from lib.py import KsftSkipEx, NetDrvEpEnv
from lib.py import bkg, cmd, rand_port, wait_port_listen

SECONDS = 2
# Frames may be lost on a real network, but not be damaged nor come twice.
MAX_LOSS = 0.01
DONE = 0, 1          # exit codes; 1: something was lost
NOT_PERMITTED = 3


def serve(cfg, ipver, port, more):
    """A server that replies to the remote end only."""
    remote = cfg.remote_addr_v[ipver]
    bits = 32 if ipver == "4" else 128
    return bkg(f"exec udpmill serve {at(cfg, ipver, port)} --service echo "
               f"--allow {remote}/{bits} {more}")


def at(cfg, ipver, port):
    address = cfg.addr_v[ipver]
    return f"[{address}]:{port}" if ipver == "6" else f"{address}:{port}"


def load(cfg, ipver, port, more):
    """The generator's report."""
    done = cmd(f"udpmill load {at(cfg, ipver, port)} --peer-consents --json "
               f"--time {SECONDS}s {more}", host=cfg.remote, fail=False,
               timeout=SECONDS + 30)
    if done.ret == NOT_PERMITTED:
        raise KsftSkipEx(done.stderr.strip().splitlines()[-1])
    if done.ret not in DONE:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def echo(cfg, ipver, server="", generator=""):
    cfg.require_ipver(ipver)
    cfg.require_cmd("udpmill", remote=True)
    port = rand_port()
    with serve(cfg, ipver, port, server):
        wait_port_listen(port, proto="udp")
        found = load(cfg, ipver, port, generator)
    ledger = found["ledger"]
    ksft_pr(f"answered {found['answered']['datagrams_per_second']:.0f}/s, "
            f"lost {found['loss']['share']:.2%}")
    ksft_ge(ledger["answered"], 1, "no datagram was answered")
    ksft_ge(MAX_LOSS, found["loss"]["share"], "too many were lost")
    for name in "corrupt", "duplicate":
        ksft_eq(ledger[name], 0, f"{name} datagrams")


def single_v4(cfg):
    echo(cfg, "4", "--gro off", "--train off --window 64")


def single_v6(cfg):
    echo(cfg, "6", "--gro off", "--train off --window 64")


def trains_v4(cfg):
    """UDP_SEGMENT in one direction, UDP_GRO in the other."""
    echo(cfg, "4", "--gro on", "--length 1400 --window 64")


def trains_v6(cfg):
    echo(cfg, "6", "--gro on", "--length 1400 --window 64")


def fragments_v4(cfg):
    """Datagrams above the MTU."""
    echo(cfg, "4", "", "--length 8000 --train off --window 8")


def one_at_a_time_v4(cfg):
    echo(cfg, "4", "", "--flows 1 --window 1 --train off")


CASES = [single_v4, single_v6, trains_v4, trains_v6, fragments_v4,
         one_at_a_time_v4]


def main():
    with NetDrvEpEnv(__file__) as cfg:
        ksft_run(CASES, args=(cfg,))
    ksft_exit()


if __name__ == "__main__":
    main()
