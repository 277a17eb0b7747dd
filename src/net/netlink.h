/* SPDX-License-Identifier: MIT */
/* Questions to rtnetlink(7). Private to net/. */
#pragma once

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* Room for an answer. */
#define NETLINK_BYTES 16384

struct netlink_question {
	struct nlmsghdr header;
	union {
		struct rtmsg route;
		struct ifinfomsg link;
		struct ndmsg neighbour;
		struct rtgenmsg general;
		struct tcmsg discipline;
		struct if_stats_msg statistics;
	} body;
	char attributes[128];
};

struct netlink_answer {
	_Alignas(struct nlmsghdr) char bytes[NETLINK_BYTES];
};

/* Begins a question with so many bytes of the body. */
void netlink_begin(
	struct netlink_question *q, uint16_t type, uint16_t flags, size_t body);

/* Adds an attribute; there is room for three addresses. */
void netlink_add(struct netlink_question *q, uint16_t type, const void *data,
	size_t bytes);

/* Asks, and waits up to a second. 0, with an answer of that type or, for type
 * 0, an acknowledgement; or -errno, that of the kernel included. */
int netlink_ask(const struct netlink_question *q, uint16_t type,
	struct netlink_answer *out);

/* The attribute of an answer; NULL: it has none. body: bytes before them. */
const struct rtattr *netlink_find(
	const struct netlink_answer *a, size_t body, uint16_t type);

/* Opens a socket that asks about this thread's namespace, wherever it is used
 * later; close(2) it. Or -errno. */
int netlink_open(void);

/* One answer of several. */
typedef void netlink_each(const struct nlmsghdr *h, void *arg);

/* Asks by a socket of netlink_open(), and hands each answer of that type to
 * each. Waits up to a second for one. 0 or -errno. */
int netlink_dump(int fd, struct netlink_question *q, uint16_t type,
	netlink_each *each, void *arg);

/* The attribute of that type among so many bytes of them; NULL: none. */
const struct rtattr *netlink_among(
	const struct rtattr *first, size_t bytes, uint16_t type);
