# SPDX-License-Identifier: MIT
"""udpmill perf doctor: check whether this host is fit to measure on, without
changing anything."""
import json
import os
import shutil
import sys
import time

from ..errors import UNFIT, PerfError
from ..file import calibration
from ..guest import kernel, parts, qemu
from ..host import environment, labs, namespace, napi, pmu
from ..measure import peers
from ..measure.window import machine_times
from ..render import plain, terminal

LOOK_S = 1.0
WIDTH = 80
BUSY_MOST, STEAL_MOST = 0.05, 0.02
GOOD, NOTE, BAD = 'good', 'note', 'unfit'
COLOURS = {GOOD: '32', NOTE: '33', BAD: '31;1'}


def add_arguments(parser):
    parser.add_argument('-J', '--json', action='store_true',
                        help='print the results as JSON')


def cpus(_found):
    n = len(os.sched_getaffinity(0))
    if n < 2:
        return BAD, f'only {n} CPU may be used', (
            'the server and the generator need one CPU each')
    if n < 3:
        return NOTE, f'{n} CPUs may be used', (
            'other programs share a CPU with the server or the generator')
    return GOOD, f'{n} CPUs may be used', ''


def quiet(_found):
    """Look at the CPU time used in a second without load of ours."""
    before = machine_times()
    time.sleep(LOOK_S)
    after = machine_times()
    room = LOOK_S * os.cpu_count()
    part = {kind: (after[kind] - before[kind]) / room for kind in after}
    busy = sum(part[k] for k in ('user', 'nice', 'system', 'irq', 'softirq'))
    steal = part['steal']
    text = f'CPUs {busy:.0%} busy and {steal:.0%} stolen before any load'
    if busy > BUSY_MOST or steal > STEAL_MOST:
        return BAD, text, 'stop other programs ("top" shows them)'
    return GOOD, text, ''


def clock(found):
    source = found.get('kernel.timer.clocksource', 'unknown')
    if source in ('tsc', 'kvm-clock', 'arch_sys_counter', 'hyperv_clocksource'
                  '_tsc_page'):
        return GOOD, f'clock source {source}', ''
    return NOTE, f'clock source {source}', ('each reading of the clock takes '
                                            'a system call')


def governor(found):
    said = {v for k, v in found.items() if k.startswith('cpu.governor')}
    if not said:
        return NOTE, 'no frequency governor is visible', (
            'as in most virtual machines: the hypervisor\'s host decides')
    if said == {'performance'}:
        return GOOD, 'governor performance', ''
    return NOTE, f'governor {", ".join(sorted(said))}', (
        'run sudo cpupower frequency-set -g performance')


def turbo(found):
    on = found.get('cpu.no_turbo') == '0' or found.get('cpu.boost') == '1'
    if on:
        return NOTE, 'turbo is on', ('the CPU frequency depends on the '
                                     'temperature; blocks cancel slow drift')
    return GOOD, 'turbo is off, or its state is not visible', ''


def smt(found):
    if found.get('cpu.smt') == 'on':
        return NOTE, 'SMT is on', (
            'CPUs that share a core slow each other down; if there are enough '
            'cores, one CPU of each is used')
    return GOOD, f'SMT {found.get("cpu.smt", "unknown")}', ''


def machine(found):
    kind = found.get('machine.hypervisor', 'none')
    if kind == 'none':
        return GOOD, 'no hypervisor', ''
    return NOTE, f'runs inside {kind}', (
        'other virtual machines are visible only as stolen time')


def rights(_found):
    try:
        os.close(namespace.make())
    except OSError as error:
        return NOTE, f'no network namespaces: {error.strerror}', (
            'other programs move the counters too, and loopback is the only '
            'path available; run as root')
    return GOOD, 'network namespaces can be created', ''


def lab(_found):
    try:
        labs.tool()
    except PerfError as error:
        return NOTE, str(error), 'loopback is the only path available'
    missing = [n for n in ('ip', 'nft') if not shutil.which(n)]
    if missing:
        return NOTE, f'{", ".join(missing)} not installed', (
            'run sudo apt-get install iproute2 nftables')
    return GOOD, 'paths: loopback, veth, bridge, nft, vxlan, macvlan', ''


