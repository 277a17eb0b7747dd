# SPDX-License-Identifier: MIT
"""Temporary handlers for the signals that stop the harness."""
import signal
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled(handler, numbers=STOPPING):
    """A context in which handler gets the signals, except those that are
    ignored (nohup). Python requires the main thread for this."""
    old = {n: signal.signal(n, handler) for n in numbers
           if signal.getsignal(n) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, before in old.items():
            signal.signal(number, before)


@contextmanager
def undisturbed():
    """A context that delays signals until its end. (A signal mask would not
    do, because it belongs to one thread, and libraries have their own.)"""
    came = []
    try:
        with handled(lambda number, _frame: came.append(number)):
            yield
    finally:
        for number in came[:1]:
            signal.raise_signal(number)
