/* SPDX-License-Identifier: MIT */
#include "load/engine/launcher.h"

#include "core/probe.h"
#include "load/engine/flow_route.h"
#include "xdp/frame.h"
#include "xdp/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Linux 5.18; from include/uapi/linux/bpf.h. */
#define LIVE_FRAMES (1u << 1)
/* As many frames as one round of NAPI takes (NAPI_POLL_WEIGHT). */
#define BATCH 64
/* Of each namespace. */
#define LOOPBACK 1

extern const struct xdp_object xdp_object_launch;

static void *map_memory(
	const struct bpf_object *object, const char *name, size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		bpf_object__find_map_fd_by_name(object, name), 0);

	return at == MAP_FAILED ? NULL : at;
}

static int program_fd(const struct bpf_object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* Not by libbpf's links, which need /proc and perf events where these are
 * denied. */
static int watch(const struct bpf_object *object, const char *program,
	const char *event, char *why, size_t why_bytes)
{
	int fd = bpf_raw_tracepoint_open(event, program_fd(object, program));

	if (fd >= 0)
		return fd;
	snprintf(why, why_bytes, "cannot watch the tracepoint %s: %s", event,
		strerror(errno));
	return -errno;
}

static int attach(struct launcher *l, char *why, size_t why_bytes)
{
	l->drops = watch(
		l->object, "count_drops", "xdp_devmap_xmit", why, why_bytes);
	if (l->drops < 0)
		return l->drops;
	l->failures = watch(l->object, "count_failures", "xdp_redirect_err",
		why, why_bytes);
	return l->failures < 0 ? l->failures : 0;
}

static int map_all(struct launcher *l, uint32_t flows)
{
	l->flows_bytes = flows * sizeof(*l->flows);
	l->state = map_memory(l->object, "state", sizeof(*l->state));
	l->flows = map_memory(l->object, "flows", l->flows_bytes);
	return l->state && l->flows ? 0 : -errno;
}

static int load(struct launcher *l, const struct launcher_config *c, char *why,
	size_t why_bytes)
{
	int error =
		xdp_object_open(&xdp_object_launch, &l->object, why, why_bytes);

	if (error)
		return error;
	error = bpf_map__set_max_entries(
		bpf_object__find_map_by_name(l->object, "flows"), c->flows);
	if (!error)
		error = xdp_object_load(l->object, why, why_bytes);
	if (error)
		return error;
	l->program[false] = program_fd(l->object, "launch_v4");
	l->program[true] = program_fd(l->object, "launch_v6");
	return map_all(l, c->flows);
}

/* Attaches a program to this namespace's loopback device. */
static int hold_here(struct launcher *l, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, o, .flags = XDP_FLAGS_SKB_MODE);
	int fd = bpf_link_create(program, LOOPBACK, BPF_XDP, &o);

	if (fd < 0)
		return -errno;
	l->hold = fd;
	return 0;
}

/*
 * A test run of a program that is attached nowhere begins and ends with waits
 * of some ten milliseconds, because it is made known to the kernel's dispatcher
 * and taken out again (bpf_prog_change_xdp() in net/core/filter.c). So it is
 * attached where nothing ever arrives: to the loopback device of a network
 * namespace that is made for it, and goes with its descriptors.
 */
static int hold(struct launcher *l, int program, char *why, size_t why_bytes)
{
	struct netns home = {0};
	int error = netns_open_own(&home);

	if (!error && unshare(CLONE_NEWNET))
		error = -errno;
	if (!error) {
		int back;

		error = hold_here(l, program);
		if (!error)
			error = netns_open_own(&l->nowhere);
		back = netns_leave(&home);
		error = back ? back : error;
	}
	netns_close(&home);
	if (error)
		snprintf(why, why_bytes,
			"a network namespace to hold a program: %s%s",
			strerror(-error),
			error == -EPERM ? "; it needs CAP_SYS_ADMIN" : "");
	return error;
}

