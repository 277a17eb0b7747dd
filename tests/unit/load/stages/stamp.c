/* SPDX-License-Identifier: MIT */
/* Control messages made by hand: which are stamps, and of what kind. */
#include "load/stages/stamp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Alignas(struct cmsghdr) char control[STAMP_CONTROL];
static struct msghdr message;

static void begin(void)
{
	memset(control, 0, sizeof(control));
	message = (struct msghdr){.msg_control = control};
}

static void add(int level, int type, const void *data, size_t bytes)
{
	struct cmsghdr *c = (void *)(control + message.msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), data, bytes);
	message.msg_controllen += CMSG_SPACE(bytes);
	cr_assert(message.msg_controllen <= sizeof(control));
}

static void add_times(uint64_t software_ns, uint64_t hardware_ns)
{
	struct scm_timestamping t = {
		.ts = {
			[0] = {(time_t)(software_ns / 1000000000),
				(long)(software_ns % 1000000000)},
			/* Deprecated, and never to be looked at. */
			[1] = {77, 77},
			[2] = {(time_t)(hardware_ns / 1000000000),
				(long)(hardware_ns % 1000000000)},
		}};

	add(SOL_SOCKET, SO_TIMESTAMPING, &t, sizeof(t));
}

static void add_error(int level, uint8_t origin, uint32_t info, uint32_t id)
{
	/* The offender's address follows, as the kernel has it. */
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in6 offender;
	} e = {.ee = {.ee_errno = ENOMSG,
		       .ee_origin = origin,
		       .ee_info = info,
		       .ee_data = id}};

	add(level, level == IPPROTO_IP ? IP_RECVERR : IPV6_RECVERR, &e,
		sizeof(e));
}

static void check(enum stamp_kind kind, uint32_t id, uint64_t software_ns,
	uint64_t hardware_ns)
{
	struct stamp s = stamp_parse(&message);

	cr_assert(s.kind == kind, "kind %d", s.kind);
	cr_assert(s.id == id, "id %u", s.id);
	cr_assert(s.software_ns == software_ns, "%lu", s.software_ns);
	cr_assert(s.hardware_ns == hardware_ns, "%lu", s.hardware_ns);
}

Test(stamp, of_a_sent_datagram_has_its_stage_and_number)
{
	static const struct {
		int level;
		uint32_t info;
		enum stamp_kind kind;
	} cases[] = {
		{IPPROTO_IP, SCM_TSTAMP_SCHED, STAMP_SCHED},
		{IPPROTO_IP, SCM_TSTAMP_SND, STAMP_SENT},
		{IPPROTO_IPV6, SCM_TSTAMP_SCHED, STAMP_SCHED},
		{IPPROTO_IPV6, SCM_TSTAMP_SND, STAMP_SENT},
		/* TCP's, which no datagram has */
		{IPPROTO_IP, SCM_TSTAMP_ACK, STAMP_NONE},
		{IPPROTO_IP, 99, STAMP_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		add_times(1700000000123456789, 0);
		add_error(cases[i].level, SO_EE_ORIGIN_TIMESTAMPING,
			cases[i].info, 4000000000u + (uint32_t)i);
		check(cases[i].kind, 4000000000u + (uint32_t)i,
			1700000000123456789, 0);
	}
}

Test(stamp, is_read_in_whichever_order_messages_come)
{
	begin();
	add_error(IPPROTO_IP, SO_EE_ORIGIN_TIMESTAMPING, SCM_TSTAMP_SCHED, 5);
	add_times(3000000001, 0);
	check(STAMP_SCHED, 5, 3000000001, 0);
}

Test(stamp, by_the_device_is_not_one_by_the_driver)
{
	begin();
	add_times(0, 9000000009);
	add_error(IPPROTO_IP, SO_EE_ORIGIN_TIMESTAMPING, SCM_TSTAMP_SND, 1);
	check(STAMP_SENT, 1, 0, 9000000009);
}

Test(stamp, of_a_received_datagram_has_no_error)
{
	static const int other = 17;

	begin();
	add(IPPROTO_IP, IP_TTL, &other, sizeof(other));
	add_times(1700000000000000001, 8);
	check(STAMP_RECEIVED, 0, 1700000000000000001, 8);
}

Test(stamp, is_missing_in_an_icmp_report)
{
	begin();
	/* The ICMP datagram was stamped when it was received. */
	add_times(1700000000000000001, 0);
	add_error(IPPROTO_IP, SO_EE_ORIGIN_ICMP, SCM_TSTAMP_SND, 0);
	cr_assert(stamp_parse(&message).kind == STAMP_NONE);
}

Test(stamp, is_missing_without_a_message)
{
	begin();
	check(STAMP_NONE, 0, 0, 0);
	add_error(IPPROTO_IP, SO_EE_ORIGIN_TIMESTAMPING, SCM_TSTAMP_SND, 3);
	check(STAMP_NONE, 0, 0, 0);
}

Test(stamp, is_missing_if_messages_were_truncated)
{
	static const char half[24];

	begin();
	add_times(1700000000000000001, 0);
	message.msg_flags = MSG_CTRUNC;
	check(STAMP_NONE, 0, 0, 0);
	begin();
	add(SOL_SOCKET, SO_TIMESTAMPING, half, sizeof(half));
	check(STAMP_NONE, 0, 0, 0);
}

/* The kernel's own: two stamps for each datagram sent, by their number. */
Test(stamp, comes_from_the_kernel_in_order_and_numbered_from_0)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t n = sizeof(a);
	struct stamp s;
	char why[128];

	cr_assert(fd >= 0);
	cr_assert(bind(fd, (void *)&a, n) == 0);
	cr_assert(getsockname(fd, (void *)&a, &n) == 0);
	/* A second time too: the number starts again. */
	for (int round = 0; round < 2; round++) {
		uint64_t before = 0;

		cr_assert(stamp_enable(fd, false, why, sizeof(why)) == 0, "%s",
			why);
		for (uint32_t id = 0; id < 3; id++) {
			cr_assert(sendto(fd, "", 1, 0, (void *)&a, n) == 1);
			for (int kind = STAMP_SCHED; kind <= STAMP_SENT;
				kind++) {
				cr_assert(stamp_next(fd, &s) == 1);
				cr_assert((int)s.kind == kind);
				cr_assert(s.id == id);
				cr_assert(s.software_ns >= before);
				before = s.software_ns;
			}
			cr_assert(stamp_next(fd, &s) == 0);
		}
	}
	cr_assert(stamp_disable(fd) == 0);
	cr_assert(sendto(fd, "", 1, 0, (void *)&a, n) == 1);
	cr_assert(stamp_next(fd, &s) == 0);
	close(fd);
}

Test(stamp, of_another_file_is_an_error_with_a_reason)
{
	struct stamp s;
	char why[128];
	int fd[2];

	cr_assert(pipe(fd) == 0);
	cr_assert(stamp_enable(fd[0], false, why, sizeof(why)) == -ENOTSOCK);
	cr_assert(strstr(why, "SO_TIMESTAMPING"));
	cr_assert(stamp_next(fd[0], &s) == -ENOTSOCK);
}
