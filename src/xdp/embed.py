#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles a BPF program and writes its object file as a C array, so that the
program that loads it (xdp/object.h) needs no other file.

Arguments: SOURCE.bpf.c, the C file to write, the dependency file to write; then
the compiler, clang, and its flags.
"""
import pathlib
import subprocess
import sys
import tempfile

COLUMNS = 12


def lines(data):
    for at in range(0, len(data), COLUMNS):
        yield "\t" + " ".join(f"0x{b:02x}," for b in data[at:at + COLUMNS])


def main(source, output, depfile, *compiler):
    name = pathlib.Path(source).name.removesuffix(".bpf.c")
    with tempfile.TemporaryDirectory() as scratch:
        compiled = pathlib.Path(scratch, "object")
        run = subprocess.run([*compiler, "-c", source, "-o", compiled, "-MD",
                              "-MF", depfile, "-MT", output])
        if run.returncode:
            return run.returncode
        data = compiled.read_bytes()
    text = "\n".join(lines(data))
    pathlib.Path(output).write_text(f"""\
/* Made from {name}.bpf.c by xdp/embed.py. */
#include "xdp/object.h"

static const unsigned char bytes[] __attribute__((aligned(8))) = {{
{text}
}};

const struct xdp_object xdp_object_{name} = {{
\t.name = "{name}",
\t.data = bytes,
\t.bytes = sizeof(bytes),
}};
""")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
