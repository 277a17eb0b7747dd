# SPDX-License-Identifier: MIT
"""Other programs that measure UDP, run in the same run and measured alike: by
what the kernel counts as delivered in their namespace, over the same window,
whatever they say of themselves. A file each."""
from . import iperf2, iperf3, neper, netperf, nuttcp, sockperf

ALL = (iperf3.PEER, iperf2.PEER, sockperf.PEER, nuttcp.PEER, netperf.PEER,
       neper.PEER)


def by_name(name):
    return next((peer for peer in ALL if peer.name == name), None)
