# SPDX-License-Identifier: MIT
"""The axis of plots of counted instructions. It begins at zero."""
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ... import human
from .svg import ink


def instructions(axes, least, most, signed=False):
    low, high = min(0, least), max(0, most)
    pad = 0.05 * (high - low or 1)
    axes.set_xlim(low - (pad if low < 0 else 0), high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(
        lambda value, _: f'{"+" if signed and value > 0 else ""}'
        f'{human.trimmed(value)}'))
    if low < 0:
        axes.axvline(0, color=ink('muted'), lw=1)
    axes.set_title('instructions per datagram, B minus A' if signed
                   else 'instructions per datagram')
