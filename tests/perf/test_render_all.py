# SPDX-License-Identifier: MIT
"""What every format must do for every document."""
import os
import pathlib
import subprocess
import sys
import unicodedata

import pytest
from rendered import DOCUMENTS, text
from udpmill_perf import render
from udpmill_perf.file import document
from udpmill_perf.render import plain, terminal

ONE_LINE = ('terminal', 'markdown', 'ktap', 'junit', 'annotations', 'html')


@pytest.mark.parametrize('name', [
    name for name in DOCUMENTS if not name.startswith(('bare', 'load'))])
def test_the_made_up_documents_follow_the_schema(name):
    assert document.validate(DOCUMENTS[name], name)


@pytest.mark.parametrize('form', render.FORMATS)
@pytest.mark.parametrize('name', DOCUMENTS)
def test_every_format_renders_every_document(name, form):
    assert text(name, form).endswith('\n')


@pytest.mark.parametrize('form', render.FORMATS)
def test_the_same_document_gives_the_same_bytes(form):
    name = 'compare REGRESSION'
    again = render.to_text([('a file.json', DOCUMENTS[name])], form)
    assert again == text(name, form)


@pytest.mark.parametrize('form', ('html', 'junit'))
def test_another_process_gives_the_same_bytes(form):
    """Its hashes differ, and so the order of its sets."""
    program = 'import conftest, rendered, sys; sys.stdout.buffer.write(' \
        f'rendered.text("merge", "{form}").encode())'
    said = [subprocess.run(
        [sys.executable, '-c', program], stdout=subprocess.PIPE, check=True,
        cwd=pathlib.Path(__file__).parent, timeout=60,
        env={**os.environ, 'PYTHONHASHSEED': seed}).stdout
        for seed in ('1', '2')]
    assert said[0] == said[1] == text('merge', form).encode()


@pytest.mark.parametrize('width', (80, 100, 132))
@pytest.mark.parametrize('name', DOCUMENTS)
def test_no_line_on_a_terminal_is_wider_than_it(name, width):
    lines = terminal.summary(DOCUMENTS[name], False, width).splitlines()
    assert [line for line in lines if plain.width(line) > width] == []


@pytest.mark.parametrize('form', ONE_LINE)
@pytest.mark.parametrize('name', ('hostile', 'count hostile', 'load hostile'))
def test_no_control_characters_are_printed(name, form):
    found = {char for char in text(name, form)
             if unicodedata.category(char) == 'Cc' and char != '\n'}
    assert found == set()


@pytest.mark.parametrize('form', render.FORMATS)
def test_several_documents_make_one_text(form):
    both = [('one.json', DOCUMENTS['compare REGRESSION']),
            ('two.json', DOCUMENTS['merge']),
            ('three.json', DOCUMENTS['count REGRESSION']),
            ('', DOCUMENTS['load lossy'])]
    said = render.to_text(both, form)
    for name, found in both:
        alone = render.to_text([(name, found)], form)
        assert said != alone


@pytest.mark.parametrize('form', ('terminal', 'markdown', 'ktap', 'junit',
                                  'html'))
@pytest.mark.parametrize('name', ('compare REGRESSION', 'interrupted', 'run',
                                  'compare INVALID', 'count REGRESSION',
                                  'count INVALID', 'count unfinished'))
def test_each_format_has_the_essentials(name, form):
    said = text(name, form)
    wanted = {'compare REGRESSION': ['REGRESSION', 'echo-trains-64'],
              'interrupted': ['interrupted'],
              'run': ['echo-b8-w1-64', 'netperf', 'iperf3'],
              'compare INVALID': ['INVALID'],
              'count REGRESSION': ['REGRESSION', 'compute_score', '+2.83',
                                   'no caches'],
              'count INVALID': ['INVALID', 'booted twice'],
              'count unfinished': ['interrupted', 'Only 1 of 3']}[name]
    assert [word for word in wanted if word not in said] == []


@pytest.mark.parametrize('form', ('terminal', 'markdown', 'ktap', 'html'))
def test_notes_are_printed(form):
    noted = {**DOCUMENTS['merge'], 'notes': ['Boot them in turns.']}
    assert 'Boot them in turns.' in render.to_text([('', noted)], form)


@pytest.mark.parametrize('suffix, form', (
    ('html', 'html'), ('HTM', 'html'), ('md', 'markdown'), ('csv', 'csv'),
    ('xml', 'junit'), ('tap', 'ktap'), ('ktap', 'ktap'), ('json', 'json'),
    ('txt', 'terminal'), ('pdf', None)))
def test_the_format_follows_from_the_suffix(suffix, form):
    assert render.format_of(f'/some/report.{suffix}') == form
