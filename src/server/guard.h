/* SPDX-License-Identifier: MIT */
/*
 * The one choke point that every reply passes. A server that answers UDP is a
 * reflector of other people's traffic, and two of them are a loop, unless
 * rules say otherwise (CVE-2024-2169; US-CERT TA14-017A). Each rule has a
 * counter.
 *
 * A guard is made once and then only read: all workers share it.
 */
#pragma once

#include "core/address.h"
#include "core/batch.h"
#include "core/counters.h"
#include "service/service.h"

struct guard {
	/* Sources that may be sent more than they sent, and from any port. */
	const struct cidr *allow;
	size_t allow_count;
	uint16_t ephemeral_first, ephemeral_last;
	uint64_t reflectors[65536 / 64]; /* bit set: a reflector's port */
};

/* allow stays the caller's and must outlive the guard. */
void guard_init(struct guard *g, const struct cidr *allow, size_t allow_count);

/*
 * The counter that says why t must not be answered; 0: it may. loops: would the
 * answer be answered by whatever answers anything? Counter 0 counts what was
 * received, and no refusal.
 */
enum counter_id guard_judge(
	const struct guard *g, const struct train *t, bool loops);

/*
 * Turns answers that must not be given into refusals. What it refuses it
 * counts itself, for a service may have refused a part of the train before,
 * for a reason of its own.
 */
void guard_check(const struct guard *g, const struct service_ops *service,
	struct batch *batch, struct counters *counters);
