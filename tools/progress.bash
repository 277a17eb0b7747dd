# SPDX-License-Identifier: MIT
# Sourced by other scripts: messages, help, and build directories.
# shellcheck shell=bash

# Prefer the system's programs to those of pyenv or conda, because the packages
# in tools/packages are for the system's python3.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
	bold=$'\e[1m' plain=$'\e[0m'
else
	bold='' plain=''
fi

# step WHAT: prints a line with the seconds since the script started.
step() {
	printf '%s[%4d s] %s%s\n' "$bold" "$SECONDS" "$*" "$plain"
}

# fail CODE WHAT: prints one line on stderr, and exits with CODE.
fail() {
	local code=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$code"
}

# explain ARGUMENT...: if an argument asks for help, prints the comment at the
# top of the script, and exits with 0.
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

# build_dir TOP NAME: prints the directory in which this user can build NAME. It
# is in the clone, unless the clone is read-only, or another user has built
# there.
build_dir() {
	local top=$1 name=$2 first="$1/${2%%/*}" clone dir

	if [[ -O $first && -w $first ]] || [[ ! -e $first && -w $top ]]; then
		echo "$top/$name"
		return
	fi
	clone=$(cksum <<<"$top" | cut -d' ' -f1)
	dir="${XDG_CACHE_HOME:-${HOME:-/}/.cache}/udpmill/$clone/$name"
	mkdir -p "$dir" 2>/dev/null || fail 3 "cannot write to $first or" \
		"$dir; use a clone of your own, or set XDG_CACHE_HOME"
	echo "$dir"
}

# configure TOP DIR OPTION...: runs meson setup, even if DIR exists. A directory
# for another source tree, or by an incompatible meson, is replaced.
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

# compile DIR [TARGET...]: runs ninja, which prints nothing unless it fails.
compile() {
	local dir=$1
	shift

	if ! ninja -C "$dir" "$@" >"$dir/ninja.log" 2>&1; then
		cat "$dir/ninja.log" >&2
		return 1
	fi
}
