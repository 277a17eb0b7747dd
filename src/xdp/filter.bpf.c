/* SPDX-License-Identifier: MIT */
/*
 * Gives an AF_XDP socket the datagrams that it can handle, and leaves all else
 * to the kernel's stack, untouched: other protocols, ports and addresses, VLAN
 * tags, fragments, IPv4 options and IPv6 extension headers, packets that are
 * longer than the socket takes, and everything that the stack would find wrong
 * before it looks at a UDP checksum, so that it counts that as ever.
 */
#include "xdp/filter_rules.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* More fragments, or an offset. */
#define FRAGMENT bpf_htons(0x3fff)

volatile const struct filter_rules rules;

/* By the number of the queue. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, FILTER_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

/* The queue of each flow; filled only if rules.by_flow. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_FLOWS);
	__type(key, struct filter_flow);
	__type(value, __u32);
} flows SEC(".maps");

/* To this station, and from another: an answer to a group's address would reach
 * whole networks. */
static __always_inline int is_ours(const struct ethhdr *e)
{
	__u8 differs = e->h_source[0] & 1, other = 0, source = 0;

	for (int i = 0; i < 6; i++) {
		differs |= e->h_dest[i] ^ rules.mac[i];
		other |= e->h_source[i] ^ rules.mac[i];
		source |= e->h_source[i];
	}
	return !differs && other && source;
}

static __always_inline int port_is_ours(const struct udphdr *u)
{
	__u16 port = bpf_ntohs(u->dest);

	return port >= rules.port_first && port <= rules.port_last;
}

/* An AF_XDP socket takes only what arrives at its own queue. */
static __always_inline int flow_is_here(
	const struct filter_flow *flow, __u32 queue)
{
	const __u32 *of = bpf_map_lookup_elem(&flows, flow);

	return of && *of == queue;
}

static __always_inline int v4_is_ours(__u32 address)
{
	for (__u32 i = 0; i < FILTER_ADDRESSES && i < rules.v4_count; i++)
		if (rules.v4[i] == address)
			return 1;
	return 0;
}

static __always_inline int v6_is_ours(const struct in6_addr *a)
{
	for (__u32 i = 0; i < FILTER_ADDRESSES && i < rules.v6_count; i++)
		if (rules.v6[i][0] == a->in6_u.u6_addr32[0] &&
			rules.v6[i][1] == a->in6_u.u6_addr32[1] &&
			rules.v6[i][2] == a->in6_u.u6_addr32[2] &&
			rules.v6[i][3] == a->in6_u.u6_addr32[3])
			return 1;
	return 0;
}

static __always_inline int header_is_sound(const struct iphdr *ip)
{
	const __u16 *half = (const __u16 *)ip;
	__u32 sum = 0;

	for (int i = 0; i < 10; i++)
		sum += half[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/*
 * Before a program that the kernel runs for any driver, datagrams may have been
 * joined (GRO, or a sender's UDP_SEGMENT on the way of a virtual device), and
 * the frame does not tell. Their UDP checksum is then the sum of the pseudo
 * header, as that of any whose sender left it to hardware.
 */
static __always_inline int may_be_train(
	const struct udphdr *u, const void *addresses, __u32 bytes)
{
	const __u16 *half = addresses;
	__u32 sum = bpf_htons(IPPROTO_UDP) + u->len;

	if (!rules.generic)
		return 0;
	for (__u32 i = 0; i < bytes / 2; i++)
		sum += half[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == u->check;
}

/* 0/8, 127/8, which the rules of a server trust, groups, broadcast addresses,
 * and our own addresses come from no wire. */
static __always_inline int v4_is_odd_source(__u32 address)
{
	__u32 first = bpf_ntohl(address) >> 24;

	for (__u32 i = 0; i < FILTER_SOURCES && i < rules.never_count; i++)
		if (rules.never[i] == address)
			return 1;
	return first == 0 || first == 127 || first >= 224 ||
	       v4_is_ours(address);
}

static __always_inline int v4_is_wanted(
	const struct iphdr *ip, const struct udphdr *u, __u32 queue)
{
	struct filter_flow flow = {.address = {ip->daddr}, .port = u->dest};

	if (!rules.by_flow)
		return port_is_ours(u) && v4_is_ours(ip->daddr);
	return ip->saddr == rules.peer[0] && u->source == rules.peer_port &&
	       flow_is_here(&flow, queue);
}

/* bytes: of the packet, from ip on. */
static __always_inline int takes_v4(
	const struct iphdr *ip, const void *end, __u32 bytes, __u32 queue)
{
	const struct udphdr *u = (const void *)(ip + 1);
	__u32 length;

	if ((const void *)(u + 1) > end)
		return 0;
	length = bpf_ntohs(ip->tot_len);
	return *(const __u8 *)ip == 0x45 && ip->protocol == IPPROTO_UDP &&
	       !(ip->frag_off & FRAGMENT) && v4_is_wanted(ip, u, queue) &&
	       length >= 28 && length <= bytes &&
	       bpf_ntohs(u->len) == length - 20 &&
	       !v4_is_odd_source(ip->saddr) && header_is_sound(ip) &&
	       !may_be_train(u, &ip->saddr, 8);
}

/* ::1, ::, v4-mapped and v4-compatible addresses, groups, and our own come from
 * no wire. */
static __always_inline int v6_is_odd_source(const struct in6_addr *a)
{
	return !(a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1]) ||
	       a->in6_u.u6_addr8[0] == 0xff || v6_is_ours(a);
}

static __always_inline int v6_is_wanted(
	const struct ipv6hdr *ip, const struct udphdr *u, __u32 queue)
{
	struct filter_flow flow = {.port = u->dest};
	__u32 differs = u->source ^ rules.peer_port;

	if (!rules.by_flow)
		return port_is_ours(u) && v6_is_ours(&ip->daddr);
	for (int i = 0; i < 4; i++) {
		differs |= ip->saddr.in6_u.u6_addr32[i] ^ rules.peer[i];
		flow.address[i] = ip->daddr.in6_u.u6_addr32[i];
	}
	return !differs && flow_is_here(&flow, queue);
}

static __always_inline int takes_v6(
	const struct ipv6hdr *ip, const void *end, __u32 bytes, __u32 queue)
{
	const struct udphdr *u = (const void *)(ip + 1);
	__u32 length;

	if ((const void *)(u + 1) > end)
		return 0;
	length = bpf_ntohs(ip->payload_len);
	return *(const __u8 *)ip >> 4 == 6 && ip->nexthdr == IPPROTO_UDP &&
	       v6_is_wanted(ip, u, queue) && length >= 8 &&
	       sizeof(*ip) + length <= bytes && bpf_ntohs(u->len) == length &&
	       u->check && !v6_is_odd_source(&ip->saddr) &&
	       !may_be_train(u, &ip->saddr, 32);
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	const struct ethhdr *e = data;
	/* data to end is the first buffer. */
	__u32 bytes = rules.frags ? bpf_xdp_get_buff_len(ctx) : end - data;
	int takes = 0;

	if ((const void *)(e + 1) > end || bytes > rules.frame_most ||
		!is_ours(e))
		return XDP_PASS;
	bytes -= sizeof(*e);
	if (e->h_proto == bpf_htons(ETH_P_IP))
		takes = takes_v4(
			(const void *)(e + 1), end, bytes, ctx->rx_queue_index);
	else if (e->h_proto == bpf_htons(ETH_P_IPV6))
		takes = takes_v6(
			(const void *)(e + 1), end, bytes, ctx->rx_queue_index);
	/* Also if the queue has no socket. */
	return takes ? bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS)
		     : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
