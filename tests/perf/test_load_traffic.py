# SPDX-License-Identifier: MIT
"""Reports on what the real `udpmill load` wrote, in each format."""
import json
import os
import subprocess

import pytest
from udpmill_perf import main, render
from udpmill_perf.file import readable
from udpmill_perf.host.process import Server
from udpmill_perf.measure.arms import own_binary

SHORT = ['--omit', '100ms', '--interval', '200ms', '--seed', '7', '-J']
RUNS = {
    'plain': ['--time', '600ms'],
    'ramp': ['--ramp', '1k:4k:800ms:4', '--time', '800ms'],
    'stages': ['--stages', '--time', '300ms'],
    'capacity': ['--find-capacity', '--time', '200ms', '--loss', '50%'],
    'stress': ['--stress=sizes'],
}
WHOLE = ('stages', 'stress')    # without intervals


def options(name):
    short = [] if name == 'stress' else SHORT[:2] + SHORT[4:] \
        if name == 'stages' else SHORT
    return [*RUNS[name], *(short or ['-J'])]


@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    """The files of the runs, by name; a busy host may make some of them fail,
    which the files then say."""
    folder, found = tmp_path_factory.mktemp('load'), {}
    with Server([own_binary(), 'serve', '--service', 'echo',
                 '127.0.0.1:0']) as server:
        for name in RUNS:
            path = folder / f'{name}.json'
            more = [] if name in (*WHOLE, 'capacity') \
                else ['--csv', folder / f'{name}.csv']
            with open(path, 'w', encoding='utf-8') as out:
                subprocess.run(
                    [own_binary(), 'load', server.endpoint, *options(name),
                     *more], stdout=out, stderr=subprocess.DEVNULL,
                    timeout=120, check=False)
            found[name] = path
            if more:
                found[f'{name} csv'] = more[1]
    return found


@pytest.mark.parametrize('form', render.FORMATS)
def test_all_runs_are_reported_side_by_side(runs, form, capsys):
    argv = ['report', *map(str, runs.values()), '--format', form]
    assert main.main(argv) == 0
    said = capsys.readouterr()
    assert said.err == '' and len(said.out) > 2


@pytest.mark.parametrize('name', RUNS)
def test_a_run_is_read(runs, name):
    (_, document), = readable.load([str(runs[name])])
    said = json.loads(runs[name].read_text())
    assert document['runs'][0]['document'] == said
    text = render.to_text([('', document)], 'terminal')
    assert said['config']['remote'] in text


def test_json_and_csv_tell_the_same_rate(runs):
    (_, document), = readable.load([str(runs['ramp']),
                                    str(runs['ramp csv'])])
    of_json, of_csv = (run['document']['intervals']
                       for run in document['runs'])
    assert [row['sent'] for row in of_json] == [row['sent'] for row in of_csv]


def test_a_page_has_the_plots_of_a_run(runs, tmp_path):
    out = tmp_path / 'r.html'
    assert main.main(['report', str(runs['plain']), '-o', str(out)]) == 0
    page = out.read_text()
    for title in ('Rate over time', 'Latency by percentile',
                  'All datagrams'):
        assert title in page
    assert os.stat(out).st_size < 1_000_000
