# SPDX-License-Identifier: MIT
"""Completion for bash, with no need of the package bash-completion."""
import options

FRAME = r'''# {made}

# What may follow these words, up to the verb.
_udpmill_verbs()
{{
	case $1 in
{verbs}
	esac
}}

_udpmill_options()
{{
	case $1 in
{options}
	esac
}}

# What may be the value of an option, or the argument of a verb: words, and
# names with @ for what the system knows. @list: several words, with commas;
# @optional: only after "=".
_udpmill_values()
{{
	case $1 in
{values}
	esac
}}

# Anybody may make files there: only what is a number is offered, and only of a
# process that is there.
_udpmill_servers()
{{
	local path

	for path in /dev/shm/udpmill.*; do
		path=${{path##*/udpmill.}}
		[[ $path == *[!0-9]* || ! -d /proc/$path ]] || echo "$path"
	done
}}

# Sets COMPREPLY to the words that begin with $cur. Not by compgen -W, which
# would expand them, and so run what is written in the name of a device.
_udpmill_offer()
{{
	local word words=() before= IFS=$' \t\n'

	for word in $1; do
		case $word in
		@files) compopt -o filenames 2>/dev/null ;;
		@list) [[ $cur == *,* ]] && before=${{cur%,*}}, ;;
		@devices) words+=($(ls /sys/class/net 2>/dev/null)) ;;
		@namespaces) words+=($(ls /run/netns 2>/dev/null)) ;;
		@servers) words+=($(_udpmill_servers)) ;;
		@*) ;;
		*) words+=("$word") ;;
		esac
	done
	for word in "${{words[@]}}"; do
		[[ $word == "${{cur#"$before"}}"* ]] &&
			COMPREPLY+=("$before$word")
	done
	[[ " $1 " == *" @files "* ]] || return 0
	mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$cur")
}}

_udpmill()
{{
	local IFS=$' \t\n'
	local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
	local verb=${{COMP_WORDS[1]}} depth=1 before= option= values

	COMPREPLY=()
	[[ $verb == help && ${{COMP_WORDS[2]}} != perf ]] || [[ $verb == perf ]] &&
		depth=2
	[[ $verb == help && ${{COMP_WORDS[2]}} == perf ]] && depth=3
	if ((COMP_CWORD <= depth)); then
		before=${{COMP_WORDS[*]:1:COMP_CWORD-1}}
		_udpmill_offer "$(_udpmill_verbs "$before")"
		return
	fi
	verb=${{COMP_WORDS[*]:1:depth}}
	# "--option=value" is three words to bash.
	if [[ $cur == "=" ]]; then
		option=$prev cur=
	elif [[ $prev == "=" ]]; then
		option=${{COMP_WORDS[COMP_CWORD-2]}}
	elif [[ $prev == -* ]]; then
		values=$(_udpmill_values "$verb $prev")
		[[ -n $values && $values != *@optional* ]] && option=$prev
	fi
	if [[ -n $option ]]; then
		_udpmill_offer "$(_udpmill_values "$verb $option")"
	elif [[ $cur == -* ]]; then
		_udpmill_offer "$(_udpmill_options "$verb")"
		[[ ${{#COMPREPLY[@]}} == 1 && $COMPREPLY == *= ]] &&
			compopt -o nospace 2>/dev/null
	else
		_udpmill_offer "$(_udpmill_values "$verb")"
	fi
	return 0
}}

complete -F _udpmill udpmill
'''


def case(pattern, words):
    return f'\t{pattern}) echo "{" ".join(words)}" ;;'


def offered(option):
    """With "=" where a value follows in any case."""
    equals = '=' if option.argument and not option.optional else ''
    return ([f'-{option.short}'] if option.short else []) + (
        [f'--{option.long}{equals}'] if option.long else [])


def values_of(option):
    found = [*option.values, *(f'@{kind}' for kind in option.kinds)]
    found += ['@list'] if option.is_list else []
    found += ['@optional'] if option.optional else []
    return found or ['@any']


def script(program):
    verbs = [case(f'"{" ".join(before)}"', [name for name, _ in known])
             for before, known in program.helped().items()]
    verbs[0] = verbs[0].replace('" ;;', ' --help --version" ;;')
    known, values = [], []
    for command in program.commands:
        words = ' '.join(command.words)
        known.append(case(f'"{words}"', [
            n for o in command.options for n in offered(o)]))
        for option in command.options:
            if option.argument:
                names = '|'.join(f'"{words} {name}"' for name in option.names)
                values.append(case(names, values_of(option)))
        if command.kinds:
            values.append(case(f'"{words}"',
                               [f'@{kind}' for kind in command.kinds]))
    return FRAME.format(made=options.MADE.format('bash'),
                        verbs='\n'.join(verbs), options='\n'.join(known),
                        values='\n'.join(values))
