# SPDX-License-Identifier: MIT
"""The options that compare UDP servers of any kind: commands, their files, and
what is sent to them."""
import os

from ..errors import PerfError
from ..measure import arms, command, commanded
from ..measure.requests import (EXPECT, FIELDS, Requests, payload_of, variant)
from .quantity import count, seconds

ANSWERED = ('A datagram counts when it was answered, as the kernel and the '
            'generator counted: these servers export no counters.')
RECEIVED = ('No reply is expected (--expect none), so a datagram counts when '
            'the kernel gave it to a socket of the server, and there is no '
            'latency.')
REPLAYED = ('A capture cannot be sent at a chosen rate, so there is no '
            'latency at half capacity.')
MISSING = ('{}: no latency, because replies were missing at that rate, and '
           'replies that carry no number can then not be matched.')


def add_arms(group, side):
    name = side.upper()
    group.add_argument(f'--{side}-cmd', metavar='COMMAND', help='compare UDP '
                       f'servers of any kind: the command that runs {name} in '
                       'the foreground, with {host}, {port} and {dir} (a '
                       'directory of the trial) where it needs them'
                       + (' (default: as --a-cmd)' if side == 'b' else ''))
    group.add_argument(f'--{side}-file', metavar='[NAME=]FILE', default=[],
                       action='append', help='copy FILE to {dir}, with '
                       '{host}, {port} and {dir} in it replaced; may be '
                       'repeated' + (' (default: as --a-file)' if side == 'b'
                                     else ''))


def add_requests(parser):
    """Returns the group, for options of one verb."""
    group = parser.add_argument_group(
        'requests', 'with --a-cmd: what is sent; without any of these, probes '
        'of 64 bytes,\nwhich the server is expected to echo')
    group.add_argument('--payload', metavar='FILE|hex:DIGITS|text:TEXT',
                       help='send this as each datagram; replies are counted, '
                       'not checked')
    group.add_argument('--length', type=count(0), metavar='BYTES',
                       help='send probes of this length')
    group.add_argument('--expect', choices=EXPECT, help='what the server '
                       'replies, as for "udpmill load"; none: nothing, so '
                       'what it receives is counted')
    return group


def add_timed(group):
    """The requests of a verb that measures by the clock."""
    group.add_argument('--pcap', metavar='FILE', help='send the UDP payloads '
                       'of a capture, over and over; each reply lets the next '
                       'one leave')
    group.add_argument('--speed', metavar='X|max', help='replay the capture X '
                       'times as fast as it was captured, or as fast as the '
                       'kernel accepts; it must last longer than a trial')
    group.add_argument('--ready', type=seconds, metavar='TIME',
                       default=commanded.READY_S, help='how long a server may '
                       'take until it answers (default '
                       f'{commanded.READY_S}s)')


def asked(args, own):
    """Whether servers of any kind are compared. Raises PerfError if options
    of both kinds are given. own: those of udpmill's, as (value, name)."""
    if args.a_cmd is None:
        for option in ('b_cmd', 'a_file', 'b_file', 'payload', 'pcap',
                       'speed', 'length', 'expect'):
            if getattr(args, option, None) not in (None, []):
                raise PerfError(f'--{option.replace("_", "-")} needs --a-cmd, '
                                'the command of a UDP server')
        return False
    for given, what in own:
        if given:
            raise PerfError(f'{what} is for udpmill servers and cannot be '
                            'combined with --a-cmd; options of a server '
                            'belong in its command')
    return True


def command_of(args, side):
    """The command of an arm; what B does not say is as for A."""
    text, texts = args.a_cmd, args.a_file
    option, files = '--a-cmd', '--a-file'
    if side == 'b':
        if args.b_cmd is not None:
            text, option = args.b_cmd, '--b-cmd'
        if args.b_file:
            texts, files = args.b_file, '--b-file'
    return command.parse(option, text, [command.needed_file(files, t)
                                        for t in texts])


def make_arms(args, labels):
    return [command.CommandArm.of(
        side.upper(), command_of(args, side),
        arms.parse_settings(getattr(args, f'{side}_set'), FIELDS), label,
        args.ready) for side, label in zip('ab', labels)]


def workloads(args, texts):
    """What is sent, once for each of texts, which say over what."""
    pcap, speed = getattr(args, 'pcap', None), getattr(args, 'speed', None)
    given = [f'--{name}' for name, value in (
        ('payload', args.payload), ('pcap', pcap), ('length', args.length))
        if value is not None]
    if len(given) > 1:
        raise PerfError(f'{given[0]} and {given[1]} both say what is sent; '
                        'give one of them')
    if pcap is not None and not os.path.isfile(pcap):
        raise PerfError(f'--pcap: {pcap}: there is no such file')
    if speed is not None and pcap is None:
        raise PerfError('--speed is that of a capture; give --pcap, too')
    base = Requests(
        payload_of(args.payload) if args.payload is not None else None,
        os.path.abspath(pcap) if pcap else '', speed or '',
        64 if args.length is None else args.length, args.expect or '')
    return [variant(base, text) for text in texts or ()] or [base]


def note(made, base):
    """Say in the document what was counted, and what cannot be had."""
    notes = [ANSWERED if base.answers else RECEIVED]
    if base.pcap and base.answers:
        notes.append(REPLAYED)
    notes += [MISSING.format(name) for name in dict.fromkeys(
        row['workload'] for row in made['latency'] if not row['count'])]
    made['notes'] = notes
