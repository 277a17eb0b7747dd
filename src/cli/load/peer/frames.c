/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/frames.h"

#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "core/probe.h"
#include "load/engine/engine.h"
#include "net/link.h"
#include "net/neighbour.h"
#include "net/route.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

/* What an engine that can do this does not do, if the option was given. */
static const struct {
	enum engine_can can;
	const char *option, *why;
} excluded[] = {
	{ENGINE_NUMBERS, "window",
		"it does not wait for replies; use --flood or --rate"},
	{ENGINE_NUMBERS, "in-flight",
		"it does not wait for replies; use --flood or --rate"},
	{ENGINE_NUMBERS, "payload", "it sends probes"},
	{ENGINE_NUMBERS, "pcap", "it sends probes"},
	{ENGINE_NUMBERS, "burst", "its datagrams take turns over all flows"},
	{ENGINE_NUMBERS, "flow-lifetime", "its flows last as long as the run"},
	{ENGINE_FRAMES, "kernel-pacing",
		"its frames pass no queueing discipline"},
	{ENGINE_NUMBERS, "count-windows", "it sends many datagrams at once"},
};

static bool chosen_can(const struct load_options *o, enum engine_can can)
{
	const struct engine_ops *engine = o->config.engine;

	return engine && engine->can & can;
}

bool load_makes_frames(const struct load_options *o)
{
	return chosen_can(o, ENGINE_FRAMES);
}

bool load_numbers_itself(const struct load_options *o)
{
	return chosen_can(o, ENGINE_NUMBERS);
}

static void refuse_sizes(const struct load_options *o)
{
	const struct load_config *c = &o->config;
	uint32_t most = c->engine->bytes_most;

	if (load_numbers_itself(o) &&
		(sizes_mixed(&c->sizes) || c->sizes.least < PROBE_BYTES ||
			c->sizes.most > most))
		usage_error("length",
			"engine %s sends datagrams of one length, of %u to %u "
			"bytes; use --length 64, or --engine xdp for a mixture",
			c->engine->name, PROBE_BYTES, most);
	if (c->sizes.most > most)
		usage_error("length",
			"engine %s sends a datagram in one frame, which has "
			"room for %u bytes; use mmsg for longer ones",
			c->engine->name, most);
}

static void refuse_options(const struct load_parsing *p)
{
	const struct load_config *c = &p->o->config;
	const char *name = c->engine->name;

	for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
		if (chosen_can(p->o, excluded[i].can) &&
			load_said(p, excluded[i].option))
			usage_clash(excluded[i].option,
				"--%s cannot be combined with engine %s: %s",
				excluded[i].option, name, excluded[i].why);
	if (load_numbers_itself(p->o) && c->verify_full)
		usage_clash("verify",
			"--verify full cannot be combined with engine %s: only "
			"the headers of its probes differ",
			name);
	if (load_said(p, "train") && c->train > 1)
		usage_clash("train",
			"--train cannot be combined with engine %s: this "
			"engine sends lone datagrams; leave out --train",
			name);
}

void load_frames_adapt(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;

	if ((c->xdp_native || c->xdp_generic) &&
		!(c->engine && c->engine->share))
		usage_clash("xdp-mode", "--xdp-mode is for --engine xdp; give "
					"that, or leave it out");
	if (!load_makes_frames(p->o)) {
		if (p->i_own)
			usage_clash("i-own",
				"--i-own is about frames that load makes "
				"itself; use --engine xdp or kernel");
		return;
	}
	refuse_options(p);
	refuse_sizes(p->o);
	c->train = 1;
	if (load_numbers_itself(p->o) && !load_said(p, "gro"))
		c->socket.gro = true;
}

void load_frames_refuse_replies(const struct load_parsing *p)
{
	const struct load_config *c = &p->o->config;

	if (load_numbers_itself(p->o) && c->replies != REPLIES_PROBES &&
		c->replies != REPLIES_NONE)
		usage_error("engine",
			"%s needs a peer that returns its probes (echo, "
			"reflect), or one that does not reply (discard)",
			c->engine->name);
}

static void find_route(
	const struct load_config *c, struct route *r, struct link_about *link)
{
	unsigned only = 0;
	int error;

	if (c->socket.device)
		only = if_nametoindex(c->socket.device);
	if (c->socket.device && !only)
		usage_error("device", "there is no device \"%s\"",
			c->socket.device);
	error = route_find(r, &c->socket.remote, &c->socket.bind, only);
	if (!error)
		error = link_read(link, (unsigned)r->device);
	if (error)
		load_fail(EXIT_SYSTEM, "the route to the peer: %s",
			strerror(-error));
}

