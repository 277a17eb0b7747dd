# SPDX-License-Identifier: MIT
"""The virtual machine in which a kernel is timed: of as many CPUs as the two
sides need, by KVM, or by the emulator where KVM does not run."""
import os
import time
from dataclasses import dataclass

from ..errors import UNFIT, PerfError
from ..host.process import Program
from ..host.scratch import Scratch
from . import qemu

KVM, TCG = 'kvm', 'tcg'
ACCELERATORS = (KVM, TCG)
DEVICE = '/dev/kvm'
MEMORY_MIB = 1024
# A kernel is timed as it runs elsewhere, so nothing of it is turned off.
APPEND = 'console=ttyS0 quiet panic=-1 oops=panic'
CPUS = {KVM: 'host', TCG: 'max'}
OPTIONS = {KVM: ('-accel', 'kvm'), TCG: ('-accel', 'tcg,thread=multi')}
COMMON = ('-machine', 'q35', '-nodefaults', '-no-user-config', '-no-reboot',
          '-display', 'none')
TRY_S = 15    # within which a kernel prints something, if KVM runs it
EARLY = 'console=ttyS0 earlyprintk=serial,ttyS0'


@dataclass(frozen=True)
class Machine:
    """accelerator: KVM or TCG; why: of TCG, what is wrong with KVM."""
    path: str
    version: str
    accelerator: str
    cpus: int
    why: str = ''

    def as_dict(self):
        return {'qemu': self.version, 'accelerator': self.accelerator,
                'cpu': CPUS[self.accelerator], 'cpus': self.cpus,
                'memory_mib': MEMORY_MIB, 'append': APPEND}

    def command(self, image, initrd, append, _seed, console, results,
                _counts):
        """The arguments are those of qemu.Qemu.command()."""
        return [self.path, *COMMON, *OPTIONS[self.accelerator], '-cpu',
                CPUS[self.accelerator], '-smp', str(self.cpus), '-m',
                str(MEMORY_MIB),
                *qemu.boot_options(image, initrd, f'{APPEND} {append}',
                                   console, results)]


def prints(path, image, console):
    """Whether a kernel prints anything by KVM. One that cannot run it may
    only be noticed by this, if it is emulated itself."""
    argv = [path, *COMMON, *OPTIONS[KVM], '-cpu', CPUS[KVM], '-m',
            str(MEMORY_MIB), '-serial', f'file:{console}', '-kernel', image,
            '-append', f'{EARLY} panic=-1']
    deadline = time.monotonic() + TRY_S
    with Program(argv) as program:
        while time.monotonic() < deadline:
            if os.path.exists(console) and os.path.getsize(console):
                return True
            if not program.alive():
                return False
            time.sleep(0.02)
    return False


def refusal(path, image):
    """Why KVM cannot be used, or None."""
    if not os.path.exists(DEVICE):
        return f'there is no {DEVICE}'
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return f'no permission to use {DEVICE}'
    with Scratch('kvm') as folder:
        if prints(path, image, os.path.join(folder, 'console')):
            return None
    return f'a kernel by KVM printed nothing within {TRY_S} s'


def find(wanted, cpus, image):
    """The Machine. wanted: an accelerator, or None for KVM where it works,
    which is tried with a kernel."""
    path, version = qemu.installed()
    why = '' if wanted == TCG else refusal(path, image)
    if wanted == KVM and why:
        raise PerfError(f'--accel kvm: {why}; --accel tcg emulates a CPU, '
                        'which shows no times of a kernel', UNFIT)
    if why is None:
        return Machine(path, version, KVM, cpus)
    return Machine(path, version, TCG, cpus, why)
