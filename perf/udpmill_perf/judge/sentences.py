# SPDX-License-Identifier: MIT
"""The reason for a verdict, in a sentence for the owner of the job that it
stopped. `verify` compares it too, so another wording makes older files look
changed."""
from .plan import percent_of_ln, setting


def percent(ln, digits=1):
    """0.0488 -> '5 %'"""
    text = f'{percent_of_ln(ln):.{digits}f}'
    if '.' in text:
        text = text.rstrip('0').rstrip('.')
    return f'{"0" if text == "-0" else text} %'


def probability(p):
    return 'p < 0.0001' if p < 0.0001 else f'p = {p:.2g}'


def confidence(alpha):
    return f'{100 * (1 - alpha):g} %'


def passed(design, f):
    sure = confidence(setting(design, 'alpha_pass'))
    tolerated = percent(setting(design, 'tolerance'))
    if f.high <= 0:
        return f'B is no worse than A ({sure} sure).'
    if f.low > setting(design, 'ignore'):
        return (f'B is worse by about {percent(f.estimate)}, but by no more '
                f'than {percent(f.high)} ({sure} sure), and {tolerated} is '
                'tolerated.')
    return (f'If B is worse, then by less than {percent(f.high)} ({sure} '
            f'sure), and {tolerated} is tolerated.')


def regression(design, f, p):
    return (f'B is worse by about {percent(f.estimate)}, and by more than the '
            f'{percent(setting(design, "ignore"))} that is ignored '
            f'({confidence(setting(design, "alpha_red"))} sure, '
            f'{probability(p)}).')


def improved(design, f, p):
    return (f'B is better by about {percent(-f.estimate)}, and by more than '
            f'the {percent(setting(design, "ignore"))} that is ignored '
            f'({confidence(setting(design, "alpha_red"))} sure, '
            f'{probability(p)}).')


def unclear(design, f, visible, needed, unit='blocks'):
    """Why it is INCONCLUSIVE: too much noise, or an effect close to the
    tolerance."""
    tolerated = percent(setting(design, 'tolerance'))
    if f.high is None:
        return f'{f.n} {unit} are too few to say anything.'
    up_to = f'B may be worse by up to {percent(f.high)}'
    if f.high <= 0 or f.high < setting(design, 'tolerance'):
        # Only if the design has no second phase.
        return (f'{up_to}, which is tolerated, but nothing confirms what the '
                'first blocks hint at.')
    if visible is None:
        return (f'{up_to}, and {tolerated} is tolerated: {f.n} {unit} are too '
                'few to show anything at this level.')
    if needed is not None and needed > f.n:
        return (f'{up_to}, and {tolerated} is tolerated: in this noise '
                f'{f.n} {unit} show only what is above {percent(visible)}; '
                f'for {tolerated} it takes about {needed}, or less noise.')
    return (f'{up_to}, and {tolerated} is tolerated; the estimate is '
            f'{percent(f.estimate)}, too near to it for {f.n} {unit} to tell.')


DOUBTED = ('Nothing was found, but most blocks have a suspect trial, and what '
           'makes them suspect would hide a slowdown.')

PHASES = {'warm': 'warm-up', 'screen': 'screen', 'confirm': 'confirmation',
          'extend': 'extension'}


def unfinished(phase, done, wanted):
    return (f'Stopped after {done} of the {wanted} blocks of its '
            f'{PHASES[phase]}.')


def unmeasured(gaps, blocks, unit='blocks'):
    return f'{gaps} of {blocks} {unit} have no figure of it.'


def invalid(lost, blocks):
    return (f'{lost} of {blocks} blocks could not be used: the measurement '
            'is at fault, not an arm; the trials have the reasons.')
