# SPDX-License-Identifier: MIT
"""Two network namespaces joined by a veth pair, for one suite: made, used, and
removed. Needs root."""

import contextlib
import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess

from program import run_unless, split

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
GRO, TX_CHECKSUMS = 0x2c, 0x17  # ETHTOOL_SGRO, ETHTOOL_STXCSUM
NAMES = [f"udpmill-test-{os.getpid()}-{side}" for side in "ab"]
# For this run alone (in RFC 2544's range): the counter segments belong to the
# host, and load would mistake another run's server at the same address for
# ours.
NETWORK = (198 << 24 | 18 << 16) + (os.getpid() & 0x7fff) * 4
HOSTS = [socket.inet_ntoa(struct.pack("!I", NETWORK + side)) for side in (1, 2)]


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, stderr=subprocess.PIPE)


def make_lab():
    for name in NAMES:
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    ip("-n", NAMES[0], "link", "add", "veth0", "type", "veth", "peer",
       "name", "veth0", "netns", NAMES[1])
    for name, host in zip(NAMES, HOSTS):
        ip("-n", name, "address", "add", f"{host}/30", "dev", "veth0")
        ip("-n", name, "link", "set", "veth0", "up")


def introduce():
    """Make both sides' link addresses known to each other permanently.
    Otherwise the host's table of neighbours, which others may fill, can forget
    them: then datagrams wait, and a full queue drops them without telling the
    sender."""
    for side in 0, 1:
        address = subprocess.run(
            [*inside(1 - side), "cat", "/sys/class/net/veth0/address"],
            check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        ip("-n", NAMES[side], "neighbour", "replace", HOSTS[1 - side],
           "lladdr", address, "dev", "veth0", "nud", "permanent")


def set_offload(side, command, on):
    """Of a side's device, by ethtool's ioctl (ethtool(8) may be missing)."""
    with entered(side), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        value = ctypes.create_string_buffer(struct.pack("II", command, on))
        request = struct.pack("16sP16x", b"veth0", ctypes.addressof(value))
        fcntl.ioctl(s, SIOCETHTOOL, request)


def remove_lab():
    for name in NAMES:
        subprocess.run(["ip", "netns", "delete", name],
                       stderr=subprocess.DEVNULL)


def inside(side):
    return ("ip", "netns", "exec", NAMES[side])


def _setns(handle):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def entered(side):
    """A context in which this thread is in the namespace. Sockets that it
    opens and programs that it starts remain there."""
    with open("/proc/thread-self/ns/net", encoding="ascii") as home, \
            open(f"/run/netns/{NAMES[side]}", encoding="ascii") as there:
        _setns(there)
        try:
            yield
        finally:
            _setns(home)


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff or 0xffff


def forge(side, source, target, data, ttl=64):
    """Send a datagram to target with a forged source address."""
    (from_host, from_port), (to_host, to_port) = split(source), split(target)
    length = 8 + len(data)
    udp = struct.pack("!HHHH", from_port, to_port, length, 0) + data
    family = socket.AF_INET6 if ":" in to_host else socket.AF_INET
    hosts = (socket.inet_pton(family, from_host) +
             socket.inet_pton(family, to_host))
    if family == socket.AF_INET:
        # No checksum, because it is optional in IPv4.
        header = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, ttl, 17, 0)
    else:
        header = struct.pack("!IHBB", 6 << 28, length, 17, ttl)
        pseudo = hosts + struct.pack("!II", length, 17) + udp
        udp = udp[:6] + struct.pack(
            "!H", _checksum(pseudo + bytes(len(data) % 2))) + data
    with entered(side), \
            socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        s.sendto(header + hosts + udp, (to_host, 0))


def cannot_enter(name):
    """Why no program can be run in that namespace, or None. ip(8) cannot enter
    one in a chroot, since its / is no mount point."""
    r = subprocess.run(["ip", "netns", "exec", name, "true"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True)
    return r.stdout.strip() if r.returncode else None


def reason_to_skip(make=make_lab, remove=remove_lab, name=NAMES[0]):
    """Make the lab, which has a namespace of that name. Returns the reason why
    it cannot be made or used, or None."""
    if os.geteuid() != 0:
        return "network namespaces and raw sockets need root"
    if not shutil.which("ip"):
        return "ip is not installed (Debian: iproute2)"
    try:
        make()
    except subprocess.CalledProcessError as e:
        remove()
        return "no network namespaces here: " + e.stderr.decode().strip()
    why = cannot_enter(name)
    if why:
        remove()
        return "network namespaces cannot be entered here: " + why
    return None


def main(make=make_lab, remove=remove_lab, name=NAMES[0]):
    """Run the tests of the suite, in this lab or in a new one."""
    why = reason_to_skip(make, remove, name)
    try:
        run_unless(why)
    finally:
        if not why:
            remove()