/* Is the other end of this veth pair in the server's namespace, which was
 * entered, and has the peer's address? */
static bool leads_to_server(
	const struct load_options *o, const struct link_about *link)
{
	const struct netns *there = &o->view.netns;

	return o->view.apart && o->view.has_address && there->open &&
	       strcmp(link->kind, "veth") == 0 && link->peer &&
	       link->peer_in >= 0 && link->peer_in == link_netns_id(there->fd);
}

static void require_consent(
	const struct load_parsing *p, const struct link_about *link)
{
	const char *name = p->o->config.engine->name;

	if (link->loopback || !link->ethernet)
		usage_error("engine",
			"%s makes Ethernet frames, which the %sdevice %s does "
			"not take; give a peer behind an Ethernet device, as "
			"in a lab (tools/lab)",
			name, link->loopback ? "loopback " : "", link->name);
	if (p->i_own && strcmp(p->i_own, link->name) == 0)
		return;
	if (p->i_own)
		usage_error("i-own",
			"frames to this peer would leave by %s, and not by "
			"\"%s\"; give --i-own %s",
			link->name, p->i_own, link->name);
	if (!leads_to_server(p->o, link))
		usage_error("engine",
			"%s sends frames past this host's rules, and %s does "
			"not lead straight to the server's network namespace; "
			"use a lab (tools/lab), or --i-own %s if that network "
			"is yours",
			name, link->name, link->name);
}

/* A veth takes frames from a program only if its peer can receive them in
 * batches (veth_xdp_xmit() in drivers/net/veth.c). */
static void require_receiver(
	const struct load_options *o, const struct link_about *link)
{
	struct link_about peer;
	struct netns back;
	bool ready;

	if (!load_numbers_itself(o) || strcmp(link->kind, "veth") != 0 ||
		!o->view.netns.open || !leads_to_server(o, link))
		return;
	if (netns_enter(&o->view.netns, &back))
		return;
	ready = link_read(&peer, link->peer) || peer.xdp_native ||
		link_has_gro(peer.name);
	if (netns_leave(&back))
		load_fail(EXIT_SYSTEM,
			"there is no way back to this network namespace");
	if (!ready)
		load_fail(EXIT_SYSTEM,
			"--engine: kernel can send frames by device %s only if "
			"its peer has GRO or a native XDP program; in the "
			"server's namespace: ethtool -K %s gro on",
			link->name, peer.name);
}

/* Each thread has a queue. */
static void refuse_threads(
	const struct load_config *c, const struct engine_path *path)
{
	char why[256];
	int n;

	if (!c->engine->queues)
		return;
	n = c->engine->queues(path, why, sizeof(why));
	if (n < 0)
		load_fail(EXIT_SYSTEM, "--engine %s: %s", c->engine->name, why);
	if (c->threads > (uint32_t)n)
		usage_error("threads",
			"engine %s needs a queue of the device for each "
			"thread, and there %s %d; use --threads %d",
			c->engine->name, n == 1 ? "is" : "are", n, n);
}

void load_frames_plan(struct load_parsing *p)
{
	struct load_options *o = p->o;
	struct load_config *c = &o->config;
	struct link_about link;
	struct route route;
	int error;

	find_route(c, &route, &link);
	require_consent(p, &link);
	require_receiver(o, &link);
	if (c->sizes.most > load_payload_max(c, link.mtu))
		usage_error("length",
			"engine %s does not fragment: a datagram has at most "
			"%u bytes on %s",
			c->engine->name, load_payload_max(c, link.mtu),
			link.name);
	o->path.device = (unsigned)route.device;
	refuse_threads(c, &o->path);
	o->path.next = route.next;
	memcpy(o->path.mac_from, link.mac, sizeof(link.mac));
	error = neighbour_resolve(o->path.mac_to, route.device, &route.next);
	if (error == -EPERM)
		load_fail(EXIT_SYSTEM,
			"--engine %s needs root (CAP_NET_RAW, CAP_NET_ADMIN, "
			"CAP_BPF)",
			c->engine->name);
	if (error)
		load_fail(EXIT_NO_PEER,
			"the link-layer address of the peer on %s: %s",
			link.name, strerror(-error));
	o->path.v6 = c->socket.remote.sa.sa_family == AF_INET6;
	c->path = &o->path;
}
