/* SPDX-License-Identifier: MIT */
/* All benchmarks. */
#include "bench.h"

#define LONE                                                                   \
	{                                                                      \
		.trains = 32, .segments = 1, .peers = 8                        \
	}
#define ONE_PEER                                                               \
	{                                                                      \
		.trains = 32, .segments = 1, .peers = 1                        \
	}
#define TRAINS                                                                 \
	{                                                                      \
		.trains = 8, .segments = 128, .peers = 8                       \
	}
#define SERVICE(what, by, n, m)                                                \
	{                                                                      \
		.service = what, .trains = n, .segments = m, .peers = by       \
	}

const struct bench benches[] = {
	{"core", "empty loop", "turn", NULL, &bench_empty, {0}},
	{"core", "probe: write", "datagram", "empty loop", &bench_probe_write,
		TRAINS},
	{"core", "probe: check", "datagram", "empty loop", &bench_probe_check,
		TRAINS},
	{"core", "verify: in order", "reply", "empty loop", &bench_verify, {0}},
	{"core", "histogram: record", "value", "empty loop",
		&bench_histogram_record, {0}},
	{"core", "counter: add", "addition", "empty loop", &bench_counter_add,
		{0}},

	{"couple", "lone: only prepared", "datagram", NULL, &bench_prepare,
		LONE},
	{"couple", "trains: only prepared", "datagram", NULL, &bench_prepare,
		TRAINS},
	{"couple", "lone, 8 peers", "datagram", "lone: only prepared",
		&bench_couple, LONE},
	{"couple", "lone, 1 peer", "datagram", "lone: only prepared",
		&bench_couple, ONE_PEER},
	{"couple", "trains, 8 peers", "datagram", "trains: only prepared",
		&bench_couple, TRAINS},

	{"service", "lone: only prepared", "datagram", NULL, &bench_prepare,
		LONE},
	{"service", "trains: only prepared", "datagram", NULL, &bench_prepare,
		TRAINS},
	{"service", "discard, lone", "datagram", "lone: only prepared",
		&bench_service, SERVICE("discard", 8, 32, 1)},
	{"service", "echo, lone", "datagram", "lone: only prepared",
		&bench_service, SERVICE("echo", 8, 32, 1)},
	{"service", "length, lone", "datagram", "lone: only prepared",
		&bench_service, SERVICE("length", 8, 32, 1)},
	{"service", "reflect, lone", "datagram", "lone: only prepared",
		&bench_service, SERVICE("reflect", 8, 32, 1)},
	{"service", "discard, trains", "datagram", "trains: only prepared",
		&bench_service, SERVICE("discard", 8, 8, 128)},
	{"service", "echo, trains", "datagram", "trains: only prepared",
		&bench_service, SERVICE("echo", 8, 8, 128)},
	{"service", "length, trains", "datagram", "trains: only prepared",
		&bench_service, SERVICE("length", 8, 8, 128)},
	{"service", "reflect, trains", "datagram", "trains: only prepared",
		&bench_service, SERVICE("reflect", 8, 8, 128)},

	{"worker", "lone: mem backend alone", "datagram", NULL, &bench_backend,
		LONE},
	{"worker", "single: mem backend alone", "datagram", NULL,
		&bench_backend, SERVICE(NULL, 1, 1, 1)},
	{"worker", "trains: mem backend alone", "datagram", NULL,
		&bench_backend, TRAINS},
	{"worker", "turn, echo, lone", "datagram", "lone: mem backend alone",
		&bench_worker, SERVICE("echo", 8, 32, 1)},
	{"worker", "turn, discard, lone", "datagram", "lone: mem backend alone",
		&bench_worker, SERVICE("discard", 8, 32, 1)},
	{"worker", "turn, echo, batch of one", "datagram",
		"single: mem backend alone", &bench_worker,
		SERVICE("echo", 1, 1, 1)},
	{"worker", "turn, echo, trains", "datagram",
		"trains: mem backend alone", &bench_worker,
		SERVICE("echo", 8, 8, 128)},
	{"worker", "turn, discard, trains", "datagram",
		"trains: mem backend alone", &bench_worker,
		SERVICE("discard", 8, 8, 128)},

	{"generator", "lone: mem engine sends", "datagram", NULL,
		&bench_engine_send, LONE},
	{"generator", "trains: mem engine sends", "datagram", NULL,
		&bench_engine_send, TRAINS},
	{"generator", "lone: mem engine, echo", "datagram", NULL,
		&bench_engine_echo, LONE},
	{"generator", "trains: mem engine, echo", "datagram", NULL,
		&bench_engine_echo, TRAINS},
	{"generator", "flood, lone", "datagram", "lone: mem engine sends",
		&bench_flood, LONE},
	{"generator", "flood, trains", "datagram", "trains: mem engine sends",
		&bench_flood, TRAINS},
	{"generator", "window, lone", "datagram", "lone: mem engine, echo",
		&bench_window, LONE},
	{"generator", "window, trains", "datagram", "trains: mem engine, echo",
		&bench_window, TRAINS},
};

const size_t bench_count = sizeof(benches) / sizeof(benches[0]);
