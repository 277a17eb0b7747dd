# SPDX-License-Identifier: MIT
"""udpmill perf count: count the instructions per datagram, to the last one, in
kernels that QEMU boots."""
import argparse

from .. import human
from ..errors import PerfError
from ..file import count_document
from ..guest import groups, kernel, parts
from ..judge import exact, plan
from ..measure import arms, count_arms, counting
from ..measure.kept import Kept
from ..measure.matrix import unique
from ..measure.requests import FIELDS
from ..measure.workload import parse
from . import commands, exits, results
from .compare import labelled, words
from .options import add_output
from .progress import Progress
from .quantity import count, given, percent

# The system call for each batch, trains that stay whole, and the receive path
# alone.
WORKLOADS = ('echo-mmsg-single-64', 'echo-mmsg-trains-1472',
             'discard-mmsg-trains-64')
MOST = 10 ** 7              # datagrams of a window; the guest has an hour
MOST_SEEDS = 1000
OF_ARM = ('kernel', 'bin', 'opts', 'append', 'set')


def add_arguments(parser):
    parser.add_argument('workloads', nargs='*', metavar='WORKLOAD',
                        help='name of a workload (default: '
                        f'{", ".join(WORKLOADS)}); with --a-cmd, only what '
                        'follows such a name, as in flows64-veth')
    parser.add_argument('--kernel', type=given, metavar='IMAGE', help='a '
                        'bzImage, or the directory of a kernel tree or of an '
                        'unpacked package (default: the newest in /boot that '
                        'can be read)')
    parser.add_argument('--bin', type=given, metavar='PATH', help='the '
                        'udpmill that serves in the guest (default: this '
                        'one, or the static one beside it, which is always '
                        'the generator)')
    sides = parser.add_argument_group('arms', 'with any of these, but '
                                      '--a-label, --a-cmd and --a-file, two '
                                      'arms are\ncompared')
    for side in 'ab':
        add_arm(sides, side)
        commands.add_arms(sides, side)
    add_refused(commands.add_requests(parser))
    how = parser.add_argument_group('counting')
    how.add_argument('--seeds', type=count(1, MOST_SEEDS), default=3, metavar='N',
                     help='boot each arm with N seeds, and with one of them '
                     'twice (default 3; at least 2 with two arms)')
    how.add_argument('--tolerance', type=percent, default=0.5,
                     metavar='PERCENT', help='a change up to this size is a '
                     'PASS (default 0.5)')
    how.add_argument('--by', choices=('function', 'group'),
                     help='what the tables list (default: function, or, with '
                     'one arm, group)')
    how.add_argument('--without', metavar='GROUP', action='append',
                     default=[], help='leave this group of functions out of '
                     'the figure, such as "scheduler and idle"; may be '
                     'repeated; the report says so')
    how.add_argument('--datagrams', type=count(1, MOST), default=10_000,
                     metavar='N', help='datagrams of window 1; window 2 has '
                     'twice as many (default 10000)')
    how.add_argument('--warm', type=count(0, MOST), default=2000,
                     metavar='N', help='datagrams before them (default 2000)')
    add_output(parser, '--out')
    exits.add_arguments(parser)


def no_capture(_):
    raise argparse.ArgumentTypeError(
        'a capture has datagrams of many kinds, but windows count datagrams of '
        'one; send one of them by --payload, or time the capture by udpmill '
        'perf compare')


def add_refused(group):
    """What compare has beside the same options, to say why it is not here."""
    for option in '--pcap', '--speed':
        group.add_argument(option, type=no_capture, help=argparse.SUPPRESS)


def add_arm(group, side):
    name = side.upper()
    group.add_argument(f'--{side}-kernel', type=given, metavar='IMAGE',
                       help=f'kernel of {name}')
    group.add_argument(f'--{side}-bin', type=given, metavar='PATH',
                       help=f'udpmill of {name}')
    group.add_argument(f'--{side}-opts', metavar='OPTIONS', default='',
                       help=f'options of "udpmill serve" for {name}, as one '
                       'string')
    group.add_argument(f'--{side}-append', metavar='TEXT', default='',
                       help=f'append this to the command line of {name}\'s '
                       'kernel')
    group.add_argument(f'--{side}-set', metavar='KEY=VALUE', default=[],
                       action='append', help='a sysctl, or a setting of the '
                       'workload, such as path=veth; may be repeated')
    group.add_argument(f'--{side}-label', metavar='TEXT',
                       help='name of this arm in reports')


