# SPDX-License-Identifier: MIT
"""What suites of the ledger share: a server in a namespace, and runs that must
balance in each direction."""

import json
import sys

import balance
from documents import document
from namespaces import HOSTS, NAMES, inside
from program import Server

UDPMILL = sys.argv.pop(1)
CLIENT, SERVER = 0, 1


def serve(*arguments, side=SERVER, host=None):
    return Server(UDPMILL, f"{host or HOSTS[side]}:0", *arguments,
                  prefix=inside(side))


class Case(balance.Balance):
    def load(self, address, *arguments, code=0, seconds="500ms", **more):
        """Make a run that must balance, in each direction and in total."""
        return self.balanced(balance.load(
            UDPMILL, address, "--netns", NAMES[CLIENT], *arguments,
            seconds=seconds, **more)[0], code)

    def balanced(self, r, code):
        report = document(r.stdout) if r.stdout else None
        ledger = self.assertBalances(r, report, code, faults=())
        said = json.dumps(ledger)
        self.assertWay(ledger["request"], said, ledger["repeated"])
        self.assertWay(ledger["reply"], said)
        for bounds in ledger["dropped_bounds"].values():
            self.assertLessEqual(bounds["datagrams_low"],
                                 bounds["datagrams_high"])
        return ledger

    def assertWay(self, way, said, repeated=0):
        self.assertEqual(way["sent"] + repeated,
                         way["arrived"] + sum(way["dropped"].values()), said)
        if way["dropped_bytes"] is not None and not repeated:
            self.assertEqual(
                way["sent_bytes"],
                way["arrived_bytes"] + sum(way["dropped_bytes"].values()),
                said)

    def assertLost(self, way, *causes):
        """Lost by each of these causes, and by no others but two of the whole
        host: an unresolved neighbour, and a busy CPU's full backlog."""
        self.assertLessEqual(set(causes), set(way["dropped"]), way)
        self.assertLessEqual(set(way["dropped"]),
                             {"neighbour", "backlog", *causes}, way)
