/* SPDX-License-Identifier: MIT */
/*
 * A program in the kernel makes the datagrams and hands them to the device
 * (launcher.h), thousands in a call; replies arrive at ordinary sockets, whose
 * ports the datagrams have.
 */
#include "load/engine/engines.h"
#include "load/engine/inbox.h"
#include "load/engine/launcher.h"
#include "load/engine/reports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel {
	struct inbox in;
	struct launcher launcher;
	struct launcher_config config;
	uint8_t *payload;
	uint32_t flows;
};

/* Also tells whether this kernel can do it: the program drops what it has no
 * orders for. */
static int kernel_probe(char *why, size_t why_bytes)
{
	const struct engine_path nowhere = {0};
	const struct launcher_config c = {.path = &nowhere, .flows = 1};
	struct launcher l;
	int error = launcher_open(&l, &c, why, why_bytes);

	if (error)
		return error;
	error = launcher_try(&l);
	launcher_close(&l);
	if (error)
		snprintf(why, why_bytes,
			"this kernel does not send what a BPF program makes "
			"in a test run (BPF_F_TEST_XDP_LIVE_FRAMES, Linux "
			"5.18): %s",
			strerror(-error));
	return error;
}

static int kernel_init(void *self, const struct engine_config *c)
{
	struct kernel *e = self;
	char why[256];
	int error = inbox_init(&e->in, c->sockets);

	if (error)
		return error;
	if (!c->path || c->slot_bytes > ENGINE_NUMBERED_MOST)
		return -EINVAL;
	e->payload = calloc(1, c->slot_bytes);
	if (!e->payload)
		return -ENOMEM;
	c->fill(c->fill_arg, e->payload);
	e->config = (struct launcher_config){
		.path = c->path,
		.payload = e->payload,
		.bytes = (uint32_t)c->slot_bytes,
		.run = c->run,
		.flows = c->sockets,
	};
	return launcher_open(&e->launcher, &e->config, why, sizeof(why));
}

static int kernel_add(void *self, int fd, void *owner, void **out)
{
	struct kernel *e = self;
	int error = inbox_add(&e->in, fd, owner, (struct link **)out);
	uint32_t i = error ? 0 : inbox_index(&e->in, *out);

	if (!error && i >= e->flows)
		e->flows = i + 1;
	return error;
}

static void kernel_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

static void kernel_remove(void *self, void *link)
{
	struct kernel *e = self;

	inbox_remove(&e->in, link);
}

static int kernel_number(
	void *self, void *arg, uint32_t flow, uint64_t sequence)
{
	struct kernel *e = self;
	const struct link *link = arg;
	uint32_t i = inbox_index(&e->in, link);
	int error = launcher_set(&e->launcher, &e->config, i, link->fd, flow);

	e->launcher.flows[i].sequence = sequence;
	return error;
}

static int kernel_launch(void *self, struct engine_launch *launch)
{
	struct kernel *e = self;

	return launcher_run(&e->launcher, e->flows, launch);
}

static uint64_t kernel_numbered(void *self, void *link)
{
	struct kernel *e = self;

	return e->launcher.flows[inbox_index(&e->in, link)].sequence;
}

static int kernel_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct kernel *e = self;

	return inbox_recv(&e->in, in, timeout_ns);
}

static void kernel_reports(void *self, void *link, struct engine_reports *out)
{
	(void)self;
	reports_read(((struct link *)link)->fd, out);
}

static void kernel_fini(void *self)
{
	struct kernel *e = self;

	launcher_close(&e->launcher);
	inbox_fini(&e->in);
	free(e->payload);
	*e = (struct kernel){0};
}

const struct engine_ops engine_kernel = {
	.name = "kernel",
	.brief = "frames made in the kernel by a BPF program, to a device",
	.size = sizeof(struct kernel),
	.can = ENGINE_NUMBERS | ENGINE_FRAMES,
	/* Of epoll, 2 maps, their types, 4 programs, 2 tracepoints, a link and
	 * a namespace. */
	.descriptors = 12,
	.bytes_most = ENGINE_NUMBERED_MOST,
	.send_call = "bpf(BPF_PROG_TEST_RUN)",
	.unsupported =
		"; the device does not take frames: a veth does only if "
		"its peer has GRO or a native XDP program; in the peer's "
		"namespace: ethtool -K DEVICE gro on",
	.recv_call = "recvmmsg, recvmsg or recvfrom",
	.wait_call = "ppoll or epoll_wait",
	.probe = kernel_probe,
	.init = kernel_init,
	.add = kernel_add,
	.own = kernel_own,
	.remove = kernel_remove,
	.number = kernel_number,
	.launch = kernel_launch,
	.numbered = kernel_numbered,
	.recv = kernel_recv,
	.reports = kernel_reports,
	.fini = kernel_fini,
};
