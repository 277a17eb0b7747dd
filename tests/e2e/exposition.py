# SPDX-License-Identifier: MIT
"""Reads what a scraper gets: OpenMetrics 1.0, or the text format 0.0.4."""

import re

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "info": ("_info",),
            "histogram": ("_bucket", "_count", "_sum"), "unknown": ("",),
            "untyped": ("",)}
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)')


class Family:
    def __init__(self, kind):
        self.kind, self.help, self.unit = kind, None, None
        self.samples = {}  # by (name, ((label, value), ...))

    def total(self):
        return sum(self.samples.values())


def _metadata(line, families):
    what, name, rest = re.fullmatch(r"# (TYPE|HELP|UNIT) (\w+) (.+)",
                                    line).groups()
    if what == "TYPE":
        assert name not in families, line
        families[name] = Family(rest)
    else:
        assert name == list(families)[-1], line
        setattr(families[name], what.lower(), rest)
    if what == "UNIT":
        assert name.endswith("_" + rest), line


def _sample(line, name, family, old):
    sample, labels, value = SAMPLE.fullmatch(line).groups()
    pairs = tuple(LABEL.findall(labels or ""))
    assert LABEL.sub("", labels or "") == "", line
    suffixes = ("",) if old and family.kind != "histogram" else SUFFIXES[
        family.kind]
    assert sample in [name + s for s in suffixes], line
    assert (sample, pairs) not in family.samples, line
    family.samples[sample, pairs] = float(value)


def parse(text, old=False):
    """Families by name. AssertionError for what is not well-formed. old: the
    text format, in which a counter is called by its sample."""
    lines = text.split("\n")
    assert lines.pop() == "", "no newline at the end"
    if not old:
        assert lines.pop() == "# EOF", "not complete"
    families = {}
    for line in lines:
        if line.startswith("#"):
            _metadata(line, families)
        else:
            name = list(families)[-1]
            _sample(line, name, families[name], old)
    for name, family in families.items():
        assert family.help and family.samples, name
    return families
