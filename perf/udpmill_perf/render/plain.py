# SPDX-License-Identifier: MIT
"""Text from documents, made safe for one line of limited width."""
import unicodedata

# Characters that change the text direction, and line separators.
TURNING = set('\u200e\u200f\u2028\u2029') | {
    chr(code) for start, end in ((0x202a, 0x202f), (0x2066, 0x206a))
    for code in range(start, end)}


def clean(text):
    """One line: whitespace becomes a space, control characters become `?`."""
    out = []
    for char in str(text):
        if char in '\t\n\r\v\f\x85' or char in '\u2028\u2029':
            out.append(' ')
        elif char in TURNING or unicodedata.category(char) in ('Cc', 'Cs'):
            out.append('?')
        else:
            out.append(char)
    return ''.join(out)


def width(text):
    """Columns on a terminal."""
    columns = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        columns += 2 if unicodedata.east_asian_width(char) in 'WF' else 1
    return columns


def cut(text, columns):
    """Shortened to this many columns; two dots show that text is missing."""
    text = clean(text)
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 2:
        text = text[:-1]
    return (text + '..')[:columns]


def left(text, columns):
    text = cut(text, columns)
    return text + ' ' * (columns - width(text))


def right(text, columns):
    text = cut(text, columns)
    return ' ' * (columns - width(text)) + text


def wrap(text, columns, first='', rest=None):
    """Lines of whole words; a word that is longer than a line is split.

    A list of texts is wrapped only between the texts; a percent sign stays
    with its number."""
    rest = first if rest is None else rest
    lines, line, empty = [], first, True
    words = [clean(word) for word in text] if isinstance(text, list) \
        else [word.replace('\0', ' ') for word
              in clean(text).replace(' %', '\0%').split(' ') if word]
    for word in words:
        while word:
            room = columns - width(line) - (0 if empty else 1)
            if width(word) <= room:
                line += word if empty else ' ' + word
                word, empty = '', False
            elif not empty:
                lines.append(line)
                line, empty = rest, True
            else:
                part = _head(word, max(1, room))
                lines.append(line + part)
                word, line = word[len(part):], rest
    if not empty:
        lines.append(line)
    return lines


def _head(word, columns):
    part = ''
    for char in word:
        if part and width(part + char) > columns:
            break
        part += char
    return part
