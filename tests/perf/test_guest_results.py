# SPDX-License-Identifier: MIT
"""What comes out of a guest: frames, counts, names, and who did what."""
import pytest
from udpmill_perf.errors import INVALID, UNFIT, PerfError
from udpmill_perf.guest import (attribution, counts, frames, groups, results,
                                symbols)
from guest_made_up import (INIT_AT, KALLSYMS, PROGRAM, frame, load_report,
                           program)
from guest_made_up import counts as counted

BASE = 0xffffffff81000000


def test_frames_are_split():
    data = frame('hello', '6.1\n#1') + frame('off') + frame('x', '@y 1\nz\n')
    assert list(frames.split(data)) == [
        ('hello', b'6.1\n#1'), ('off', b''), ('x', b'@y 1\nz\n')]


@pytest.mark.parametrize('cut', range(1, 12))
def test_a_frame_that_is_cut_off_is_left_out(cut):
    data = frame('off') + frame('json', '{}')
    assert [tag for tag, _ in frames.split(data[:-cut])] == (
        ['off'] if cut < 12 else [])


@pytest.mark.parametrize('data', [
    b'Kernel panic - not syncing: no init found, and more\n', b'@off\n',
    b'@off x\n', b'@OFF 0\n\n', b'@off 1\nab', b'@off 0\nx', b'\0' * 100,
    b'@off 9999999999\n', b'@' + b'a' * 100, b'@off -1\n\n'])
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(PerfError, match='damaged'):
        list(frames.split(frame('hello', 'x') + data))


def test_results_that_are_too_long_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, 'FILE_MOST', 100)
    path = tmp_path / 'results'
    path.write_bytes(frame('json', 'x' * 100))
    with pytest.raises(PerfError, match='too long'):
        frames.read(path)
    with pytest.raises(PerfError, match='No such file'):
        frames.read(tmp_path / 'none')


def test_counts_are_read():
    text = counted([[(0x401000, 0, 5, 3, 0)], [(BASE, 1, 2, 7, 9)]],
                   [[], []]) + 'later 1\nworkload 2\nwindow 1 switches=0\n'
    first, second = counts.parse(text.splitlines())
    assert first[0].switches == 1 and first[1].switches == 2
    assert first[1].blocks == [counts.Block(BASE, 1, 2, 7, 9)]
    assert [window.blocks for window in second] == [[], []]


@pytest.mark.parametrize('old, new', [
    ('udpmill-count 1', 'udpmill-count 9'), ('workload 0', 'workload 1'),
    ('window 2', 'window 3'), ('end 1', 'end 2'), ('done 0', 'done 1'),
    ('b 401000 0 5 3 0', 'b 401000 0 5 3'), ('b 401000', 'b 40100g'),
    ('b 401000 0 5', 'b 401000 0 -5'), ('b 401000', 'b 1' + '0' * 17),
    ('switches=1', 'switches=x'), ('switches=1', 'other=1'),
    ('done 0', 'unexpected 2'),
    ('5 3 0', f'5 {1 << 64} 0'), ('workload 0\n', ''), ('end 1\n', '')])
def test_damaged_counts_are_refused(old, new):
    text = counted([[(0x401000, 0, 5, 3, 0)], []])
    assert old in text
    with pytest.raises(PerfError) as caught:
        counts.parse(text.replace(old, new).splitlines())
    assert caught.value.exit_code == UNFIT


def table():
    return symbols.of_kernel(KALLSYMS, 'veth 4096 0 - Live 0xffffffffc0000000')


@pytest.mark.parametrize('address, name, is_entry', [
    (BASE + 0x1000, 'do_syscall_64', True),
    (BASE + 0x1001, 'do_syscall_64', False),
    (BASE + 0x3000, 'udp_sendmsg', False),   # cold: jumped to
    (BASE + 0x4000, 'udp_sendmsg', True),
    (0xffffffffc0000fff, 'veth_xmit', False)])
def test_names_are_looked_up(address, name, is_entry):
    assert table().find(address) == (name, is_entry)


@pytest.mark.parametrize('address', [
    0, BASE, BASE + 0xfff, 0xffffffffc0001000, BASE + 0x7000 + (1 << 20)])
def test_what_is_outside_of_all_names_has_none(address):
    assert table().find(address) is None


def of_names(*rows):
    return symbols.of_kernel('\n'.join(
        f'{BASE + at:x} {kind} {name}' for at, kind, name in rows))


