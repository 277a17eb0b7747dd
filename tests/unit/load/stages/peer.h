/* SPDX-License-Identifier: MIT */
/* A peer on loopback that answers as the test wants, and a run against it: for
 * the tests of stages.c and ping.c. */
#pragma once

#include "core/clock.h"
#include "core/probe.h"
#include "load/stages/stages.h"
#include "load/stages/stamp.h"

#include <criterion/criterion.h>
#include <linux/net_tstamp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000ull
/* As a timeout: for a peer that does not answer each datagram. */
#define SOON (SECOND / 5)

enum answer { ECHO, REFLECT, TEXT, JUNK_FIRST, LATE_ONCE, NOTHING };

static enum answer kind;
static unsigned interrupt_after;
static unsigned silent_at; /* a datagram, from 1 */
static atomic_bool stop;
static atomic_bool given_up; /* on a reply: LATE_ONCE waits for that */
static pthread_t thread;
static int server, stamped;
static struct stages_config config;
static struct stages_result *result;
static char why[256];

static void answer(uint8_t *data, ssize_t n, struct sockaddr_in *to)
{
	struct probe_receive seen = {.received_ns = clock_ns()};

	if (kind == REFLECT)
		probe_answer(data, (uint32_t)n, &seen);
	if (kind == TEXT)
		n = sprintf((char *)data, "Your data was %zd bytes", n);
	if (kind == JUNK_FIRST)
		sendto(server, "junk", 4, 0, (void *)to, sizeof(*to));
	if (kind == LATE_ONCE) {
		while (!atomic_load(&given_up))
			usleep(1000);
		kind = ECHO;
	}
	if (kind != NOTHING)
		sendto(server, data, (size_t)n, 0, (void *)to, sizeof(*to));
}

/* Takes a datagram, and answers it. False: it had one byte. */
static bool serve_one(void)
{
	static uint8_t data[65536];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n =
		recvfrom(server, data, sizeof(data), 0, (void *)&from, &size);

	if (n <= 1)
		return false;
	if (interrupt_after && --interrupt_after == 0)
		atomic_store(&stop, true);
	if (!silent_at || --silent_at)
		answer(data, n, &from);
	return true;
}

static void *serve(void *unused)
{
	while (serve_one())
		;
	return unused;
}

/* A socket that asks for stamps all the time, so that the kernel takes them
 * from the first datagram on. */
static void await_stamps(void)
{
	stamped = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert(
		stamp_enable(stamped, false, why, sizeof(why)) == 0, "%s", why);
	cr_assert(stamp_await(NULL) == 0, "no stamps here");
}

static void setup(void)
{
	union address a;
	socklen_t n = sizeof(a);

	await_stamps();
	server = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert(address_parse(&a, "127.0.0.1:0") == 0);
	cr_assert(bind(server, &a.sa, sizeof(a.in)) == 0);
	cr_assert(getsockname(server, &a.sa, &n) == 0);
	config = (struct stages_config){
		.socket.remote = a,
		.length = 64,
		.time_ns = 100 * SECOND,
		/* No reply of a peer that answers is given up. */
		.timeout_ns = 50 * SECOND,
		.count = 1000,
		.run = 7,
		.interrupted = &stop,
	};
	result = malloc(sizeof(*result));
	cr_assert(result);
}

static int run(void)
{
	int error;

	cr_assert(pthread_create(&thread, NULL, serve, NULL) == 0);
	error = stages_run(&config, result, why, sizeof(why));
	cr_assert(sendto(stamped, "x", 1, 0, &config.socket.remote.sa,
			  sizeof(config.socket.remote.in)) == 1);
	pthread_join(thread, NULL);
	return error;
}

static double sum_of_stages(void)
{
	double sum = 0;

	for (int i = 0; i < STAGES_OF_ALL; i++)
		sum += result->stages[i].sum;
	return sum;
}

static void check_split(uint64_t whole)
{
	cr_assert(result->whole == whole, "%lu", result->whole);
	cr_assert(result->stamped.count == whole);
	for (int i = 0; i < STAGES_OF_ALL; i++)
		cr_assert(result->stages[i].count == whole);
	cr_assert(sum_of_stages() == result->stamped.sum, "%f of %f",
		sum_of_stages(), result->stamped.sum);
}

/* All that were measured, and at least so many: the second warm-up is done when
 * it is, and takes a tenth of the count at most. */
static void check_all_split(uint64_t least)
{
	cr_assert(result->sampled >= least, "%lu", result->sampled);
	check_split(result->sampled);
}
