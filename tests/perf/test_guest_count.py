# SPDX-License-Identifier: MIT
"""One boot of a real kernel under QEMU, and what is counted in it. The kernel
is the one in UDPMILL_TEST_KERNEL, or the newest in /boot."""
import os
import time

import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.guest import groups, kernel, parts, qemu
from udpmill_perf.measure import counting
from udpmill_perf.measure.count_arms import CountArm
from udpmill_perf.measure.workload import parse

WORKLOADS = ('echo-mmsg-pingpong-64', 'discard-mmsg-single-64')
DESIGN = {'warm': 100, 'datagrams': 200}


@pytest.fixture(scope='module')
def boot():
    try:
        emulator = qemu.find()
        parts.find(parts.INIT)
        given = os.environ.get('UDPMILL_TEST_KERNEL')
        image = kernel.find(given) if given else kernel.default()
    except PerfError as error:
        pytest.skip(str(error))
    arm = CountArm('A', parts.udpmill(), kernel=image)
    (guest,) = counting.guests_of([arm], list(map(parse, WORKLOADS)), DESIGN)
    turn = counting.Turn(guest, 1, False, True)
    with counting.Queue([turn], emulator, counting.BOOT_S) as queue:
        queue.fill()
        while not queue.finished():
            time.sleep(counting.LOOK_EVERY_S)
    return turn


def test_a_kernel_is_counted(boot):
    found = boot.entry()['workloads']
    assert list(found) == list(WORKLOADS)
    for entry in found.values():
        first, second = entry['windows']
        for window in entry['windows']:
            assert window['instructions'] == (window['user']
                                              + window['kernel'])
            assert window['user'] > 0 and window['kernel'] > 0
        assert (sum(row[2] for row in entry['functions'])
                == second['instructions'] - first['instructions'])


def share(entry, group):
    return (sum(row[2] for row in entry['functions'] if row[1] == group)
            / sum(row[2] for row in entry['functions']))


def test_functions_have_names_and_groups(boot):
    for entry in boot.entry()['workloads'].values():
        assert abs(share(entry, groups.OTHER)) < 0.05
        assert not [row for row in entry['functions']
                    if row[0].startswith('[unknown')]


def test_an_echo_is_received_and_sent_twice(boot):
    entry = boot.entry()['workloads']['echo-mmsg-pingpong-64']
    first, second = entry['windows']
    datagrams = second['datagrams'] - first['datagrams']
    calls = {row[0]: row[3] / datagrams for row in entry['functions']}
    for name, wanted in (('udp_sendmsg', 2), ('udp_queue_rcv_skb', 2),
                         ('walk_probes', 1)):
        assert calls[name] == pytest.approx(wanted, rel=0.02)


def test_the_guest_told_what_it_is(boot):
    kernel_told = counting.results.kernel_of(boot.frames)
    assert kernel_told['release'] == boot.guest.arm.kernel.release
    assert kernel_told['version'] == boot.guest.arm.kernel.version