def counters(_found):
    unit, why = pmu.open_pmu()
    if unit is None:
        return NOTE, f'no instruction counter: {why}', (
            'only rates and times are judged, which are noisier')
    unit.close()
    return GOOD, 'instructions can be counted', ''


def interrupts(found):
    """How the devices' NAPI instances are set, as far as one differs."""
    said = {k: v for k, v in found.items() if k.startswith(napi.PREFIX)}
    changed = sorted(f'{k}={v}' for k, v in said.items() if v)
    if not said:
        return NOTE, 'no NAPI settings are visible', (
            'no device has NAPI, or the kernel is older than Linux 6.13')
    if not changed:
        return GOOD, 'NAPI: no threads, no deferred interrupts', ''
    return NOTE, f'NAPI: {", ".join(changed[:4])}', (
        'latency on these devices depends on it; the environment of each '
        'result has all such settings')


def buffers(found):
    most = int(found.get('sysctl.net.core.rmem_max', 0))
    if most < 4 << 20 and os.geteuid() != 0:
        return NOTE, f'net.core.rmem_max is {most}', (
            'servers get smaller receive buffers than they request; run sudo '
            'sysctl net.core.rmem_max=8388608')
    return GOOD, 'receive buffers can be as large as requested', ''


def others(_found):
    there = [p.name for p in peers.ALL if not p.missing()]
    if not there:
        return NOTE, 'no peer is installed', ('run sudo apt-get install '
                                              'iperf3 sockperf iperf nuttcp')
    return GOOD, f'installed peers: {", ".join(there)}', ''


def emulator(_found):
    try:
        found = qemu.find()
        parts.find(parts.INIT)
    except PerfError as error:
        return NOTE, f'udpmill perf count: {error}', (
            'no instructions of other kernels can be counted')
    return GOOD, f'QEMU {found.version} can count instructions', ''


def bootable(_found):
    """Whether there is a kernel to boot, if nobody names one."""
    try:
        found = kernel.default()
    except PerfError as error:
        what, _, advice = str(error).partition('; ')
        return NOTE, f'udpmill perf count: {what}', advice
    return GOOD, f'a kernel to boot: {found.image}', ''


def calibrated(found):
    rows = calibration.load(environment.fingerprint(found))
    if rows:
        worst = max(row['sd'] for row in rows)
        return GOOD, (f'calibrated: standard deviation of a block up to '
                      f'{worst:.1%}'), ''
    return NOTE, 'not calibrated', (
        'run "udpmill perf calibrate", which takes 2 minutes')


CHECKS = (cpus, quiet, clock, governor, turbo, smt, machine, rights, lab,
          counters, interrupts, buffers, others, emulator, bootable, calibrated)


def show(rows, colour):
    for row in rows:
        word = f'{row["state"]:<5}'
        if colour:
            word = f'\033[{COLOURS[row["state"]]}m{word}\033[0m'
        start, *rest = plain.wrap(row['what'], WIDTH, ' ' * 7)
        print('\n'.join([f'{word}  {start[7:]}', *rest]))
        for line in plain.wrap(row['advice'], WIDTH, ' ' * 7):
            print(line)


def run(args):
    found = environment.collect()
    rows = []
    for check in CHECKS:
        state, what, advice = check(found)
        rows.append({'check': check.__name__, 'state': state, 'what': what,
                     'advice': advice})
    unfit = any(row['state'] == BAD for row in rows)
    if args.json:
        print(json.dumps({'schema': 'udpmill.perf.doctor/1', 'fit': not unfit,
                          'checks': rows, 'environment': found}, indent=1))
    else:
        show(rows, terminal.wants_colour(sys.stdout))
        print('This host is not fit to measure times on; see above.' if unfit
              else 'This host is fit to measure times on.')
        print('Instructions ("count") do not depend on how busy it is.')
    return UNFIT if unfit else 0
