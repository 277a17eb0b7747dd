# SPDX-License-Identifier: MIT
"""The root file system of the guest: its init, udpmill, modules, the plan, and
programs of this host that paths need."""
import os

from ..errors import UNFIT, PerfError
from . import cpio, programs

FOLDERS = ('bin', 'dev', 'etc', 'modules', 'proc', 'run', 'sys', 'tmp', 'var')
UDPMILL = '/bin/udpmill'  # in the guest


def contents(path):
    try:
        with open(path, 'rb') as f:
            return f.read()
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}', UNFIT) from error


def put(entries, name, data, mode):
    """Add a file by its absolute path, with the directories above it."""
    name = name.lstrip('/')
    above = name.split('/')[:-1]
    for i in range(1, len(above) + 1):
        folder = '/'.join(above[:i])
        entries.setdefault(folder, cpio.folder(folder))
    entries[name] = cpio.file(name, data, mode)


def compose(init, own, plan, modules, names=(), files=None):
    """The archive. init: its path here; own: paths here of udpmill and the
    like, by those in the guest; plan: its text; modules: their contents by
    name, in order; names: of this host's programs; files: others, by their
    paths in the guest, as pairs of contents and mode."""
    entries = {name: cpio.folder(name) for name in FOLDERS}
    # The kernel opens it for init, before anything is mounted.
    entries['dev/console'] = cpio.character_device('dev/console', 5, 1)
    entries['var/run'] = cpio.link('var/run', '/run')
    put(entries, 'init', contents(init), 0o755)
    for name, path in own.items():
        put(entries, name, contents(path), 0o755)
    put(entries, 'plan', plan.encode(), 0o644)
    for name, data in modules.items():
        put(entries, f'modules/{name}.ko', data, 0o644)
    for name, (contained, mode) in (files or {}).items():
        put(entries, name, contained, mode)
    paths = {name: programs.find(name) for name in names}
    for name, path in paths.items():
        put(entries, f'bin/{name}', contents(path), 0o755)
    for path in (*own.values(), *paths.values()):
        for library in programs.libraries(path):
            put(entries, os.path.normpath(library), contents(library), 0o755)
    return cpio.archive(entries.values())
