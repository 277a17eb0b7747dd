/* SPDX-License-Identifier: MIT */
/* What the filter's program takes and what it passes, run by the kernel on made
 * frames (BPF_PROG_TEST_RUN). */
#include "xdp/filter_rules.h"

#include "oracle/ethernet.h"
#include "xdp/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_xdp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

extern const struct xdp_object xdp_object_filter;

static struct bpf_object *object;
static int program;
static uint8_t data[ETHERNET_MOST], payload[1500];
static struct ethernet_plan plan;

static void add_socket(void)
{
	static struct xsk_ring_prod fill;
	static struct xsk_ring_cons complete;
	static _Alignas(4096) uint8_t area[64 * 4096];
	struct xsk_umem *umem;
	uint32_t queue = 0, entries = 64;
	int fd, error = xsk_umem__create(
			&umem, area, sizeof(area), &fill, &complete, NULL);

	if (error == -EAFNOSUPPORT || error == -EPERM)
		cr_skip_test("no AF_XDP here: %s", strerror(-error));
	cr_assert(error == 0, "%s", strerror(-error));
	fd = xsk_umem__fd(umem);
	cr_assert(setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries,
			  sizeof(entries)) == 0);
	cr_assert(bpf_map_update_elem(
			  bpf_object__find_map_fd_by_name(object, "sockets"),
			  &queue, &fd, BPF_ANY) == 0,
		"%s", strerror(errno));
}

static void load_rules(const struct filter_rules *rules)
{
	char why[256];
	int error;

	cr_assert(xdp_object_open(
			  &xdp_object_filter, &object, why, sizeof(why)) == 0);
	cr_assert(bpf_map__set_initial_value(
			  bpf_object__find_map_by_name(object, ".rodata"),
			  rules, sizeof(*rules)) == 0);
	error = xdp_object_load(object, why, sizeof(why));
	if (error == -EPERM || error == -EACCES)
		cr_skip_test("%s", why);
	cr_assert(error == 0, "%s", why);
	program = bpf_program__fd(
		bpf_object__find_program_by_name(object, "filter"));
	add_socket();
}

static void load(void)
{
	struct filter_rules rules = {
		.port_first = 7000,
		.port_last = 7007,
		.frame_most = 1000,
		.v4_count = 2,
		.v6_count = 1,
		.never_count = 2,
		.mac = {2, 0, 0, 0, 0, 2},
	};
	union address own;

	cr_assert(address_parse(&own, "192.0.2.1:0") == 0);
	rules.v4[1] = rules.never[0] = own.in.sin_addr.s_addr;
	cr_assert(address_parse(&own, "192.0.2.7:0") == 0);
	rules.never[1] = own.in.sin_addr.s_addr;
	cr_assert(address_parse(&own, "[2001:db8::1]:0") == 0);
	memcpy(rules.v6[0], &own.in6.sin6_addr, 16);
	load_rules(&rules);
}

static void unload(void)
{
	xdp_object_close(object);
}

TestSuite(filter, .init = load, .fini = unload);

static bool takes(size_t bytes)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = data,
		.data_size_in = (uint32_t)bytes, .repeat = 1);

	cr_assert(bpf_prog_test_run_opts(program, &o) == 0, "%s",
		strerror(errno));
	cr_assert(o.retval == XDP_PASS || o.retval == XDP_REDIRECT);
	return o.retval == XDP_REDIRECT;
}

static size_t make(const char *from, const char *to, size_t bytes)
{
	plan = (struct ethernet_plan){
		.mac_from = {2, 0, 0, 0, 0, 1},
		.mac_to = {2, 0, 0, 0, 0, 2},
		.ttl = 64,
		.payload = payload,
		.payload_bytes = bytes,
	};
	cr_assert(address_parse(&plan.from, from) == 0);
	cr_assert(address_parse(&plan.to, to) == 0);
	return ethernet_make(data, &plan);
}

Test(filter, takes_our_datagrams)
{
	cr_assert(takes(make("192.0.2.2:40000", "192.0.2.1:7000", 0)));
	cr_assert(takes(make("192.0.2.2:1", "192.0.2.1:7007", 958)));
	cr_assert(takes(make("[2001:db8::2]:9", "[2001:db8::1]:7003", 0)));
	cr_assert(takes(make("[2001:db8::2]:9", "[2001:db8::1]:7003", 938)));
}

Test(filter, passes_what_is_not_for_us)
{
	size_t n;

	cr_assert(!takes(make("192.0.2.2:40000", "192.0.2.1:6999", 64)));
	cr_assert(!takes(make("192.0.2.2:40000", "192.0.2.1:7008", 64)));
	cr_assert(!takes(make("192.0.2.2:40000", "192.0.2.3:7000", 64)));
	cr_assert(!takes(make("[2001:db8::2]:9", "[2001:db8::3]:7003", 64)));
	n = make("192.0.2.2:40000", "192.0.2.1:7000", 64);
	data[5]++; /* another station */
	cr_assert(!takes(n));
}

