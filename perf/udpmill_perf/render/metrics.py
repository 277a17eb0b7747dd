# SPDX-License-Identifier: MIT
"""What each metric is called and how its numbers are written."""
from dataclasses import dataclass
from typing import Callable

from . import human


@dataclass(frozen=True)
class Metric:
    name: str                     # as in the document
    title: str                    # in a table
    axis: str                     # along an axis, with its unit
    show: Callable                # a number with its unit
    larger_better: bool | None = None


def _rate(value, write=human.digits):
    return human.si(value, '/s', write)


def _plain(value, write=human.digits):
    return human.si(value, '', write)


KNOWN = {metric.name: metric for metric in (
    Metric('datagrams_per_second', 'delivered',
           'delivered datagrams per second', _rate, True),
    Metric('machine_ns_per_datagram', 'CPU per datagram',
           'CPU time per datagram, whole machine', human.duration, False),
    Metric('instructions_per_datagram', 'instructions',
           'kernel instructions per datagram', _plain, False))}


def metric(name):
    """A metric by its name; one that is not known is shown by its name."""
    if name in KNOWN:
        return KNOWN[name]
    name = str(name)
    title = name.replace('_', ' ')
    show = _plain
    if name.endswith('_per_second'):
        show = _rate
    elif '_ns' in name:
        show = human.duration
    return Metric(name, title, title, show)
