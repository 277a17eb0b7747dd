# SPDX-License-Identifier: MIT
"""udpmill perf run: measure how fast this host is, next to other programs."""
import os
import random
import subprocess
import sys
import textwrap

from .. import human, outcomes
from ..errors import INVALID, UNFIT, PerfError
from ..host import environment, pmu
from ..judge import cells, claims as judged, plan
from ..measure import arms, foreign, matrix, peers, sampled
from ..measure.peers import floor
from ..measure.session import begin
from ..measure.trial import TRIAL_OVERHEAD_S
from ..measure.workload import ARRIVALS, BACKENDS, PATHS, SERVICES, TRAIN_MOST
from . import exits, results
from .options import add_measuring, timing_of
from .progress import Progress, span
from .quantity import count

NO_BACKEND = 3  # serve's exit code if the system lacks something


def words(known):
    def parse(text):
        found = tuple(text.split(','))
        for word in found:
            if known and word not in known:
                raise PerfError(f'there is no "{word}"; choose from '
                                f'{", ".join(known)}')
        return found
    parse.words = known  # for listing.py
    return parse


def numbers(text):
    if not all(part.isdecimal() for part in text.split(',')):
        raise PerfError(f'"{text}" is not a list of numbers; try 64,1472')
    return tuple(int(part) for part in text.split(','))


def add_arguments(parser):
    parser.add_argument('workloads', nargs='*', metavar='SCENARIO',
                        help='name of a workload (echo-mmsg-single-64), or a '
                        'scenario file of udpmill load')
    parser.add_argument('-p', '--preset', default=None,
                        choices=[*matrix.PRESETS], help='; '.join(
                            f'{name}: {p.brief}' for name, p in
                            matrix.PRESETS.items()))
    axes = parser.add_argument_group(
        'matrix', 'instead of a preset: lists, separated by commas, of which\n'
        'all combinations are measured')
    for name, known in (('service', SERVICES), ('backend', BACKENDS),
                        ('arrival', ARRIVALS), ('path', PATHS)):
        axes.add_argument(f'--{name}', type=words(known), metavar='LIST',
                          help=', '.join(known))
    for name in 'bytes', 'batch', 'workers', 'flows':
        axes.add_argument(f'--{name}', type=numbers, metavar='LIST',
                          help='numbers')
    parser.add_argument('--peers', default='auto', metavar='LIST',
                        help='other programs to measure: auto (those that are '
                        'installed; default), none, or a list of '
                        f'{", ".join(p.name for p in peers.ALL)}')
    parser.add_argument('--rounds', type=count(1), metavar='N',
                        help='trials of each workload (default: the '
                        'preset\'s, or 3)')
    parser.add_argument('--list', action='store_true',
                        help='list what would be measured, and exit')
    add_measuring(parser)


def chosen(args):
    """(workloads, cases of peers, rounds, timing, claims)."""
    lists = {name: getattr(args, name) for name in arms.FIELDS
             if getattr(args, name, None)}
    if args.workloads and (lists or args.preset):
        raise PerfError('SCENARIO cannot be combined with --preset or the '
                        'options of the matrix')
    if lists and args.preset:
        raise PerfError('--preset cannot be combined with the options of the '
                        'matrix')
    timing = timing_of(args)
    if args.workloads:
        return matrix.of_arguments(args.workloads), (), 3, timing, ()
    if lists:
        return matrix.of_lists(lists), ('flood',), 3, timing, ()
    preset = matrix.PRESETS[args.preset or 'smoke']
    return (matrix.of_preset(preset), preset.cases, preset.rounds,
            timing_of(args, preset.timing), preset.claims)


def probe(binary, backend):
    """Why this backend is not available; None if it is."""
    try:
        done = subprocess.run(
            [binary, 'serve', '127.0.0.1:0', '--backend', backend, '--time',
             '1ms', '--counters', 'none'], capture_output=True, text=True,
            check=False, timeout=30)
    except subprocess.TimeoutExpired:
        return f'{binary} serve --time 1ms did not end within 30 s'
    return done.stderr.strip() if done.returncode == NO_BACKEND else None


def available(session, workloads):
    """The workloads that this host can run; the reason for leaving others out
    is noted once."""
    binary = session.arms['A'].binary
    reasons, skipped, kept = {}, session.document['skipped'], []
    for w in workloads:
        cpus = len(os.sched_getaffinity(0))
        keys = [('backend', w.backend)] if hasattr(w, 'backend') else []
        keys += [('path', w.path), ('CPUs', w.workers + w.threads)]
        for key in keys:
            if key not in reasons:
                reasons[key] = why_not(session, binary, key, cpus)
                if reasons[key]:
                    skipped.append({'what': f'{key[0]} {key[1]}',
                                    'why': reasons[key]})
        if not any(reasons[key] for key in keys):
            kept.append(w)
    return kept


def why_not(session, binary, key, cpus):
    kind, value = key
    if kind == 'backend':
        return probe(binary, value)
    if kind == 'CPUs':
        return (None if value <= cpus else 'workers and generator need '
                f'{value} CPUs, but only {cpus} may be used')
    try:
        session.places.place(value)
    except PerfError as error:
        return str(error)
    return None


def measure(session, workload, **where):
    arm = session.arms['A']
    if isinstance(workload, matrix.Workload):
        return session.run(arm, workload, **where)
    peer = floor.PEER if workload.own else peers.by_name(workload.peer)
    return session.note(workload, arm, lambda seat: foreign.measure(
        peer, workload, seat, session.timing), **where)


