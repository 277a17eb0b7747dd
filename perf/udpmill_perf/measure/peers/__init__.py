# SPDX-License-Identifier: MIT
"""Peers: other programs that measure UDP. They are measured like udpmill, by
what the kernel counts as delivered in their namespace in the window; their own
figures are not used. Each has a file."""
from . import iperf2, iperf3, neper, netperf, nuttcp, sockperf

ALL = (iperf3.PEER, iperf2.PEER, sockperf.PEER, nuttcp.PEER, netperf.PEER,
       neper.PEER)


def by_name(name):
    return next((peer for peer in ALL if peer.name == name), None)
