# SPDX-License-Identifier: MIT
"""A comparison by time and one by counted instructions, of the same arms."""
from . import count_document
from .view import PAIRED, keyed, listed

# What tells an arm from another, beside its program and its kernel.
KEYS = {'options': [], 'settings': {}, 'append': ''}


def _program(arm):
    return {arm.get('sha256'), arm.get('git')} - {None, ''}


def _kernel(arm):
    return keyed(arm.get('kernel')).get('sha256')


def _files(arm):
    return [(keyed(file).get('name'), keyed(file).get('sha256'))
            for file in listed(arm.get('files'))]


def differing(counted, timed):
    """In what the arms of two views differ; '' if in nothing. A comparison on
    this host has no kernel: then the kernel must be the same in A and B.
    Programs are told by their commit too, since a guest's one is static."""
    if len(counted.arms) != 2 or len(timed.arms) != 2:
        return 'number'
    both = list(zip(counted.arms, timed.arms))
    for one, other in both:
        for key, none in KEYS.items():
            if (one.get(key) or none) != (other.get(key) or none):
                return key
        if _files(one) != _files(other):
            return 'files'
        if one.get('command'):      # of another server than udpmill
            if one['command'] != other.get('command'):
                return 'command'
        elif not _program(one) & _program(other):
            return 'program'
    kernels = [[_kernel(arm) for arm in view.arms]
               for view in (counted, timed)]
    alone = [sides for sides in kernels if None not in sides]
    if len(alone) == 2:
        return '' if kernels[0] == kernels[1] else 'kernel'
    return 'kernel' if any(a != b for a, b in alone) else ''


def pairs(views):
    """[(counted, timed, in what they differ), ...] of two arms each."""
    counted = [view for view in views if view.kind == count_document.KIND
               and len(view.arm_names) > 1]
    timed = [view for view in views if view.kind in PAIRED]
    return [(one, other, differing(one, other))
            for one in counted for other in timed]