def sample(session, workload, **where):
    arm = session.arms['A']
    return session.note(workload, arm, lambda seat: sampled.measure(
        arm, workload, seat, session.timing, session.generator, session.seed),
        **where)


def sampled_of(claims):
    """The names of the workloads whose user time is also sampled."""
    return {claim['of'] for claim in claims if sampled.is_there()
            and claim['figure'] == 'user_share'}


def shuffled(workloads, coin):
    """In random order, but with a workload and its floor next to each
    other."""
    groups = {}
    for workload in workloads:
        groups.setdefault(workload.own or workload, []).append(workload)
    order = list(groups.values())
    coin.shuffle(order)
    for group in order:
        coin.shuffle(group)
    return [workload for group in order for workload in group]


def rounds_of(session, workloads, rounds, progress):
    """Measure every workload once per round, in a new order each time. If
    claims are judged, a round is a block, and user time is sampled too."""
    coin = random.Random(session.seed)
    claims = session.document['design'].get('claims', ())
    looked_at = sampled_of(claims) & {w.name for w in workloads}
    progress.total = rounds * (len(workloads) + len(looked_at))
    for n in range(rounds):
        where = {'block': n} if claims else {}
        for workload in shuffled(workloads, coin):
            for how in (measure, sample)[:1 + (workload.name in looked_at)]:
                progress.show(f'round {n + 1}: {workload.name}')
                trial = how(session, workload, **where)
                if trial['error']:
                    progress.note(f'{workload.name}: {trial["error"]}')
                progress.step(f'round {n + 1}: {workload.name}')


def base_of(workload, names):
    """The workload that a row is compared with: the same with recvfrom, one
    datagram at a time; if that was not measured, the one named first."""
    made = workload.as_dict()
    arrival = 'pingpong' if 'pingpong' in (
        made.get('case'), made.get('arrival')) else 'single'
    name = f'{made["service"]}-recvfrom-{arrival}-{made["bytes"]}'
    if made['path'] != 'loopback':
        name += f'-{made["path"]}'
    if name in names and name != workload.name:
        return name
    plain = f'{made["service"]}-recvfrom-{arrival}-64'
    found = plain if plain in names else next(iter(names))
    return found if found != workload.name else None


def tabulate(made, workloads):
    names = dict.fromkeys(w.name for w in workloads)
    found = (cells.cell(made, w.name, 'A', metric, base_of(w, names))
             for metric in plan.setting(made['design'], 'metrics')
             for w in workloads)
    made['cells'] = [cell for cell in found if cell]
    if 'claims' in made['design']:
        made['claims'] = judged.judge(made)


def prepare(args, workloads, rounds, timing, claims):
    # The claims hold for serve's defaults, which the floor uses too.
    arm = arms.Arm('A', arms.own_binary(), ['--gro', 'on'] if claims else [],
                   label='udpmill')
    design = {'metrics': pmu.metrics(), 'rounds': rounds}
    if claims:
        design.update(claims=list(claims), **{
            key: plan.DEFAULTS[key] for key in ('alpha_red', 'alpha_pass')})
    return begin('run', args.argv, args.seed, design, [arm], workloads,
                 environment.collect(), results.output(args, 'run'), timing)


def show_list(workloads, skipped, rounds, timing, more):
    each = timing.warm_s + timing.load_s + TRIAL_OVERHEAD_S
    for workload in workloads:
        print(workload.name)
    for row in skipped:
        print(textwrap.fill(f'{row["what"]}: skipped: {row["why"]}', 79,
                            subsequent_indent='  ', break_on_hyphens=False))
    print(f'{human.count(len(workloads), "workload")}, '
          f'{human.count(rounds, "round")}, about '
          f'{span((len(workloads) + more) * rounds * each)}')
    return 0


def run(args):
    workloads, cases, rounds, timing, claims = chosen(args)
    rounds = args.rounds or rounds
    others, skipped = (matrix.of_peers(args.peers, cases, 64) if cases
                       else ([], []))
    if not workloads + others:
        raise PerfError('this matrix is empty: recvfrom has no batch, and '
                        f'a datagram in a train has at most {TRAIN_MOST} '
                        'bytes')
    if args.list:
        return show_list(workloads + others, skipped, rounds, timing,
                         len(sampled_of(claims)))
    if claims and floor.missing():
        raise PerfError(floor.missing(), UNFIT)
    session = prepare(args, workloads + others, rounds, timing, claims)
    session.document['skipped'] = skipped
    with Progress(0, quiet=args.quiet) as progress:
        def work():
            nonlocal workloads
            workloads = available(session, workloads + others)
            if not workloads:
                raise PerfError('none of these workloads can run here: '
                                + session.document['skipped'][-1]['why'],
                                UNFIT)
            session.document['workloads'] = [w.as_dict() for w in workloads]
            rounds_of(session, workloads, rounds, progress)
        ended = results.carry_out(
            session, work, lambda: tabulate(session.document, workloads))
    code = results.finish(args, session, ended)
    good = {t['workload'] for t in session.trials
            if t['validity'] != outcomes.INVALID}
    bad = [w.name for w in workloads if w.name not in good]
    if bad and not code:
        print(f'udpmill perf run: no valid trial of {", ".join(bad)}',
              file=sys.stderr)
        return INVALID
    return code or exits.of_claims(session.document.get('claims', ()))