def of_side(args, side, what):
    return getattr(args, f'{side}_{what}')


def names(args):
    """'A', or 'AB' if anything is said of two arms."""
    two = args.b_label or args.b_cmd or args.b_file or any(
        of_side(args, side, what) for side in 'ab' for what in OF_ARM)
    return 'AB' if two else 'A'


def is_own(args):
    """Whether servers are udpmill's."""
    return not commands.asked(args, (
        (args.bin, '--bin'), *((of_side(args, side, what), f'--{side}-{what}')
                               for side in 'ab' for what in ('bin', 'opts'))))


def make_command_arm(args, side):
    command = commands.command_of(args, side)
    return count_arms.CountCommandArm(
        side.upper(), command.program, [],
        arms.parse_settings(of_side(args, side, 'set'), FIELDS),
        labelled(of_side(args, side, 'label'), side.upper(), ''),
        append=count_arms.checked_append(f'--{side}-append',
                                         of_side(args, side, 'append')),
        command=command)


def make_arm(args, side):
    """An arm, but for its kernel."""
    if not is_own(args):
        return make_command_arm(args, side)
    binary = of_side(args, side, 'bin') or args.bin
    return count_arms.CountArm(
        side.upper(),
        arms.find_binary(binary) if binary else parts.udpmill(),
        words(f'--{side}-opts', of_side(args, side, 'opts')),
        arms.parse_settings(of_side(args, side, 'set')),
        labelled(of_side(args, side, 'label'), side.upper(), ''),
        append=count_arms.checked_append(f'--{side}-append',
                                         of_side(args, side, 'append')))


def make_arms(args, workloads):
    """The arms. A mistake is told before anything that this host lacks."""
    found = [make_arm(args, name.lower()) for name in names(args)]
    if len(found) > 1 and args.seeds < 2:
        raise PerfError('--seeds: two arms need at least 2, because the seeds '
                        'show how much of a change is theirs')
    for arm in found:
        for workload in workloads:
            counting.check_workload(arm.workload(workload))
        arm.check(workloads[0])
    for arm in found:
        image = of_side(args, arm.name.lower(), 'kernel') or args.kernel
        arm.kernel = kernel.find(image) if image else None
    for arm in found:
        arm.kernel = arm.kernel or kernel.default()
    count_arms.name_them(found)
    return found


def left_out(args):
    for group in args.without:
        if group not in groups.GROUPS:
            raise PerfError(f'--without: there is no group "{group}"; choose '
                            f'from {", ".join(groups.GROUPS)}')
    return list(dict.fromkeys(args.without))


def make_design(args, workloads):
    return {'warm': args.warm, 'datagrams': args.datagrams,
            'seeds': list(range(1, args.seeds + 1)),
            'tolerance': plan.ln_of_percent(args.tolerance),
            'by': args.by or ('function' if len(names(args)) > 1
                              else 'group'),
            'without': left_out(args),
            'workloads': [workload.name for workload in workloads]}


def prepare(args, workloads):
    """A context with the document, and its arms."""
    place = results.output(args, 'count')
    design = make_design(args, workloads)
    both = make_arms(args, workloads)
    counting.check(both, workloads, design)
    made = arms.sign(count_document.new(
        arms.version(arms.own_binary()), args.argv, design))
    made['arms'] = [arm.as_dict() for arm in both]
    made['aa'] = len(both) > 1 and both[0].same_as(both[1])
    made['workloads'] = [workload.as_dict() for workload in workloads]
    return Kept(made, place), both


def run(args):
    workloads = unique(map(parse, args.workloads or WORKLOADS)
                       if is_own(args) else
                       commands.workloads(args, args.workloads))
    session, both = prepare(args, workloads)
    made = session.document
    boots = len(both) * (args.seeds + 1)
    with Progress(boots, quiet=args.quiet) as progress:
        progress.note(f'{human.count(len(workloads), "workload")}, '
                      f'{human.count(boots, "boot")}; each takes 10 to 15 s '
                      'of CPU time or more')
        ended = results.carry_out(
            session, lambda: counting.boots(made, both, workloads, progress,
                                            session.save, session.heed),
            lambda: made.update(exact.judge(made)))
    return results.finish(args, session, ended)
