# SPDX-License-Identifier: MIT
# For an interactive zsh: Tab prints what would be offered, one word a line,
# between two lines with marks, and changes nothing. $1: the folder of _udpmill.
PROMPT= RPROMPT=
unsetopt zle_bracketed_paste prompt_sp prompt_cr 2>/dev/null
fpath=("$UDPMILL_COMPLETIONS" $fpath)
autoload -Uz compinit
compinit -u -D
zstyle ':completion:*' insert-tab false

compadd() {
	local -a hits
	# Calls that only fill an array offer nothing.
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	builtin compadd -A hits "$@"
	(( $#hits )) && print -rl -- $hits
	builtin compadd "$@"
}

capture() {
	print -r -- $'\n''<<begin>>'
	_main_complete
	print -r -- '<<end>>'
	compstate[insert]= compstate[list]=
}
zle -C capture complete-word capture
bindkey '^I' capture
print -r -- '<<ready>>'
