/* SPDX-License-Identifier: MIT */
#include "cli/load/output.h"

#include "cli/args/metrics.h"
#include "cli/args/option.h"
#include "cli/args/ready_fd.h"
#include "cli/load/said.h"

enum key {
	KEY_SEED = 0x800,
	KEY_CSV,
	KEY_CSV_STEPS,
	KEY_HISTOGRAM,
	KEY_SCENARIO,
	KEY_PRINT,
	KEY_READY_FD,
	KEY_METRICS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Output:", 7},
	{"seed", KEY_SEED, "N", 0,
		"Number of the run, which every probe carries (default: "
		"random)",
		0},
	{"csv", KEY_CSV, "FILE",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH,
		"Write each interval to FILE as a line of CSV (- is stdout)",
		0},
	{"csv-steps", KEY_CSV_STEPS, "FILE",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH | LOAD_NOT_PCAP,
		"Write each step of --ramp to FILE as a line of CSV", 0},
	{"histogram", KEY_HISTOGRAM, "FILE",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH,
		"Write the whole distribution of latency to FILE, as "
		"HdrHistogram prints percentiles, or as JSON if FILE ends with "
		".json",
		0},
	{"scenario", KEY_SCENARIO, "FILE", LOAD_COMMAND_LINE_ONLY,
		"Read options from FILE first, as lines of key = value", 0},
	{"print-scenario", KEY_PRINT, NULL, LOAD_COMMAND_LINE_ONLY,
		"Print all options of the run as a scenario, and send nothing",
		0},
	{"ready-fd", KEY_READY_FD, "N", LOAD_COMMAND_LINE_ONLY,
		"Write the peer's address to this open descriptor, 3 or "
		"above, and close it, once the peer has consented and "
		"sending is about to begin",
		0},
	{"metrics", KEY_METRICS, "ADDRESS",
		LOAD_COMMAND_LINE_ONLY | LOAD_NOT_STAGES | LOAD_NOT_STRESS |
			LOAD_NOT_SEARCH | LOAD_NOT_COUNTED,
		"Answer scrapers such as Prometheus while the run lasts, at "
		"ADDRESS, [HOST:]PORT or unix:PATH; HOST defaults to 127.0.0.1",
		0},
	{"quiet", 'q', NULL, LOAD_COMMAND_LINE_ONLY,
		"Print no progress, only the report and errors", 0},
	{"json", 'J', NULL, LOAD_COMMAND_LINE_ONLY, "Print the report as JSON",
		0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;
	struct load_options *o = p->o;

	switch (key) {
	case KEY_SEED:
		o->config.run =
			(uint32_t)option_count("seed", arg, 1, UINT32_MAX);
		return 0;
	case KEY_CSV:
		o->csv = arg;
		return 0;
	case KEY_CSV_STEPS:
		o->csv_steps = arg;
		return 0;
	case KEY_HISTOGRAM:
		o->histogram = arg;
		return 0;
	case KEY_SCENARIO: /* load_scenario_open() has read it */
		return 0;
	case KEY_PRINT:
		o->print_scenario = true;
		return 0;
	case KEY_READY_FD:
		o->ready_fd = ready_fd_parse(arg);
		return 0;
	case KEY_METRICS:
		metrics_place_parse(&o->metrics, arg);
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'J':
		o->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_output_argp = {.options = options, .parser = parse};
