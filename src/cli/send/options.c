/* SPDX-License-Identifier: MIT */
/* The options of send, and the datagram that they describe. */
#include "cli/send/asked.h"

#include "cli/args/named_file.h"
#include "cli/args/option.h"
#include "cli/args/parse.h"
#include "cli/args/usage.h"
#include "core/train.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TEXT "This is my message"

/* RFC 8085, 3.1.1: one second if the round trip is not known, then doubled. */
#define DEFAULT_TIMEOUT_NS SECOND_NS
#define DEFAULT_RETRIES    3
#define RETRIES_MAX        10

struct arguments {
	struct send_options *options;
	const char *peer, *bind, *file;
	char **words;
	int word_count, family;
};

enum { KEY_TIMEOUT = 256, KEY_RETRIES, KEY_FILE, KEY_PROMISCUOUS };

static const struct argp_option option_table[] = {
	{NULL, 0, NULL, 0, "Exchange:", 1},
	{"timeout", KEY_TIMEOUT, "TIME", 0,
		"Wait this long after the first try, and twice as long after "
		"each further one (default 1s)",
		0},
	{"retries", KEY_RETRIES, "N", 0, "Ask again up to N times (default 3)",
		0},
	{"file", KEY_FILE, "FILE", 0, "Send the contents of FILE unchanged", 0},
	{"promiscuous", KEY_PROMISCUOUS, NULL, 0,
		"Accept a reply from any address, and print whose it was", 0},
	{NULL, 0, NULL, 0, "Addresses:", 2},
	{"bind", 'B', "ADDR[:PORT]", 0, "Send from this address", 0},
	{"ipv4", '4', NULL, 0, "Use IPv4 only", 0},
	{"ipv6", '6', NULL, 0, "Use IPv6 only", 0},
	{NULL, 0, NULL, 0, "Output:", 3},
	{"json", 'J', NULL, 0, "Print one JSON object", 0},
	{0},
};

static void read_standard(struct send_options *o)
{
	o->bytes = (uint32_t)fread(o->data, 1, SEND_ROOM, stdin);
	if (ferror(stdin))
		usage_error(
			NULL, "reading standard input: %s", strerror(errno));
}

static void read_file(struct arguments *a)
{
	struct send_options *o = a->options;
	char why[128], *data;
	size_t bytes;

	if (!a->file) {
		read_standard(o);
		return;
	}
	if (named_file_read(
		    &data, &bytes, a->file, SEND_ROOM - 1, why, sizeof(why)))
		usage_error("file", "%s: %s", a->file, why);
	memcpy(o->data, data, bytes);
	o->bytes = (uint32_t)bytes;
	free(data);
}

/* Joins the words with blanks. It stops at SEND_ROOM bytes, which is already
 * too long for a datagram. */
static void join_words(const struct arguments *a)
{
	struct send_options *o = a->options;

	for (int i = 0; i < a->word_count; i++) {
		size_t n = strlen(a->words[i]);

		if (i > 0 && o->bytes < SEND_ROOM)
			o->data[o->bytes++] = ' ';
		if (n > SEND_ROOM - o->bytes)
			n = SEND_ROOM - o->bytes;
		memcpy(o->data + o->bytes, a->words[i], n);
		o->bytes += (uint32_t)n;
	}
}

static void take_content(struct arguments *a)
{
	struct send_options *o = a->options;
	union address peer = o->peer;
	uint32_t most;

	if (a->file && a->word_count)
		usage_error(NULL,
			"TEXT and --file exclude each other; give one of them");
	if (a->file || (a->word_count == 1 && strcmp(a->words[0], "-") == 0))
		read_file(a);
	else if (a->word_count)
		join_words(a);
	else
		o->bytes = (uint32_t)snprintf(
			(char *)o->data, SEND_ROOM, DEFAULT_TEXT);
	address_unmap(&peer);
	most = peer.sa.sa_family == AF_INET6 ? DATAGRAM_MAX_V6
					     : DATAGRAM_MAX_V4;
	if (o->bytes > most)
		usage_error(NULL,
			"the message has more than %u bytes, the most that a "
			"datagram of %s can hold; nothing was sent",
			most, most == DATAGRAM_MAX_V6 ? "IPv6" : "IPv4");
}

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case KEY_TIMEOUT:
		a->options->timeout_ns =
			option_time_within("timeout", arg, SECOND_NS / 1000,
				3600 * SECOND_NS, "1ms to 1h; try 500ms or 2s");
		return 0;
	case KEY_RETRIES:
		a->options->retries =
			option_count("retries", arg, 0, RETRIES_MAX);
		return 0;
	case KEY_FILE:
		a->file = arg;
		return 0;
	case KEY_PROMISCUOUS:
		a->options->promiscuous = true;
		return 0;
	case 'B':
		a->bind = arg;
		return 0;
	case '4':
		option_family(&a->family, AF_INET);
		return 0;
	case '6':
		option_family(&a->family, AF_INET6);
		return 0;
	case 'J':
		a->options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		a->peer = arg;
		a->words = state->argv + state->next;
		a->word_count = state->argc - state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!a->peer)
			usage_error(NULL, "no HOST:PORT is given to send to; "
					  "try 127.0.0.1:1060");
		option_peer(&a->options->peer, a->peer, a->family);
		if (a->bind)
			option_bind(
				&a->options->bind, a->bind, &a->options->peer);
		take_content(a);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = take,
	.args_doc = "HOST:PORT [TEXT...]",
	.doc = "Send one datagram and print the reply.\vTEXT defaults to "
	       "\"" DEFAULT_TEXT
	       "\"; \"-\" reads it from standard input. Only a reply from "
	       "HOST:PORT counts, unless --promiscuous is given.\n\nExit "
	       "status: 0 answered, 2 usage, 3 the system lacks something, 4 "
	       "no answer.",
};

int send_parse(struct send_options *o, int argc, char **argv)
{
	struct arguments a = {.options = o, .family = AF_UNSPEC};

	o->timeout_ns = DEFAULT_TIMEOUT_NS;
	o->retries = DEFAULT_RETRIES;
	return verb_parse(&argp, argc, argv, &a);
}
