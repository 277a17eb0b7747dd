/* SPDX-License-Identifier: MIT */
/* What send was asked to do (options.c) and what came of it: send.c does it,
 * and report.c prints it for people and for programs. */
#pragma once

#include "net/exchange.h"

/* One byte more than the longest datagram. */
#define SEND_ROOM 65536

struct send_options {
	union address peer;
	union address bind; /* family AF_UNSPEC: none given */
	uint8_t *data;
	uint32_t bytes;
	uint64_t timeout_ns; /* after the first try; doubles with each one */
	uint64_t retries;
	bool promiscuous, json;
};

struct send_result {
	union address before, after; /* the client's; AF_UNSPEC: never sent */
	unsigned tries;              /* datagrams sent */
	const char *outcome;         /* in JSON, so part of an interface */
	int exit_code;
	bool answered;
	struct exchange_answer answer;
	uint8_t *data;  /* of the answer */
	double seconds; /* from the first try to the answer, or the end */
	char why[512];  /* if there is no reply: one line without a name */
};

/* o is zeroed, except that data points to SEND_ROOM bytes. Exits on bad usage.
 * 0, or the error of argp_parse(3). */
int send_parse(struct send_options *o, int argc, char **argv);

/* Report each step as it happens; silent with --json. */
void send_report_before(
	const struct send_options *o, const struct send_result *r);
void send_report_after(
	const struct send_options *o, const struct send_result *r);

/* Prints the reply, or the reason why there is none; with --json, everything. 0
 * or -ENOMEM. */
int send_report_end(const struct send_options *o, const struct send_result *r);
