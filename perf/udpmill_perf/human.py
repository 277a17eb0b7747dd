# SPDX-License-Identifier: MIT
"""Numbers for human readers: three digits, a prefix, a unit."""
import math

NOTHING = '-'
PREFIXES = ((1e9, 'G'), (1e6, 'M'), (1e3, 'k'), (1, ''))
DURATIONS = ((1e9, 's'), (1e6, 'ms'), (1e3, 'us'), (1, 'ns'))


def number(value):
    """The value as a finite float; None for anything else, such as null."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def digits(value, significant=3):
    """Three significant digits, never an exponent."""
    if value == 0:
        return '0'
    value = float(f'{value:.{significant - 1}e}')
    places = significant - 1 - math.floor(math.log10(abs(value)))
    return f'{value:.{max(0, places)}f}'


def trimmed(value, significant=3):
    text = digits(value, significant)
    return text.rstrip('0').rstrip('.') if '.' in text else text


def grouped(value):
    """1 234 567, for counts."""
    value = number(value)
    return NOTHING if value is None else f'{value:,.0f}'.replace(',', ' ')


def _scaled(value, scales, unit, write):
    """With the largest scale that fits, or else the smallest."""
    value = number(value)
    if value is None:
        return NOTHING
    for scale, prefix in scales:
        if abs(value) >= scale * 0.9995:
            break
    return f'{write(value / scale)} {prefix}{unit}'.rstrip()


def si(value, unit='', write=digits):
    """1.20 M/s, 512 k, 12.0 /s."""
    return _scaled(value, PREFIXES, unit, write)


def duration(nanoseconds, write=digits):
    """830 ns, 1.24 us, 3.10 ms."""
    return _scaled(nanoseconds, DURATIONS, '', write)


def as_percent(logarithm):
    """A difference of logarithms in percent: exp(x) - 1."""
    return 100 * math.expm1(min(logarithm, 50))


def as_percent_of(value):
    """The same, rounded for other programs; None for anything but a
    number."""
    value = number(value)
    return None if value is None else float(f'{as_percent(value):.6g}')


def percent(logarithm, sign=True):
    """+4.9 %, for a difference of logarithms; zero never has a sign."""
    value = number(logarithm)
    if value is None:
        return NOTHING
    return f'{bare_percent(value, sign)} %'


def bare_percent(logarithm, sign=True):
    value = as_percent(logarithm)
    places = 1 if abs(value) < 99.95 else 0
    value = round(value, places) + 0.0
    if value == 0:
        return f'{0:.{places}f}'
    return f'{value:{"+" if sign else ""}.{places}f}'


def hundredths(logarithm, sign=True):
    """+0.87 %, for counts, which are exact. A small difference has more
    digits, and is never written as nothing: +0.0012 %, <0.0001 %."""
    value = number(logarithm)
    if value is None:
        return NOTHING
    value = as_percent(value)
    if value == 0:
        return '0 %'
    mark = '-' if value < 0 else '+'
    value = abs(value)
    if value < 0.00005:
        return '<0.0001 %'
    places = 4 if value < 0.005 else 2 if value < 99.995 else 0
    return f'{mark if sign else ""}{value:.{places}f} %'


def figure(value, sign=False):
    """12.35, 123.5, 12346: instructions per datagram, which are exact."""
    value = number(value)
    if value is None:
        return NOTHING
    size = abs(value)
    places = 0 if size >= 999.95 else 1 if size >= 99.995 else 2
    value = round(value, places) + 0.0
    return f'{value:{"+" if sign and value else ""}.{places}f}'


def interval(pair):
    """[+3.9, +5.9], in percent, for a pair of differences of logarithms."""
    low, high = ends(pair)
    if low is None and high is None:
        return NOTHING
    low = '-inf' if low is None else bare_percent(low)
    high = 'inf' if high is None else bare_percent(high)
    return f'[{low}, {high}]'


def ends(pair):
    """Both ends of an interval; None where an end is missing or infinite."""
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        return None, None
    return number(pair[0]), number(pair[1])


def span(show, low, high):
    """1.40 .. 1.46 M/s: the unit appears once if it is the same."""
    if number(low) is None and number(high) is None:
        return NOTHING
    low, high = show(low), show(high)
    first, _, unit = low.rpartition(' ')
    if first and unit == high.rpartition(' ')[2]:
        low = first
    return f'{low} .. {high}'


def share(fraction):
    """A fraction in percent: a margin, a level, a rate."""
    value = number(fraction)
    return NOTHING if value is None else f'{trimmed(100 * value)} %'


def margin(logarithm):
    """5 %: a margin as the user gave it; its logarithm was rounded."""
    value = number(logarithm)
    return NOTHING if value is None else f'{trimmed(as_percent(value))} %'


def ratio(value):
    value = number(value)
    if value is None:
        return NOTHING
    return f'{value:.2f}x' if abs(value) < 99.95 else f'{value:.0f}x'


def clock(seconds):
    """1 h 02 min, 5 min 12 s, 93 s."""
    value = number(seconds)
    if value is None:
        return NOTHING
    whole = int(round(value))
    if whole < 100:
        return f'{whole} s'
    if whole < 3600:
        return f'{whole // 60} min {whole % 60:02d} s'
    return f'{whole // 3600} h {whole % 3600 // 60:02d} min'


def count(amount, noun, plural=None):
    """1 block, 12 blocks."""
    if amount == 1:
        return f'1 {noun}'
    return f'{amount} {plural or noun + "s"}'


def shortened(text, room):
    """In that room, with both ends: "round 2: ech...eth: confirm, block 3".
    The second one has more of it, because it tells similar names apart."""
    if len(text) <= room:
        return text
    first = max(room - 3, 0) // 3
    last = max(room - 3 - first, 0)
    return (text[:first] + '...' + text[len(text) - last:])[:room]
