# SPDX-License-Identifier: MIT
"""Sentences about runs of `udpmill load`, for all renderers."""
import shlex

from ... import human
from ...file.load_view import Runs
from ...file.view import keyed
from ...outcomes import FAIL

WORD = 'LOAD'
NAMED = 4                   # labels and complaints in a line


def verdict(view):
    """FAIL if a run failed its own check, as its exit code says."""
    return FAIL if any(run.complaints for run in Runs(view).all) else WORD


def subject(view):
    runs = Runs(view).all
    if len(runs) == 1:
        return about(runs[0])
    labels = [run.label for run in runs]
    more = len(labels) - NAMED
    return ', '.join(labels[:NAMED]) + (f' and {more} more' if more > 0
                                        else '')


def about(run):
    """127.0.0.1:7007, window, echo by mmsg."""
    server, told = run.server, [str(run.config.get('remote') or run.label)]
    kind = 'search' if run.is_search else 'stress' if run.stress \
        else str(run.config.get('mode') or '')
    told.append(kind)
    if server.get('service') and server.get('backend'):
        told.append(f'{server["service"]} by {server["backend"]}')
    return ', '.join(filter(None, told))


def sentence(view):
    """What the runs found, and what is wrong with them."""
    runs = Runs(view).all
    bad = [(run, text) for run in runs for text in run.complaints]
    if len(runs) == 1:
        return '. '.join(text[:1].upper() + text[1:] for text in (
            *(text for _, text in bad), of_run(runs[0]))) + '.'
    told = f'{human.count(len(runs), "run")} side by side.'
    failed = len({id(run) for run, _ in bad})
    if bad:
        told += f' {failed} of them failed: ' + '; '.join(
            f'{run.label}: {text}' for run, text in bad[:NAMED]) + '.'
    return told


def of_run(run):
    if run.stress:
        return _stress(run)
    told = []
    if run.is_search:
        told.append(_search(run))
    elif run.rate('sent') is not None:
        told.append(f'{rate(run.rate("sent"))} sent, '
                    f'{rate(run.rate("answered"))} answered')
    if run.lost is not None:
        told.append(f'{human.share(run.lost)} lost')
    told += [f'{title(key)} {human.duration(run.latency[key])}'
             for key in ('p50', 'p99') if key in run.latency]
    if run.ledger.get('balances') is True:
        told.append('the ledger balances')
    return ', '.join(told) or 'nothing was measured'


def _search(run):
    found = human.number(run.document.get('capacity'))
    bound = human.share(run.document.get('loss_bound'))
    if not found:
        return f'no rate was found that loses at most {bound}'
    least = 'at least ' if run.document.get('generator_limited') is True \
        else ''
    return f'{least}{rate(found)} with a loss of at most {bound}'


def _stress(run):
    told = [f'{human.grouped(amount)} {str(name).replace("_", " ")}'
            for name, amount in keyed(run.stress.get('verdicts')).items()
            if human.number(amount)]
    return f'cases: {", ".join(told)}' if told else 'no case was run'


def facts(view):
    runs = Runs(view).all
    if len(runs) != 1:
        return [human.count(len(runs), 'run')]
    run, out = runs[0], []
    if human.number(run.document.get('seconds')):
        out.append(human.clock(run.document['seconds']))
    environment = keyed(run.document.get('environment'))
    if environment.get('ended_at'):
        out.append(str(environment['ended_at']).replace('T', ' ')
                   .replace('Z', ' UTC'))
    if environment.get('kernel'):
        out.append(f'Linux {environment["kernel"]}')
    if human.number(run.config.get('seed')) is not None:
        out.append(f'seed {run.config["seed"]}')
    return out or [human.count(1, 'run')]


def rate(value):
    """2.80 M/s."""
    return human.si(value, '/s')


def setting(value):
    """A value of the configuration."""
    if value is None or value == []:
        return human.NOTHING
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, list):
        return shlex.join(map(str, value))
    return human.trimmed(value, 6) if isinstance(value, float) else str(value)


def title(key):
    """p999: p99.9."""
    digits = key[1:]
    return key if not digits.isdigit() or len(digits) < 3 \
        else f'p{digits[:2]}.{digits[2:]}'
