/* SPDX-License-Identifier: MIT */
#include "cli/send/asked.h"

#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/streams.h"
#include "core/quote.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

void send_report_before(
	const struct send_options *o, const struct send_result *r)
{
	char text[ADDRESS_TEXT];

	if (o->json)
		return;
	printf("Address before sending: %s\n",
		address_format(&r->before, text));
	(void)streams_flush(stdout);
}

void send_report_after(
	const struct send_options *o, const struct send_result *r)
{
	char text[ADDRESS_TEXT];

	if (o->json)
		return;
	printf("Address after sending: %s\n", address_format(&r->after, text));
	(void)streams_flush(stdout);
}

/* The caller frees it. NULL if there is no memory. */
static char *quoted(const uint8_t *data, uint32_t bytes, bool utf8)
{
	char *text = malloc(QUOTE_ROOM(bytes));

	if (text)
		quote(text, QUOTE_ROOM(bytes), data, bytes, utf8);
	return text;
}

static bool was_asked(const struct send_options *o, const struct send_result *r)
{
	return address_equal(&r->answer.from, &o->peer);
}

static int report_text(
	const struct send_options *o, const struct send_result *r)
{
	char from[ADDRESS_TEXT], peer[ADDRESS_TEXT];
	char *text;

	if (!r->answered) {
		say("%s", r->why);
		return 0;
	}
	text = quoted(r->data, r->answer.bytes, style_utf8());
	if (!text)
		return -ENOMEM;
	address_format(&r->answer.from, from);
	printf("The server %s says \"%s\"\n", from, text);
	free(text);
	if (!was_asked(o, r))
		printf("That is not the server that was asked, %s.\nWithout "
		       "--promiscuous such a reply is ignored, since anyone "
		       "can send one.\n",
			address_format(&o->peer, peer));
	return 0;
}

static json_t *json_address(const union address *a)
{
	char text[ADDRESS_TEXT];

	return a->sa.sa_family ? json_string(address_format(a, text))
			       : json_null();
}

static json_t *json_quoted(const uint8_t *data, uint32_t bytes)
{
	char *text = quoted(data, bytes, true);
	json_t *j = text ? json_string(text) : NULL;

	free(text);
	return j;
}

static json_t *json_answer(
	const struct send_options *o, const struct send_result *r)
{
	if (!r->answered)
		return json_null();
	return json_pack("{s:o, s:b, s:i, s:o, s:f}", "from",
		json_address(&r->answer.from), "asked", was_asked(o, r),
		"bytes", (int)r->answer.bytes, "text",
		json_quoted(r->data, r->answer.bytes), "seconds", r->seconds);
}

static json_t *json_config(const struct send_options *o)
{
	return json_pack("{s:o, s:o, s:i, s:o, s:f, s:i, s:b}", "peer",
		json_address(&o->peer), "bind", json_address(&o->bind), "bytes",
		(int)o->bytes, "text", json_quoted(o->data, o->bytes),
		"timeout_seconds", (double)o->timeout_ns / 1e9, "retries",
		(int)o->retries, "promiscuous", o->promiscuous);
}

static json_t *json_report(
	const struct send_options *o, const struct send_result *r)
{
	json_t *why = r->answered ? json_null() : json_string(r->why);

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:i, s:s, s:o, s:o}",
		"schema", "udpmill.send/1", "version", UDPMILL_VERSION,
		"config", json_config(o), "before", json_address(&r->before),
		"after", json_address(&r->after), "tries", (int)r->tries,
		"outcome", r->outcome, "error", why, "answer",
		json_answer(o, r));
}

static int report_json(
	const struct send_options *o, const struct send_result *r)
{
	return json_write(stdout, json_report(o, r), JSON_REPORT);
}

int send_report_end(const struct send_options *o, const struct send_result *r)
{
	return o->json ? report_json(o, r) : report_text(o, r);
}
