# SPDX-License-Identifier: MIT
"""Checks whether files of boots can be compared: what must be the same in all
of them, or within a side; and finds what differs between the sides."""
from ..errors import PerfError
from .merge import chosen_arm

BOOT = 'boot.id'
SAME_EVERYWHERE = ('cpu.model',)
SAME_WITHIN = ('kernel.release', 'kernel.version')
# Two kernels are the same only if all of these are.
KERNEL = ('kernel.release', 'kernel.version', 'kernel.cmdline')


def _before(run):
    return run['environment']['before']


def _usable(path, run):
    if run['kind'] != 'run':
        raise PerfError(f'{path}: is of kind {run["kind"]}; give files of '
                        '"udpmill perf run"')
    if not run['complete']:
        raise PerfError(f'{path}: is not complete ({run["stopped"]}); leave '
                        'it out, or run it again in a new boot')
    boot = _before(run).get(BOOT)
    if not boot or not isinstance(boot, str):
        raise PerfError(f'{path}: environment.before has no "{BOOT}", a text '
                        'that identifies the boot; measure it again')


def _same(files, what, value_of):
    """Raises PerfError if two files differ, and names them."""
    first_path, first = files[0]
    for path, run in files[1:]:
        if value_of(run) != value_of(first):
            raise PerfError(f'{path}: {what} is {value_of(run)}, but '
                            f'{value_of(first)} in {first_path}')


def _once(files):
    seen = {}
    for path, run in files:
        boot = _before(run)[BOOT]
        if boot in seen:
            raise PerfError(f'{path}: the same boot as {seen[boot]} ({boot}): '
                            'reboot between the runs')
        seen[boot] = path


def _arm_of(name):
    def describe(run):
        arm = chosen_arm(run, name, 'a file')
        return (f'{arm.get("sha256")} {" ".join(arm.get("options", []))} '
                f'{sorted(arm.get("settings", {}).items())}')
    return describe


def check(sides, arm=None):
    """Raises PerfError if the files cannot be compared."""
    everything = [file for side in sides for file in side]
    for path, run in everything:
        _usable(path, run)
        chosen_arm(run, arm, path)
    _same(everything, 'the design', lambda run: run['design_sha256'])
    _same(everything, 'the list of workloads',
          lambda run: ', '.join(w['name'] for w in run['workloads']))
    for key in SAME_EVERYWHERE:
        _same(everything, key, lambda run: _before(run).get(key))
    for side in sides:
        for key in SAME_WITHIN:
            _same(side, f'{key} within a side',
                  lambda run: _before(run).get(key))
        _same(side, 'what was measured within a side (sha256, options, '
              'settings)', _arm_of(arm))
    _once(everything)


def _constant(side):
    """The keys that have the same value in all boots of a side."""
    first = _before(side[0][1])
    return {key: value for key, value in first.items()
            if all(_before(run).get(key) == value for _, run in side)}


def environment(sides):
    """The environment of the merged document: A's is "before", B's is "after",
    and "changed" lists the keys with one value in A and another in B."""
    a, b = (_constant(side) for side in sides)
    return {'before': a, 'after': b,
            'changed': sorted(key for key in a.keys() & b.keys()
                              if a[key] != b[key]),
            'fingerprint': sides[0][0][1]['environment'].get('fingerprint',
                                                             '0' * 12)}


def equal(sides, arm=None):
    """Whether A and B are the same. Unknown values count as different, because
    equal arms can never fail a job."""
    describe = _arm_of(arm)
    found = environment(sides)
    return (all(found['before'].get(key) for key in KERNEL)
            and not found['changed']
            and describe(sides[0][0][1]) == describe(sides[1][0][1]))


def in_turns(sides):
    """False if all boots of one side came before those of the other: then
    drift of the machine would look like a difference."""
    a, b = (sorted(run['started'] for _, run in side) for side in sides)
    return not (a[-1] < b[0] or b[-1] < a[0])
