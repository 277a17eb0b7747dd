/* SPDX-License-Identifier: MIT */
#include "cli/load/capture.h"

#include "core/library.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* No clock of a capture can have been right after this, and nanoseconds would
 * overflow. */
#define SECONDS_MAX 9000000000

/*
 * libpcap is loaded only when a capture is read: it brings a dozen libraries
 * (DBus, libibverbs...) that would start up in every process.
 */
struct library {
	void *handle;
	pcap_t *(*open)(const char *path, u_int precision, char *why);
	int (*datalink)(pcap_t *file);
	const char *(*datalink_val_to_name)(int link);
	int (*next_ex)(pcap_t *file, struct pcap_pkthdr **h, const u_char **d);
	char *(*geterr)(pcap_t *file);
	void (*close)(pcap_t *file);
};

#ifdef PCAP_LINKED

/* A statically linked program has it inside, and cannot load libraries. */
static int library_open(struct library *lib, char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	*lib = (struct library){
		.open = pcap_open_offline_with_tstamp_precision,
		.datalink = pcap_datalink,
		.datalink_val_to_name = pcap_datalink_val_to_name,
		.next_ex = pcap_next_ex,
		.geterr = pcap_geterr,
		.close = pcap_close,
	};
	return 0;
}

static void library_close(struct library *lib)
{
	*lib = (struct library){0};
}

#else

/* By the name that Debian uses, then by that of everybody else. */
static int library_open(struct library *lib, char *why, size_t why_bytes)
{
	static const char *const names[] = {
		"libpcap.so.0.8", "libpcap.so.1", NULL};
	const struct library_function functions[] = {
		{&lib->open, "pcap_open_offline_with_tstamp_precision"},
		{&lib->datalink, "pcap_datalink"},
		{&lib->datalink_val_to_name, "pcap_datalink_val_to_name"},
		{&lib->next_ex, "pcap_next_ex"},
		{&lib->geterr, "pcap_geterr"},
		{&lib->close, "pcap_close"},
	};

	*lib = (struct library){0};
	lib->handle = library_load(names, functions,
		sizeof(functions) / sizeof(functions[0]),
		"install libpcap (Debian: libpcap0.8)", why, why_bytes);
	return lib->handle ? 0 : -ENOPKG;
}

static void library_close(struct library *lib)
{
	dlclose(lib->handle);
}

#endif

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

/* tv_usec holds nanoseconds, since the file was opened with that precision. */
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

static int read_all(struct replay *r, struct load_capture *c,
	const struct library *lib, pcap_t *file, enum dissect_link link)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int error = 0, n = 0;

	while (!error && (n = lib->next_ex(file, &h, &data)) == 1)
		error = add(r, c, link, h, data);
	if (n == PCAP_ERROR)
		snprintf(c->damage, sizeof(c->damage), "%s", lib->geterr(file));
	replay_settle(r);
	return error;
}

static int read_file(struct replay *r, struct load_capture *c,
	const struct library *lib, const char *path, char *why,
	size_t why_bytes)
{
	char error_text[PCAP_ERRBUF_SIZE] = "";
	enum dissect_link link;
	pcap_t *file = lib->open(path, PCAP_TSTAMP_PRECISION_NANO, error_text);
	int error = -EINVAL;

	if (!file) {
		snprintf(why, why_bytes, "%s", error_text);
		return error;
	}
	if (find_link(lib->datalink(file), &link)) {
		error = read_all(r, c, lib, file, link);
	} else {
		const char *name =
			lib->datalink_val_to_name(lib->datalink(file));

		snprintf(why, why_bytes,
			"its link type is %s; Ethernet, raw IP, Linux cooked "
			"and loopback can be read",
			name ? name : "unknown");
	}
	lib->close(file);
	return error;
}

bool load_capture_supported(void)
{
	return true;
}

int load_capture_read(struct replay *r, struct load_capture *c,
	const char *path, char *why, size_t why_bytes)
{
	struct library lib;
	int error = library_open(&lib, why, why_bytes);

	*c = (struct load_capture){0};
	if (error)
		return error;
	error = read_file(r, c, &lib, path, why, why_bytes);
	library_close(&lib);
	return error;
}