def test_of_several_names_the_best_is_taken():
    made = of_names((0, 't', 'a'), (0, 'T', 'memcpy_long'), (0, 'T', 'memcpy'),
                    (0, 'T', 'memcpy.part.0'), (16, 't', 'bb'), (16, 't', 'c'))
    assert made.find(BASE) == ('memcpy', True)
    assert made.find(BASE + 16) == ('c', True)


def test_clones_count_as_their_function():
    made = of_names((0, 't', 'f.isra.0'), (16, 't', 'g'),
                    (32, 't', 'g.part.1'), (48, 't', 'h.part.0'),
                    (64, 't', 'h.constprop.0.cold'),
                    (80, 't', 'k.llvm.123'), (96, 't', 'data.x'))
    found = [made.find(BASE + at) for at in range(0, 112, 16)]
    assert found == [('f', True), ('g', True), ('g', False), ('h', True),
                     ('h', False), ('k', True), ('data.x', True)]


def test_padding_and_the_linker_s_marks_are_no_names():
    made = of_names((0, 'T', '__entry_text_start'), (16, 't', '__pfx_f'),
                    (32, 't', 'f'), (48, 'd', 'data'), (64, 'T', '_etext'),
                    (64, 'T', 'update_end'))
    assert [row.name for row in made.rows] == ['f', 'update_end']


def test_names_without_types_and_hidden_ones():
    made = symbols.of_kernel(f'{BASE:x} f\n{BASE + 16:x} g [m]\n')
    assert made.find(BASE + 16) == ('g', True)
    for text in '0000000000000000 T f\n', '', 'nonsense f\n':
        with pytest.raises(PerfError) as caught:
            symbols.of_kernel(text)
        assert caught.value.exit_code == UNFIT


def written(folder, data):
    path = folder / 'program'
    path.write_bytes(data)
    return str(path)


def test_names_of_a_program(tmp_path):
    made = symbols.of_program(written(tmp_path, program(PROGRAM)))
    assert made.find(0x401000) == ('serve', True)
    assert made.find(0x4010ff) == ('serve', False)
    assert made.find(0x401100) is None


def test_names_of_a_program_that_is_moved(tmp_path):
    path = written(tmp_path, program([('f', 0x1000, 16)], 3))
    assert symbols.of_program(path).find(
        symbols.PIE_AT + 0x1000) == ('f', True)
    maps = ('7f0000000000-7f0000001000 r--p 00001000 00:01 2 /bin/udpmill\n'
            '7e0000000000-7e0000001000 r--p 00000000 00:01 2 /bin/udpmill\n')
    moved = symbols.of_program(path, maps, '/bin/udpmill')
    assert moved.find(0x7e0000001000) == ('f', True)


def test_a_stripped_program_has_no_names(tmp_path):
    path = written(tmp_path, program([]))
    assert len(symbols.of_program(path)) == 0


@pytest.mark.parametrize('name, group', [
    ('do_syscall_64', groups.ENTRY), ('sock_recvmsg', groups.SOCKET),
    ('udp_sendmsg', groups.UDP), ('ip_rcv', groups.IP),
    ('loopback_xmit', groups.DEVICE), ('__do_softirq', groups.SOFTIRQ),
    ('pick_next_task_fair', groups.SCHEDULER),
    ('kmem_cache_alloc_node', groups.MEMORY),
    ('copy_user_enhanced_fast_string', groups.COPYING),
    ('nf_hook_slow', groups.NETFILTER),
    ('apparmor_socket_sendmsg', groups.SECURITY),
    ('hrtimer_interrupt', groups.TIMERS),
    ('_raw_spin_lock', groups.LOCKING), ('fput', groups.SOCKET),
    ('raw_local_deliver', groups.IP), ('xyzzy', groups.OTHER)])
def test_functions_belong_to_groups(name, group):
    assert groups.group_of(name) == group and group in groups.GROUPS


def names_of(folder):
    path = written(folder, program(PROGRAM))
    return symbols.Names(table(), [symbols.of_program(path)])


