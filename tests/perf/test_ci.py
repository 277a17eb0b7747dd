# SPDX-License-Identifier: MIT
"""What is in perf/ci: jobs that parse, with scripts that a shell can read and
options that there are; bisections of a made kernel; and which kernel the jobs
get of a distribution."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from udpmill_perf import main
from udpmill_perf.measure.workload import parse

TOP = pathlib.Path(__file__).parents[2]
CI = TOP / 'perf' / 'ci'
JOBS = sorted([*CI.glob('*.yml'), *CI.glob('lkp/*/*.yaml'),
               *CI.glob('lkp/programs/*/*.yaml')])


def loaded(path):
    yaml = pytest.importorskip('yaml')
    return yaml.safe_load(path.read_text())


def scripts_of(path):
    """The shell scripts of a workflow or a pipeline, by name."""
    document = loaded(path)
    if 'jobs' in document:
        return {f'{name}: {step["name"]}': step['run']
                for name, job in document['jobs'].items()
                for step in job['steps'] if 'run' in step}
    return {name: '\n'.join([*job.get('before_script', ()), *job['script']])
            for name, job in document.items() if 'script' in job}


def commands():
    """(file, job, words) of each use of udpmill perf."""
    for path in sorted(CI.glob('*.yml')):
        for name, text in scripts_of(path).items():
            text = text.replace('\\\n', ' ')
            for line in text.splitlines():
                words = shlex.split(line.split('||')[0], comments=True)
                if 'perf' in words:
                    yield path.name, name, words[words.index('perf') + 1:]


@pytest.mark.parametrize('path', JOBS, ids=lambda path: path.name)
def test_a_job_is_yaml(path):
    assert isinstance(loaded(path), dict)


@pytest.mark.parametrize('path', sorted(CI.glob('*.yml')),
                         ids=lambda path: path.name)
def test_a_shell_can_read_the_scripts(path):
    found = scripts_of(path)
    assert len(found) >= 2
    for name, text in found.items():
        text = re.sub(r'\$\{\{.*?\}\}', 'x', text)
        done = subprocess.run(['bash', '-n'], input=text, text=True,
                              capture_output=True, check=False)
        assert not done.stderr, name
        if shutil.which('shellcheck'):
            done = subprocess.run(['shellcheck', '-s', 'bash', '-'],
                                  input=text, text=True, capture_output=True,
                                  check=False)
            assert not done.returncode, f'{name}: {done.stdout}'


def test_each_gate_times_and_counts():
    used = {(path, words[0]) for path, _, words in commands()}
    for path in 'github-actions.yml', 'gitlab-ci.yml':
        assert {(path, 'compare'), (path, 'count')} <= used
    assert ('github-kernel.yml', 'count') in used


def test_the_options_are_there():
    for path, name, words in commands():
        verb = words[0]
        arguments = main.parser_of(verb, main.load(verb)).parse_args(words[1:])
        if verb in ('compare', 'count'):
            assert arguments.output and arguments.report, (path, name)


def test_the_workloads_of_lkp_are_some():
    job = loaded(CI / 'lkp/jobs/udpmill.yaml')
    for name in job['udpmill']['workload']:
        assert parse(name).name == name
    meta = loaded(CI / 'lkp/programs/udpmill/meta.yaml')
    assert set(meta['parameters']) == set(job['udpmill'])


def lkp_parse(text):
    return subprocess.run([sys.executable, CI / 'lkp/programs/udpmill/parse'],
                          input=text, text=True, capture_output=True,
                          check=False)


def test_lkp_gets_no_results_of_a_run_that_was_stopped():
    done = lkp_parse(json.dumps({'complete': False, 'stopped': 'by SIGINT',
                                 'cells': []}))
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == 'udpmill: by SIGINT\n'
    done = lkp_parse('')
    assert done.returncode == 1 and done.stderr.count('\n') == 1


# Says by the two kernels' contents what a count would say.
HARNESS = '''\
#!{python}
import json, os, sys
args = dict(zip(sys.argv, sys.argv[1:]))
def contents(path):
    path += '/arch/x86/boot/bzImage' if os.path.isdir(path) else ''
    with open(path) as f:
        return int(f.read())
with open({log!r}, 'a') as f:
    f.write(' '.join(sys.argv[1:]) + '\\n')
if '--kernel' in args:
    code = 0 if contents(args['--kernel']) else 125
    open(args['-o'], 'w').close()
    sys.exit(code)
a, b = contents(args['--a-kernel']), contents(args['--b-kernel'])
if not b:
    sys.exit(125)
if b == 99:
    sys.exit(1)
verdict = 'REGRESSION' if b > a else 'PASS'
with open(args['-o'], 'w') as f:
    json.dump({{'verdict': verdict, 'verdicts': []}}, f, indent=1)
sys.exit(verdict == 'REGRESSION')
'''
MAKEFILE = '''\
olddefconfig:
\t@test -f .config
bzImage:
\t@mkdir -p arch/x86/boot
\tcp kernel arch/x86/boot/bzImage
'''


@pytest.fixture
def tree(tmp_path):
    """A kernel's tree, and perf/ci with a made harness beside it. Returns a
    function that commits kernels and bisects them."""
    mill, linux = tmp_path / 'mill', tmp_path / 'linux'
    for name in 'perf/ci/bisect-kernel', 'perf/ci/verdict.bash', \
            'tools/progress.bash':
        (mill / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, mill / name)
    log = tmp_path / 'log'
    for path, text in (
            (mill / 'perf/udpmill-perf', HARNESS.format(
                python=sys.executable, log=str(log))),
            (mill / 'build/src/cli/udpmill', '')):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    (tmp_path / 'good').write_text('1')
    linux.mkdir()
    (linux / 'Makefile').write_text(MAKEFILE)
    (linux / '.gitignore').write_text('/.config\n/arch\n/build-bisect\n')
    (linux / '.config').write_text('')

    def git(*words):
        environment = {**os.environ, 'GIT_CONFIG_GLOBAL': os.devnull}
        return subprocess.run(
            ['git', '-c', 'user.name=x', '-c', 'user.email=x@example.org',
             *words], cwd=linux, capture_output=True, text=True, check=False,
            env=environment)

    def bisect(kernels, *more, good='../good'):
        """kernels: contents, or None for a commit that does not build."""
        git('init', '-q')
        for number, kernel in enumerate(kernels):
            (linux / 'number').write_text(str(number))
            if kernel is None:
                (linux / 'kernel').unlink()
            else:
                (linux / 'kernel').write_text(str(kernel))
            git('add', '-A')
            assert not git('commit', '-qm', f'commit {number}').returncode
        git('bisect', 'start', 'HEAD', f'HEAD~{len(kernels) - 1}')
        return git('bisect', 'run', str(mill / 'perf/ci/bisect-kernel'), good,
                   *more)

    bisect.linux, bisect.log = linux, log
    return bisect


def test_the_first_bad_kernel_is_found(tree):
    done = tree([1, 1, 1, 1, 2, 2, 2], '--tolerance', '1')
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r'is the first bad commit\ncommit.*?commit 4',
                     done.stdout, re.S)
    counted = tree.log.read_text().splitlines()
    assert counted[0].startswith('count --exit-style=bisect --kernel')
    assert all('--tolerance 1' in line and '--exit-style=bisect' in line
               for line in counted[1:])
    assert sum('--kernel' in line.split() for line in counted) == 1


def test_kernels_that_do_not_build_or_boot_are_skipped(tree):
    done = tree([1, 1, None, 0, 2, 2, 2])
    assert 'first bad commit could be any of' in done.stdout
    assert 'cannot stat' in done.stderr  # why it does not build
    assert len(re.findall(r'^[0-9a-f]{40}$', done.stdout, re.M)) == 3


@pytest.mark.parametrize('kernels, good, said', [
    ([1, 2, 2], '../none', 'none: there is no such kernel'),
    ([1, 2, 2], '', 'no good kernel given'),
    ([1, 99, 2], '../good', 'the harness failed'),
    ([1, 2, 2], '.', 'overwritten by each build'),
    ([1, 2, 2], 'number', 'cannot be counted')])
def test_what_else_fails_ends_the_search(kernels, good, said, tree):
    if good == 'number':
        (tree.linux.parent / 'zero').write_text('0')
        good = '../zero'
    done = tree(kernels, good=good)
    assert done.returncode and said in done.stderr
    assert 'first bad commit' not in done.stdout


def test_a_tree_without_a_configuration_is_refused(tree):
    (tree.linux / '.config').unlink()
    done = tree([1, 2, 2])
    assert done.returncode and 'has no .config' in done.stderr


APT = '''\
#!/bin/sh
case $*:${{0##*/}} in
*:apt-cache)
	[ "$1" = depends ] || exit 0
	echo "E: No packages found" >&2
	echo "  Depends: {package}" ;;
--print*:*) echo amd64 ;;
*download*) touch image.deb ;;
-x*) mkdir -p "$3/boot" && touch "$3/boot/vmlinuz-1" ;;
esac
'''


@pytest.mark.parametrize('package', ['linux-image-6.1.0-57-cloud-amd64',
                                     'linux-image-6.8.0-31-generic'])
def test_debian_and_ubuntu_have_a_kernel(package, tmp_path):
    folder, tools = tmp_path / 'bin', tmp_path / 'tools'
    folder.mkdir(), tools.mkdir()
    for name in 'apt-cache', 'apt-get', 'dpkg', 'dpkg-deb':
        (folder / name).write_text(APT.format(package=package))
        (folder / name).chmod(0o755)
    for name in 'kernel', 'progress.bash':
        shutil.copy(TOP / 'tools' / name, tools)
    # Which prefers the system's programs.
    with open(tools / 'progress.bash', 'a', encoding='ascii') as f:
        f.write(f'PATH={folder}:$PATH\n')
    done = subprocess.run([tools / 'kernel', 'newest', 'there'], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.stdout == f'{tmp_path}/there/{package}\n', done.stderr
    assert (tmp_path / 'there' / package / 'boot/vmlinuz-1').exists()


def test_scripts_explain_themselves():
    for name in 'bisect', 'bisect-kernel':
        done = subprocess.run([CI / name, '--help'], capture_output=True,
                              text=True, check=False)
        assert (done.returncode, done.stderr) == (0, '')
        assert name in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80
