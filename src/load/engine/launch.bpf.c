/* SPDX-License-Identifier: MIT */
/*
 * Makes each frame that BPF_PROG_TEST_RUN hands to it
 * (BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18) a probe of the next flow, and sends
 * it by a device. Frames are used again with whatever became of them, so all
 * headers are written; the payload behind the probe is as in the first frame.
 *
 * Two more programs count what the device, or the way to it, did not take. They
 * see the calls of all, and count those of this thread while a frame of its own
 * is on its way. In that time, the CPU does nothing else for the network: the
 * kernel lets softirqs in, such as a receiver's program that redirects to other
 * devices, when the queue to the device has been flushed
 * (xdp_test_run_batch() in net/bpf/test_run.c).
 */
#include "core/probe_mix.h"
#include "load/engine/launch_state.h"

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HEADERS_V4 42
#define HEADERS_V6 62
#define PROBE      32
#define REQUEST    0x756d6c31u

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct launch_state);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before it is loaded */
	__type(key, __u32);
	__type(value, struct launch_flow);
} flows SEC(".maps");

static __always_inline struct launch_state *find_state(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&state, &key);
}

/* The planned departure. */
static __always_inline __u64 departure(struct launch_state *s)
{
	__u64 now = bpf_ktime_get_ns(), *time, meant;

	if (!s->timed)
		return now;
	time = &s->times[s->done & (LAUNCH_MOST - 1)];
	meant = *time;
	*time = now > meant ? now - meant : 0;
	return meant;
}

static __always_inline __u32 halves(__u64 v)
{
	return (v & 0xffff) + (v >> 16 & 0xffff) + (v >> 32 & 0xffff) +
	       (v >> 48);
}

/* 0 would mean no checksum, so that 0xffff is sent in its place. */
static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? 0xffff : ~sum;
}

/* At data are the headers and a probe. Copies whole words first. */
static __always_inline void write(struct launch_state *s, struct launch_flow *f,
	void *data, const __u32 headers)
{
	__u64 sent = bpf_cpu_to_be64(departure(s));
	__u64 sequence = bpf_cpu_to_be64(f->sequence);
	__u32 check = bpf_htonl(probe_check_of(REQUEST, s->run, f->number,
		f->sequence, bpf_be64_to_cpu(sent), s->bytes));
	__u32 *probe = data + headers;
	__u32 at = 0;

	for (; at + 8 <= headers; at += 8)
		*(__u64 *)(data + at) = *(__u64 *)(f->headers + at);
	for (; at + 2 <= headers; at += 2)
		*(__u16 *)(data + at) = *(__u16 *)(f->headers + at);
	*(__u16 *)(data + headers - 2) =
		fold(f->sum + halves(check) + halves(sequence) + halves(sent));
	probe[0] = bpf_htonl(REQUEST);
	probe[1] = bpf_htonl(s->run);
	probe[2] = bpf_htonl(f->number);
	probe[3] = check;
	*(__u64 *)(probe + 4) = sequence;
	*(__u64 *)(probe + 6) = sent;
}

static __always_inline int launch(struct xdp_md *ctx, const __u32 headers)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct launch_state *s = find_state();
	struct launch_flow *f;
	__u32 next;

	/* The last batch may have more frames than are wanted. */
	if (!s || !s->left)
		return XDP_DROP;
	next = s->next;
	f = bpf_map_lookup_elem(&flows, &next);
	if (!f || data + headers + PROBE > end)
		return XDP_DROP;
	write(s, f, data, headers);
	f->sequence++;
	s->next = next + 1 < s->flows ? next + 1 : 0;
	s->left--;
	s->done++;
	/* As the kernel numbers threads, in whatever namespace. */
	s->thread = (__u32)bpf_get_current_pid_tgid();
	return bpf_redirect(s->device, 0);
}

SEC("xdp")
int launch_v4(struct xdp_md *ctx)
{
	return launch(ctx, HEADERS_V4);
}

SEC("xdp")
int launch_v6(struct xdp_md *ctx)
{
	return launch(ctx, HEADERS_V6);
}

/* The state, if the call is for frames of this launch. */
static __always_inline struct launch_state *of_this_launch(void)
{
	struct launch_state *s = find_state();

	return s && s->thread == (__u32)bpf_get_current_pid_tgid() &&
			       s->settled < s->done
		       ? s
		       : 0;
}

/* from, to, sent, drops, err: include/trace/events/xdp.h. */
SEC("raw_tp/xdp_devmap_xmit")
int count_drops(struct bpf_raw_tracepoint_args *ctx)
{
	struct launch_state *s = of_this_launch();
	int sent = ctx->args[2], drops = ctx->args[3], err = ctx->args[4];

	if (!s)
		return 0;
	s->settled += sent + drops;
	if (drops > 0) {
		s->dropped += drops;
		if (err < 0)
			s->error = -err;
	}
	return 0;
}

/* dev, program, target, err, ... */
SEC("raw_tp/xdp_redirect_err")
int count_failures(struct bpf_raw_tracepoint_args *ctx)
{
	struct launch_state *s = of_this_launch();

	if (s) {
		s->settled++;
		s->failed++;
		s->error = -(int)ctx->args[3];
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
