# SPDX-License-Identifier: MIT
"""Completion for fish."""
import options

FRAME = r'''# {made}

# Do these words follow the program's name? With --end, nothing else does yet.
function __udpmill_after
    set -l words (commandline -opc)
    set -e words[1]
    if test "$argv[1]" = --end
        set -e argv[1]
        test (count $words) = (count $argv); or return 1
    end
    test (count $argv) = 0; and return 0
    set words $words[1..(count $argv)]
    test "$words" = "$argv"
end

# Anybody may make files there: only what is a number is offered, and only of a
# process that is there.
function __udpmill_servers
    for path in /dev/shm/udpmill.*
        set -l pid (string match -rg '/udpmill\.([0-9]+)$' $path)
        and test -d /proc/$pid
        and echo $pid
    end
end

function __udpmill_names
    for path in $argv[1]/*
        string replace -r '.*/' '' $path
    end
end

function __udpmill_list
    set -l done (string replace -rf '^(--[^=]*=)?(.*,)[^,]*$' '$2' -- (commandline -ct))
    printf '%s\n' "$done"$argv
end

complete -c udpmill -f
{lines}
'''
KINDS = {'devices': '(__udpmill_names /sys/class/net)',
         'namespaces': '(__udpmill_names /run/netns)',
         'servers': '(__udpmill_servers)'}


def quoted(text):
    return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


def after(words, end=False):
    return quoted(f'__udpmill_after {"--end " if end else ""}'
                  f'{" ".join(words)}'.rstrip())


def choices(option):
    words = [KINDS[k] for k in option.kinds if k in KINDS]
    if option.is_list:
        words.append(f'(__udpmill_list {" ".join(option.values)})')
    else:
        words += option.values
    return ' '.join(words)


def option_line(command, option):
    line = f'complete -c udpmill -n {after(command.words)}'
    if option.short:
        line += f' -s {quoted(option.short)}'
    if option.long:
        line += f' -l {option.long}'
    if option.argument and not option.optional:
        line += ' -r -F' if 'files' in option.kinds else ' -x'
    if option.argument and choices(option):
        line += f' -a {quoted(choices(option))}'
    return f'{line} -d {quoted(option.brief)}'


def command_lines(command):
    yield from (option_line(command, o) for o in command.options)
    line = f'complete -c udpmill -n {after(command.words)}'
    if 'files' in command.kinds:
        yield f'{line} -F'
    if 'servers' in command.kinds:
        yield f'{line} -a {quoted(KINDS["servers"])} -d server'


def script(program):
    lines = [f'complete -c udpmill -n {after((), True)} -l help -s h -d '
             "'Print the list of verbs'",
             f'complete -c udpmill -n {after((), True)} -l version -s V -d '
             "'Print the version'"]
    for before, known in program.helped().items():
        lines += [f'complete -c udpmill -n {after(before, True)} -a {name} -d '
                  f'{quoted(brief)}' for name, brief in known]
    for command in program.commands:
        lines += command_lines(command)
    return FRAME.format(made=options.MADE.format('fish'),
                        lines='\n'.join(lines))
