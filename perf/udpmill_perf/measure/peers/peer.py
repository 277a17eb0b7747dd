# SPDX-License-Identifier: MIT
"""The description of a peer, for the harness."""
import shutil
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Peer:
    """server, client: functions of a Case that return the command. cases: the
    names of the cases that it supports. listens: a function of a Case that
    returns the protocol and the port that show that its server is ready."""
    name: str
    programs: tuple       # that must be installed
    package: str          # Debian's, or where it comes from
    cases: tuple
    server: Callable
    client: Callable
    listens: Callable
    # The reason why this version does not support a case, or None.
    lacks: Callable = lambda case: None

    def missing(self):
        """The reason why it cannot run here, or None."""
        for program in self.programs:
            if not shutil.which(program):
                return f'{program} is not installed ({self.package})'
        return None


@dataclass(frozen=True)
class Case:
    """case: flood (one way, as fast as possible), trains (a flood in trains)
    or pingpong (each request after the reply to the last one)."""
    case: str
    bytes: int
    host: str
    port: int
    seconds: int
    own: object = None  # the workload that the floor replaces
    trains: bool = True  # the floor receives them whole


def tcp(case):
    return 'tcp', case.port


def udp(case):
    return 'udp', case.port
