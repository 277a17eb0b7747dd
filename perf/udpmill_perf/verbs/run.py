# SPDX-License-Identifier: MIT
"""udpmill perf run: measure how fast this host is, next to other programs."""
import random
import sys
import textwrap

from .. import human, outcomes
from ..errors import INVALID, UNFIT, PerfError
from ..host import environment, pmu
from ..judge import cells, claims as judged, plan
from ..measure import arms, foreign, matrix, peers, sampled
from ..measure.peers import floor
from ..measure.session import begin
from ..measure.trial import Timing
from ..measure.workload import ARRIVALS, BACKENDS, PATHS, SERVICES, TRAIN_MOST
from . import available, exits, results
from .options import add_measuring, timing_of
from .progress import Progress, span
from .quantity import count

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
    parser.add_argument('-p', '--preset', default=None, metavar='NAME',
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
    """The preset; a made-up one if workloads or lists are given."""
    lists = {name: getattr(args, name) for name in arms.FIELDS
             if getattr(args, name, None)}
    if args.workloads and (lists or args.preset):
        raise PerfError('SCENARIO cannot be combined with --preset or the '
                        'options of the matrix')
    if lists and args.preset:
        raise PerfError('--preset cannot be combined with the options of the '
                        'matrix')
    if args.workloads:
        return made_up((), matrix.of_arguments(args.workloads))
    if lists:
        return made_up(('flood',), matrix.of_lists(lists))
    return matrix.PRESETS[args.preset or 'smoke']


def made_up(cases, workloads):
    return matrix.Preset('', (), cases, 3, Timing(), tuple(workloads))


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
            and claim['figure'] in judged.SAMPLED}


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


def rounds_of(session, workloads, rounds, progress, lenient):
    """Measure every workload once per round, in a new order each time. If
    claims are judged, a round is a block, and user time is sampled too.
    lenient: leave out those that fail. Returns the workloads that are left."""
    coin = random.Random(session.seed)
    claims = session.document['design'].get('claims', ())
    looked_at = sampled_of(claims) & {w.name for w in workloads}
    progress.total = rounds * (len(workloads) + len(looked_at))
    failing = available.Failing(session)
    for n in range(rounds):
        where = {'block': n} if claims else {}
        if lenient:
            workloads = failing.left(workloads)
        for workload in shuffled(workloads, coin):
            for how in (measure, sample)[:1 + (workload.name in looked_at)]:
                progress.show(f'round {n + 1}: {workload.name}')
                trial = how(session, workload, **where)
                if trial['error']:
                    progress.note(f'{workload.name}: {trial["error"]}')
                progress.step(f'round {n + 1}: {workload.name}')
    return failing.left(workloads, 1) if lenient else workloads


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


def prepare(args, workloads, rounds, timing, preset):
    arm = arms.Arm('A', arms.own_binary(), list(preset.options),
                   label='udpmill')
    design = {'metrics': pmu.metrics(), 'rounds': rounds}
    if preset.claims:
        design.update(claims=list(preset.claims), **{
            key: plan.DEFAULTS[key] for key in ('alpha_red', 'alpha_pass')})
    if preset.sections:
        design['sections'] = [section.as_dict() for section in preset.sections]
    return begin('run', args.argv, args.seed, design, [arm], workloads,
                 environment.collect(), results.output(args, 'run'), timing)


PEER_MORE_S = 2.5  # that a peer's program takes longer


def show_list(workloads, skipped, rounds, timing, more):
    peers_s = sum(PEER_MORE_S for w in workloads
                  if getattr(w, 'peer', None))
    for workload in workloads:
        print(workload.name)
    for row in skipped:
        print(textwrap.fill(f'{row["what"]}: skipped: {row["why"]}', 79,
                            subsequent_indent='  ', break_on_hyphens=False))
    print(f'{human.count(len(workloads), "workload")}, '
          f'{human.count(rounds, "round")}, about '
          + span(((len(workloads) + more) * timing.trial_s + peers_s)
                 * rounds))
    return 0


def run(args):
    preset = chosen(args)
    workloads, claims = matrix.of_preset(preset), preset.claims
    timing = timing_of(args, preset.timing)
    rounds = args.rounds or preset.rounds
    others, skipped = (matrix.of_peers(args.peers, preset.cases,
                                       preset.peer_sizes)
                       if preset.cases else ([], []))
    if not workloads + others:
        raise PerfError('this matrix is empty: recvfrom has no batch, and '
                        f'a datagram in a train has at most {TRAIN_MOST} '
                        'bytes')
    if args.list:
        return show_list(workloads + others, skipped, rounds, timing,
                         len(sampled_of(claims)))
    if claims and floor.missing():
        raise PerfError(floor.missing(), UNFIT)
    session = prepare(args, workloads + others, rounds, timing, preset)
    session.document['skipped'] = skipped
    with Progress(0, quiet=args.quiet, each_s=timing.trial_s) as progress:
        def work():
            nonlocal workloads
            workloads = available.available(session, workloads + others)
            if not workloads:
                raise PerfError('none of these workloads can run here: '
                                + session.document['skipped'][-1]['why'],
                                UNFIT)
            session.document['workloads'] = [w.as_dict() for w in workloads]
            workloads = rounds_of(session, workloads, rounds, progress,
                                  preset.lenient)
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
