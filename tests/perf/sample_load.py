# SPDX-License-Identifier: MIT
"""Made-up files of `udpmill load`, with the keys that tests/e2e/load.py and
others find in real ones."""
import copy
import math
import random

PERCENTILES = {'min': 0.3, 'p50': 1, 'p90': 1.6, 'p99': 4, 'p999': 9,
               'p9999': 16, 'p99999': 20, 'max': 21.3, 'mean': 1.2}


def latency(middle, count=10_000):
    return {'count': count, **{
        key: round(middle * factor, 1) if key == 'mean'
        else round(middle * factor) for key, factor in PERCENTILES.items()}}


def figures(rate, seconds):
    return {'datagrams': round(rate * seconds), 'bytes':
            round(rate * seconds) * 64, 'datagrams_per_second': rate,
            'bits_per_second': rate * 512}


def interval(place, rate, share=0.0, middle=90_000, **more):
    sent = round(rate)
    lost = round(sent * share)
    return {'start_s': place - 0.7 if place else 0.0,
            'seconds': 1.0 if place else 0.3, 'omitted': not place,
            'sent': sent, 'answered': sent - lost, 'sent_bytes': 64 * sent,
            'answered_bytes': 64 * (sent - lost), 'lost': lost,
            'jitter_ns': 1500.5, 'trains_refused': 0,
            'latency_ns': latency(middle, sent), 'planned_per_second': None,
            'step': None, **more}


def config(**more):
    return {'remote': '127.0.0.1:7007', 'local': '127.0.0.1:40000',
            'mode': 'window', 'engine': 'mmsg', 'length': 64.0, 'flows': 8,
            'threads': 1, 'train': 64, 'window': 512, 'time_s': 8.0,
            'omit_s': 0.3, 'seed': 7, 'cpus': [], 'capture': None, **more}


def head(schema='udpmill.load/1', **more):
    return {'schema': schema, 'version': '0.1.0',
            'argv': ['udpmill', 'load', '127.0.0.1:7007', '--time', '8s',
                     '-J'], 'config': config(**more), 'environment': {
                'ended_at': '2026-11-30T09:00:00Z', 'pid': 9,
                'kernel': '6.12.1', 'cpus': 2, 'server': {
                    'version': '0.1.0', 'pid': 8, 'service': 'echo',
                    'backend': 'mmsg', 'workers': 2, 'config': {}}}}


def ledger(sent, dropped=(), **more):
    dropped = dict(dropped)
    refused = more.pop('refused', {})
    gone = sum((*dropped.values(), *refused.values()))
    left = more.get('unexplained', 0)
    return {'sent': sent, 'answered': sent - gone - left, 'absorbed': 0,
            'dropped': {'server_socket': 0, 'backlog': 0, **dropped},
            'refused': refused, 'unexplained': 0, 'missing': 0, 'corrupt': 0,
            'server_seen': True, 'balances': True, **more}


def plain(rate=1_000_000, share=0.0, middle=90_000, seed=1, **more):
    rng = random.Random(seed)
    rates = [rate * math.exp(rng.gauss(0, 0.05)) for _ in range(9)]
    rows = [interval(place, one, share * (place > 4),
                     middle * math.exp(rng.gauss(0, 0.1)))
            for place, one in enumerate(rates)]
    sent = sum(row['sent'] for row in rows)
    lost = sum(row['lost'] for row in rows)
    return {**head(**more), 'seconds': 8.0, 'interrupted': False,
            'sent': figures(rate, 8), 'answered': figures(
                rate * (1 - lost / sent), 8),
            'delivered': figures(rate, 8), 'loss': {
                'sent': sent, 'lost': lost, 'share': lost / sent,
                'max_share': None, 'borne': None},
            'ledger': ledger(sent, {'server_socket': lost} if lost else ()),
            'latency_ns': latency(middle, sent), 'intervals': rows,
            'steps': None}


def ramp():
    doc = plain(mode='paced', train=1)
    rates = [10_000 * place for place in range(1, 9)]
    doc['steps'] = [interval(
        place, rate, 0.2 * (place == 8), 40_000 * 1.6 ** place,
        planned_per_second=rate, step=place, rate_first=rate, rate_last=rate)
        for place, rate in enumerate(rates, 1)]
    return doc


def capacity(**more):
    rates = ((20_000, 0), (40_000, 0), (80_000, 0.03), (56_000, 0.002),
             (47_000, 0.0))
    return {**head('udpmill.capacity/1', mode='paced'), 'loss_bound': 0.001,
            'precision': 1.02, 'capacity': 47_000.0, 'above': 56_000.0,
            'generator_limited': False, 'finished': True, 'carried': 47_000.0,
            'trials': [{
                'rate': float(rate), 'sent_per_second': rate * 0.99,
                'sent': rate * 3, 'lost': round(rate * 3 * loss),
                'loss': loss, 'latency_p50_ns': 50_000 + rate,
                'latency_p99_ns': 10 * rate, 'outcome': 'lossy'
                if loss > 0.001 else 'carried', 'main_cause': 'server_socket'
                if loss else None, 'balances': True, 'trains_refused': 0,
                'latency_ns': latency(50_000 + rate)}
                for rate, loss in rates], **more}


