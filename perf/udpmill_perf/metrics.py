# SPDX-License-Identifier: MIT
"""The metrics of a trial, in one table. A name ends in its unit, which decides
whether more or less is better, and how numbers are written."""
from dataclasses import dataclass

from . import human
from .errors import PerfError

RATE = 'datagrams_per_second'
MACHINE_NS = 'machine_ns_per_datagram'
SERVER_NS = 'server_ns_per_datagram'
INSTRUCTIONS = 'instructions_per_datagram'

# The figures that are judged; the last one only if a PMU counts it.
TITLES = {
    RATE: ('delivered', 'delivered datagrams per second'),
    MACHINE_NS: ('CPU per datagram', 'CPU time per datagram, whole machine'),
    INSTRUCTIONS: ('instructions', 'kernel instructions per datagram'),
}
GATED = (RATE, MACHINE_NS)


@dataclass(frozen=True)
class Metric:
    name: str    # as in the document
    title: str   # in a table
    axis: str    # along an axis, with its unit

    def show(self, value, write=human.digits):
        """A number with its unit."""
        if '_ns' in self.name:
            return human.duration(value, write)
        rate = self.name.endswith('_per_second')
        return human.si(value, '/s' if rate else '', write)

    @property
    def larger_better(self):
        """Whether more is better; None if that is not known."""
        if self.name.endswith('_per_second'):
            return True
        if self.name.endswith(('_per_datagram', '_ns', '_seconds')):
            return False
        return None


def metric(name):
    """A metric by its name, which is the title of an unknown metric."""
    name = str(name)
    plain = name.replace('_', ' ')
    return Metric(name, *TITLES.get(name, (plain, plain)))


def larger_is_better(name):
    """Whether more is better. Raises PerfError if that is not known."""
    found = metric(name).larger_better
    if found is None:
        raise PerfError(f'metric "{name}": the name ends neither in '
                        '"_per_second" (more is better) nor in '
                        '"_per_datagram", "_ns" or "_seconds" (less is '
                        'better)')
    return found
