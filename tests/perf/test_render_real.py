# SPDX-License-Identifier: MIT
"""Documents made and judged by the program itself, in each format."""
import made_up
import pytest
from udpmill_perf import render
from udpmill_perf.file import document
from udpmill_perf.verbs import merge as verb_merge


def merged():
    """Merged from runs, as by `udpmill perf merge`."""
    sides = [[(f'{kernel}-{number}.json', made_up.boot(
        2 * number + turn, kernel, effect=0.08 * turn))
        for number in range(8)] for turn, kernel in enumerate(('6.1', '6.2'))]
    return verb_merge.merged(sides, None, 0.01, 0.05, ['merge'])


MADE = {
    'quiet': lambda: made_up.comparison(),
    'worse': lambda: made_up.comparison(effect=0.08),
    'noisy': lambda: made_up.comparison(sd=0.1),
    'cut short': lambda: made_up.comparison(most=3),
    'suspect': lambda: made_up.comparison(
        spoil=lambda index, place: 'SUSPECT' if index % 5 == 2 else None),
    'invalid': lambda: made_up.comparison(
        spoil=lambda index, place: 'INVALID' if index % 2 else None),
    'merged': merged}


@pytest.mark.parametrize('form', render.FORMATS)
@pytest.mark.parametrize('name', MADE)
def test_real_documents_are_rendered(name, form):
    made = MADE[name]()
    document.validate(made)
    said = render.to_text([('f.json', made)], form)
    if form in ('terminal', 'markdown', 'html', 'ktap'):
        assert made['verdict'] in said


def test_the_summary_says_what_the_verdict_says():
    made = MADE['worse']()
    said = ' '.join(render.to_text([('', made)], 'terminal').split())
    assert made['verdict'] == 'REGRESSION'
    assert made['verdicts'][0]['why'] in said
