/* SPDX-License-Identifier: MIT */
/* Every counter of this build, and counters of another, as metrics. */
#include "metrics/server.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static union address endpoints[2];
static const struct counter_description *all[COUNTER_COUNT];
static uint64_t values[4 * COUNTER_COUNT];
static struct metrics_server server = {
	.version = "1.2",
	.service = "echo",
	.backend = "mmsg",
	.pid = 7,
	.started_ns = 1500000000,
	.endpoints = endpoints,
	.endpoint_count = 2,
	.worker_count = 4,
	.counters = all,
	.counter_count = COUNTER_COUNT,
	.values = values,
};

/* Each value is another. */
static void set_up(void)
{
	cr_assert(address_parse(&endpoints[0], "127.0.0.1:7") == 0);
	cr_assert(address_parse(&endpoints[1], "[::1]:8") == 0);
	for (int i = 0; i < COUNTER_COUNT; i++)
		all[i] = &counter_table[i];
	for (int i = 0; i < 4 * COUNTER_COUNT; i++)
		values[i] = 1000 + (uint64_t)i;
}

TestSuite(metrics_server, .init = set_up);

static char *written_as(enum metrics_format format)
{
	char *written;
	size_t bytes;
	struct metrics_text text = {.format = format};

	text.out = open_memstream(&written, &bytes);
	metrics_server_write(&text, &server);
	metrics_end(&text);
	cr_assert(fclose(text.out) == 0);
	return written;
}

static uint64_t value(int worker, enum counter_id id)
{
	return values[worker * COUNTER_COUNT + (int)id];
}

static bool has(const char *text, const char *name, int worker,
	const char *endpoint, const char *more, uint64_t n)
{
	char line[256];

	snprintf(line, sizeof(line),
		"\n%s{worker=\"%d\",endpoint=\"%s\"%s} %lu\n", name, worker,
		endpoint, more, n);
	return strstr(text, line);
}

Test(metrics_server, each_worker_has_its_number_and_its_endpoint)
{
	char *text = written_as(METRICS_OPENMETRICS);

	cr_assert(has(text, "udpmill_rx_datagrams_total", 0, "127.0.0.1:7", "",
		value(0, COUNTER_RX_DATAGRAMS)));
	cr_assert(has(text, "udpmill_rx_datagrams_total", 1, "127.0.0.1:7", "",
		value(1, COUNTER_RX_DATAGRAMS)));
	cr_assert(has(text, "udpmill_rx_datagrams_total", 2, "[::1]:8", "",
		value(2, COUNTER_RX_DATAGRAMS)));
	cr_assert(has(text, "udpmill_socket_queue_bytes", 3, "[::1]:8", "",
		value(3, COUNTER_SOCKET_QUEUE)));
	free(text);
}

Test(metrics_server, causes_and_rules_are_labels)
{
	char *text = written_as(METRICS_PROMETHEUS);

	cr_assert(has(text, "udpmill_refused_datagrams_total", 0, "127.0.0.1:7",
		",rule=\"low_port\"", value(0, COUNTER_REFUSED_LOW_PORT)));
	cr_assert(has(text, "udpmill_query_refused_datagrams_total", 0,
		"127.0.0.1:7", ",rule=\"mac\"",
		value(0, COUNTER_QUERY_REFUSED_MAC)));
	cr_assert(has(text, "udpmill_send_failed_datagrams_total", 2, "[::1]:8",
		",cause=\"nobufs\"", value(2, COUNTER_SEND_FAILED_NOBUFS)));
	cr_assert(has(text, "udpmill_rx_dscp_datagrams_total", 2, "[::1]:8",
		",bit=\"32\"", value(2, COUNTER_RX_DSCP_BIT_32)));
	free(text);
}

Test(metrics_server, cpu_time_is_in_seconds)
{
	char *text;

	values[COUNTER_CPU_SYSTEM] = 2000000005;
	text = written_as(METRICS_OPENMETRICS);
	cr_assert(strstr(text,
		"\nudpmill_cpu_seconds_total{worker=\"0\",endpoint=\"127.0.0.1:"
		"7\",mode=\"system\"} 2.000000005\n"));
	free(text);
}

