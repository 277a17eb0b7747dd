# SPDX-License-Identifier: MIT
"""udpmill perf compare --a-kernel A --b-kernel B: time two kernels, in virtual
machines that boot in turns."""
from .. import human
from ..errors import PerfError
from ..file import document
from ..guest import kernel, parts, timing
from ..host import environment
from ..judge import merge, plan
from ..measure import arms, count_arms, reboots
from ..measure.kept import Kept
from ..measure.session import draw_seed
from . import results
from .options import timing_of
from .progress import Progress, span
from .quantity import count

TRIALS = 5
MOST = 10_000   # boots, or trials of a boot
START_S = 8    # of a boot by KVM, without its trials, for the time left
# Of compare, that say how blocks are made; a boot takes their place.
OF_BLOCKS = ('screen', 'confirm', 'extend', 'no_latency')
OF_KERNELS = ('a_append', 'b_append', 'boots', 'trials', 'accel')


def add_arguments(parser):
    group = parser.add_argument_group(
        'two kernels', 'virtual machines boot them in turns')
    for side in 'ab':
        group.add_argument(f'--{side}-kernel', metavar='IMAGE',
                           help=f'kernel of {side.upper()}: a bzImage, or the '
                           'directory of a kernel tree or of an unpacked '
                           'package')
        group.add_argument(f'--{side}-append', metavar='TEXT',
                           help='append this to the command line of '
                           f'{side.upper()}\'s kernel')
    group.add_argument('--boots', type=count(merge.LEAST_BOOTS, MOST),
                       metavar='N',
                       help='boots of each kernel (default and least '
                       f'{merge.LEAST_BOOTS})')
    group.add_argument('--trials', type=count(1, MOST), metavar='N',
                       help=f'trials of each workload a boot (default '
                       f'{TRIALS})')
    group.add_argument('--accel', choices=timing.ACCELERATORS,
                       help='run the virtual machines by KVM or by QEMU\'s '
                       'emulator, whose times are not a kernel\'s (default: '
                       'KVM if it works, which is tried)')


def option(name):
    return f'--{name.replace("_", "-")}'


def wanted(args, defaults):
    """Whether two kernels are to be compared. Raises PerfError for options
    that do not fit to that, or only fit to that. defaults: of compare's
    options by name."""
    given = [side for side in 'ab' if getattr(args, f'{side}_kernel')]
    if not given:
        for name in OF_KERNELS:
            if getattr(args, name) is not None:
                raise PerfError(f'{option(name)} is for two kernels; give '
                                '--a-kernel and --b-kernel')
        return False
    if len(given) == 1:
        other = 'b' if given == ['a'] else 'a'
        raise PerfError(f'--{given[0]}-kernel: give --{other}-kernel, too; it '
                        'may be the same')
    if args.a_cmd is not None:
        raise PerfError('--a-cmd: virtual machines run udpmill only; leave '
                        '--a-kernel and --b-kernel out, or --a-cmd')
    for name in OF_BLOCKS:
        if getattr(args, name) != defaults[name]:
            raise PerfError(f'{option(name)} is for blocks of trials, which '
                            'cannot hold two kernels; with --a-kernel, give '
                            '--boots and --trials')
    return True


def make_arms(args, given):
    """The arms. given: those that compare makes, with binaries, options and
    settings."""
    found = []
    for side, arm in zip('ab', given):
        text = getattr(args, f'{side}_append') or ''
        binary = arm.binary if args.binaries else parts.udpmill()
        label = getattr(args, f'{side}_label') or ''
        found.append(count_arms.CountArm(
            arm.name, binary, arm.options, arm.settings, label,
            append=count_arms.checked_append(f'--{side}-append', text)))
    for side, arm in zip('ab', found):
        count_arms.check(arm)
        arm.kernel = kernel.find(getattr(args, f'{side}_kernel'))
    count_arms.name_them(found, timing.APPEND)
    return found


def make_design(args, workloads):
    ignore, tolerance = plan.margins(plan.ln_of_percent(args.ignore),
                                     plan.ln_of_percent(args.tolerance))
    timed = timing_of(args)
    return {**merge.design(plan.DEFAULTS['metrics'],
                           [w.name for w in workloads], ignore, tolerance),
            'boots': args.boots or merge.LEAST_BOOTS,
            'trials': args.trials or TRIALS,
            'warm_s': timed.warm_s, 'window_s': timed.window_s}


def prepare(args, workloads, given):
    """(a context with the document, the arms, the machine)"""
    place = results.output(args, 'compare')
    both, design = make_arms(args, given), make_design(args, workloads)
    reboots.check(both, workloads, design)
    machine = timing.find(args.accel, reboots.cpus_of(both, workloads),
                          both[0].kernel.image)
    made = arms.sign(document.new(
        'merge', arms.version(arms.own_binary()), args.argv,
        args.seed or draw_seed(), design))
    made['arms'] = [arm.as_dict() for arm in both]
    made['aa'] = both[0].same_as(both[1])
    made['workloads'] = [workload.as_dict() for workload in workloads]
    made['machine'] = machine.as_dict()
    made['notes'] = notes(machine)
    made['environment'] = reboots.environments(made, environment.collect())
    return Kept(made, place), both, machine


def notes(machine):
    if machine.accelerator == timing.KVM:
        return []
    why = f', because {machine.why}' if machine.why else ''
    return [reboots.BY_TCG.format(why)]


def conclude(made):
    made['verdicts'], made['verdict'] = merge.judge(made)


def expected(made):
    design = made['design']
    trials = design['trials'] * len(design['workloads'])
    each = START_S + trials * (design['warm_s'] + design['window_s'] + 0.5)
    text = (f'{human.count(2 * design["boots"], "boot")} of '
            f'{human.count(trials, "trial")}')
    if made['machine']['accelerator'] == timing.KVM:
        text += f', about {span(2 * design["boots"] * each)}'
    return text


def run(args, given, workloads):
    session, both, machine = prepare(args, workloads, given)
    made = session.document
    with Progress(2 * made['design']['boots'], quiet=args.quiet) as progress:
        progress.note(expected(made))
        for note in made['notes']:
            progress.note(f'note: {note}')
        ended = results.carry_out(
            session, lambda: reboots.boots(made, both, workloads, machine,
                                           progress, session.save,
                                           session.heed),
            lambda: conclude(made))
    return results.finish(args, session, ended)
