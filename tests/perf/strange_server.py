#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A UDP server that is not udpmill's: HOST PORT REPLIES [BURN [FILE]].
Sends each datagram back REPLIES times ("half": every second one once), after it
has wasted BURN rounds. When it is ended, it writes to FILE how many it
received."""
import signal
import socket
import sys


def main(host, port, replies, burn='0', told='/dev/null'):
    received = 0

    def end(*_):
        with open(told, 'w', encoding='ascii') as file:
            file.write(str(received))
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((host, int(port)))
        while True:
            data, peer = s.recvfrom(65536)
            received += 1
            for _ in range(int(burn)):
                pass
            times = received % 2 if replies == 'half' else int(replies)
            for _ in range(times):
                s.sendto(data, peer)


if __name__ == '__main__':
    main(*sys.argv[1:])
