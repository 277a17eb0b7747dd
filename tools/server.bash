# SPDX-License-Identifier: MIT
# Sourced by other scripts: runs one server at a time, on a free port, and stops
# it however the script ends. Needs progress.bash.
# shellcheck shell=bash

scratch=$(mktemp -d)
server_pid=

server_cleanup() {
	if [[ -n $server_pid ]]; then
		kill -KILL "$server_pid" 2>/dev/null || true
	fi
	rm -rf "$scratch"
}
trap server_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# server_start COMMAND...: starts an "udpmill serve", waits until it is ready,
# and sets server_endpoint. Its output goes to $scratch/server.{out,err}. If it
# does not get ready, returns its exit code, or 1.
server_start() {
	local ready code=0

	rm -f "$scratch/ready"
	mkfifo "$scratch/ready"
	# Open for reading and writing, so that neither side blocks in open.
	exec {ready}<>"$scratch/ready"
	"$@" --ready-fd "$ready" >"$scratch/server.out" \
		2>"$scratch/server.err" &
	server_pid=$!
	server_endpoint=
	until read -r -t 0.5 -u "$ready" server_endpoint; do
		kill -0 "$server_pid" 2>/dev/null || break
	done
	exec {ready}>&-
	[[ -n $server_endpoint ]] && return
	wait "$server_pid" || code=$?
	server_pid=
	cat "$scratch/server.err" >&2
	return "$((code ? code : 1))"
}

# server_stop: stops the server, and returns its exit code.
server_stop() {
	local pid=$server_pid code=0

	kill -TERM "$pid"
	wait "$pid" || code=$?
	server_pid=
	return "$code"
}
