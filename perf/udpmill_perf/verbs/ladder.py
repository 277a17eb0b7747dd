# SPDX-License-Identifier: MIT
"""perf/ladder as a preset of `run`: a program of its own, which knows the
floor and judges claims. Both are in a build directory only."""
import os
import signal
import subprocess

from ..errors import INVALID, UNFIT, PerfError
from ..host.process import prepare
from ..host.signals import STOPPING, handled
from ..measure import arms

# It gates nothing here: 1 is a fault of its own.
EXITS = {1: INVALID, 3: UNFIT}
# What there is for what has its own table, and writes no document.
TAKES = 'preset', 'rounds', 'seed', 'window', 'json', 'quiet', 'argv'


def forwarding(argv):
    """A program's exit code, a shell's for one that a signal ended. What
    should end this one ends it, and it ends what it has started."""
    child, early = None, []

    def forward(number, _frame):
        # Which of them it is says nothing to the ladder, but for a core dump.
        number = signal.SIGTERM if number == signal.SIGQUIT else number
        if child:
            child.send_signal(number)
        else:
            early.append(number)
    with handled(forward, (*STOPPING, signal.SIGQUIT)):
        child = subprocess.Popen(argv, preexec_fn=prepare((), None))
        for number in early:
            child.send_signal(number)
        code = child.wait()
    return code if code >= 0 else 128 - code


def check(args, defaults):
    if args.window and args.window < 1:
        raise PerfError('-p ladder measures whole seconds: --window 1s or '
                        'more would be right')
    for name, value in vars(args).items():
        if name not in TAKES and value != defaults.get(name):
            raise PerfError(f'-p ladder is a program of its own, which '
                            f'{name.replace("_", "-")} is not for; --rounds, '
                            '--seed, --window, --json and --quiet are')


def command(args):
    ladder = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.realpath(__file__)))), 'ladder')
    build = os.path.normpath(os.path.join(arms.own_binary(), '../../..'))
    if not (os.access(ladder, os.X_OK) and os.access(
            os.path.join(build, 'perf/floor'), os.X_OK)):
        raise PerfError('the ladder climbs from perf/floor, which is built and '
                        'not installed: BUILD/src/cli/udpmill perf run -p '
                        'ladder would be right', UNFIT)
    argv = [ladder, '--build', build]
    for name, value in (('--rounds', args.rounds), ('--seed', args.seed),
                        ('--seconds', args.window)):
        argv += [name, str(value)] if value else []
    argv += ['--json'] if args.json else []
    argv += ['--no-progress'] if args.quiet else []
    return argv


def run(args, defaults):
    """defaults: of all options of `run`. The exit code."""
    check(args, defaults)
    code = forwarding(command(args))
    return EXITS.get(code, code)
