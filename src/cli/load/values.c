/* SPDX-License-Identifier: MIT */
#include "cli/load/values.h"

#include "cli/args/usage.h"
#include "cli/args/verb.h"
#include "core/train.h"
#include "core/units.h"

#include <string.h>

void load_parse_train(struct load_config *c, const char *text)
{
	uint64_t v;

	if (strcmp(text, "off") == 0)
		v = 1;
	else if (units_parse_count(&v, text, 1, TRAIN_SEND_SEGMENTS))
		usage_error("train",
			"\"%s\" is neither off nor a number from 1 "
			"to 64",
			text);
	c->train = (uint32_t)v;
}

void load_parse_content(struct load_config *c, const char *text)
{
	static const char *const kinds[] = {
		[CONTENT_RANDOM] = "random",
		[CONTENT_ZEROS] = "zeros",
		[CONTENT_TEXT] = "text",
	};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(text, kinds[i]) == 0) {
			c->content = (enum content_kind)i;
			return;
		}
	usage_error("content",
		"\"%s\" is none of random, zeros and "
		"text",
		text);
}

void load_parse_verify(struct load_config *c, const char *text)
{
	c->verify_full = strcmp(text, "full") == 0;
	if (!c->verify_full && strcmp(text, "header") != 0)
		usage_error(
			"verify", "\"%s\" is neither header nor full", text);
}

void load_parse_expect(struct load_config *c, const char *text)
{
	static const char *const kinds[] = {
		[REPLIES_PROBES] = "probes",
		[REPLIES_TEXT] = "text",
		[REPLIES_ANY] = "any",
		[REPLIES_NONE] = "none",
	};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(text, kinds[i]) == 0) {
			c->replies = (enum load_replies)i;
			return;
		}
	usage_error(
		"expect", "\"%s\" is none of probes, text, any and none", text);
}

#define SECOND_NS 1000000000ull

void load_parse_timeout(struct load_config *c, const char *text)
{
	if (units_parse_time(&c->timeout_ns, text) ||
		c->timeout_ns < SECOND_NS / 1000 ||
		c->timeout_ns > 60 * SECOND_NS)
		usage_error("timeout",
			"\"%s\" is not a time from 1ms to 60s; "
			"500ms is one",
			text);
}