Test(metrics_server, sizes_of_trains_are_a_histogram)
{
	uint64_t count = 0;
	char *text;

	values[COUNTER_RX_DATAGRAMS] = 12345;
	for (int i = COUNTER_RX_TRAINS_OF_1; i <= COUNTER_RX_TRAINS_OF_128; i++)
		count += values[i];
	text = written_as(METRICS_OPENMETRICS);
	cr_assert(has(text, "udpmill_rx_train_datagrams_bucket", 0,
		"127.0.0.1:7", ",le=\"2.0\"",
		value(0, COUNTER_RX_TRAINS_OF_1) +
			value(0, COUNTER_RX_TRAINS_OF_2)));
	cr_assert(has(text, "udpmill_rx_train_datagrams_bucket", 0,
		"127.0.0.1:7", ",le=\"+Inf\"", count));
	cr_assert(has(text, "udpmill_rx_train_datagrams_count", 0,
		"127.0.0.1:7", "", count));
	cr_assert(has(text, "udpmill_rx_train_datagrams_sum", 0, "127.0.0.1:7",
		"", 12345));
	free(text);
}

/* The name of a line of metadata or of a sample, without its suffix. */
static void family_of(const char *line, char name[64])
{
	static const char *const suffixes[] = {
		"_total", "_info", "_bucket", "_count", "_sum"};
	const char *at = *line == '#' ? line + strlen("# TYPE ") : line;
	size_t n = strcspn(at, " {");

	cr_assert(n < 64);
	memcpy(name, at, n);
	name[n] = '\0';
	for (size_t i = 0; *line != '#' && i < 5; i++) {
		size_t s = strlen(suffixes[i]);

		if (n > s && strcmp(name + n - s, suffixes[i]) == 0)
			name[n - s] = '\0';
	}
}

/* As OpenMetrics requires it of all exposers. */
Test(metrics_server, no_family_is_interrupted_by_another)
{
	char names[200][64], name[64];
	char *text = written_as(METRICS_OPENMETRICS), *rest = text, *line;
	unsigned count = 0;

	while ((line = strsep(&rest, "\n")) && strcmp(line, "# EOF") != 0) {
		family_of(line, name);
		if (count && strcmp(names[count - 1], name) == 0)
			continue;
		for (unsigned i = 0; i < count; i++)
			cr_assert(strcmp(names[i], name) != 0, "%s", name);
		cr_assert(strncmp(line, "# TYPE ", 7) == 0, "%s", line);
		strcpy(names[count++], name);
	}
	cr_assert(line && count > 40);
	free(text);
}

Test(metrics_server, shows_counters_that_this_build_does_not_know)
{
	static const struct counter_description odd[] = {
		{"new_bytes", "bytes", "new", COUNTER_KIND_COUNTER},
		{"refused_strange", "datagrams", "x", COUNTER_KIND_COUNTER},
		{"rx_trains_of_many", "trains", "x", COUNTER_KIND_GAUGE},
		{"refused_", "datagrams", "x", COUNTER_KIND_COUNTER},
		{"rx_trains_of_8", "trains", "x", COUNTER_KIND_COUNTER},
		{"rx_trains_of_4", "trains", "x", COUNTER_KIND_COUNTER},
	};
	const struct counter_description *list[6];
	struct metrics_server usual = server;
	char *text;

	for (int i = 0; i < 6; i++)
		list[i] = &odd[i];
	server.counters = list;
	server.counter_count = 6;
	server.worker_count = 1;
	server.endpoint_count = 0;
	text = written_as(METRICS_OPENMETRICS);
	cr_assert(strstr(text, "# UNIT udpmill_new_bytes bytes\n"));
	cr_assert(
		strstr(text, "\nudpmill_new_bytes_total{worker=\"0\"} 1000\n"));
	cr_assert(strstr(text, "{worker=\"0\",rule=\"strange\"} 1001\n"));
	cr_assert(strstr(text, "\nudpmill_rx_trains_of_many{worker=\"0\"} "));
	cr_assert(strstr(text, "\nudpmill_refused__total{worker=\"0\"} "));
	cr_assert(strstr(text, "{worker=\"0\",le=\"4.0\"} 1005\n"));
	cr_assert(strstr(text, "{worker=\"0\",le=\"8.0\"} 2009\n"));
	cr_assert(strstr(text, "udpmill_rx_train_datagrams_sum{worker=\"0\"} "
			       "0\n"));
	free(text);
	server = usual;
}
