/* SPDX-License-Identifier: MIT */
/*
 * The choke point that every reply passes. Without rules, a server that answers
 * UDP is a reflector for forged traffic, and two of them can form a loop
 * (CVE-2024-2169; US-CERT TA14-017A). Each rule has a counter.
 *
 * A guard is set up once and then only read, by all workers.
 */
#pragma once

#include "core/address.h"
#include "core/batch.h"
#include "core/counters.h"
#include "service/service.h"

struct guard {
	/* Sources that may get longer replies, at any port (--allow). */
	const struct cidr *allow;
	size_t allow_count;
	uint16_t ephemeral_first, ephemeral_last;
	uint64_t reflectors[65536 / 64]; /* bit set: a reflector's port */
};

/* allow must outlive the guard. */
void guard_init(struct guard *g, const struct cidr *allow, size_t allow_count);

/*
 * The counter that says why t must not be answered; 0 (which is no counter of
 * refusals): it may. loops: a service like echo, whose answers could be
 * answered in turn.
 */
enum counter_id guard_judge(
	const struct guard *g, const struct train *t, bool loops);

/*
 * Turns answers that must not be given into refusals, and counts them itself,
 * since the service may have refused a part of the train for another reason.
 */
void guard_check(const struct guard *g, const struct service_ops *service,
	struct batch *batch, struct counters *counters);
