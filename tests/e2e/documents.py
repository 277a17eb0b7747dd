# SPDX-License-Identifier: MIT
"""Reads the JSON documents of the program under test, each of which is checked
against its schema, for the e2e suites.

Users may meet keys that their schema does not know, because later versions add
some. Here nothing may be printed that no schema describes.
"""

import copy
import functools
import json
import pathlib

try:
    from jsonschema import Draft202012Validator, exceptions
except ImportError:
    Draft202012Validator = None

FOLDER = pathlib.Path(__file__).parents[2] / "src/schema"
LACKING = None if Draft202012Validator else "install python3-jsonschema"

_checked = set()


def close(schema):
    """The same schema without room for other keys."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)
    return schema


@functools.cache
def load(name):
    """The schema of a document, by the name that the document gives."""
    path = FOLDER / f"{name.replace('/', '-')}.schema.json"
    return json.loads(path.read_text())


@functools.cache
def validators(name):
    """Of each kind that a document can be: its keys, and who checks it."""
    schema = close(copy.deepcopy(load(name)))
    kinds = schema.pop("oneOf", None)
    if not kinds:
        return [(set(schema["properties"]), Draft202012Validator(schema))]
    parts = schema["$defs"]
    names = [kind["$ref"].rsplit("/", 1)[1] for kind in kinds]
    return [(set(parts[kind]["properties"]),
             Draft202012Validator({**parts[kind], "$defs": parts}))
            for kind in names]


def complaint(value):
    """What is wrong with a document, or None."""
    name = value["schema"]
    _, validator = max(validators(name),
                       key=lambda v: (len(v[0] & set(value)), -len(v[0])))
    error = exceptions.best_match(validator.iter_errors(value))
    if not error:
        return None
    where = "/".join(str(part) for part in error.absolute_path)
    return f"{name}: {where}: {error.message}"


def check(text, value):
    known = isinstance(value, dict) and "schema" in value
    if not (known and Draft202012Validator) or hash(text) in _checked:
        return
    _checked.add(hash(text))
    wrong = complaint(value)
    if wrong:
        raise AssertionError(wrong)


def document(text):
    """The document in a text, which is checked."""
    value = json.loads(text)
    check(text, value)
    return value


def check_output(text):
    """Checks what a program has printed, one document or one in each line. What
    is none, or is cut short, is the caller's business."""
    if not text.startswith("{"):
        return
    try:
        document(text)
        return
    except json.JSONDecodeError:
        pass
    for line in text.splitlines():
        try:
            document(line)
        except json.JSONDecodeError:
            return
