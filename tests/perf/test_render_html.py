# SPDX-License-Identifier: MIT
"""The HTML report: self-contained, well-formed and safe."""
import re
from html.parser import HTMLParser

import pytest
import sample
from rendered import DOCUMENTS, all_plots, plots, text
from udpmill_perf.file.view import View
from udpmill_perf.render import html
from udpmill_perf.render.plots import paired, svg

VOID = {'meta', 'link', 'br', 'img', 'hr', 'input'}


class Page(HTMLParser):
    """Collects tags, ids, attributes and text, and complains about bad
    nesting."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.attributes = [], [], []
        self.words, self.open = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.note(tag, attrs)

    def note(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        self.ids += [value for key, value in attrs if key == 'id']

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.getpos())
        self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ('style', 'text'):
            self.words.append(data)

    @property
    def text(self):
        return ' '.join(' '.join(self.words).split())


def page(name):
    return Page(text(name, 'html'))


@pytest.mark.parametrize('name', DOCUMENTS)
def test_every_tag_is_closed_and_every_id_is_unique(name):
    ids = page(name).ids
    assert len(ids) == len(set(ids))


def test_ids_are_unique_among_several_documents():
    both = Page(html.render([('a', DOCUMENTS['compare PASS']),
                             ('b', DOCUMENTS['compare PASS'])]))
    assert len(both.ids) == len(set(both.ids))


def test_nothing_is_loaded_from_outside():
    source = text('run', 'html')
    found = Page(source)
    assert not {'script', 'link', 'img', 'iframe', 'object'} & {*found.tags}
    for _, key, value in found.attributes:
        if key in ('src', 'href', 'xlink:href', 'data', 'action'):
            assert value.startswith('#')
    assert '@import' not in source
    assert {*re.findall(r'url\(([^#])', source)} == set()


@pytest.mark.parametrize('name', ('hostile', 'count hostile'))
def test_hostile_text_stays_text(name):
    found = page(name)
    shown = sample.HOSTILE.replace('\x1b', '?').replace('\n', ' ')
    assert 'script' not in found.tags
    assert not [key for _, key, _ in found.attributes
                if key.startswith('on')]
    assert shown in found.text


@pytest.mark.parametrize('name', ('compare REGRESSION', 'run', 'merge',
                                  'count REGRESSION', 'count alone'))
def test_every_plot_has_a_description(name):
    found = page(name)
    labels = [value for tag, key, value in found.attributes
              if (tag, key) == ('svg', 'aria-label')]
    drawn = [value for tag, key, value in found.attributes
             if (tag, key, value) == ('svg', 'role', 'img')]
    assert labels and len(labels) == len(drawn)
    assert all(len(label) > 20 for label in labels)


def test_every_plot_says_what_to_look_for():
    for name in 'compare REGRESSION', 'run', 'merge', 'count REGRESSION', \
            'count alone':
        for plot in all_plots(name):
            assert plot.caption.endswith('.')
            assert len(re.findall(r'\.(?= |$)', plot.caption)) == 1


def test_all_colours_come_from_the_style_sheet():
    """A colour that is no variable might be invisible in dark mode."""
    defined = set(re.findall(r'--([\w-]+):',
                             (html.HERE / 'report.css').read_text()))
    for name in 'compare REGRESSION', 'run', 'merge', 'compare INVALID', \
            'count REGRESSION', 'count alone':
        for plot in all_plots(name):
            colours = re.findall(r'(?:fill|stroke): ?([^;"]+)', plot.svg)
            assert {colour for colour in colours if not re.fullmatch(
                r'var\(--[\w-]+\)|none', colour)} == set()
            used = set(re.findall(r'var\(--([\w-]+)\)', plot.svg))
            assert used <= defined
    assert set(svg.ROLES) <= defined


def test_light_dark_and_print_have_every_colour():
    style = (html.HERE / 'report.css').read_text()
    light, dark, printed = (set(re.findall(r'--([\w-]+):', part)) - {'mono'}
                            for part in re.findall(
                                r':root \{(.*?)\}', style, re.DOTALL))
    assert light == dark == printed


def plots_of(name, title):
    return plots(name).get(title, [])


def test_paired_plots_draw_both_margins_and_the_estimate():
    for plot in plots_of('compare REGRESSION', 'Block by block'):
        for word in 'ignored 1 %', 'tolerance 5 %', 'no difference', 'B ':
            assert word in plot.svg


@pytest.mark.parametrize('phase, counted', (
    ('screen', 12), ('confirm', 24), ('extend', 12 + 24)))
def test_blocks_of_the_verdicts_phase_are_highlighted(phase, counted):
    document = sample.compare('REGRESSION')
    if phase == 'extend':
        for block in document['blocks']:
            block['phase'] = block['phase'].replace('confirm', phase)
    for row in document['verdicts']:
        row['phase'] = phase
    view = View(document)
    for row in view.judged:
        states = [state for _, _, _, state in paired._points(view, row)]
        assert states.count(paired.USED) == counted
        assert states.count(paired.AWAY) == 1


def test_latency_is_labelled_by_percentile():
    for plot in plots_of('compare PASS', 'Latency'):
        for word in '>50<', '>90<', '>99<', '>99.9<', 'us<':
            assert word in plot.svg


def test_without_latency_there_is_no_plot_of_it():
    assert plots_of('no latency', 'Latency') == []


def test_throughput_is_drawn_over_what_the_matrix_varies():
    titles = [plot.title for plot in plots_of('run', 'Over the matrix')]
    assert titles == ['Throughput over batch', 'Throughput over workers',
                      'Throughput over size']
    assert plots_of('compare PASS', 'Over the matrix') == []


def test_cpu_time_is_drawn_as_five_parts():
    plot = plots_of('compare PASS', 'Where the CPU time goes')[0]
    for role in ('server-user', 'server-system', 'client-user',
                 'client-system', 'other'):
        assert plot.svg.count(f'var(--{role})') == 4


@pytest.mark.parametrize('key, share', (
    ('p50', 0.5), ('p999', 0.999), ('p9999', 0.9999), ('p0', None),
    ('count', None), ('p', None), ('p9x', None)))
def test_percentiles_are_named_by_their_keys(key, share):
    from udpmill_perf.render.plots.percentiles import percentile
    assert percentile(key) == share


def test_changed_settings_come_before_the_others():
    words = page('compare REGRESSION').text
    assert words.index('cpu.governor') < words.index('clocksource')


def test_each_trial_is_in_the_table_with_its_reasons():
    source = text('compare PASS', 'html')
    table = source[source.index('<summary>Trials'):]
    assert table.count('<tr>') == 104 + 1
    assert table.count('the generator was saturated') == 3


def test_the_command_to_repeat_it_is_quoted():
    assert "--seed 7" in page('compare PASS').text
    document = sample.compare('PASS')
    document['argv'] = ['udpmill', 'perf', 'compare', 'a b; rm -r x']
    assert "&#39;a b; rm -r x&#39;" in html.render([('', document)])


def test_the_command_to_repeat_it_has_an_option_per_line():
    document = sample.compare('PASS')
    document['argv'] = ['udpmill', 'perf', 'count', 'w', '--a-kernel', '/a b',
                        '-o', 'none', '-']
    said = html.render([('', document)])
    assert 'count w \\\n    --a-kernel &#39;/a b&#39; \\\n    -o none -\n' \
        .replace('-\n', '-</pre>') in said


def test_the_tolerance_is_in_percent():
    rows = dict(html.Report(View(sample.compare('PASS')), '', 1).design())
    assert (rows['ignore'], rows['tolerance']) == ('1 %', '5 %')
