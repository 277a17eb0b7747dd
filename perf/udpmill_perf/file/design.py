# SPDX-License-Identifier: MIT
"""What is fixed before anything is measured, and its hash."""
import hashlib
import json
from datetime import datetime, timezone


def design_hash(design):
    text = json.dumps(design, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()


def now():
    """The time as documents have it."""
    return datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
