# SPDX-License-Identifier: MIT
"""Made-up documents of `count`: the boots are made up, and what follows from
them is computed, as the program does it."""
import copy
import hashlib
import json
import math
import random

from udpmill_perf.file import count_document
from udpmill_perf.judge import exact

ECHO, DISCARD = 'echo-mmsg-single-64', 'discard-mmsg-trains-64'
TOLERANCE = math.log(1.005)
# name, group, instructions per call, calls per datagram
FUNCTIONS = [
    ('udp_sendmsg', 'udp', 412, 2), ('udp_recvmsg', 'udp', 351, 2),
    ('ip_make_skb', 'ip', 298, 2), ('ip_rcv', 'ip', 141, 2),
    ('fib_table_lookup', 'ip', 133, 2), ('ipv4_mtu', 'ip', 26, 4),
    ('udp4_lib_lookup2', 'udp', 94, 4), ('compute_score', 'udp', 0, 0),
    ('apparmor_socket_sendmsg', 'security', 10, 2),
    ('__alloc_skb', 'memory', 186, 2), ('kmem_cache_free', 'memory', 93, 4),
    ('kmem_cache_alloc_node', 'memory', 121, 2),
    ('rep_movs_alternative', 'copying', 19, 4),
    ('copy_user_generic_string', 'copying', 22, 4),
    ('loopback_xmit', 'device', 88, 2), ('__dev_queue_xmit', 'device', 209, 2),
    ('process_backlog', 'softirq', 74, 2), ('__do_softirq', 'softirq', 131, 2),
    ('entry_SYSCALL_64', 'system call entry', 55, 0.0625),
    ('do_syscall_64', 'system call entry', 41, 0.0625),
    ('__sys_sendmmsg', 'socket', 188, 1 / 32),
    ('sock_sendmsg', 'socket', 60, 2),
    ('sockfd_lookup_light', 'socket', 31, 1),
    ('__schedule', 'scheduler and idle', 617, 0.03),
    ('default_idle', 'scheduler and idle', 12, 0.01),
    ('ep_poll', 'socket', 402, 0.03),
    ('tick_sched_timer', 'timers', 230, 0.002),
    ('worker_turn', 'udpmill', 92, 0.0625), ('echo_handle', 'udpmill', 17, 1),
    ('batch_send', 'udpmill', 61, 0.0625), ('[unknown]', 'other', 7, 0.5)]
PATCHED = {'compute_score': (23, 4), 'udp4_lib_lookup2': (60, 4),
           'apparmor_socket_sendmsg': (32, 2), 'ipv4_mtu': (35, 4),
           'kmem_cache_alloc_node': (121, 3)}


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def arm(name, release='6.1.0-47-cloud-amd64', **more):
    return {'name': name, 'label': release, 'binary': '/usr/bin/udpmill',
            'sha256': sha('udpmill'), 'build_id': None, 'version': '0.1.0',
            'git': '4f1c2ab', 'options': [], 'settings': {}, 'append': '',
            'kernel': {'path': f'/boot/vmlinuz-{release}',
                       'sha256': sha(release), 'release': release,
                       'version': '#1 SMP PREEMPT_DYNAMIC'}, **more}


def counted(datagrams, functions, start=90_000, kworker=31_000):
    """What a boot counted of a workload. functions: rows as in a document, of
    so many datagrams."""
    user = sum(row[2] for row in functions if row[1] == 'udpmill')
    whole = sum(row[2] for row in functions)
    again = sum(row[4] for row in functions)
    windows = [{'datagrams': factor * datagrams,
                'instructions': start + factor * whole,
                'user': start // 9 + factor * user,
                'kernel': start - start // 9 + factor * (whole - user),
                'iterations': factor * again, 'switches': 40 * factor,
                'left_out': {'kworker': kworker * factor, 'rcu': 900}}
               for factor in (1, 2)]
    return {'windows': windows, 'functions': functions}


def rows(seed, datagrams=10_000, changes=None, noise=0.002):
    """The functions of a boot; a seed moves each of them by so much."""
    rng = random.Random(seed)
    found = []
    for name, group, each, calls in FUNCTIONS:
        each, calls = (changes or {}).get(name, (each, calls))
        calls = round(calls * datagrams)
        if calls:
            moved = round(each * calls * (1 + rng.uniform(-noise, noise)))
            again = 56 * calls if group == 'copying' else 0
            found.append([name, group, moved, calls, again])
    return found


