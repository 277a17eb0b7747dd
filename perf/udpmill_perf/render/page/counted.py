# SPDX-License-Identifier: MIT
"""Instructions a datagram, from documents of `count`."""
from ... import human
from ...file.view import keyed, listed


class Counted:
    """views: of documents of `count`."""

    def __init__(self, views):
        self.views = views
        self.rows = {}
        for view in views:
            arms = view.arm_names[:1]
            for row in listed(view.document.get('counts')):
                if str(keyed(row).get('arm')) in arms:
                    self.rows.setdefault(str(row.get('workload')), row)

    def __bool__(self):
        return bool(self.rows)

    def figure(self, workload, name='instructions'):
        """None if it was not counted."""
        return human.number(keyed(self.rows.get(workload)).get(name))

    @property
    def kernel(self):
        """The release of the kernel that was counted."""
        arms = [keyed(arm.get('kernel')).get('release')
                for view in self.views for arm in view.arms]
        return ', '.join(dict.fromkeys(str(a) for a in arms if a))

    @property
    def argv(self):
        return [listed(view.document.get('argv')) for view in self.views]
