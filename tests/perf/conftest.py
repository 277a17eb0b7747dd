# SPDX-License-Identifier: MIT
"""The package is imported from the tree, wherever pytest is started, and a
user's calibration of this host is not used. Whoever starts it may ignore
signals, as nohup does, which programs inherit; tests send them."""
import pathlib
import signal
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in HERE, HERE.parents[1] / 'perf':
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler
                      if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    monkeypatch.setenv('XDG_STATE_HOME', str(tmp_path_factory.mktemp('state')))