Test(filter, passes_what_must_not_be_answered)
{
	size_t n = make("192.0.2.2:40000", "192.0.2.1:7000", 64);

	data[6] |= 1; /* from a group of stations */
	cr_assert(!takes(n));
	cr_assert(!takes(make("192.0.2.1:40000", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("0.0.0.1:40000", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("224.0.0.1:40000", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("255.255.255.255:9", "192.0.2.1:7000", 64)));
	cr_assert(takes(make("223.255.255.255:9", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("[2001:db8::1]:9", "[2001:db8::1]:7003", 64)));
	cr_assert(!takes(make("[ff02::1]:9", "[2001:db8::1]:7003", 64)));
}

Test(filter, passes_what_is_too_long_for_a_frame)
{
	cr_assert(!takes(make("192.0.2.2:1", "192.0.2.1:7007", 959)));
	cr_assert(!takes(make("[2001:db8::2]:9", "[2001:db8::1]:7003", 939)));
}

Test(filter, passes_what_the_stack_must_judge)
{
	static const struct {
		size_t at;
		uint8_t value;
	} v4[] =
		{
			{12, 0x81},   /* a VLAN tag */
			{14, 0x46},   /* options */
			{20, 0x20},   /* a fragment, the first ... */
			{21, 1},      /* ... or a later one */
			{23, 17 ^ 1}, /* another protocol */
			{16, 1},      /* longer than the frame */
			{17, 27},     /* too short for UDP */
			{39, 71},     /* a UDP length that is another */
			{24, 0},      /* a wrong checksum of the header */
			{26, 127},    /* a source that no wire can have */
		},
	  v6[] = {
		  {14, 0x40},
		  {20, 44},
		  {20, 0},
		  {18, 1},
		  {59, 71},
	  };
	size_t n;

	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++) {
		n = make("192.0.2.2:40000", "192.0.2.1:7000", 64);
		cr_assert(data[v4[i].at] != v4[i].value, "%zu", i);
		data[v4[i].at] = v4[i].value;
		/* So that only that is wrong. */
		if (v4[i].at > 13 && v4[i].at < 34 && v4[i].at != 24)
			ethernet_check_header(data);
		cr_assert(!takes(n), "byte %zu", v4[i].at);
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++) {
		n = make("[2001:db8::2]:9", "[2001:db8::1]:7003", 64);
		cr_assert(data[v6[i].at] != v6[i].value, "%zu", i);
		data[v6[i].at] = v6[i].value;
		cr_assert(!takes(n), "byte %zu", v6[i].at);
	}
	n = make("[2001:db8::2]:9", "[2001:db8::1]:7003", 64);
	data[60] = data[61] = 0; /* no checksum, which IPv6 forbids */
	cr_assert(!takes(n));
	cr_assert(
		!takes(make("[::ffff:127.0.0.1]:9", "[2001:db8::1]:7003", 8)));
	cr_assert(!takes(make("[::1]:9", "[2001:db8::1]:7003", 8)));
}

/* A reply goes to the station that a frame came from. */
Test(filter, passes_what_no_station_can_have_sent)
{
	static const uint8_t odd[][6] = {
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, /* all */
		{1, 0, 0x5e, 0, 0, 1},                /* a group */
		{0}, {2, 0, 0, 0, 0, 2},              /* our own */
	};
	size_t n = make("192.0.2.2:40000", "192.0.2.1:7000", 64);

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		memcpy(data + 6, odd[i], 6);
		cr_assert(!takes(n), "%zu", i);
	}
}

Test(filter, passes_sources_that_no_peer_has)
{
	cr_assert(!takes(make("192.0.2.1:40000", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("192.0.2.7:40000", "192.0.2.1:7000", 64)));
	cr_assert(takes(make("192.0.2.6:40000", "192.0.2.1:7000", 64)));
	cr_assert(!takes(make("[2001:db8::1]:9", "[2001:db8::1]:7003", 64)));
}

Test(filter, reads_no_frame_beyond_its_end)
{
	size_t n = make("192.0.2.2:40000", "192.0.2.1:7000", 64);

	for (size_t i = 14; i < n; i++)
		cr_assert(!takes(i));
	cr_assert(takes(n));
	n = make("[2001:db8::2]:9", "[2001:db8::1]:7003", 64);
	for (size_t i = 14; i < n; i++)
		cr_assert(!takes(i));
	cr_assert(takes(n));
}

/* Each flow has one queue; the program runs as if at queue 0. */
static void add_flow(const char *text, uint32_t queue)
{
	struct filter_flow flow = {0};
	union address own;

	cr_assert(address_parse(&own, text) == 0);
	flow.port = own.in.sin_port;
	if (own.sa.sa_family == AF_INET)
		flow.address[0] = own.in.sin_addr.s_addr;
	else
		memcpy(flow.address, &own.in6.sin6_addr, 16);
	cr_assert(bpf_map_update_elem(
			  bpf_object__find_map_fd_by_name(object, "flows"),
			  &flow, &queue, BPF_ANY) == 0);
}

static void load_flows(const char *text)
{
	struct filter_rules rules = {
		.by_flow = 1,
		.frame_most = 1000,
		.mac = {2, 0, 0, 0, 0, 2},
	};
	union address peer;

	cr_assert(address_parse(&peer, text) == 0);
	rules.peer_port = peer.in.sin_port;
	if (peer.sa.sa_family == AF_INET)
		rules.peer[0] = peer.in.sin_addr.s_addr;
	else
		memcpy(rules.peer, &peer.in6.sin6_addr, 16);
	load_rules(&rules);
}

TestSuite(filter_flows, .fini = unload);

Test(filter_flows, takes_what_the_peer_sends_to_a_flow_of_that_queue)
{
	load_flows("192.0.2.2:7");
	add_flow("192.0.2.1:40000", 0);
	add_flow("192.0.2.3:40001", 0);
	add_flow("192.0.2.1:40002", 1);
	cr_assert(takes(make("192.0.2.2:7", "192.0.2.1:40000", 64)));
	cr_assert(takes(make("192.0.2.2:7", "192.0.2.3:40001", 0)));
	cr_assert(!takes(make("192.0.2.2:7", "192.0.2.1:40001", 64)));
	cr_assert(!takes(make("192.0.2.2:7", "192.0.2.3:40000", 64)));
	cr_assert(!takes(make("192.0.2.2:7", "192.0.2.1:40002", 64)));
	cr_assert(!takes(make("192.0.2.2:8", "192.0.2.1:40000", 64)));
	cr_assert(!takes(make("192.0.2.4:7", "192.0.2.1:40000", 64)));
	cr_assert(!takes(make("[2001:db8::2]:7", "[2001:db8::1]:40000", 64)));
}

Test(filter_flows, takes_ipv6_likewise)
{
	load_flows("[2001:db8::2]:7");
	add_flow("[2001:db8::1]:40000", 0);
	add_flow("[2001:db8::1]:40002", 1);
	cr_assert(takes(make("[2001:db8::2]:7", "[2001:db8::1]:40000", 64)));
	cr_assert(!takes(make("[2001:db8::2]:7", "[2001:db8::1]:40001", 64)));
	cr_assert(!takes(make("[2001:db8::2]:7", "[2001:db8::1]:40002", 64)));
	cr_assert(!takes(make("[2001:db8::2]:7", "[2001:db8::3]:40000", 64)));
	cr_assert(!takes(make("[2001:db8::2]:8", "[2001:db8::1]:40000", 64)));
	cr_assert(!takes(make("[2001:db8::3]:7", "[2001:db8::1]:40000", 64)));
	cr_assert(!takes(make("192.0.2.2:7", "192.0.2.1:40000", 64)));
}

/* As in a frame whose checksum is left to hardware: the sum of the addresses,
 * the protocol and the length. */
static void leave_checksum(size_t addresses, size_t bytes, size_t udp)
{
	uint32_t sum = 17 + data[udp + 4] * 256u + data[udp + 5];

	for (size_t i = 0; i < bytes; i += 2)
		sum += data[addresses + i] * 256u + data[addresses + i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	data[udp + 6] = (uint8_t)(sum >> 8);
	data[udp + 7] = (uint8_t)sum;
}

Test(filter_flows, what_may_be_a_train_is_passed_where_trains_come_whole)
{
	struct filter_rules rules = {
		.by_flow = 1,
		.frame_most = 1000,
		.mac = {2, 0, 0, 0, 0, 2},
	};
	union address peer;
	size_t n;

	for (uint16_t generic = 0; generic < 2; generic++) {
		rules.generic = generic;
		cr_assert(address_parse(&peer, "192.0.2.2:7") == 0);
		rules.peer_port = peer.in.sin_port;
		rules.peer[0] = peer.in.sin_addr.s_addr;
		load_rules(&rules);
		add_flow("192.0.2.1:40000", 0);
		n = make("192.0.2.2:7", "192.0.2.1:40000", 64);
		cr_assert(takes(n));
		leave_checksum(26, 8, 34);
		cr_assert(takes(n) == !generic);
		unload();
		cr_assert(address_parse(&peer, "[2001:db8::2]:7") == 0);
		memcpy(rules.peer, &peer.in6.sin6_addr, 16);
		load_rules(&rules);
		add_flow("[2001:db8::1]:40000", 0);
		n = make("[2001:db8::2]:7", "[2001:db8::1]:40000", 64);
		cr_assert(takes(n));
		leave_checksum(22, 32, 54);
		cr_assert(takes(n) == !generic);
		if (!generic)
			unload();
	}
}
