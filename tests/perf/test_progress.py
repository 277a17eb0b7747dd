# SPDX-License-Identifier: MIT
"""What a user sees while a measurement runs."""
import fcntl
import io
import pty
import struct
import termios

import pytest
from udpmill_perf import human
from udpmill_perf.verbs import progress


@pytest.mark.parametrize('seconds, text', [
    (0, '0:00'), (59.6, '1:00'), (75, '1:15'), (-3, '0:00')])
def test_spans_are_printed(seconds, text):
    assert progress.span(seconds) == text


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_what_is_waited_for_is_shown_on_a_terminal(monkeypatch):
    monkeypatch.setenv('TERM', 'xterm')
    shown = progress.Progress(2, Terminal())
    shown.told -= progress.WAITING_EVERY_S
    shown.waiting('2 running')
    shown.waiting('1 running')
    assert shown.stream.getvalue().count('0/2  2 running, 0:00') == 1
    assert '1 running' not in shown.stream.getvalue()


COMPARED = 'echo-mmsg-trains-1472-flows64-veth: confirm, block 12'


@pytest.mark.parametrize('term', ('xterm', 'dumb'))
@pytest.mark.parametrize('columns', (200, 80, 60, 40, 20, 0))
def test_progress_fits_the_terminal(monkeypatch, term, columns):
    """And a log fits 80 columns. The end of what is measured stays."""
    monkeypatch.setenv('TERM', term)
    monkeypatch.setenv('COLUMNS', '300')    # of another terminal
    master, stream = pty.openpty()
    fcntl.ioctl(stream, termios.TIOCSWINSZ,
                struct.pack('4H', 24, columns, 0, 0))
    with open(stream, 'w', encoding='ascii') as f, open(master, 'rb'):
        shown = progress.Progress(124, f, each_s=1)
        shown.done = 100
        line = shown.line(COMPARED)
    assert len(line) < (columns or progress.COLUMNS)
    assert line.endswith(' ' * 2 + COMPARED if columns == 200 else
                         ' block 12' if columns != 20 else 'left ')


def test_progress_in_a_log_fits_80_columns():
    shown = progress.Progress(124, io.StringIO())
    shown.show(COMPARED, force=True)
    assert len(shown.stream.getvalue().rstrip('\n')) < 80
    assert shown.stream.getvalue().endswith('confirm, block 12\n')


@pytest.fixture(name='lefts')
def lefts_of_steps(monkeypatch):
    """lefts(steps that take so long, ...): the time left after each."""
    def lefts(took, total, each_s):
        now = 100.0
        monkeypatch.setattr(progress.time, 'monotonic', lambda: now)
        shown, found = progress.Progress(total, io.StringIO(),
                                         each_s=each_s), []
        for seconds in took:
            now += seconds / 2
            before = shown.left_s()
            now += seconds / 2
            assert shown.left_s() == before    # nothing is known anew
            shown.step('w')
            found.append(shown.left_s())
        return found
    return lefts


def test_the_time_left_settles(lefts):
    """A trial that is slow or fails at once changes little."""
    took = [1.0, 1.3, 0.8, 1.0, 0.1, 1.1, 1.0, 1.4, 0.9, 1.0] * 10
    found = lefts(took, 100, 1.0)
    assert found == sorted(found, reverse=True)
    assert all(abs(left - (99 - n)) <= 0.15 * (99 - n) + 1
               for n, left in enumerate(found))


def test_the_time_left_follows_trials_that_take_longer_than_guessed(lefts):
    found = lefts([3.0] * 100, 100, 1.0)
    assert found[0] > 100 and found[49] > 0.85 * 150 and found[-1] == 0
    # Without a guess, the first one tells.
    assert lefts([3.0] * 2, 10, None) == [27, 24]


@pytest.mark.parametrize('room, text', (
    (17, 'confirm, block 12'), (16, 'conf... block 12'),
    (5, '...12'), (3, '...'), (2, '..'), (0, '')))
def test_what_is_too_long_keeps_both_ends(room, text):
    assert human.shortened('confirm, block 12', room) == text


def test_an_estimate_replaces_that_by_steps():
    shown = progress.Progress(4, io.StringIO())
    shown.step('one')
    shown.expect(90.2)
    assert '1/4, 1:30 left' in shown.line('two')
    shown.expect(0)      # too early an end
    assert 'left' not in shown.line('two')
    shown.restart(4)
    assert 'left' not in shown.line('three')
