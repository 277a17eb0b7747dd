/* SPDX-License-Identifier: MIT */
#include "cli/load_capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Behind it no clock of a capture was right, and nanoseconds overflow. */
#define SECONDS_MAX 9000000000

static bool find_link(int type, enum dissect_link *link)
{
	static const struct {
		int type;
		enum dissect_link link;
	} known[] = {
		{DLT_EN10MB, DISSECT_ETHERNET},
		{DLT_RAW, DISSECT_IP},
		{DLT_IPV4, DISSECT_IP},
		{DLT_IPV6, DISSECT_IP},
		{DLT_LINUX_SLL, DISSECT_SLL},
		{DLT_LINUX_SLL2, DISSECT_SLL2},
		{DLT_NULL, DISSECT_LOOPBACK},
		{DLT_LOOP, DISSECT_LOOPBACK},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].type == type) {
			*link = known[i].link;
			return true;
		}
	return false;
}

/* Nanoseconds: that is how the file was opened. */
static bool read_time(const struct timeval *t, uint64_t *ns)
{
	if (t->tv_sec < 0 || t->tv_sec > SECONDS_MAX || t->tv_usec < 0 ||
		t->tv_usec >= 1000000000)
		return false;
	*ns = (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_usec;
	return true;
}

static int add(struct replay *r, struct load_capture *c, enum dissect_link link,
	const struct pcap_pkthdr *h, const uint8_t *data)
{
	struct dissected d;
	enum dissect_verdict v = dissect(&d, link, data, h->caplen, h->len);
	uint64_t at_ns;

	if (v == DISSECT_DATAGRAM && !read_time(&h->ts, &at_ns))
		v = DISSECT_DAMAGED;
	c->packets++;
	c->verdicts[v]++;
	if (v != DISSECT_DATAGRAM)
		return 0;
	return replay_add(r, at_ns, d.tuple, data + d.at, d.bytes);
}

static int read_all(struct replay *r, struct load_capture *c, pcap_t *file,
	enum dissect_link link)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int error = 0, n = 0;

	while (!error && (n = pcap_next_ex(file, &h, &data)) == 1)
		error = add(r, c, link, h, data);
	if (n == PCAP_ERROR)
		snprintf(c->damage, sizeof(c->damage), "%s", pcap_geterr(file));
	replay_settle(r);
	return error;
}

int load_capture_read(struct replay *r, struct load_capture *c,
	const char *path, char *why, size_t why_bytes)
{
	char error_text[PCAP_ERRBUF_SIZE] = "";
	enum dissect_link link;
	pcap_t *file = pcap_open_offline_with_tstamp_precision(
		path, PCAP_TSTAMP_PRECISION_NANO, error_text);
	int error = -EINVAL;

	*c = (struct load_capture){0};
	if (!file) {
		snprintf(why, why_bytes, "%s", error_text);
		return error;
	}
	if (find_link(pcap_datalink(file), &link)) {
		error = read_all(r, c, file, link);
	} else {
		const char *name =
			pcap_datalink_val_to_name(pcap_datalink(file));

		snprintf(why, why_bytes,
			"its link type is %s; Ethernet, raw IP, Linux cooked "
			"and loopback can be read",
			name ? name : "unknown");
	}
	pcap_close(file);
	return error;
}
