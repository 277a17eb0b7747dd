# SPDX-License-Identifier: MIT
"""NAPI settings of network devices: recorded with the environment, and set for
an arm on the devices of a lab, which get their own back when the run ends.

Linux 6.13 has them for each NAPI instance, and "threaded" since Linux 6.17.
Before that, a setting belongs to the device, and is a file in /sys/class/net.
"""
import errno
import os
import socket
from contextlib import suppress

from ..errors import UNFIT, PerfError
from . import ethtool, namespace
from .netdev import SETTINGS, Netdev
from .signals import undisturbed
from .sysctl import within

PREFIX = 'napi.'
FILES = {'threaded': 'threaded', 'defer-hard-irqs': 'napi_defer_hard_irqs',
         'gro-flush-timeout': 'gro_flush_timeout'}
# GRO gives a veth device NAPI, and without TSO at the other end, datagrams of
# local senders go through it (veth_skb_is_eligible_for_gro()).
VETH = ((ethtool.GRO, 1), (ethtool.TSO, 0))


def check(key, value):
    """Check a setting of an arm, as typed."""
    if key.removeprefix(PREFIX) not in SETTINGS:
        names = ', '.join(PREFIX + name for name in SETTINGS)
        raise PerfError(f'there is no setting "{key}"; choose {names}')
    if not (value.isascii() and value.isdigit()):
        raise PerfError(f'{key}: "{value}" is not a number')


def refuse(arm):
    """Raises PerfError if an arm of a guest has such a setting."""
    for key in arm.napi:
        raise PerfError(f'{arm.name}: {key}: is set for trials on this host '
                        'only, and a guest has no such device')


def file_of(device, name):
    return f'/sys/class/net/{device}/{FILES[name]}'


def of_device(device):
    """The settings that are files of a device."""
    found = {}
    for name in FILES:
        with suppress(OSError, ValueError), open(
                file_of(device, name), encoding='ascii') as f:
            found[name] = int(f.read())
    return found


def instances(device):
    """The settings of each NAPI instance of a device, in the order of their
    IDs. A kernel without the family does not tell how many there are."""
    try:
        with Netdev() as netdev:
            rows = netdev.instances(device)
    except FileNotFoundError:
        return [{}] if device != 'lo' else []
    return [rows[i] for i in sorted(rows)]


def devices():
    """{device: its settings, for each instance}, in the namespace of the
    thread, whose /sys must be that namespace's."""
    found = {}
    for _, device in socket.if_nameindex():
        rows = instances(device)
        if rows:
            common = of_device(device)
            found[device] = [{**common, **row} for row in rows]
    return found


def facts(apart=False):
    """The same in flat keys. An instance has its place among the device's,
    because IDs are never used again. apart: this thread is in a namespace of
    its own, and ends soon."""
    try:
        if apart:
            namespace.show_devices()
        found = devices()
    except OSError:
        return {}
    return {f'{PREFIX}{device}.{i}.{name}': value
            for device, rows in found.items() for i, row in enumerate(rows)
            for name, value in row.items()}


def write(device, place, name, value):
    """Set it for one instance, or for the device if this kernel has it there.
    """
    with suppress(FileNotFoundError), Netdev() as netdev:
        rows = netdev.instances(device)
        instance = sorted(rows)[place]
        if name in rows[instance]:
            netdev.set(instance, name, value)
            return
    if name not in FILES:
        raise OSError(errno.EOPNOTSUPP, 'this kernel does not have it')
    with open(file_of(device, name), 'w', encoding='ascii') as f:
        f.write(str(value))


def refusal(device, name, value, why):
    return PerfError(f'{PREFIX}{name}={value}: {device}: {why}', UNFIT)


class Side:
    """The devices in one namespace of a lab."""

    def __init__(self, netns):
        self.netns, self.switched = netns, []
        self.original = self.within(self._open)

    def within(self, work):
        def inside():
            namespace.show_devices()
            return work()
        return within(self.netns, inside)

    def _open(self):
        for _, device in socket.if_nameindex():
            for feature, on in VETH if ethtool.driver(device) == 'veth' else ():
                self.switched.append((device, feature,
                                      ethtool.get(device, feature)))
                ethtool.switch(device, feature, on)
        return devices()

    def set(self, wanted):
        """wanted: {name: number}; all others get their own back."""
        self.within(lambda: self._set(wanted))

    def _set(self, wanted):
        places = [(device, place, {**row, **wanted})
                  for device, rows in self.original.items()
                  for place, row in enumerate(rows)]
        for device, place, row in places:
            for name, value in row.items():
                try:
                    write(device, place, name, value)
                except OSError as error:
                    raise refusal(device, name, value,
                                  error.strerror) from error
        found = devices()
        for device, place, row in places:
            for name, value in row.items():
                got = found[device][place].get(name)
                if got != value:
                    raise refusal(device, name, value, 'the kernel changed '
                                  f'the value to {got}')

    def restore(self):
        try:
            self.set({})
        finally:
            for device, feature, before in reversed(self.switched):
                self.within(lambda d=device, f=feature, b=before:
                            ethtool.switch(d, f, b))


class Napi:
    """A context that restores the settings of a path's devices at its end.
    place: of seats.Place, in a lab."""

    def __init__(self, path, place):
        self.sides = []
        try:
            for netns in {place.server_netns, place.client_netns} - {None}:
                self.sides.append(Side(netns))
            if not any(side.original for side in self.sides):
                raise PerfError(f'path {path}: no device has NAPI; choose a '
                                'path of veth devices, as in '
                                'echo-mmsg-single-64-veth', UNFIT)
        except BaseException:
            self.__exit__()
            raise

    def apply(self, settings):
        """settings: as typed; those that are not in it get their own back."""
        wanted = {key.removeprefix(PREFIX): int(value)
                  for key, value in settings.items()}
        for side in self.sides:
            side.set(wanted)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Restore each side, even if the other one fails."""
        failed = []
        with undisturbed():
            for side in self.sides:
                try:
                    side.restore()
                except (OSError, PerfError) as error:
                    failed.append(error)
        if failed:
            raise failed[0]
