# SPDX-License-Identifier: MIT
# Sourced by the scripts for "git bisect run".
# shellcheck shell=bash

# tell FILE CODE: exits as git bisect expects it. A regression counts only if
# the result file has it, because a harness that crashes also exits with 1.
tell() {
	case $2 in
	0 | 125) exit "$2" ;;
	1)
		grep -q '^ "verdict": "REGRESSION"' "$1" && exit 1
		fail 255 "the harness failed; this commit was not judged"
		;;
	*) fail 255 "the comparison failed, with exit code $2" ;;
	esac
}
