# SPDX-License-Identifier: MIT
"""Two kernels, timed in virtual machines: one boot after the other, in turns
of which a coin decides the order; the entry of each boot is that of a merged
document."""
import time
from dataclasses import replace

from ..errors import INVALID as UNUSABLE, UNFIT, PerfError
from ..guest import initramfs, parts, paths, plan, results, timing
from ..guest.boot import Boot
from ..host import environment
from ..host.seats import Seat, cores
from ..judge import coin, merge
from ..metrics import MACHINE_NS, RATE
from ..outcomes import INVALID, VALID
from . import counting, trial, validity

LOOK_EVERY_S = 0.05
START_S = 240     # a bound for what is not load, several times what it takes
BY_TCG = ('The kernels ran in QEMU\'s emulator (TCG){}. These times are the '
          'emulator\'s, not a kernel\'s: what is slow for it need not be slow '
          'for a CPU. Where KVM works, run it again; anywhere else, use '
          'udpmill perf count.')


def check_workload(workload):
    if workload.scenario:
        raise PerfError(f'{workload.name}: a scenario cannot be measured in '
                        'boots; choose a workload by its name')


def cpus_of(arms, workloads):
    """How many CPUs the guests have."""
    own = [arm.workload(workload) for arm in arms for workload in workloads]
    return max(w.workers + w.threads for w in own)


class Guest(counting.Guest):
    """The same, by time: each workload several times a boot."""
    check = staticmethod(check_workload)

    def jobs(self, own, roads, design):
        one = [self.job(name, workload, roads[workload.path], design)
               for name, workload in zip(self.names, own)]
        return one * design['trials']

    def job(self, name, workload, road, design):
        threads = range(workload.threads)
        workers = range(len(threads), len(threads) + workload.workers)
        seat = Seat(tuple(workers), tuple(threads), host=road.host,
                    port=paths.PORT)
        arm = replace(self.arm, binary=initramfs.UDPMILL)
        return plan.Job(
            name, [*road.server, *trial.server_argv(arm, workload, seat),
                   '--ready-file', plan.READY],
            [*road.client, *trial.load_command(
                self.loads, workload, seat, counting.LOAD_SEED),
             '--cpus', ','.join(map(str, threads)), '--time',
             f'{design["window_s"]:g}s', '--omit', f'{design["warm_s"]:g}s'])


def guests_of(arms, workloads, design):
    generator = counting.find_generator()
    return {arm.name: Guest(arm, workloads, design, generator)
            for arm in arms}


def check(arms, workloads, design):
    """Raises PerfError for all that can be refused before a boot."""
    guests_of(arms, workloads, design)
    parts.find(parts.INIT)
    wanted, there = cpus_of(arms, workloads), len(cores())
    if wanted > there:
        raise PerfError(f'the guests need {wanted} CPUs, one for each worker '
                        'of the server and each thread of the generator, but '
                        f'{there} may be used', UNFIT)


def figures(load):
    """The metrics of a trial, from the generator's report."""
    delivered = load['delivered'] or {}
    return {RATE: delivered.get('datagrams_per_second'),
            MACHINE_NS: load['cpu']['machine_ns_per_datagram']}


def of_trial(told, arm):
    """The entry of a trial, as a run's document has it."""
    try:
        wrong, found = validity.of_ledger(told.load), figures(told.load)
        if not wrong and not all(found.values()):
            wrong = ['no datagram arrived, or no CPU time was counted']
    except (KeyError, TypeError) as error:
        wrong, found = [f'the generator reports no {error}'], {}
    return {'workload': told.name, 'arm': arm,
            'validity': INVALID if wrong else VALID, 'reasons': wrong,
            'metrics': {} if wrong else found}


def check_trials(trials, where):
    """Raises PerfError if too many of a workload's trials cannot be used."""
    reasons = [reason for one in trials for reason in one['reasons']]
    if merge.are_too_few(trials, len(reasons)):
        raise PerfError(f'{where}: {trials[0]["workload"]}: '
                        f'{len(reasons)} of {len(trials)} trials cannot be '
                        f'used: {reasons[0]}', UNUSABLE)


def entry(made, turn, told, seconds):
    """The entry of a boot. Raises PerfError if too many of its trials cannot
    be used. turn: its pair, its place in it, and its arm."""
    pair, place, arm = turn
    trials = [of_trial(one, arm) for one in told]
    where = f'boot {2 * pair + place + 1}, arm {arm}'
    for workload in made['design']['workloads']:
        check_trials([one for one in trials if one['workload'] == workload],
                     where)
    cells = [merge.cell({'trials': trials}, arm, workload, metric, where)
             for workload in made['design']['workloads']
             for metric in made['design']['metrics']]
    return {'arm': arm, 'boot_id': f'{arm}{pair}', 'file': where,
            'pair': pair, 'place': place, 'seconds': round(seconds, 3),
            'reasons': sorted({reason for one in trials
                               for reason in one['reasons']}),
            'cells': cells}


def turns(seed, boots):
    """(pair, place, arm) of each boot, in order."""
    return [(pair, place, arm) for pair in range(boots)
            for place, arm in enumerate(coin.turns(seed, pair))]


def environments(made, before):
    """The environment of the document: A's guest is "before", B's "after"."""
    sides = []
    for arm in made['arms']:
        sides.append({
            **{f'host.{key}': value for key, value in before.items()},
            'kernel.release': arm['kernel']['release'],
            'kernel.version': arm['kernel']['version'],
            'kernel.cmdline': f'{made["machine"]["append"]} {arm["append"]}'
            .strip()})
    found = environment.both(*sides)
    return {**found, 'fingerprint': environment.fingerprint(before)}


def booted(guest, machine, seed, name, bound_s, look):
    """The frames of a boot, and how long it took."""
    started = time.monotonic()
    arm = guest.arm
    with Boot(name, machine, arm.kernel.image, guest.initramfs(False),
              arm.append, seed, bound_s, bound_s) as boot:
        while not boot.is_done():
            look()
            time.sleep(LOOK_EVERY_S)
        return boot.frames(), time.monotonic() - started


def boots(made, arms, workloads, machine, progress, keep, look=lambda: None):
    """Carry out the design of a document, made. keep() and look() are those
    of counting.boots()."""
    design = made['design']
    guests = guests_of(arms, workloads, design)
    trials = design['trials'] * len(workloads)
    bound_s = START_S + trials * (
        START_S / 10 + 4 * (design['warm_s'] + design['window_s']))
    for turn in turns(made['seed'], design['boots']):
        arm = turn[2]
        name = f'pair {turn[0] + 1} of {design["boots"]}: {arm}'
        frames, seconds = booted(guests[arm], machine, made['seed'], name,
                                 bound_s, look)
        told = results.workloads(frames)
        if len(told) != trials:
            raise PerfError(f'{name}: the guest made {len(told)} trials, not '
                            f'{trials}', UNFIT)
        counting.learn(made, arm, frames)
        made['boots'].append(entry(made, turn, told, seconds))
        keep()
        progress.step(name)
