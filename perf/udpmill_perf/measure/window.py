# SPDX-License-Identifier: MIT
"""The counters of the kernel and the server at a moment, and their differences
between two moments.

Only files of /proc and the server's segment are read, which takes some hundred
microseconds. Times are CLOCK_MONOTONIC, taken next to the counters that rates
are computed from.
"""
import os
import re
import time
from dataclasses import dataclass, field

TICK_S = 1 / os.sysconf('SC_CLK_TCK')
STAT = ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
# Kernel threads that process network traffic.
NETWORK = ('ksoftirqd/', 'napi/')
IDLE = ('idle', 'iowait', 'steal')


def read_text(path):
    with open(path, encoding='ascii', errors='replace') as f:
        return f.read()


def machine_times():
    """Seconds since the start, summed over all CPUs, by kind."""
    values = read_text('/proc/stat').split('\n', 1)[0].split()[1:9]
    return dict(zip(STAT, (int(v) * TICK_S for v in values)))


def process_times(pid):
    """(user, system) seconds, with those of ended threads; precise to a
    tick."""
    fields = read_text(f'/proc/{pid}/stat').rsplit(')', 1)[1].split()
    return int(fields[11]) * TICK_S, int(fields[12]) * TICK_S


def run_time(pid):
    """The run time of all threads of pid in seconds, precise to a
    nanosecond."""
    return sum(int(read_text(f'/proc/{pid}/task/{t}/schedstat').split()[0])
               for t in os.listdir(f'/proc/{pid}/task')) / 1e9


def peak_bytes(pid):
    """The peak memory of a process."""
    found = re.search(r'VmHWM:\s+(\d+) kB', read_text(f'/proc/{pid}/status'))
    return int(found[1]) * 1024 if found else None


def processes():
    """{pid: (name, user and system seconds)} of all visible processes."""
    found = {}
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            name, rest = read_text(f'/proc/{entry}/stat').rsplit(')', 1)
        except OSError:
            continue
        fields = rest.split()
        found[int(entry)] = (name.split('(', 1)[1],
                             (int(fields[11]) + int(fields[12])) * TICK_S)
    return found


def foreign_s(before, after, own):
    """The CPU time of processes that are neither own nor network threads of
    the kernel. A process that started and ended in between is missed."""
    return sum(seconds - before.get(pid, (name, 0))[1]
               for pid, (name, seconds) in after.items()
               if pid not in own and not name.startswith(NETWORK))


def snmp(pid):
    """The counters of pid's namespace: {'UdpInErrors': ...}."""
    lines = read_text(f'/proc/{pid}/net/snmp').splitlines()
    found = {}
    for names, values in zip(lines[::2], lines[1::2]):
        prefix = names.split(':')[0]
        if prefix in ('Udp', 'Ip'):
            found.update(zip((prefix + n for n in names.split()[1:]),
                             map(int, values.split()[1:])))
    return found


def ip_octets(pid):
    """The octets of IPv4 packets that arrived in the namespace of pid, with
    headers; a train that was not split has them once."""
    lines = read_text(f'/proc/{pid}/net/netstat').splitlines()
    for names, values in zip(lines[::2], lines[1::2]):
        if names.startswith('IpExt:'):
            found = dict(zip(names.split(), values.split()))
            return int(found['InOctets'])
    raise ValueError('/proc/net/netstat has no IpExt')


def snmp6(pid):
    try:
        text = read_text(f'/proc/{pid}/net/snmp6')
    except OSError:
        return {}
    return {name: int(value) for name, value in
            (line.split() for line in text.splitlines())
            if name.startswith('Udp6')}


def softnet():
    """Counters of the whole host, summed over all CPUs."""
    rows = [line.split() for line in
            read_text('/proc/net/softnet_stat').splitlines()]
    return {'softnet_dropped': sum(int(r[1], 16) for r in rows),
            'softnet_squeezed': sum(int(r[2], 16) for r in rows)}


@dataclass
class Moment:
    at: float                   # CLOCK_MONOTONIC, seconds
    counters: dict              # of the server
    machine: dict
    run_s: dict                 # by role, precise
    split_s: dict               # by role: (user, system), to a tick
    instructions: int | None = None
    kernel: dict = field(default_factory=dict)


class Watch:
    """What is looked at: the server's segment, and by role, the pid of a
    process, or a tuple of several, of which the first was started first."""

    def __init__(self, segment, pids, pmu=None):
        self.segment, self.pmu = segment, pmu
        self.pids = {role: pid if isinstance(pid, tuple) else (pid,)
                     for role, pid in pids.items()}
        self.softirqs = [pid for pid, (name, _) in processes().items()
                         if name.startswith(NETWORK)]

    @property
    def own(self):
        return {pid for pids in self.pids.values() for pid in pids}

    def datagrams(self):
        """(time, datagrams that the server has dealt with)."""
        return time.monotonic(), self.segment.read()['rx_datagrams']

    def moment(self):
        kernel = snmp(self.pids['server'][0])
        kernel.update(snmp6(self.pids['server'][0]))
        kernel.update(softnet())
        run_s = {role: sum(map(run_time, pids))
                 for role, pids in self.pids.items()}
        run_s['softirq'] = sum(map(run_time, self.softirqs))
        split_s = {role: tuple(map(sum, zip(*map(process_times, pids))))
                   for role, pids in self.pids.items()}
        instructions = self.pmu.read() if self.pmu else None
        machine = machine_times()
        return Moment(time.monotonic(), self.segment.read(), machine, run_s,
                      split_s, instructions, kernel)


def less(after, before):
    return {key: after[key] - before.get(key, 0) for key in after}


def split(total, user, system):
    """Divide total, which is exact, in the proportion given by ticks."""
    share = user / (user + system) if user + system else 0
    return total * share, total * (1 - share)


class Window:
    """The differences between two moments."""

    def __init__(self, first, last, foreign=0.0):
        self.foreign_s = foreign
        self.seconds = last.at - first.at
        self.counters = less(last.counters, first.counters)
        self.kernel = less(last.kernel, first.kernel)
        self.machine = less(last.machine, first.machine)
        self.run_s = less(last.run_s, first.run_s)
        self.split_s = {
            role: split(self.run_s[role],
                        *(a - b for a, b in zip(last.split_s[role],
                                                first.split_s[role])))
            for role in last.split_s}
        self.instructions = None
        if first.instructions is not None and last.instructions is not None:
            self.instructions = last.instructions - first.instructions

    @property
    def busy_s(self):
        """Busy time of all CPUs, for any process. Stolen time is not part."""
        return sum(seconds for kind, seconds in self.machine.items()
                   if kind not in IDLE)

    @property
    def datagrams(self):
        return self.counters['rx_datagrams']

    def other_s(self):
        """The CPU time of other programs: what was seen of them, or, if more,
        the busy time that is neither ours nor the network's. (Some kernels
        also count softirqs in the interrupted task, others do not.)"""
        mine = sum(self.run_s.values())
        interrupts = self.machine['irq'] + self.machine['softirq']
        most = max(self.busy_s - self.run_s['server'] - self.run_s['client'],
                   0.0)
        return min(max(self.busy_s - mine - interrupts, self.foreign_s, 0.0),
                   most)
