# SPDX-License-Identifier: MIT
"""What a guest is made of: archives, kernel images, modules, and its plan."""
import gzip
import lzma
import os
import shutil
import stat
import struct
import subprocess

import pytest
from udpmill_perf.errors import UNFIT, USAGE, PerfError
from udpmill_perf.guest import (cpio, elf, initramfs, kernel, modules, paths,
                                plan, programs)
from guest_made_up import image, module

TRICKY = [cpio.folder('a'), cpio.file('a/empty', b''),
          cpio.file('a/one', b'1'), cpio.file('a/two', b'22', 0o600),
          cpio.file('a/three', b'333'), cpio.file('a/four', b'4444'),
          cpio.file('a/ and "blanks"', b'x' * 4097, 0o755),
          cpio.file('a/\u00e9', bytes(range(256))),
          cpio.folder('a/b', 0o700), cpio.link('a/b/there', '../one'),
          cpio.file('long' * 50, b'far')]


def cpio_program(*options, archive, folder):
    if not shutil.which('cpio'):
        pytest.skip('needs cpio; run sudo apt-get install cpio')
    done = subprocess.run(['cpio', '--quiet', *options], input=archive,
                          cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.decode()


def test_cpio_lists_all_names(tmp_path):
    listed = cpio_program('-it', archive=cpio.archive(TRICKY),
                          folder=tmp_path)
    # Depending on the locale, bytes above 127 are printed in octal.
    assert listed.replace('\\303\\251', '\u00e9').splitlines() == [
        entry.name for entry in TRICKY]


def test_cpio_unpacks_what_was_packed(tmp_path):
    cpio_program('-id', archive=cpio.archive(TRICKY), folder=tmp_path)
    for entry in TRICKY:
        path = tmp_path / entry.name
        found = path.lstat()
        assert stat.S_IFMT(found.st_mode) == stat.S_IFMT(entry.mode)
        if stat.S_ISREG(entry.mode):
            assert path.read_bytes() == entry.data
        if stat.S_ISLNK(entry.mode):
            assert os.readlink(path).encode() == entry.data
        else:
            assert found.st_mode == entry.mode


def test_a_device_is_described(tmp_path):
    listed = cpio_program('-itv', archive=cpio.archive(
        [cpio.character_device('console', 5, 1)]), folder=tmp_path)
    assert listed.startswith('crw-------') and '5,   1' in listed


def test_an_archive_is_padded_and_the_same_each_time():
    found = cpio.archive(TRICKY)
    assert len(found) % cpio.BLOCK == 0 and found == cpio.archive(TRICKY)
    assert cpio.archive([]).count(cpio.MAGIC) == 1


@pytest.mark.parametrize('name, size, why', [
    ('', 0, 'not a path'), ('/a', 0, 'not a path'),
    ('a/../b', 0, 'not a path'), ('a\0b', 0, 'not a path'),
    ('TRAILER!!!', 0, 'ends the archive'),
    ('a' * 4096, 0, 'longer than'), ('a', 1 << 32, '4 GiB')])
def test_what_the_format_cannot_hold_is_refused(name, size, why):
    with pytest.raises(PerfError, match=why):
        cpio.check(name, size)


def test_the_largest_that_fits_is_taken():
    cpio.check('a' * 4095, (1 << 32) - 1)


def test_order_and_doubles_in_an_archive():
    with pytest.raises(PerfError, match='before its directory'):
        cpio.archive([cpio.file('a/b', b''), cpio.folder('a')])
    with pytest.raises(PerfError, match='twice'):
        cpio.archive([cpio.folder('a'), cpio.folder('a')])


def test_a_kernel_is_found_in_an_image_a_package_and_a_tree(tmp_path):
    package = tmp_path / 'package'
    found = package / 'boot/vmlinuz-6.1.0-9-x'
    found.parent.mkdir(parents=True)
    found.write_bytes(image('6.1.0-9-x', '#1 SMP'))
    folder = package / 'lib/modules/6.1.0-9-x'
    folder.mkdir(parents=True)
    (folder / 'modules.order').write_text('')
    tree = tmp_path / 'tree'
    (tree / 'arch/x86/boot').mkdir(parents=True)
    (tree / 'arch/x86/boot/bzImage').write_bytes(image('6.9.0+', '#7 SMP'))
    for name in 'Kconfig', 'modules.order':
        (tree / name).write_text('')
    for text in package, package / 'boot', found:
        one = kernel.find(str(text))
        assert (one.image, one.release, one.version, one.modules) == (
            str(found), '6.1.0-9-x', '#1 SMP', str(folder))
        assert not one.is_tree
    one = kernel.find(str(tree))
    assert (one.release, one.modules, one.is_tree) == (
        '6.9.0+', str(tree), True)
    assert one.as_dict()['sha256'] == one.sha256 != kernel.find(
        str(found)).sha256


@pytest.mark.parametrize('lib', ['lib', 'usr/lib'])
def test_a_kernel_is_found_beside_its_modules(tmp_path, lib):
    folder = tmp_path / lib / 'modules/7.2.1-x'
    folder.mkdir(parents=True)
    (folder / 'modules.order').write_text('')
    (folder / 'vmlinuz').write_bytes(image('7.2.1-x', '#1 SMP'))
    one = kernel.find(str(tmp_path))
    assert (one.image, one.release, one.modules) == (
        str(folder / 'vmlinuz'), '7.2.1-x', str(folder))


@pytest.mark.parametrize('data, why', [
    (b'', 'not an x86 kernel image'), (b'\x7fELF' + bytes(9000), 'vmlinux'),
    (bytes(0x300), 'HdrS'), (image('', ''), 'names no version')])
def test_what_is_no_kernel_is_refused(tmp_path, data, why):
    path = tmp_path / 'image'
    path.write_bytes(data)
    with pytest.raises(PerfError, match=why) as caught:
        kernel.find(str(path))
    assert caught.value.exit_code == USAGE and str(path) in str(caught.value)


def test_places_without_a_kernel_or_with_two(tmp_path):
    with pytest.raises(PerfError, match='there is no such'):
        kernel.find(str(tmp_path / 'none'))
    with pytest.raises(PerfError, match='boot/vmlinuz'):
        kernel.find(str(tmp_path))
    for name in '6.1.0-9', '6.1.0-10':
        (tmp_path / f'vmlinuz-{name}').write_bytes(image(name, '#1'))
    with pytest.raises(PerfError, match='vmlinuz-6.1.0-10'):
        kernel.find(str(tmp_path))


def test_the_default_kernel_is_the_newest_with_modules(tmp_path):
    with pytest.raises(PerfError, match='tools.kernel newest') as caught:
        kernel.default(str(tmp_path / 'boot'))
    assert caught.value.exit_code == UNFIT
    (tmp_path / 'boot').mkdir()
    for name in '6.1.0-9', '6.1.0-10', '6.2.0-1':
        (tmp_path / f'boot/vmlinuz-{name}').write_bytes(image(name, '#1'))
        if name != '6.2.0-1':
            folder = tmp_path / f'lib/modules/{name}'
            folder.mkdir(parents=True)
            (folder / 'modules.order').write_text('')
    assert kernel.default(str(tmp_path / 'boot')).release == '6.1.0-10'


def test_versions_are_ordered_by_their_numbers():
    names = ['vmlinuz-5.19', 'vmlinuz-6.1-rc2', 'vmlinuz-6.1-rc10',
             'vmlinuz-6.1', 'vmlinuz-6.1.0-9', 'vmlinuz-6.1.0-10',
             'vmlinuz-6.12']
    assert sorted(reversed(names), key=kernel.by_version) == names


def made_modules(folder, files, **lists):
    """A Modules of a kernel with these files."""
    for name, data in files.items():
        path = folder / 'kernel' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name, text in lists.items():
        (folder / name.replace('_', '.')).write_text(text)
    return modules.Modules(kernel.Kernel('image', '6', '#1', str(folder)))


FILES = {
    'net/veth.ko': module(), 'net/llc/llc.ko': module(),
    'net/802/stp.ko': module(depends='llc'),
    'net/bridge/bridge.ko.xz': lzma.compress(module(depends='stp,llc')),
    'net/udp-tunnel.ko.gz': gzip.compress(module()),
    'net/vxlan.ko': module(depends='udp-tunnel', softdep='pre: crc post: x'),
    'crypto/crc-fast.ko': module(alias='crc'),
    'crypto/crc_generic.ko': module(alias='crc'),
}


def test_modules_come_after_what_they_need(tmp_path):
    made = made_modules(tmp_path, FILES)
    assert made.of_paths(['loopback']) == []
    assert made.of_paths(['veth', 'bridge', 'vxlan']) == [
        'veth', 'llc', 'stp', 'bridge', 'udp_tunnel', 'crc_generic', 'vxlan']
    assert made.read('bridge') == lzma.decompress(
        FILES['net/bridge/bridge.ko.xz'])


def test_modules_by_depmod_and_those_that_are_built_in(tmp_path):
    made = made_modules(
        tmp_path, {'net/bridge.ko': module(depends='nonsense'),
                   'net/stp.ko': module(), 'net/veth.ko': module()},
        modules_dep='kernel/net/bridge.ko: kernel/net/stp.ko kernel/net/llc.ko'
        '\nkernel/net/stp.ko: kernel/net/llc.ko\n',
        modules_builtin='kernel/net/llc.ko\n')
    assert made.of_paths(['bridge']) == ['veth', 'stp', 'bridge']


def test_an_alias_may_be_built_in(tmp_path):
    made = made_modules(tmp_path, FILES)
    (tmp_path / 'modules.builtin.modinfo').write_bytes(
        b'crc32.alias=crc\0crc32.license=GPL\0')
    assert 'crc_generic' in made.of_paths(['vxlan'])
    made = modules.Modules(made.kernel)
    assert 'crc_generic' not in made.of_paths(['vxlan'])


def test_a_tree_has_the_modules_of_its_list(tmp_path):
    for name in 'a/veth', 'a/stale':
        path = tmp_path / f'{name}.ko'
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(module())
    for list_ in 'kernel/a/veth.ko\n', 'a/veth.o\n', 'a/veth.ko\n':
        (tmp_path / 'Kconfig').write_text('')
        (tmp_path / 'modules.order').write_text(list_)
        made = modules.Modules(kernel.Kernel('i', '6', '#1', str(tmp_path)))
        assert made.of_paths(['veth']) == ['veth'] == list(made.paths)


def test_missing_modules_and_damaged_ones(tmp_path):
    made = made_modules(tmp_path, {
        'a/bridge.ko': module(depends='stp'), 'a/veth.ko': module(),
        'a/macvlan.ko.xz': b'nonsense', 'a/vxlan.ko': b'\x7fELF\x02\x01'})
    with pytest.raises(PerfError, match='stp, which bridge needs') as caught:
        made.of_paths(['bridge'])
    assert caught.value.exit_code == UNFIT
    with pytest.raises(PerfError, match='cannot be decompressed'):
        made.of_paths(['macvlan'])
    with pytest.raises(PerfError, match='damaged ELF'):
        made.of_paths(['vxlan'])
    far = bytearray(module())
    far[40:48] = b'\xff' * 8  # where its sections are
    with pytest.raises(PerfError, match='damaged ELF'):
        elf.Elf(bytes(far), 'far')
    nothing = modules.Modules(kernel.Kernel('image', '6', '#1', None))
    assert nothing.of_paths(['loopback']) == []
    with pytest.raises(PerfError, match='no directory with modules'):
        nothing.of_paths(['veth'])


def test_modules_that_need_each_other_are_refused(tmp_path):
    made = made_modules(tmp_path, {'a/veth.ko': module(depends='b'),
                                   'a/b.ko': module(depends='veth')})
    with pytest.raises(PerfError, match='veth'):
        made.of_paths(['veth'])


def test_zstd_is_used_where_it_is(tmp_path, monkeypatch):
    made = made_modules(tmp_path, {'a/veth.ko.zst': b''})
    monkeypatch.setattr(shutil, 'which', lambda _: None)
    with pytest.raises(PerfError, match='apt-get install zstd'):
        made.of_paths(['veth'])
    monkeypatch.undo()
    if not shutil.which('zstd'):
        pytest.skip('needs zstd; run sudo apt-get install zstd')
    done = subprocess.run(['zstd', '-qc'], input=module(), check=True,
                          capture_output=True)
    made = made_modules(tmp_path, {'a/veth.ko.zst': done.stdout})
    assert made.read('veth') == module()


def job(*server):
    return plan.Job('echo', ['/bin/udpmill', *server],
                    ['/bin/udpmill', 'load'])


def test_a_plan():
    text = plan.write(plan.Plan([job('serve')], ['veth'], {
        'net.ipv4.udp_mem': '1\t2 3'}, [('/bin/ip', 'netns', 'add', 'a')]),
        True)
    assert text == ('udpmill-plan 1\nmodule /modules/veth.ko\n'
                    'sysctl net.ipv4.udp_mem 1 2 3\n'
                    'run /bin/ip netns add a\n'
                    f'quiet {plan.QUIET_MS}\nworkload echo\n'
                    'ready /tmp/ready\nserver /bin/udpmill serve\n'
                    'load /bin/udpmill load\nend\nnames\noff\n')
    assert 'names' not in plan.write(plan.Plan([job()]), False)


def test_a_plan_with_priorities():
    jobs = [job(), plan.Job('b', ['/s'], ['/l'], 53, (2, 1))]
    rows = plan.write(plan.Plan(jobs), False).splitlines()
    assert rows[1:3] == ['sysctl kernel.sched_rt_runtime_us -1',
                         'policy softirq fifo 3']
    at = rows.index('workload b')
    assert rows[at + 1:at + 5] == ['listen 53', 'policy server fifo 2',
                                   'policy load fifo 1', 'server /s']
    assert len([row for row in rows if row.startswith('policy')]) == 3


@pytest.mark.parametrize('word', ['', 'a b', 'a\nb', 'a\tb', '\u00e9', '\0',
                                  'x' * 5000])
def test_words_that_a_plan_cannot_hold(word):
    with pytest.raises(PerfError):
        plan.write(plan.Plan([job(word)]), False)


def test_paths_in_a_guest_are_those_of_the_lab():
    loopback = paths.find('loopback', {'a.b': '1'})
    assert (loopback.host, loopback.commands) == ('127.0.0.1', ())
    if not shutil.which('nft', path=f'{os.environ["PATH"]}:/usr/sbin'):
        pytest.skip('needs nft; run sudo apt-get install nftables')
    found = paths.find('nft', {'net.ipv4.udp_early_demux': '0'})
    assert found.programs == ('ip', 'nft', 'sysctl')
    assert found.commands[0] == ('/bin/ip', 'netns', 'add', 'lab-nft-server')
    assert found.commands[-1][-1] == 'net.ipv4.udp_early_demux=0'
    assert found.server == ('/bin/ip', 'netns', 'exec', 'lab-nft-server')
    plan.write(plan.Plan([], commands=found.commands), False)


def test_a_guest_has_programs_with_their_libraries(tmp_path):
    shell = shutil.which('sh')
    needed = programs.libraries(shell)
    assert any('libc.so' in path for path in needed)
    made = initramfs.compose(shell, {'/bin/udpmill': shell},
                             'udpmill-plan 1\n', {'veth': b'module'})
    listed = cpio_program('-it', archive=made, folder=tmp_path).splitlines()
    assert {'init', 'bin/udpmill', 'plan', 'modules/veth.ko', 'dev/console',
            *(path.lstrip('/') for path in needed)} <= set(listed)
    assert len(set(listed)) == len(listed)


def test_a_script_is_no_program_for_a_guest(tmp_path):
    script = tmp_path / 'script'
    script.write_text('#!/bin/sh\n')
    with pytest.raises(PerfError, match='not an ELF file'):
        programs.libraries(str(script))


def test_images_have_the_header_that_is_read():
    found = image('6.1.0', '#1 SMP')
    assert struct.unpack_from('<H', found, kernel.FLAG_AT)[0] == kernel.FLAG
