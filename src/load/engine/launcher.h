/* SPDX-License-Identifier: MIT */
/*
 * Sends probes from a program in the kernel (launch.bpf.c): a call makes
 * thousands of them, with their numbers and times, and hands their frames to a
 * device (ndo_xdp_xmit), past sockets and queueing disciplines. The call is
 * BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES (Linux 5.18,
 * Documentation/bpf/bpf_prog_run.rst).
 *
 * A launcher belongs to one thread. All of it goes with its descriptors, so a
 * process that is killed leaves nothing.
 */
#pragma once

#include "load/engine/engine.h"
#include "load/engine/launch_state.h"
#include "net/netns.h"

_Static_assert(LAUNCH_MOST >= ENGINE_LAUNCH, "times has room");

struct bpf_object;

struct launcher {
	struct bpf_object *object;
	struct launch_state *state;
	struct launch_flow *flows;
	size_t flows_bytes;
	bool v6;
	int program[2];      /* descriptors: for IPv4 and IPv6, ... */
	int drops, failures; /* ... of tracepoints, ... */
	int hold;            /* ... and of where it is attached; -1: none */
	struct netns nowhere;
	uint8_t *frame; /* what frames begin as */
	uint32_t frame_bytes;
};

struct launcher_config {
	const struct engine_path *path;
	const uint8_t *payload; /* with room for a probe at its start */
	uint32_t bytes;         /* of the payload */
	uint32_t run;
	uint32_t flows; /* the most */
};

/* Loads the programs. 0; or -errno and one sentence in why, and nothing is
 * left. */
int launcher_open(struct launcher *l, const struct launcher_config *config,
	char *why, size_t why_bytes);

/* Legal on zeroed state. */
void launcher_close(struct launcher *l);

/* Sets flow i, by its connected socket. 0 or -errno. */
int launcher_set(struct launcher *l, const struct launcher_config *config,
	uint32_t i, int fd, uint32_t number);

/* Runs the program without sending anything. 0; or -errno: the kernel cannot do
 * it. */
int launcher_try(struct launcher *l);

/* Sends probes of the first so many flows. 0; or -errno: of the call, or of
 * frames that could not be handed to the device. -EINTR: it was interrupted
 * before the first. */
int launcher_run(
	struct launcher *l, uint32_t flows, struct engine_launch *launch);
