# SPDX-License-Identifier: MIT
"""The made-up documents, rendered once for all tests that look at them."""
from functools import lru_cache

import sample
import sample_count
import sample_load
from udpmill_perf import render
from udpmill_perf.file.view import View
from udpmill_perf.render.plots import sections

DOCUMENTS = {**sample.all_documents(),
             **sample_count.all_documents(sample.HOSTILE),
             **sample_load.all_documents(sample.HOSTILE)}


@lru_cache(maxsize=None)
def text(name, form):
    return render.to_text([('a file.json', DOCUMENTS[name])], form)


@lru_cache(maxsize=None)
def plots(name):
    """A document's plots by the titles of their sections."""
    return dict(sections(View(DOCUMENTS[name]), 'p'))


def all_plots(name):
    return [plot for part in plots(name).values() for plot in part]
