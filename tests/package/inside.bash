#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs in a Debian root, as its root user: installs the packages in /root, uses
# what they brought, and removes them. Prints what it does; the exit code is not
# 0 if something is wrong. For roots.py.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root TERM=dumb

wrong() {
	echo "wrong: $*" >&2
	exit 1
}

has() {
	grep -q -- "$1" <<<"$2" || wrong "no \"$1\" in: $2"
}

install() {
	echo "inside: installing in Debian $(cat /etc/debian_version)"
	apt-get install -qq -y --no-install-recommends /root/*.deb \
		>/root/log 2>&1 || {
		cat /root/log >&2
		wrong "apt-get install"
	}
}

run_program() {
	local address counters server ready

	echo "inside: the program"
	has '^udpmill [0-9]' "$(udpmill --version)"
	has 'io_uring backend' "$(udpmill --version)"
	exec {ready}< <(exec udpmill serve 0 --service echo --time 60s \
		--ready-fd 3 3>&1 >/root/serve)
	server=$!
	read -r address <&"$ready"
	has '  unexplained  *0' \
		"$(udpmill load "$address" --count 10000 -q)"
	counters=$(python3 /usr/share/doc/udpmill/examples/counters.py \
		"/dev/shm/udpmill.$server")
	has '^answered_datagrams  *10000' "$counters"
	kill "$server"
}

run_perf() {
	echo "inside: perf"
	cd /root
	udpmill perf run --service echo --backend mmsg --arrival trains \
		--bytes 1472 --rounds 1 --window 200ms --peers none -q \
		-o run.json --report run.html
	has 'echo-mmsg-trains-1472' \
		"$(udpmill perf report run.json --format markdown)"
	has '</html>' "$(tail -n 1 run.html)"
	udpmill perf doctor >/dev/null || (($? == 4)) || wrong "perf doctor"
}

look_at_pages() {
	local page

	echo "inside: pages and completion"
	for page in udpmill udpmill-{serve,load,stat,top,send,perf,counters} \
		udpmill-{scenario,methodology}; do
		has "$page" "$(man "$page")"
	done
	# shellcheck source=/dev/null
	. /usr/share/bash-completion/completions/udpmill
	COMP_WORDS=(udpmill serve --backend "=" u) COMP_CWORD=4
	_udpmill
	[[ ${COMPREPLY[*]} == uring ]] || wrong "completion: ${COMPREPLY[*]}"
	test -e /usr/share/zsh/vendor-completions/_udpmill
	test -e /usr/share/fish/vendor_completions.d/udpmill.fish
}

remove() {
	local left

	echo "inside: removing"
	apt-get purge -qq -y udpmill udpmill-perf udpmill-dev >/root/log 2>&1 || {
		cat /root/log >&2
		wrong "apt-get purge"
	}
	left=$(find / -xdev \( -path /root -o -path /proc -o -path /dev -o \
		-path /tmp -o -path /var/cache \) -prune -o \
		-name '*udpmill*' -print)
	[[ -z $left ]] || wrong "left behind: $left"
}

install
run_program
run_perf
look_at_pages
remove
echo "inside: done"
