# SPDX-License-Identifier: MIT
"""From blocks of instructions to windows and functions: what belongs to the
traffic, and what other tasks of the guest did meanwhile."""
from collections import defaultdict

from .counts import KERNEL
from .groups import group_of

# The guest's init is linked there, so that it is told from udpmill.
INIT = range(0x10000000, 0x18000000)
# What shows whose task it is, if it never leaves the kernel. Those in the
# first group work for the traffic.
WITHIN = {'do_idle': 'idle', 'cpu_startup_entry': 'idle',
          'run_ksoftirqd': 'ksoftirqd', 'napi_threaded_poll': 'napi',
          'io_wq_worker': 'io_uring', 'io_wqe_worker': 'io_uring',
          'io_sq_thread': 'io_uring'}
LEFT_OUT = {'worker_thread': 'kworker', 'rescuer_thread': 'kworker',
            'rcu_gp_kthread': 'rcu', 'rcu_nocb_gp_kthread': 'rcu',
            'rcu_nocb_cb_kthread': 'rcu', 'rcu_tasks_kthread': 'rcu',
            'rcu_tasks_one_gp': 'rcu', 'kcompactd': 'kcompactd',
            'kswapd': 'kswapd', 'khugepaged': 'khugepaged',
            'kauditd_thread': 'kauditd', 'oom_reaper': 'oom_reaper',
            'cpu_stopper_thread': 'migration', 'watchdogd': 'watchdogd',
            'irq_thread': 'irq', 'crypto_larval_kthread': 'cryptomgr',
            'cryptomgr_test': 'cryptomgr', 'kthread': 'kthread'}
INIT_TASK, SOME_TASK = 'init', 'other tasks'


def owner_of(functions, addresses):
    """(a task's name or None for udpmill, whether it is left out). functions:
    names of the kernel's that it ran; addresses: the user's."""
    if addresses:
        own = all(address in INIT for address in addresses)
        return (INIT_TASK, True) if own else (None, False)
    for table, left_out in (WITHIN, False), (LEFT_OUT, True):
        for root, name in table.items():
            if root in functions:
                return name, left_out
    return SOME_TASK, True


class Task:
    """What a task did in all windows. table: of its program's names."""

    def __init__(self):
        self.functions, self.addresses, self.table = set(), set(), None


def tasks_of(windows, names):
    """The Task of each index, with its owner."""
    found = defaultdict(Task)
    for window in windows:
        for block in window.blocks:
            task = found[block.task]
            if block.address & KERNEL:
                task.functions.add(names.of_kernel(block.address).name)
            else:
                task.addresses.add(block.address)
    for task in found.values():
        task.name, task.left_out = owner_of(task.functions, task.addresses)
        task.table = names.program_of(task.addresses)
    return found


class Sums:
    """Of one window."""

    def __init__(self, window, tasks, names):
        self.user = self.kernel = self.iterations = 0
        self.left_out = defaultdict(int)
        self.functions = defaultdict(lambda: [0, 0, 0])
        for block in window.blocks:
            task = tasks[block.task]
            if task.left_out:
                self.left_out[task.name] += block.insns * block.execs
            elif block.address & KERNEL:
                found = names.of_kernel(block.address)
                self.kernel += self.add(block, found, group_of(found.name))
            else:
                found = names.of_user(task.table, block.address)
                self.user += self.add(block, found, task.table.group)

    def add(self, block, found, group):
        """Returns the instructions of a block."""
        instructions = block.insns * block.execs
        self.iterations += block.iterations
        row = self.functions[found.name, group]
        row[0] += instructions
        row[1] += block.execs if found.is_entry else 0
        row[2] += block.iterations
        return instructions


def differences(first, second):
    """The functions of the second window minus those of the first, the
    largest first."""
    rows = []
    for key in {*first.functions, *second.functions}:
        before = first.functions.get(key, (0, 0, 0))
        after = second.functions.get(key, (0, 0, 0))
        row = [b - a for a, b in zip(before, after)]
        if any(row):
            rows.append([*key, *row])
    return sorted(rows, key=lambda row: (-abs(row[2]), row[:2]))


def of_workload(windows, datagrams, names):
    """The entry of a workload in a boot. windows: two of counts.Window;
    datagrams: in each."""
    tasks = tasks_of(windows, names)
    both = [Sums(window, tasks, names) for window in windows]
    return {'windows': [
        {'datagrams': n, 'instructions': sums.user + sums.kernel,
         'user': sums.user, 'kernel': sums.kernel,
         'iterations': sums.iterations,
         'left_out': dict(sorted(sums.left_out.items())),
         'switches': window.switches}
        for n, sums, window in zip(datagrams, both, windows)],
        'functions': differences(*both)}
