# SPDX-License-Identifier: MIT
"""What a peer is to the harness."""
import shutil
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Peer:
    """server, client: functions of a Case that return the command.
    cases: what it can do, of ARRIVALS. listens: the protocol and the port, of
    a Case, by which it is known that its server is ready."""
    name: str
    programs: tuple       # that have to be there
    package: str          # Debian's, or where it comes from
    cases: tuple
    server: Callable
    client: Callable
    listens: Callable
    # Of a case that only some versions have: why this one has not, or None.
    lacks: Callable = lambda case: None

    def missing(self):
        """Why it cannot run here; None where it can."""
        for program in self.programs:
            if not shutil.which(program):
                return f'{program} is not installed ({self.package})'
        return None


@dataclass(frozen=True)
class Case:
    """case: flood (one way, as fast as it goes) or pingpong (one datagram at
    a time, there and back)."""
    case: str
    bytes: int
    host: str
    port: int
    seconds: int
    own: object = None  # what of ours the floor takes the place of


def tcp(case):
    return 'tcp', case.port


def udp(case):
    return 'udp', case.port
