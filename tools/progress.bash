# SPDX-License-Identifier: MIT
# Sourced by the scripts beside it: saying what is done, and where to do it.
# shellcheck shell=bash

# The system's programs before those of a pyenv or a conda: the packages in
# tools/packages are made for the system's python3.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
	bold=$'\e[1m' plain=$'\e[0m'
else
	bold='' plain=''
fi

# step WHAT: a line with the seconds since the script started.
step() {
	printf '%s[%4d s] %s%s\n' "$bold" "$SECONDS" "$*" "$plain"
}

# fail CODE WHAT: one line on stderr, then exit.
fail() {
	local code=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$code"
}

# explain ARGUMENT...: where help is asked for, what the comment at the script's
# top says, and exit 0.
explain() {
	local argument

	for argument in "$@"; do
		case $argument in
		-h | --help)
			sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"
			exit 0
			;;
		--) return ;;
		esac
	done
}

# build_dir TOP NAME: where this user can build NAME. It is in the clone, unless
# the clone, or what another user built there, cannot be written to.
build_dir() {
	local top=$1 name=$2 first="$1/${2%%/*}" clone dir

	if [[ -O $first && -w $first ]] || [[ ! -e $first && -w $top ]]; then
		echo "$top/$name"
		return
	fi
	clone=$(cksum <<<"$top" | cut -d' ' -f1)
	dir="${XDG_CACHE_HOME:-${HOME:-/}/.cache}/udpmill/$clone/$name"
	mkdir -p "$dir" 2>/dev/null || fail 3 "cannot write to $first nor to" \
		"$dir; a clone of your own, or another XDG_CACHE_HOME would do"
	echo "$dir"
}

# configure TOP DIR OPTION...: meson setup, also where DIR is there already; a
# directory that was made for another place, or by a meson that is gone, is
# made anew.
configure() {
	local top=$1 dir=$2 about="$2/meson-info/meson-info.json"
	shift 2

	mkdir -p "$dir"
	if [[ -f $about ]] && grep -qF "\"source\": \"$top\"" "$about" &&
		meson setup --reconfigure "$@" "$dir" "$top" \
			>"$dir/setup.log" 2>&1; then
		return
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	if ! meson setup "$@" "$dir" "$top" >"$dir/setup.log" 2>&1; then
		cat "$dir/setup.log" >&2
		return 1
	fi
}

# compile DIR [TARGET...]: quiet unless it fails.
compile() {
	local dir=$1
	shift

	if ! ninja -C "$dir" "$@" >"$dir/ninja.log" 2>&1; then
		cat "$dir/ninja.log" >&2
		return 1
	fi
}