int launcher_open(struct launcher *l, const struct launcher_config *c,
	char *why, size_t why_bytes)
{
	int error;

	*l = (struct launcher){
		.v6 = c->path->v6, .drops = -1, .failures = -1, .hold = -1};
	l->frame = calloc(1, FRAME_HEADERS_V6 + ENGINE_NUMBERED_MOST);
	snprintf(why, why_bytes, "no memory");
	error = l->frame ? load(l, c, why, why_bytes) : -ENOMEM;
	if (!error)
		error = attach(l, why, why_bytes);
	if (!error)
		error = hold(l, l->program[l->v6], why, why_bytes);
	if (error) {
		launcher_close(l);
		return error;
	}
	l->state->device = c->path->device;
	l->state->run = c->run;
	l->state->bytes = c->bytes;
	return 0;
}

static void unmap(void *at, size_t bytes)
{
	if (at)
		munmap(at, bytes);
}

void launcher_close(struct launcher *l)
{
	if (!l->frame)
		return;
	if (l->drops >= 0)
		close(l->drops);
	if (l->failures >= 0)
		close(l->failures);
	if (l->hold >= 0)
		close(l->hold);
	netns_close(&l->nowhere);
	unmap(l->state, sizeof(*l->state));
	unmap(l->flows, l->flows_bytes);
	xdp_object_close(l->object);
	free(l->frame);
	*l = (struct launcher){0};
}

/* The first frame has this flow's headers, and a probe without what changes. */
int launcher_set(struct launcher *l, const struct launcher_config *c,
	uint32_t i, int fd, uint32_t number)
{
	struct launch_flow *flow = &l->flows[i];
	struct frame_route route;
	struct frame f;
	uint8_t *payload;
	uint16_t sum;
	int error = flow_route(&route, c->path, fd);

	if (error)
		return error;
	payload = l->frame + frame_headers(l->v6);
	l->frame_bytes = frame_build(&f, l->frame, &route, c->bytes);
	memcpy(payload, c->payload, c->bytes);
	memset(payload, 0, PROBE_BYTES);
	probe_put32(payload, PROBE_REQUEST);
	probe_put32(payload + 4, c->run);
	probe_put32(payload + 8, number);
	frame_seal(&f);
	memcpy(flow->headers, l->frame, frame_headers(l->v6));
	memcpy(&sum, payload - 2, sizeof(sum));
	memset(flow->headers + frame_headers(l->v6) - 2, 0, 2);
	flow->sum = (uint16_t)~sum;
	flow->number = number;
	return 0;
}

static int call(struct launcher *l, uint32_t frames)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = l->frame,
		.data_size_in = l->frame_bytes, .repeat = (int)frames,
		.batch_size = BATCH, .flags = LIVE_FRAMES);

	return bpf_prog_test_run_opts(l->program[l->v6], &o);
}

int launcher_try(struct launcher *l)
{
	int error;

	l->state->left = 0;
	l->frame_bytes = FRAME_HEADERS_V6 + PROBE_BYTES;
	error = call(l, 1);
	/* A signal does not tell that the kernel cannot. */
	return error == -EINTR ? 0 : error;
}

int launcher_run(
	struct launcher *l, uint32_t flows, struct engine_launch *launch)
{
	struct launch_state *s = l->state;
	int error;

	s->flows = flows;
	s->left = launch->datagrams;
	s->done = s->settled = s->dropped = s->failed = s->error = 0;
	s->timed = launch->times != NULL;
	if (launch->times)
		memcpy(s->times, launch->times,
			launch->datagrams * sizeof(*launch->times));
	error = call(l, launch->datagrams);
	/* A signal ends it between two batches. */
	if (error == -EINTR && s->done)
		error = 0;
	s->thread = 0;
	launch->sent = s->done;
	launch->dropped = s->dropped + s->failed;
	launch->late_ns = (const uint64_t *)s->times;
	/* As the kernel says that it finds no device of that number. */
	if (s->failed && s->error == EINVAL)
		return -ENODEV;
	return s->failed ? -(int)s->error : error;
}
