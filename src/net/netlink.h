/* SPDX-License-Identifier: MIT */
/* Questions to rtnetlink(7) that have one answer. Private to net/. */
#pragma once

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
