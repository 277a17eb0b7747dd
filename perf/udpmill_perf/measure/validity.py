# SPDX-License-Identifier: MIT
"""Whether a trial can be trusted, by fixed rules, before any statistics.

INVALID: the harness or the programs failed, so the figures mean nothing.
SUSPECT: the host, or the setting, interfered. The figures stay in the main
analysis, and a second analysis leaves them out.
"""
from ..outcomes import INVALID, OTHERS, STEAL, SUSPECT, VALID

STEAL_MOST = 0.05      # of the CPUs' time
OTHERS_MOST = 0.05     # of the CPUs' time
SATURATED = 0.98       # of the CPUs it may use
IDLE_SERVER = 0.90
REFUSED_MOST = 0.01    # of the datagrams sent
RATE_LEAST = 0.95      # of the datagrams that an open loop should send
SHARED = ('the host\'s counters were used, which count other programs\' '
          'datagrams too')


def of_host(window, cpus):
    reasons = []
    room = window.seconds * cpus
    steal = window.machine['steal'] / room
    others = window.other_s() / room
    if steal > STEAL_MOST:
        reasons.append(f'{STEAL} ({steal:.0%})')
    if others > OTHERS_MOST:
        reasons.append(f'{OTHERS} ({others:.0%})')
    return reasons


def of_generator(window, workload):
    """A generator at its limit measures itself. On a single host, it also does
    the work of the receive path, so the trial is SUSPECT, and the reader has
    to judge. With a rate, the generator spins between datagrams, and the
    question is whether it kept the rate."""
    if workload.rate:
        return of_rate(window, workload.rate)
    client = window.run_s['client'] / window.seconds
    server = window.run_s['server'] / window.seconds / workload.workers
    if client > SATURATED * workload.threads and server < IDLE_SERVER:
        return [f'the generator was saturated ({client:.0%}) and the server '
                f'was not ({server:.0%})']
    return []


def of_rate(window, wanted):
    got = window.datagrams / window.seconds
    if got < RATE_LEAST * wanted:
        return [f'the rate was not kept ({got:.0f}/s of {wanted:.0f}/s)']
    return []


def of_ledger(load):
    ledger = load['ledger']
    if not ledger['balances']:
        return [f'the ledger does not balance: {ledger["unexplained"]} '
                'datagrams unexplained']
    if not ledger['server_seen']:
        return ['the generator did not see the server\'s counters']
    if ledger['corrupt']:
        return [f'{ledger["corrupt"]} corrupt replies']
    return of_refusals(ledger)


def of_refusals(ledger):
    """Refused datagrams cost the server almost nothing, so too many of them
    make the trial INVALID."""
    refused = sum(ledger['refused'].values())
    if refused > REFUSED_MOST * ledger['sent']:
        causes = ', '.join(c for c, n in ledger['refused'].items() if n)
        return [f'the server refused {refused} of {ledger["sent"]} datagrams '
                f'({causes})']
    return []


def of_replies(load, workload):
    """Of a server without counters: the generator's ledger is all there is."""
    ledger = load['ledger']
    if ledger['corrupt']:
        return [f'{ledger["corrupt"]} corrupt replies']
    if workload.answers and not ledger['answered']:
        return ['the server answered nothing']
    return []


def judge_foreign(window, load, workload, cpus, own_counters, steady):
    """The same as judge(), for a server without counters. own_counters: those
    of the kernel count nobody else's datagrams; steady: the server's processes
    stayed the same."""
    wrong = of_replies(load, workload)
    if not wrong and window.datagrams <= 0:
        wrong = ['no datagram arrived in the window']
    if wrong:
        return INVALID, wrong
    suspect = of_host(window, cpus) + of_generator(window, workload)
    if not own_counters:
        suspect.append(SHARED)
    if not steady:
        suspect.append('processes of the server started or ended, so its CPU '
                       'time is not complete')
    return (SUSPECT if suspect else VALID), suspect


def judge(window, load, workload, cpus):
    """Returns (VALID, SUSPECT or INVALID; the reasons)."""
    wrong = of_ledger(load)
    if window.datagrams <= 0:
        wrong.append('no datagram arrived in the window')
    if wrong:
        return INVALID, wrong
    suspect = of_host(window, cpus) + of_generator(window, workload)
    return (SUSPECT if suspect else VALID), suspect
