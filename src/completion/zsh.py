# SPDX-License-Identifier: MIT
"""Completion for zsh, by its own _arguments."""
import options

FRAME = r'''#compdef udpmill
# {made}

_udpmill_servers() {{
	# Anybody may make files there: only what is a number is offered, and
	# only of a process that is there.
	local -a pids=(/dev/shm/udpmill.<->(N))
	local pid
	for pid in ${{pids##*/udpmill.}}; do
		[[ -d /proc/$pid ]] && compadd -- $pid
	done
}}

_udpmill_namespaces() {{
	compadd -- /run/netns/*(N:t)
}}

_udpmill_devices() {{
	compadd -- /sys/class/net/*(N:t)
}}

_udpmill_any() {{
	local action

	for action; do
		case $action in
		files) _files ;;
		servers|namespaces|devices) _udpmill_$action ;;
		*) compadd -- $action ;;
		esac
	done
}}

# The verbs that may follow these words.
_udpmill_verbs() {{
	local -a verbs

	case $1 in
{verbs}
	esac
	_describe -t verbs verb verbs
}}

_udpmill_arguments() {{
	case $1 in
{commands}
	esac
}}

_udpmill() {{
	local verb=${{words[2]}} depth=1

	[[ $verb == perf || $verb == help ]] && depth=2
	[[ $verb == help && ${{words[3]}} == perf ]] && depth=3
	if (( CURRENT <= depth + 1 )); then
		_udpmill_verbs "${{(j: :)words[2,CURRENT-1]}}"
		if (( CURRENT == 2 )) && [[ $PREFIX == -* ]]; then
			compadd -- --help --version
		fi
		return
	fi
	verb="${{(j: :)words[2,depth+1]}}"
	shift $depth words
	(( CURRENT -= depth ))
	_udpmill_arguments "$verb"
}}

_udpmill "$@"
'''


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def escaped(text, what):
    text = text.replace('\\', '\\\\')
    for c in what:
        text = text.replace(c, f'\\{c}')
    return text


def action(option):
    name = escaped(option.argument, ':')
    if option.is_list:
        words = f'_values -s , value {" ".join(option.values)}'
    elif option.kinds:
        words = f'_udpmill_any {" ".join([*option.values, *option.kinds])}'
    elif option.values:
        words = f'({" ".join(option.values)})'
    else:
        words = ' '
    return f'{":" * (1 + option.optional)}{name}:{words}'


def specs(option):
    """One for each name, which excludes the other."""
    both = f'({" ".join(option.names)})' if len(option.names) > 1 else ''
    brief = f'[{escaped(option.brief, "[]:")}]'
    takes = action(option) if option.argument else ''
    for name in option.names:
        if option.argument and option.optional:
            name += '=-' if name.startswith('--') else '-'
        elif option.argument:
            name += '=' if name.startswith('--') else '+'
        yield quoted(f'{both}{name}{brief}{takes}')


def command_case(command):
    lines = [s for o in command.options for s in specs(o)]
    if command.kinds:
        lines.append(quoted('*:argument:_udpmill_any '
                            + ' '.join(command.kinds)))
    elif command.arguments:
        lines.append(quoted(f'*:{escaped(command.arguments, ":")}: '))
    words = ' '.join(command.words)
    return (f'\t"{words}")\n\t\t_arguments -s -S : \\\n\t\t\t'
            + ' \\\n\t\t\t'.join(lines) + '\n\t\t;;')


def verbs_case(before, known):
    rows = ' \\\n\t\t\t'.join(quoted(f'{name}:{escaped(brief, ":")}')
                              for name, brief in known)
    return (f'\t"{" ".join(before)}")\n\t\tverbs=( \\\n\t\t\t{rows})\n'
            '\t\t;;')


def script(program):
    return FRAME.format(
        made=options.MADE.format('zsh'),
        verbs='\n'.join(verbs_case(*i) for i in program.helped().items()),
        commands='\n'.join(command_case(c) for c in program.commands))
