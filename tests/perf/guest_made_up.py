# SPDX-License-Identifier: MIT
"""Made files for the tests of guests: kernel images, ELF files, and what a
guest and the plugin write."""
import json
import struct


def image(release, version):
    """The first bytes of a bzImage."""
    text = f'{release} (who@where) {version}'.encode() if release else b''
    made = bytearray(0x1000)
    struct.pack_into('<H', made, 0x1fe, 0xaa55)
    made[0x202:0x206] = b'HdrS'
    struct.pack_into('<H', made, 0x20e, 0x800 if release else 0)
    made[0xa00:0xa00 + len(text)] = text
    return bytes(made)


def elf(sections, kind=2, segments=()):
    """An ELF file. sections: (name, type, link, contents); segments: (kind,
    address)."""
    rows = [('', 0, 0, b''), *sections]
    names = b'\0'.join(name.encode() for name, *_ in rows) + b'\0.shstrtab\0'
    rows.append(('.shstrtab', 3, 0, names))
    body, at = b'', 64 + 56 * len(segments)
    heads, name_at = [], 0
    for name, type_, link, data in rows:
        heads.append(struct.pack('<IIQQQQIIQQ', name_at, type_, 0, 0,
                                 at + len(body), len(data), link, 0, 1, 0))
        body += data
        name_at += len(name) + 1
    head = b'\x7fELF\x02\x01\x01' + bytes(9) + struct.pack(
        '<HHIQQQIHHHHHH', kind, 62, 1, 0, 64, at + len(body), 0, 64, 56,
        len(segments), 64, len(rows), len(rows) - 1)
    parts = b''.join(struct.pack('<IIQQQQQQ', kind, 5, 0, address, address, 0,
                                 0, 4096) for kind, address in segments)
    return head + parts + body + b''.join(heads)


def module(**info):
    rows = ''.join(f'{key}={value}\0' for key, value in info.items())
    return elf([('.modinfo', 1, 0, b'license=GPL\0' + rows.encode())], 1)


def program(functions, kind=2, segments=((1, 0),)):
    """An ELF program. functions: (name, address, size)."""
    names, table = b'\0', bytes(24)
    for name, address, size in functions:
        table += struct.pack('<IBBHQQ', len(names), 0x12, 0, 1, address, size)
        names += name.encode() + b'\0'
    return elf([('.symtab', 2, 2, table), ('.strtab', 3, 0, names)], kind,
               segments)


def frame(tag, body=''):
    data = body.encode()
    return b'@%s %d\n%s\n' % (tag.encode(), len(data), data)


def load_report(*answered, sent=None):
    sent = sent or answered
    return json.dumps({'count_marks': [{'sent': s, 'answered': a}
                                 for s, a in zip(sent, answered)]})


KALLSYMS = """\
ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81001000 T do_syscall_64
ffffffff81002000 t __udp_enqueue_schedule_skb
ffffffff81003000 t udp_sendmsg.cold
ffffffff81004000 T udp_sendmsg
ffffffff81005000 t do_idle
ffffffff81006000 t worker_thread
ffffffff81007000 T unheard_of
ffffffffc0000000 t veth_xmit\t[veth]
"""
PROGRAM = [('serve', 0x401000, 0x100), ('load', 0x402000, 0x100)]
INIT_AT = 0x10000040


def counts(*workloads):
    """The plugin's text. workloads: two lists of blocks each."""
    rows = ['udpmill-count 1 api=1 target=x86_64']
    for i, windows in enumerate(workloads):
        rows.append(f'workload {i}')
        for number, blocks in enumerate(windows, 1):
            rows.append(f'window {number} switches={number}')
            rows += [f'b {address:x} ' + ' '.join(map(str, rest))
                     for address, *rest in blocks]
            rows.append(f'end {number}')
        rows.append(f'done {i}')
    return '\n'.join(rows) + '\n'