def start(arms, workloads=(ECHO, DISCARD), seeds=(1, 2, 3), **design):
    doc = count_document.new(
        '0.1.0', ['udpmill', 'perf', 'count', '--a-kernel', 'a', '--b-kernel',
                  'b', *workloads],
        {'warm': 1000, 'datagrams': 10_000, 'seeds': list(seeds),
         'tolerance': TOLERANCE, 'by': 'function', 'without': [],
         'workloads': list(workloads), **design})
    doc.update(started='2026-11-30T09:00:00Z', seconds=74.2, arms=arms,
               workloads=[{'name': name} for name in workloads], machine={
                   'qemu': '7.2.22', 'cpu': 'Skylake-Client', 'memory_mib':
                   512, 'append': 'console=ttyS0', 'plugin_api': 1})
    return doc


def boot(doc, name, seed, twin, make):
    """make(workload): its functions, as rows."""
    doc['boots'].append({
        'arm': name, 'seed': seed, 'twin': twin, 'seconds': 9.3, 'workloads': {
            one['name']: counted(doc['design']['datagrams'],
                                 make(one['name']))
            for one in doc['workloads']}})


def finish(doc, complete=True):
    doc['complete'] = complete
    doc.update(exact.judge(doc))
    return doc


def two(changes=None, noise=0.002, arms=None, apart=None, **design):
    """Two arms, B with changes: function -> (instructions per call, calls).
    apart(doc): changes the boots before they are judged."""
    arms = arms or [arm('A'), arm('B', '6.1.0-57-cloud-amd64')]
    doc = start(arms, **design)
    doc['aa'] = arms[0]['kernel'] == arms[1]['kernel']
    for seed in doc['design']['seeds']:
        for twin in (False, True)[:1 + (seed == doc['design']['seeds'][0])]:
            for one in arms:
                boot(doc, one['name'], seed, twin, lambda workload: rows(
                    f'{workload}{seed}', changes=changes
                    if one['name'] == 'B' and workload == ECHO else None,
                    noise=noise))
    if apart:
        apart(doc)
    return finish(doc)


def same():
    return two(arms=[arm('A'), {**arm('A'), 'name': 'B'}])


def alone(**design):
    doc = start([arm('A')], **design)
    for seed in doc['design']['seeds']:
        for twin in (False, True)[:1 + (seed == doc['design']['seeds'][0])]:
            boot(doc, 'A', seed, twin,
                 lambda workload: rows(f'{workload}{seed}'))
    return finish(doc)


def scaled(percent):
    """Every function of the udp group is longer, so that the whole is by so
    many percent."""
    whole = sum(each * calls for _, _, each, calls in FUNCTIONS)
    each = 412 + whole * percent / 100 / 2
    return {'udp_sendmsg': (each, 2)}


def differing(doc):
    """B's second boot of its seed has another count."""
    twin = next(boot for boot in doc['boots']
                if boot['twin'] and boot['arm'] == 'B')
    found = twin['workloads'][ECHO]
    found['functions'][0][2] += 7
    for place, window in enumerate(found['windows']):
        window['instructions'] += 7 * place
        window['kernel'] += 7 * place


def unfinished():
    doc = two(PATCHED)
    del doc['boots'][5:]
    doc['stopped'] = 'interrupted by SIGINT'
    return finish(doc, complete=False)


def hostile(text):
    """Each free text is one that a renderer could take for its own."""
    doc = two(PATCHED)
    kept = json.dumps(doc)
    for word in (ECHO, 'udp_sendmsg', 'security', 'kworker',
                 '6.1.0-57-cloud-amd64'):
        kept = kept.replace(json.dumps(word), json.dumps(text))
    doc = json.loads(kept)
    doc['verdicts'][0]['why'] = text
    doc['design']['without'] = [text]
    doc['machine'].update(qemu=text, cpu=text)
    doc['argv'].append(text)
    doc['arms'][0].update(git=text, options=[text], append=text)
    return doc


def empty(arms=2):
    doc = start([arm('A'), arm('B', '6.1.0-57-cloud-amd64')][:arms])
    doc['machine'] = {}
    doc['stopped'] = 'interrupted by SIGINT'
    return doc


def bare():
    """Only what tells the kind."""
    return {'schema': count_document.SCHEMA, 'kind': 'count'}


def all_documents(text):
    """text: the hostile one."""
    slower = {name: (each * 1.2, calls) for name, _, each, calls in FUNCTIONS}
    return {
        'count PASS': two(), 'count REGRESSION': two(PATCHED),
        'count IMPROVED': two({'udp_sendmsg': (300, 2)}),
        'count INCONCLUSIVE': two(noise=0.05),
        'count A/A': same(), 'count INVALID': two(apart=differing),
        'count by group': two(slower, by='group', without=[
            'scheduler and idle']),
        'count alone': alone(), 'count alone by group': alone(by='group'),
        'count unfinished': unfinished(), 'count hostile': hostile(text),
        'count empty': empty(), 'count empty alone': empty(1),
        'bare count': bare()}


def copied(doc):
    return copy.deepcopy(doc)
