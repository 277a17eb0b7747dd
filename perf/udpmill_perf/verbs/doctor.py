# SPDX-License-Identifier: MIT
"""udpmill perf doctor: is this host fit to measure on? Looks, and changes
nothing."""
import json
import os
import shutil
import sys
import time

from ..errors import UNFIT, PerfError
from ..file import calibration
from ..host import environment, labs, namespace, pmu
from ..measure import peers
from ..measure.window import machine_times
from ..render import terminal

LOOK_S = 1.0
BUSY_MOST, STEAL_MOST = 0.05, 0.02
GOOD, NOTE, BAD = 'good', 'note', 'unfit'
COLOURS = {GOOD: '32', NOTE: '33', BAD: '31;1'}


def add_arguments(parser):
    parser.add_argument('-J', '--json', action='store_true',
                        help='as JSON')


def cpus(_found):
    n = len(os.sched_getaffinity(0))
    if n < 2:
        return BAD, f'{n} CPU is allowed', ('server and generator want one '
                                            'each')
    if n < 3:
        return NOTE, f'{n} CPUs are allowed', ('whatever else runs, runs on '
                                               'the server\'s or the '
                                               'generator\'s')
    return GOOD, f'{n} CPUs are allowed', ''


def quiet(_found):
    """A look at a second of doing nothing."""
    before = machine_times()
    time.sleep(LOOK_S)
    after = machine_times()
    room = LOOK_S * os.cpu_count()
    part = {kind: (after[kind] - before[kind]) / room for kind in after}
    busy = sum(part[k] for k in ('user', 'nice', 'system', 'irq', 'softirq'))
    steal = part['steal']
    text = f'{busy:.0%} busy, {steal:.0%} stolen while nothing was asked for'
    if busy > BUSY_MOST or steal > STEAL_MOST:
        return BAD, text, 'end what else runs here ("top" shows it)'
    return GOOD, text, ''


def clock(found):
    source = found.get('kernel.timer.clocksource', 'unknown')
    if source in ('tsc', 'kvm-clock', 'arch_sys_counter', 'hyperv_clocksource'
                  '_tsc_page'):
        return GOOD, f'clock source {source}', ''
    return NOTE, f'clock source {source}', ('each look at the clock is a '
                                            'system call')


def governor(found):
    said = {v for k, v in found.items() if k.startswith('cpu.governor')}
    if not said:
        return NOTE, 'no frequency governor can be seen', (
            'as in most virtual machines: the host\'s decides')
    if said == {'performance'}:
        return GOOD, 'governor performance', ''
    return NOTE, f'governor {", ".join(sorted(said))}', (
        'sudo cpupower frequency-set -g performance')


def turbo(found):
    on = found.get('cpu.no_turbo') == '0' or found.get('cpu.boost') == '1'
    if on:
        return NOTE, 'turbo is on', ('the clock follows the temperature; '
                                     'blocks cancel what drifts slowly')
    return GOOD, 'turbo is off, or cannot be seen', ''


def smt(found):
    if found.get('cpu.smt') == 'on':
        return NOTE, 'SMT is on', ('a sibling slows its core: one thread a '
                                   'core is used where there are enough')
    return GOOD, f'SMT {found.get("cpu.smt", "unknown")}', ''


def machine(found):
    kind = found.get('machine.hypervisor', 'none')
    if kind == 'none':
        return GOOD, 'no hypervisor', ''
    return NOTE, f'runs inside {kind}', 'neighbours cannot be seen, but steal'


def rights(_found):
    try:
        os.close(namespace.make())
    except OSError as error:
        return NOTE, f'no network namespaces: {error.strerror}', (
            'counters are shared with whoever uses the network; paths but '
            'loopback are left out: run as root')
    return GOOD, 'network namespaces of our own', ''


def lab(_found):
    try:
        labs.tool()
    except PerfError as error:
        return NOTE, str(error), 'paths but loopback are left out'
    missing = [n for n in ('ip', 'nft') if not shutil.which(n)]
    if missing:
        return NOTE, f'{", ".join(missing)} not installed', (
            'sudo apt-get install iproute2 nftables')
    return GOOD, 'labs: veth, bridge, nft, vxlan, macvlan', ''


def counters(_found):
    unit, why = pmu.open_pmu()
    if unit is None:
        return NOTE, f'no instruction counter: {why}', (
            'time alone is gated, which is noisier')
    unit.close()
    return GOOD, 'instructions can be counted', ''


def buffers(found):
    most = int(found.get('sysctl.net.core.rmem_max', 0))
    if most < 4 << 20 and os.geteuid() != 0:
        return NOTE, f'net.core.rmem_max is {most}', (
            'servers get smaller buffers than they ask for: sudo sysctl '
            'net.core.rmem_max=8388608')
    return GOOD, 'receive buffers of any size', ''


def others(_found):
    there = [p.name for p in peers.ALL if not p.missing()]
    if not there:
        return NOTE, 'no peer is installed', ('sudo apt-get install iperf3 '
                                              'sockperf iperf nuttcp')
    return GOOD, f'peers: {", ".join(there)}', ''


def calibrated(found):
    rows = calibration.load(environment.fingerprint(found))
    if rows:
        worst = max(row['sd'] for row in rows)
        return GOOD, f'calibrated: sd of a block up to {worst:.1%}', ''
    return NOTE, 'not calibrated', '"udpmill perf calibrate" takes 2 minutes'


CHECKS = (cpus, quiet, clock, governor, turbo, smt, machine, rights, lab,
          counters, buffers, others, calibrated)


def show(rows, colour):
    for row in rows:
        word = f'{row["state"]:<5}'
        if colour:
            word = f'\033[{COLOURS[row["state"]]}m{word}\033[0m'
        print(f'{word}  {row["what"]}')
        if row['advice']:
            print(f'       {row["advice"]}')


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
        print('This host is ' + ('not fit: see above.' if unfit else
                                 'fit to measure on.'))
    return UNFIT if unfit else 0
