# SPDX-License-Identifier: MIT
"""NAPI settings of an arm: what may be given, and the devices of a lab."""
import os
import pathlib
import struct

import pytest
from udpmill_perf import main
from udpmill_perf.errors import UNFIT, PerfError
from udpmill_perf.file import document
from udpmill_perf.host import ethtool, napi, netdev, seats
from udpmill_perf.host.sysctl import within
from udpmill_perf.measure import arms

root = pytest.mark.skipif(os.geteuid() != 0, reason='labs need root')


def has(name):
    """Whether this kernel has a setting for each NAPI instance."""
    with seats.lab('veth') as place:
        side = napi.Side(place.server_netns)
        rows = side.original.get('server', [{}])
        side.restore()
        return name in rows[0]


def test_attributes_are_read_as_they_are_written():
    data = (netdev.attribute(2, struct.pack('=I', 7))
            + netdev.attribute(3, b'ab\0') + netdev.attribute(4, b''))
    assert len(data) % 4 == 0
    assert netdev.attributes(data) == {2: struct.pack('=I', 7), 3: b'ab\0',
                                       4: b''}


@pytest.mark.parametrize('cut', range(1, 12))
def test_attributes_that_are_cut_are_left_out(cut):
    data = netdev.attribute(2, bytes(8))
    assert netdev.attributes(data[:-cut]) == {}


def test_settings_of_an_arm_are_checked_and_told_apart():
    found = arms.parse_settings(['napi.threaded=1', 'a.b=2', 'batch=8'])
    arm = arms.Arm('A', '/x', [], found)
    assert arm.napi == {'napi.threaded': '1'}
    assert arm.sysctls == {'a.b': '2'}
    for text, why in (('napi.thread=1', 'choose napi.defer-hard-irqs, '),
                      ('napi.threaded=on', 'is not a number'),
                      ('napi.threaded=-1', 'is not a number')):
        with pytest.raises(PerfError, match=why):
            arms.parse_settings([text])


def test_a_guest_has_no_such_settings():
    arm = arms.Arm('B', '/x', [], {'napi.threaded': '1'})
    with pytest.raises(PerfError, match='B: napi.threaded: .* this host'):
        napi.refuse(arm)
    napi.refuse(arms.Arm('A', '/x', [], {'a.b': '1'}))


def test_a_path_without_napi_is_refused():
    with seats.loopback() as place:
        with pytest.raises(PerfError, match='no device has NAPI') as error:
            napi.Napi('loopback', place)
    assert error.value.exit_code == UNFIT


def state(place):
    """Of the server's device: whether it has GRO and TSO, and NAPI."""
    return within(place.server_netns, lambda: (
        ethtool.get('server', ethtool.GRO), ethtool.get('server', ethtool.TSO),
        [key for key in napi.facts(True) if '.server.' in key]))


@root
def test_settings_are_set_on_both_sides_and_restored():
    if not has('irq-suspend-timeout'):
        pytest.skip('settings of NAPI instances take Linux 6.13')
    wanted = {'napi.defer-hard-irqs': '7', 'napi.gro-flush-timeout': '20000',
              'napi.irq-suspend-timeout': '1000000'}
    with seats.lab('veth') as place:
        before = state(place)
        with napi.Napi('veth', place) as settings:
            assert state(place)[:2] == (1, 0)
            for given in wanted, {}, dict(list(wanted.items())[:1]):
                settings.apply(given)
                for device, netns in (('server', place.server_netns),
                                      ('client', place.client_netns)):
                    found = within(netns, lambda: napi.facts(True))
                    for key in wanted:
                        name = key.removeprefix('napi.')
                        assert found[f'napi.{device}.0.{name}'] == int(
                            given.get(key, 0))
            settings.apply(wanted)
        assert state(place) == before


@root
def test_each_napi_instance_gets_a_thread_of_its_own():
    if not has('threaded'):
        pytest.skip('this kernel has no threaded NAPI of veth')

    def threads():
        names = {p.read_text().strip()
                 for p in pathlib.Path('/proc').glob('[0-9]*/comm')}
        return {n for n in names if n.startswith(('napi/server-',
                                                  'napi/client-'))}
    with seats.lab('veth') as place:
        with napi.Napi('veth', place) as settings:
            settings.apply({'napi.threaded': '1'})
            assert threads()
            settings.apply({})


@root
def test_what_the_kernel_refuses_is_one_line():
    with seats.lab('veth') as place:
        with napi.Napi('veth', place) as settings:
            with pytest.raises(PerfError, match='napi.threaded=7: ') as error:
                settings.apply({'napi.threaded': '7'})
            assert error.value.exit_code == UNFIT
            with pytest.raises(PerfError, match='napi.defer-hard-irqs='):
                settings.apply({'napi.defer-hard-irqs': '99999999999'})


@root
def test_an_older_kernel_has_files_of_the_device(monkeypatch):
    def missing(_self):
        raise FileNotFoundError(2, 'no family')

    monkeypatch.setattr(netdev.Netdev, '__enter__', missing)
    with seats.lab('veth') as place:
        with napi.Napi('veth', place) as settings:
            settings.apply({'napi.gro-flush-timeout': '20000'})
            found = within(place.server_netns, lambda: napi.facts(True))
            assert found['napi.server.0.gro-flush-timeout'] == 20000
            with pytest.raises(PerfError, match='irq-suspend-timeout=1: '):
                settings.apply({'napi.irq-suspend-timeout': '1'})
        found = within(place.server_netns, lambda: napi.facts(True))
        assert found['napi.server.0.gro-flush-timeout'] == 0


@root
def test_a_comparison_sets_them_and_says_so(tmp_path, monkeypatch, capsys):
    """Flushed by a timer, a ping-pong takes a millisecond each way. Without
    one, it takes as long as a busy host makes it."""
    if not has('gro-flush-timeout'):
        pytest.skip('settings of NAPI instances take Linux 6.13')
    path, found = tmp_path / 'napi.json', {'A': set(), 'B': set()}
    measure = arms.Arm.measure

    def look(arm, workload, seat, *how):
        made = measure(arm, workload, seat, *how)
        for netns in seat.server_netns, seat.client_netns:
            rows = within(netns, lambda: napi.facts(True))
            found[arm.name] |= {
                (key.split('.')[1], rows[key]) for key in rows
                if key.endswith(('gro-flush-timeout', 'defer-hard-irqs'))}
        return made

    monkeypatch.setattr(arms.Arm, 'measure', look)
    main.main(['compare', '-w', 'echo-mmsg-pingpong-64-veth',
               '--screen', '6', '--confirm', '0', '--extend', '0',
               '--no-latency', '--window', '200ms', '--warm-up', '50ms',
               '--seed', '7', '--b-set', 'napi.gro-flush-timeout=1000000',
               '--b-set', 'napi.defer-hard-irqs=9', '-o', str(path)])
    assert 'veth devices have GRO and no TSO' in capsys.readouterr().err
    sides = 'server', 'client'
    assert found['A'] == {(side, 0) for side in sides}
    assert found['B'] == {(side, n) for side in sides for n in (9, 1000000)}
    made = document.load(path)
    slow = [t['metrics']['datagrams_per_second'] for t in made['trials']
            if t['arm'] == 'B' and t['metrics']]
    assert max(slow, default=0) < 1100
    assert not [key for key in made['environment']['changed']
                if 'napi' in key or 'offload' in key]
