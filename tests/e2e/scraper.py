# SPDX-License-Identifier: MIT
"""Asks an endpoint for metrics, as a scraper does, or as nobody should."""

import http.client
import socket
import struct
from urllib.parse import urlsplit

import exposition

OPENMETRICS = "application/openmetrics-text;version=1.0.0"
SECONDS = 30


def connect(url, timeout=SECONDS):
    """A connection to http://HOST:PORT/... or unix:PATH."""
    if url.startswith("unix:"):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(timeout)
        s.connect(url.removeprefix("unix:"))
        return s
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port),
                                    timeout=timeout)


def request(url, path="/metrics", method="GET", **headers):
    """Status, headers and body of one reply."""
    c = http.client.HTTPConnection("localhost")
    c.sock = connect(url)
    with c.sock:
        c.request(method, path, headers=headers)
        r = c.getresponse()
        return r.status, r.headers, r.read().decode()


def families(url):
    """All metrics, by name, in OpenMetrics."""
    status, _, text = request(url, Accept=OPENMETRICS)
    assert status == 200, status
    return exposition.parse(text)


def assert_client_agrees(case, url):
    """The parser of Prometheus's own client reads the same families."""
    try:
        from prometheus_client.openmetrics import parser
    except ImportError as e:
        case.skipTest(f"{e} (Debian: python3-prometheus-client)")
    _, _, text = request(url, Accept=OPENMETRICS)
    theirs = {f.name: f.type
              for f in parser.text_string_to_metric_families(text)}
    ours = {name: f.kind for name, f in exposition.parse(text).items()}
    case.assertEqual(theirs, ours)


def total(url, name):
    """The sum over a family's samples."""
    return families(url)[name].total()


def drain(s):
    """What comes until the other side closes or resets."""
    parts = []
    try:
        while part := s.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def reset(s):
    """Close with a reset, whatever is still on its way."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                 struct.pack("ii", 1, 0))
    s.close()
