#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the completion of a shell, from what the program lists of itself:
generate.py SHELL UDPMILL"""
import sys

import bash
import fish
import options
import zsh

SHELLS = {'bash': bash, 'zsh': zsh, 'fish': fish}

if __name__ == '__main__':
    shell, udpmill = sys.argv[1:]
    sys.stdout.write(SHELLS[shell].script(options.read(udpmill)))
