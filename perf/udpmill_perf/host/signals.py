# SPDX-License-Identifier: MIT
"""Signals that are to end the harness, handled for a while."""
import signal
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled(handler, numbers=STOPPING):
    """By handler; one that is ignored (nohup) stays so. Afterwards as they
    were before. In the main thread, as Python wants it."""
    old = {n: signal.signal(n, handler) for n in numbers
           if signal.getsignal(n) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, before in old.items():
            signal.signal(number, before)


@contextmanager
def undisturbed():
    """They wait until it is over. (Not by a mask, which is a thread's, and
    libraries have threads.)"""
    came = []
    try:
        with handled(lambda number, _frame: came.append(number)):
            yield
    finally:
        for number in came[:1]:
            signal.raise_signal(number)
