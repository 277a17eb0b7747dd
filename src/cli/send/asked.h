/* SPDX-License-Identifier: MIT */
/* What send was asked for (options.c), and what came of it: send.c asks,
 * report.c prints it for people and for machines. */
#pragma once

#include "net/exchange.h"

/* One more byte than any datagram has. */
#define SEND_ROOM 65536

struct send_options {
	union address peer;
	union address bind; /* family AF_UNSPEC: none given */
	uint8_t *data;
	uint32_t bytes;
	uint64_t timeout_ns; /* of the first try; doubles with each */
	uint64_t retries;
	bool promiscuous, json;
};

struct send_result {
	union address before, after; /* the client's; AF_UNSPEC: never sent */
	unsigned tries;              /* datagrams sent */
	const char *outcome;         /* in JSON: an API */
	int exit_code;
	bool answered;
	struct exchange_answer answer;
	uint8_t *data;  /* of the answer */
	double seconds; /* from the first try to the answer, or the end */
	char why[512];  /* where there is no answer: a line without a name */
};

/* o is zeroed but for data, which has SEND_ROOM. Bad usage exits. 0 or the
 * error of argp_parse(3). */
int send_parse(struct send_options *o, int argc, char **argv);

/* Step by step, as it happens. Nothing where JSON was asked for. */
void send_report_before(
	const struct send_options *o, const struct send_result *r);
void send_report_after(
	const struct send_options *o, const struct send_result *r);

/* The answer or the reason that there is none; the whole of it as JSON.
 * 0 or -ENOMEM. */
int send_report_end(const struct send_options *o, const struct send_result *r);