def test_windows_and_functions(tmp_path):
    """Task 0 is udpmill, 1 a kworker, 2 init, 3 idle, 4 unknown."""
    first = [(0x401000, 0, 10, 2, 0), (BASE + 0x4000, 0, 7, 2, 5),
             (BASE + 0x4010, 0, 3, 2, 0), (BASE + 0x6000, 1, 100, 1, 0),
             (INIT_AT, 2, 50, 1, 0), (BASE + 0x1000, 2, 5, 1, 0),
             (BASE + 0x5000, 3, 4, 1, 0), (BASE + 0x7000, 4, 1, 1, 0)]
    second = [(0x401000, 0, 10, 4, 0), (BASE + 0x4000, 0, 7, 4, 10),
              (BASE + 0x4010, 0, 3, 4, 0), (BASE + 0x1000, 1, 9, 1, 0),
              (0x7fffffffe000, 0, 6, 1, 0), (BASE + 0x800, 0, 2, 1, 0)]
    text = counted([first, second])
    (windows,) = counts.parse(text.splitlines())
    found = attribution.of_workload(windows, [2, 4], names_of(tmp_path))
    assert found['windows'] == [
        {'datagrams': 2, 'instructions': 44, 'user': 20, 'kernel': 24,
         'iterations': 5, 'left_out': {'init': 55, 'kworker': 100,
                                       'other tasks': 1}, 'switches': 1},
        {'datagrams': 4, 'instructions': 88, 'user': 46, 'kernel': 42,
         'iterations': 10, 'left_out': {'kworker': 9}, 'switches': 2}]
    assert found['functions'] == [
        ['serve', 'udpmill', 20, 2, 0], ['udp_sendmsg', 'udp', 20, 2, 5],
        [symbols.VDSO, 'udpmill', 6, 0, 0],
        ['do_idle', groups.SCHEDULER, -4, -1, 0],
        [symbols.UNKNOWN, 'other', 2, 0, 0]]
    assert sum(row[2] for row in found['functions']) == 88 - 44


def test_two_programs_are_told_apart_by_where_functions_begin(tmp_path):
    one = symbols.of_program(written(tmp_path, program(PROGRAM)))
    other = symbols.of_program(written(tmp_path, program(
        [('other', 0x401010, 64), ('third', 0x402020, 64)])))
    names = symbols.Names(table(), [one, other])
    assert names.program_of({0x401000, 0x401004, 0x402000}) is one
    assert names.program_of({0x401010, 0x401014, 0x402020}) is other


TOLD = [('hello', '6.1.0\n#1 SMP\nCPU'), ('begin', 'echo'),
        ('quiet', '200 99'), ('server', '0\n'), ('load', '0\n'),
        ('json', load_report(10, 30, 70)), ('maps', ''), ('end', 'echo'),
        ('off', '')]


def changed(tag, body):
    return [(t, body if t == tag else b) for t, b in TOLD]


def test_what_a_guest_tells():
    (told,) = results.workloads(TOLD)
    assert results.datagrams(told.load, 'echo') == [20, 40]
    assert results.kernel_of(TOLD) == {'release': '6.1.0',
                                       'version': '#1 SMP'}
    assert results.names_in(TOLD) is None


def test_without_replies_datagrams_sent_are_counted():
    (told,) = results.workloads(changed('json', load_report(
        0, 0, 0, sent=(5, 10, 20))))
    assert results.datagrams(told.load, 'discard') == [5, 10]


@pytest.mark.parametrize('tag, body, why, code', [
    ('server', '3\nno io_uring\n', 'no io_uring', UNFIT),
    ('server', '', 'no exit status', UNFIT),
    ('load', '2\nx: unknown option\n', 'unknown option', INVALID),
    ('json', '{', 'not JSON', INVALID), ('json', '[]', 'object', INVALID),
    ('json', '{}', 'no 3 marks', UNFIT),
    ('json', '{"count_marks": [1, 2, 3]}', 'no 3 marks', UNFIT),
    ('json', load_report(0, 40, 60), 'must have more', INVALID),
    ('json', load_report(0, 0, 60), 'must have more', INVALID)])
def test_what_went_wrong_in_a_guest(tag, body, why, code):
    with pytest.raises(PerfError, match=why) as caught:
        (told,) = results.workloads(changed(tag, body))
        results.datagrams(told.load, told.name)
    assert caught.value.exit_code == code


def test_all_wanted_workloads_must_be_there(tmp_path):
    windows = counts.parse(counted([[(0x401000, 0, 1, 1, 0)]] * 2)
                           .splitlines())
    told, names = results.workloads(TOLD), names_of(tmp_path)
    found = results.attributed(['echo'], told, windows, lambda _: names)
    assert list(found) == ['echo']
    for wanted, rows in ((['other'], windows), (['echo'], []),
                         (['echo', 'b'], windows), (['echo'], [[]])):
        with pytest.raises(PerfError) as caught:
            results.attributed(wanted, told, rows, lambda _: names)
        assert caught.value.exit_code == INVALID