def stages():
    names = {'application_to_qdisc': 600, 'qdisc_to_driver': 230,
             'wire_and_peer': 3300, 'driver_to_application': 2250}
    return {**head(mode='stages'), 'interrupted': False, 'loss': {
        'sent': 1000, 'lost': 0, 'share': 0.0}, 'stages': {
        'seconds': 1.0, 'round_trip_ns': {'plain': latency(6500),
                                          'stamped': latency(6400)},
        'stages_ns': {**{name: {**latency(ns), 'share': ns / 6400}
                         for name, ns in names.items()},
                      'outside_device': None}}}


def stress():
    rows = [('sizes', 'as_expected', ''), ('checksum', 'failed',
            'taken with a wrong checksum'), ('churn', 'skipped', 'needs root'),
            ('bursts', 'otherwise', 'more was dropped than sent')]
    return {**head(mode='stress'), 'interrupted': False, 'stress': {
        'seconds': 2.0, 'server_gone': False, 'verdicts': {
            'as_expected': 1, 'otherwise': 1, 'failed': 1, 'skipped': 1,
            'cut': 0},
        'rows': [{'stress': name, 'case': 'all of them', 'verdict': verdict,
                  'why': why, 'expected': 'RFC 768: dropped',
                  'packets': 80, 'answered': 0, 'wrong': 0}
                 for name, verdict, why in rows]}}


def failed():
    return {'schema': 'udpmill.load/1', 'version': '0.1.0', 'argv': [],
            'config': {'remote': '127.0.0.1:7'}, 'outcome': 'unreachable',
            'exit_code': 4, 'error': '127.0.0.1:7: nobody listens'}


COLUMNS = ('start_s', 'seconds', 'omitted', 'sent', 'answered', 'sent_bytes',
           'answered_bytes', 'sent_per_second', 'answered_per_second', 'lost',
           'jitter_ns', 'trains_refused')
LATENCIES = ('count', 'min', 'p50', 'p90', 'p99', 'p999', 'max', 'mean')


def csv_of(rows, more=()):
    """The CSV of intervals, or of steps; more: columns behind those of
    latency."""
    names = [f'latency_{key}' + '_ns' * (key != 'count') for key in LATENCIES]
    lines = [','.join((*COLUMNS, *names, *more))]
    for row in rows:
        cells = {**row, 'omitted': int(row['omitted']),
                 'sent_per_second': row['sent'] / row['seconds'],
                 'answered_per_second': row['answered'] / row['seconds'],
                 **{name: (row['latency_ns'] or {}).get(key)
                    for name, key in zip(names, LATENCIES)}}
        lines.append(','.join(
            '' if cells[key] is None else str(cells[key])
            for key in (*COLUMNS, *names, *more)))
    return '\n'.join(lines) + '\n'


def hostile(text):
    doc = plain(share=0.1)
    doc['argv'].append(text)
    doc['config'].update(remote=text, mode=text)
    doc['environment']['server'].update(service=text, backend=text)
    doc['environment']['kernel'] = text
    doc['ledger']['dropped'][text[:100]] = 77
    doc['error'] = text
    return doc


def runs(**documents):
    """As load_file.joined() makes it of several files."""
    from udpmill_perf.file import load_file
    return load_file.joined([(f'{name}.json', load_file.check(
        copy.deepcopy(doc), name)) for name, doc in documents.items()])


def all_documents(text):
    """text: the hostile one."""
    unfinished = plain()
    unfinished['interrupted'] = True
    unexplained = plain()
    unexplained['ledger'].update(unexplained=12, balances=False)
    old = plain(share=0.01)
    for row in old['intervals']:
        del row['latency_ns'], row['planned_per_second'], row['step']
    del old['steps']
    return {
        'load': runs(plain=plain()), 'load lossy': runs(lossy=plain(
            share=0.02)), 'load ramp': runs(ramp=ramp()),
        'load capacity': runs(capacity=capacity()),
        'load stages': runs(stages=stages()),
        'load stress': runs(stress=stress()),
        'load failed': runs(failed=failed()),
        'load unexplained': runs(unexplained=unexplained),
        'load interrupted': runs(interrupted=unfinished),
        'load old': runs(old=old),
        'load several': runs(one=plain(), two=plain(
            rate=900_000, share=0.02, seed=2, train=1), ramp=ramp(),
            search=capacity(), again=capacity(capacity=40_000.0),
            stages=stages(), other=stages(), stress=stress(),
            failed=failed()),
        'load hostile': runs(hostile=hostile(text)),
        'load empty': runs(empty={'schema': 'udpmill.load/1'}),
        'bare load': {'schema': 'udpmill.load/1', 'kind': 'load'}}
