# SPDX-License-Identifier: MIT
"""Two boots of a kernel a side, in QEMU's emulator: slow, but all is real.
The kernel is the one in UDPMILL_TEST_KERNEL, or the newest in /boot."""
import os
import shutil

import pytest
from udpmill_perf import main
from udpmill_perf.errors import INCONCLUSIVE, PerfError
from udpmill_perf.file import document
from udpmill_perf.guest import kernel, parts, qemu
from udpmill_perf.judge import merge, recheck


def image():
    """The kernel, or why there is none to boot."""
    if not shutil.which(qemu.PROGRAM):
        pytest.skip(f'{qemu.PACKAGE} is not installed')
    if not parts.look(parts.INIT):
        pytest.skip(f'{parts.INIT} is not built: no static libraries')
    named = os.environ.get('UDPMILL_TEST_KERNEL')
    try:
        return (kernel.find(named) if named else kernel.default()).image
    except PerfError as error:
        pytest.skip(f'{error} (for this test, by UDPMILL_TEST_KERNEL)')


def test_two_boots_a_side(tmp_path, monkeypatch, capsys):
    there, path = image(), tmp_path / 'made.json'
    monkeypatch.setattr(merge, 'LEAST_BOOTS', 2)
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip('only one CPU may be used')
    code = main.main([
        'compare', '-q', '--a-kernel', there, '--b-kernel', there, '--b-append',
        'mitigations=off', '--accel', 'tcg', '--trials', '1', '--window',
        '300ms', '--warm-up', '300ms', '-w', 'echo-mmsg-single-64', '-o',
        str(path)])
    shown = capsys.readouterr()
    assert code == INCONCLUSIVE, shown.err
    assert '(TCG)' in shown.out
    made = document.load(path)
    assert [v['boots'] for v in made['verdicts']] == [[2, 2]] * 2
    assert not any(list(check(made)) for check in recheck.of(made))
    assert made['environment']['changed'] == ['kernel.cmdline']
    for boot in made['boots']:
        rate, cost = (cell['values'] for cell in boot['cells'])
        assert len(rate) == len(cost) == 1 and not boot['reasons']
