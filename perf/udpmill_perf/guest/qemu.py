# SPDX-License-Identifier: MIT
"""The emulator: whether it is fit, and how it is started. All that a processor
or a machine brings into a count is in this file."""
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from ..errors import UNFIT, PerfError
from ..host.process import how_ended
from . import parts

PROGRAM, PACKAGE = 'qemu-system-x86_64', 'qemu-system-x86'
OLDEST = 7, 0
TRY_S = 20
MEMORY_MIB = 512
# src/ARCHITECTURE.md, decision 48: a model by its version, with features of
# today's servers that the emulator has, and without those that only some
# releases of it have. "enforce" refuses to start rather than leave one out.
CPU = ('Haswell-v2,+smap,+adx,+clflushopt,-pcid,-invpcid,-x2apic,'
       '-tsc-deadline,enforce')
APPEND = ('console=ttyS0 quiet panic=-1 oops=panic nokaslr norandmaps '
          'mitigations=off random.trust_cpu=on tsc=reliable '
          'cryptomgr.notests')
# Everything that a boot depends on: no clock but the instructions', no
# devices but a console and the channel for results.
MACHINE = ('-machine', 'q35,accel=tcg', '-cpu', CPU, '-smp', '1', '-m',
           str(MEMORY_MIB), '-icount', 'shift=0,sleep=off', '-rtc',
           'clock=vm,base=2026-01-01', '-nodefaults', '-no-user-config',
           '-no-reboot', '-display', 'none')


def quoted(path):
    """A path as the value of an option that has several, with commas between
    them."""
    return path.replace(',', ',,')


def with_plugin(plugin, counts):
    return f'file={quoted(plugin)},out={quoted(counts)}'


def boot_options(image, initrd, command_line, console, results):
    """What is booted, and the files of its console and its results."""
    return ['-serial', f'file:{console}', '-chardev',
            f'file,id=results,path={quoted(results)}', '-device',
            'isa-debugcon,iobase=0xe9,chardev=results', '-kernel', image,
            '-initrd', initrd, '-append', command_line.strip()]


@dataclass(frozen=True)
class Qemu:
    """plugin: the path of the one that fits; api: its API."""
    path: str
    version: str
    plugin: str
    api: int

    def as_dict(self):
        return {'qemu': self.version, 'cpu': CPU, 'memory_mib': MEMORY_MIB,
                'append': APPEND, 'plugin_api': self.api}

    def command(self, image, initrd, append, seed, console, results, counts):
        """Paths of what a boot reads, and of what it writes."""
        return [self.path, *MACHINE, '-seed', str(seed),
                *boot_options(image, initrd, f'{APPEND} {append}', console,
                              results),
                '-plugin', with_plugin(self.plugin, counts)]


def run(argv, text=''):
    try:
        return subprocess.run(argv, input=text, capture_output=True, text=True,
                              errors='replace', timeout=TRY_S, check=False)
    except subprocess.TimeoutExpired:
        raise PerfError(f'{argv[0]}: did not end within {TRY_S} s',
                        UNFIT) from None
    except OSError as error:
        raise PerfError(f'{argv[0]}: {error.strerror}', UNFIT) from error


def version_of(path):
    done = run([path, '--version'])
    found = re.search(r'version (\d+)\.(\d+)(\.\d+)*', done.stdout)
    if not found:
        raise PerfError(f'{path}: --version names none: '
                        f'{(done.stdout or done.stderr).strip()[:60]}', UNFIT)
    if (int(found[1]), int(found[2])) < OLDEST:
        raise PerfError(f'{path}: is version {found[0][8:]}, but '
                        f'{".".join(map(str, OLDEST))} or newer is needed',
                        UNFIT)
    return found[0][8:]


def refusal(path, plugin):
    """Why this QEMU does not take the plugin, or None. One of another API is
    refused at once."""
    done = run([path, '-machine', 'none', '-nodefaults', '-display', 'none',
                '-monitor', 'stdio', '-plugin',
                with_plugin(plugin, os.devnull)], 'quit\n')
    if done.returncode == 0:
        return None
    told = done.stderr.strip().splitlines()
    return told[0] if told else how_ended(done.returncode)


def installed():
    """(path, version) of the emulator."""
    path = shutil.which(PROGRAM)
    if not path:
        raise PerfError(f'needs {PROGRAM}; run sudo apt-get install {PACKAGE}',
                        UNFIT)
    return os.path.abspath(path), version_of(path)


def find():
    (path, version), why = installed(), None
    for api, name in parts.PLUGINS.items():
        plugin = parts.look(name)
        if plugin:
            why = refusal(path, plugin)
            if why is None:
                return Qemu(path, version, plugin, api)
    if why is None:
        parts.find(parts.PLUGINS[1])
    raise PerfError(f'{path}: {version} takes no plugin of ours: {why}', UNFIT)
