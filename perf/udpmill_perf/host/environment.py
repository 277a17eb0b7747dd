# SPDX-License-Identifier: MIT
"""The state of the machine, in flat keys: what figures depend on, and a reader
of the report cannot see. Nothing is changed."""
import glob
import hashlib
import os
import platform
import shutil
import subprocess

from . import napi

# Keys that stay the same between runs on one machine and kernel.
STABLE = ('kernel.release', 'kernel.cmdline', 'cpu.model', 'cpu.count',
          'machine.hypervisor', 'memory.total_kib')
FILES = {
    'boot.id': '/proc/sys/kernel/random/boot_id',
    'kernel.cmdline': '/proc/cmdline',
    'kernel.timer.clocksource':
        '/sys/devices/system/clocksource/clocksource0/current_clocksource',
    'kernel.thp': '/sys/kernel/mm/transparent_hugepage/enabled',
    'cpu.smt': '/sys/devices/system/cpu/smt/control',
    'cpu.isolated': '/sys/devices/system/cpu/isolated',
    'cpu.nohz_full': '/sys/devices/system/cpu/nohz_full',
    'cpu.no_turbo': '/sys/devices/system/cpu/intel_pstate/no_turbo',
    'cpu.boost': '/sys/devices/system/cpu/cpufreq/boost',
}
GLOBS = {
    'cpu.governor': '/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor',
    'mitigation': '/sys/devices/system/cpu/vulnerabilities/*',
    'sysctl.net.core': '/proc/sys/net/core/*',
    'sysctl.net.ipv4.udp': '/proc/sys/net/ipv4/udp_*',
    'sysctl.net.ipv4.ip': '/proc/sys/net/ipv4/ip*frag*',
    'sysctl.net.netfilter': '/proc/sys/net/netfilter/nf_conntrack_[cm]*',
    'device.mtu': '/sys/class/net/*/mtu',
    'device.rps': '/sys/class/net/*/queues/rx-*/rps_cpus',
    'device.gro_flush_timeout': '/sys/class/net/*/gro_flush_timeout',
    'device.napi_defer_hard_irqs':
        '/sys/class/net/*/napi_defer_hard_irqs',
    'device.threaded': '/sys/class/net/*/threaded',
}
COMMANDS = {
    'qdisc': ['tc', 'qdisc', 'show'],
    'nft': ['nft', '--stateless', 'list', 'ruleset'],
    'offload.lo': ['ethtool', '-k', 'lo'],
}
# Keys that each network namespace has separately.
NAMESPACED = ('sysctl.net.ipv4.udp', 'sysctl.net.ipv4.ip',
              'sysctl.net.netfilter')
# Keys that change by themselves; for a namespace, the ends of its keys.
RESTLESS = ('sysctl.net.netfilter.nf_conntrack_count', 'load.1min')


def read(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            return f.read().strip()
    except OSError:
        return None


def cpu_model():
    for line in (read('/proc/cpuinfo') or '').splitlines():
        key, _, value = line.partition(':')
        if key.strip() in ('model name', 'Model', 'cpu model'):
            return value.strip()
    return platform.machine()


def hypervisor():
    if shutil.which('systemd-detect-virt'):
        done = subprocess.run(['systemd-detect-virt'], capture_output=True,
                              text=True, check=False)
        return done.stdout.strip() or 'none'
    flags = read('/proc/cpuinfo') or ''
    return 'some' if ' hypervisor' in flags else 'none'


def memory_kib():
    for line in (read('/proc/meminfo') or '').splitlines():
        if line.startswith('MemTotal:'):
            return int(line.split()[1])
    return None


def from_globs(found, patterns):
    for prefix, pattern in patterns.items():
        fixed = pattern.split('*')[0].rsplit('/', 1)[0]
        for path in sorted(glob.glob(pattern)):
            value = read(path) if os.path.isfile(path) else None
            if value is not None:
                name = path[len(fixed) + 1:].replace('/', '.')
                found[f'{prefix}.{name}'] = value


def from_commands(found, commands):
    for key, argv in commands.items():
        if not shutil.which(argv[0]):
            continue
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False)
        if done.returncode == 0:
            found[key] = done.stdout.strip()


def collect():
    found = {
        'kernel.release': platform.release(),
        'kernel.version': platform.version(),
        'cpu.model': cpu_model(),
        'cpu.count': os.cpu_count(),
        'cpu.allowed': ','.join(map(str, sorted(os.sched_getaffinity(0)))),
        'machine.hypervisor': hypervisor(),
        'machine.architecture': platform.machine(),
        'memory.total_kib': memory_kib(),
        'user.root': os.geteuid() == 0,
        'load.1min': os.getloadavg()[0],
        'python': platform.python_version(),
    }
    for key, path in FILES.items():
        value = read(path)
        if value is not None:
            found[key] = value
    from_globs(found, GLOBS)
    from_commands(found, COMMANDS)
    found.update(napi.facts())
    return found


def of_namespace():
    """The keys of a network namespace. Call it in a thread that is inside."""
    found = {}
    from_globs(found, {key: GLOBS[key] for key in NAMESPACED})
    found.update(napi.facts(apart=True))
    lines = (read('/proc/thread-self/net/dev') or '').splitlines()[2:]
    devices = [line.split(':')[0].strip() for line in lines]
    from_commands(found, {
        'qdisc': COMMANDS['qdisc'], 'nft': COMMANDS['nft'],
        **{f'offload.{name}': ['ethtool', '-k', name] for name in devices}})
    return found


def changed(before, after):
    keys = sorted(set(before) | set(after))
    return [key for key in keys if not key.endswith(RESTLESS)
            and before.get(key) != after.get(key)]


def fingerprint(found):
    text = '\n'.join(f'{key}={found.get(key)}' for key in STABLE)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def both(before, after):
    """The environment as it is stored in a document."""
    return {'before': before, 'after': after,
            'changed': changed(before, after) if after else [],
            'fingerprint': fingerprint(before)}
